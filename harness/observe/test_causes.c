// SPDX-License-Identifier: GPL-2.0-or-later
/* The programs of causes, run by test_bpf_machine.h on pages and tasks that are made up here. */
#include <errno.h>

#include "base/cleanup.h"
#include "observe/test_observe.h"

#if defined(__x86_64__)
#include "observe/test_cause_world.h"

static void a_waiter_that_keeps_its_reference(void **state)
{
	struct world *w = *state;
	struct page page = page_of(ANONYMOUS, 0, 2), alone = page_of(ANONYMOUS, 0, 1);

	on_page(w, ANN, CAUSE_WAIT_ENTRY, NULL);
	on_page(w, ANN, CAUSE_HOLD_ENTRY, &page);
	fail_once(w, &page, EAGAIN_QUEUEING_WAITER);
	on_page(w, ANN, CAUSE_SLEEP_ENTRY, NULL);
	fail_once(w, &page, EAGAIN_WAITER);
	/* Woken, and asleep again: it has the page all the time, once. */
	on_page(w, ANN, CAUSE_HOLD_RETURN, NULL);
	fail_once(w, &page, EAGAIN_WAITER);
	on_page(w, ANN, CAUSE_HOLD_ENTRY, &page);
	on_page(w, ANN, CAUSE_SLEEP_ENTRY, NULL);
	fail_once(w, &page, EAGAIN_WAITER);
	/* Another page is not its business. */
	fail_once(w, &alone, EAGAIN_UNKNOWN);
	on_page(w, ANN, CAUSE_WAIT_RETURN, NULL);
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
	assert_int_equal(figures(w)->holds, 1);
	assert_int_equal(figures(w)->arriving, 0);
}

/* Of two waiters one has slept; it lets go within an attempt, and is to blame for that one. */
static void waiters_of_whom_one_slept(void **state)
{
	struct world *w = *state;
	struct page page = page_of(ANONYMOUS, 0, 3), one = page_of(ANONYMOUS, 0, 2);

	on_page(w, ANN, CAUSE_WAIT_ENTRY, NULL);
	on_page(w, ANN, CAUSE_SLEEP_ENTRY, NULL); /* for something else */
	on_page(w, ANN, CAUSE_HOLD_ENTRY, &page);
	on_page(w, BOB, CAUSE_WAIT_ENTRY, NULL);
	on_page(w, BOB, CAUSE_HOLD_ENTRY, &page);
	fail_once(w, &page, EAGAIN_QUEUEING_WAITER);
	on_page(w, ANN, CAUSE_SLEEP_ENTRY, NULL);
	fail_once(w, &page, EAGAIN_WAITER);
	begin_move(w, &page);
	on_page(w, ANN, CAUSE_WAIT_RETURN, NULL);
	page = one;
	end_move(w, -EAGAIN);
	assert_cause(w, EAGAIN_WAITER);
	fail_once(w, &page, EAGAIN_QUEUEING_WAITER);
	begin_move(w, &page);
	on_page(w, BOB, CAUSE_WAIT_RETURN, NULL);
	page = page_of(ANONYMOUS, 0, 1);
	end_move(w, -EAGAIN);
	assert_cause(w, EAGAIN_QUEUEING_WAITER);
}

static void a_waiter_that_lets_go(void **state)
{
	struct world *w = *state;
	struct page page = page_of(ANONYMOUS, 0, 2), alone = page_of(ANONYMOUS, 0, 1);

	on_page(w, ANN, CAUSE_WAIT_ENTRY, NULL);
	on_page(w, ANN, CAUSE_PUT_ENTRY, &page);
	fail_once(w, &page, EAGAIN_QUEUEING_WAITER);
	page = alone;
	begin_move(w, &page);
	on_page(w, ANN, CAUSE_SLEEP_ENTRY, NULL);
	end_move(w, -EAGAIN);
	assert_cause(w, EAGAIN_QUEUEING_WAITER);
	/* It sleeps, but without a reference. */
	fail_once(w, &page, EAGAIN_UNKNOWN);
	on_page(w, ANN, CAUSE_HOLD_RETURN, NULL);
	on_page(w, ANN, CAUSE_WAIT_RETURN, NULL);
	fail_once(w, &page, EAGAIN_UNKNOWN);
	/* Woken before it slept. */
	on_page(w, BOB, CAUSE_WAIT_ENTRY, NULL);
	begin_move(w, &page);
	on_page(w, BOB, CAUSE_PUT_ENTRY, &page);
	on_page(w, BOB, CAUSE_HOLD_RETURN, NULL);
	end_move(w, -EAGAIN);
	assert_cause(w, EAGAIN_QUEUEING_WAITER);
	fail_once(w, &page, EAGAIN_UNKNOWN);
}

static void waiters_without_a_reference_are_not_blamed(void **state)
{
	struct world *w = *state;
	struct page pinned = page_of(ANONYMOUS, 0, 2), cached = page_of(CACHED, 0, 3);

	on_page(w, ANN, CAUSE_WAIT_ENTRY, NULL);
	on_page(w, BOB, CAUSE_WAIT_ENTRY, NULL);
	assert_int_equal(figures(w)->arriving, 2);
	fail_once(w, &pinned, EAGAIN_OTHER_HOLDER);
	fail_once(w, &cached, EAGAIN_OTHER_HOLDER);
	on_page(w, ANN, CAUSE_WAIT_RETURN, NULL);
	on_page(w, BOB, CAUSE_WAIT_RETURN, NULL);
	assert_int_equal(figures(w)->arriving, 0);
}

static void who_is_about_to_take_one(void **state)
{
	struct world *w = *state;
	struct page page = page_of(ANONYMOUS, 0, 2), pinned = page_of(ANONYMOUS, 0, 3);

	figures(w)->holds = 1; /* this kernel's waiters do */
	on_page(w, ANN, CAUSE_WAIT_ENTRY, NULL);
	fail_once(w, &page, EAGAIN_QUEUEING_WAITER);
	fail_once(w, &pinned, EAGAIN_OTHER_HOLDER);
	on_page(w, ANN, CAUSE_HOLD_ENTRY, &pinned);
	fail_once(w, &pinned, EAGAIN_OTHER_HOLDER); /* it would have failed without the waiter */
}

static void a_look_up_in_the_page_cache(void **state)
{
	struct world *w = *state;
	struct page page = page_of(CACHED, 0, 3), alone = page_of(CACHED, 0, 2);

	on_page(w, ANN, CAUSE_HOLD_ENTRY, &page);
	on_page(w, ANN, CAUSE_HOLD_ENTRY, &page); /* one of these functions called by another */
	fail_once(w, &page, EAGAIN_PAGE_CACHE);
	on_page(w, ANN, CAUSE_HOLD_RETURN, NULL);
	on_page(w, ANN, CAUSE_HOLD_RETURN, NULL);
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
	fail_once(w, &alone, EAGAIN_PAGE_CACHE); /* who had it was quick */
	/* A waiter and a look-up: the waiter is not alone to blame. */
	page = page_of(CACHED, 0, 4);
	on_page(w, ANN, CAUSE_HOLD_ENTRY, &page);
	on_page(w, BOB, CAUSE_WAIT_ENTRY, NULL);
	on_page(w, BOB, CAUSE_HOLD_ENTRY, &page);
	fail_once(w, &page, EAGAIN_PAGE_CACHE);
}

/* A fault at place 7 of some file, while page 7 of a file and page 8 are to move. */
static void a_fault_in_a_file(void **state)
{
	struct world *w = *state;
	struct page page = page_of(CACHED, 0, 3), other = page_of(CACHED, 0, 3);
	struct page anonymous = page_of(ANONYMOUS, 0, 2);
	uint64_t fault[] = {1, 2, 7};

	page.words[4] = anonymous.words[4] = 7;
	other.words[4] = 8;
	hit(w, ANN, CAUSE_FAULT_ENTRY, (struct pt_regs){.rdi = (uint64_t)(uintptr_t)fault});
	fail_once(w, &page, EAGAIN_PAGE_CACHE);
	fail_once(w, &other, EAGAIN_OTHER_HOLDER);
	fail_once(w, &anonymous, EAGAIN_OTHER_HOLDER);
	page.words[6] += 1ULL << 32; /* one reference more than it can have */
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
	page.words[6] -= 1ULL << 32;
	/* It goes to sleep, seen by a function with the page itself. */
	on_page(w, ANN, CAUSE_HOLD_ENTRY, &page);
	fail_once(w, &page, EAGAIN_PAGE_CACHE);
	on_page(w, ANN, CAUSE_HOLD_RETURN, NULL);
	on_page(w, ANN, CAUSE_HOLD_RETURN, NULL);
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
	hit(w, BOB, CAUSE_FAULT_ENTRY, (struct pt_regs){.rdi = 8}); /* cannot be read */
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
}

/* Of hugetlbfs; and one within a fault, which goes on when it is over. */
static void a_look_up_of_its_own(void **state)
{
	struct world *w = *state;
	struct page page = page_of(CACHED, 0x20, 3);
	uint64_t fault[] = {1, 2, 7};

	page.words[4] = 7;
	hit(w, ANN, CAUSE_LOOKUP_ENTRY, (struct pt_regs){.rsi = 7});
	hit(w, ANN, CAUSE_LOOKUP_ENTRY, (struct pt_regs){.rsi = 7}); /* by its older name */
	fail_once(w, &page, EAGAIN_PAGE_CACHE);
	on_page(w, ANN, CAUSE_LOOKUP_RETURN, NULL);
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
	on_page(w, ANN, CAUSE_LOOKUP_RETURN, NULL);
	hit(w, ANN, CAUSE_LOOKUP_ENTRY, (struct pt_regs){.rsi = 8});
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
	on_page(w, ANN, CAUSE_LOOKUP_RETURN, NULL);
	hit(w, BOB, CAUSE_FAULT_ENTRY, (struct pt_regs){.rdi = (uint64_t)(uintptr_t)fault});
	hit(w, BOB, CAUSE_LOOKUP_ENTRY, (struct pt_regs){.rsi = 7});
	on_page(w, BOB, CAUSE_LOOKUP_RETURN, NULL);
	fail_once(w, &page, EAGAIN_PAGE_CACHE);
	on_page(w, BOB, CAUSE_HOLD_RETURN, NULL);
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
}

static uint64_t entry_of(const struct page *page)
{
	return (3ULL << 58) | ((uintptr_t)page >> 6 & 0xffffffffff); /* its frame, as it were */
}

/* @n tasks wait by the frame of @page, that has so many references, and go to sleep. */
static void wait_by_frame(struct world *w, const struct page *page, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		on_page(w, ANN + i, CAUSE_WAIT_ENTRY, NULL);
		hit(w, ANN + i, CAUSE_LOCKED_ENTRY, (struct pt_regs){.rdi = entry_of(page)});
	}
	begin_move(w, (struct page *)(uintptr_t)page); /* the address gets known */
	for (uint64_t i = 0; i < n; i++)
		on_page(w, ANN + i, CAUSE_SLEEP_ENTRY, NULL);
}

static void leave(struct world *w, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		on_page(w, ANN + i, CAUSE_WAIT_RETURN, NULL);
}

static void wait_three_times(struct world *w, const struct page *page)
{
	for (int i = 0; i < 3; i++) {
		wait_by_frame(w, page, 2);
		leave(w, 2);
	}
}

static void waiters_by_frame(void **state)
{
	struct world *w = *state;
	struct page pages[2] __attribute__((aligned(64))) = {page_of(ANONYMOUS, 0, 3)};
	struct page *page = &pages[0];

	wait_three_times(w, page);
	assert_int_equal(figures(w)->sleeps_held, 6);
	assert_int_equal(figures(w)->arriving, 0);
	fail_once(w, page, EAGAIN_OTHER_HOLDER); /* nobody waits */
	wait_by_frame(w, page, 2);
	fail_once(w, page, EAGAIN_WAITER);
	*page = page_of(ANONYMOUS, 0, 4); /* and a pin */
	fail_once(w, page, EAGAIN_OTHER_HOLDER);
	leave(w, 2);
	/* A kernel where they have none: pins are pins, whoever waits. */
	memset(figures(w), 0, sizeof(*figures(w)));
	*page = page_of(ANONYMOUS, 0, 1);
	wait_three_times(w, page);
	assert_int_equal(figures(w)->sleeps_free, 6);
	wait_by_frame(w, page, 2);
	*page = page_of(ANONYMOUS, 0, 2);
	fail_once(w, page, EAGAIN_OTHER_HOLDER);
}

/* In the page cache one reference less may be the cache's own, which the copy has by then. */
static void waiters_by_frame_in_the_page_cache(void **state)
{
	struct world *w = *state;
	static const struct {
		uint32_t references;
		uint64_t held, free;
	} table[] = {{4, 2, 0}, {3, 0, 0}, {2, 0, 2}, {1, 0, 2}};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct page pages[2] __attribute__((aligned(64))) = {
			page_of(CACHED, 0, table[i].references)};

		memset(figures(w), 0, sizeof(*figures(w)));
		wait_by_frame(w, &pages[0], 2);
		assert_int_equal(figures(w)->sleeps_held, table[i].held);
		assert_int_equal(figures(w)->sleeps_free, table[i].free);
		leave(w, 2);
	}
}

static void references_that_every_page_has(void **state)
{
	struct world *w = *state;
	struct page pages[] = {
		page_of(CACHED, POINTER, 3), /* buffers */
		page_of(CACHED, 0x20, 2),    /* hugetlb: flags, no pointer */
		page_of(CACHED, 0, 513),     /* a huge page of shmem */
		page_of(CACHED, POINTER, 514),
	};
	struct page swapped = page_of(ANONYMOUS, 77, 2), none = page_of(0, 0, 1);

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		fail_once(w, &pages[i], EAGAIN_PAGE_CACHE);
		pages[i].words[6] += 1ULL << 32; /* one reference more */
		fail_once(w, &pages[i], EAGAIN_OTHER_HOLDER);
	}
	fail_once(w, &swapped, EAGAIN_UNKNOWN);
	fail_once(w, &none, EAGAIN_UNKNOWN);
}

int test_causes(void)
{
	static const struct CMUnitTest tests[] = {
#define WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
		WORLD(a_waiter_that_keeps_its_reference),
		WORLD(waiters_of_whom_one_slept),
		WORLD(a_waiter_that_lets_go),
		WORLD(waiters_without_a_reference_are_not_blamed),
		WORLD(who_is_about_to_take_one),
		WORLD(a_look_up_in_the_page_cache),
		WORLD(a_fault_in_a_file),
		WORLD(a_look_up_of_its_own),
		WORLD(waiters_by_frame),
		WORLD(waiters_by_frame_in_the_page_cache),
		WORLD(references_that_every_page_has),
	};

	return cmocka_run_group_tests_name("causes", tests, NULL, NULL);
}
#else /* the registers are x86-64's */
int test_causes(void)
{
	return 0;
}
#endif

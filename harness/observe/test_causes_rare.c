// SPDX-License-Identifier: GPL-2.0-or-later
/* Batches, the unmap phase, and what the programs must get over. */
#include <errno.h>

#include "base/cleanup.h"
#include "observe/test_observe.h"

#if defined(__x86_64__)
#include "observe/test_cause_world.h"

static void pages_in_a_batch(void **state)
{
	struct world *w = *state;
	struct page pages[40];

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = page_of(ANONYMOUS, 0, 2);
	w->m.cpu = 3;
	on_page(w, ANN, CAUSE_BATCH_ENTRY, &pages[0]);
	w->m.cpu = 1;
	fail_once(w, &pages[0], EAGAIN_BATCH);
	fail_once(w, &pages[1], EAGAIN_OTHER_HOLDER);
	on_page(w, ANN, CAUSE_DRAIN_ENTRY, NULL); /* another CPU's */
	fail_once(w, &pages[0], EAGAIN_BATCH);
	hit(w, ANN, CAUSE_DRAIN_OTHER_ENTRY, (struct pt_regs){.rdi = 3});
	fail_once(w, &pages[0], EAGAIN_OTHER_HOLDER);
	/* So many came after it that the batch must have been full. */
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		on_page(w, ANN, CAUSE_BATCH_ENTRY, &pages[i]);
	fail_once(w, &pages[0], EAGAIN_OTHER_HOLDER);
	fail_once(w, &pages[39], EAGAIN_BATCH);
	on_page(w, ANN, CAUSE_DRAIN_ENTRY, NULL);
	fail_once(w, &pages[39], EAGAIN_OTHER_HOLDER);
}

static void only_eagain_is_looked_at(void **state)
{
	struct world *w = *state;
	struct page page = page_of(ANONYMOUS, 0, 2);
	uint64_t counts[EAGAIN_CAUSES];

	begin_move(w, &page);
	end_move(w, 0);
	end_move(w, -ENOMEM);
	end_move(w, EAGAIN);
	eagain_causes_count(figures(w), counts);
	for (int i = 0; i < EAGAIN_CAUSES; i++)
		assert_int_equal(counts[i], 0);
	fail_once(w, NULL, EAGAIN_UNKNOWN); /* cannot be read */
}

static void undo(struct world *w, uint64_t locked, uint64_t list)
{
	hit(w, MOVER, CAUSE_UNDO_ENTRY, (struct pt_regs){.rcx = locked, .r8 = list});
}

static void the_unmap_phase(void **state)
{
	struct world *w = *state;

	undo(w, 0, POINTER); /* given up: no EAGAIN */
	undo(w, 1, POINTER);
	assert_int_equal(figures(w)->undone, 0);
	undo(w, 0xff00, 0); /* a bool is one byte */
	assert_int_equal(figures(w)->undone, 1);
	assert_cause(w, EAGAIN_LOCK);
	undo(w, 1, 0);
	assert_cause(w, EAGAIN_UNKNOWN);
}

static void returns_that_were_missed(void **state)
{
	struct world *w = *state;
	struct page page = page_of(ANONYMOUS, 0, 2), other = page_of(CACHED, 0, 3);

	on_page(w, ANN, CAUSE_WAIT_ENTRY, NULL);
	on_page(w, ANN, CAUSE_HOLD_ENTRY, &page);
	on_page(w, ANN, CAUSE_WAIT_ENTRY, NULL);
	assert_int_equal(figures(w)->arriving, 1);
	on_page(w, ANN, CAUSE_WAIT_RETURN, NULL);
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
	on_page(w, BOB, CAUSE_HOLD_ENTRY, &page);
	on_page(w, BOB, CAUSE_HOLD_ENTRY, &other);
	fail_once(w, &page, EAGAIN_OTHER_HOLDER);
	fail_once(w, &other, EAGAIN_PAGE_CACHE);
	/* A return of whom nobody has seen come. */
	on_page(w, MOVER, CAUSE_WAIT_RETURN, NULL);
	on_page(w, MOVER, CAUSE_HOLD_RETURN, NULL);
	on_page(w, MOVER, CAUSE_SLEEP_ENTRY, NULL);
	assert_int_equal(figures(w)->arriving, 0);
}

int test_causes_rare(void)
{
	static const struct CMUnitTest tests[] = {
#define WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
		WORLD(pages_in_a_batch),
		WORLD(only_eagain_is_looked_at),
		WORLD(the_unmap_phase),
		WORLD(returns_that_were_missed),
	};

	return cmocka_run_group_tests_name("causes_rare", tests, NULL, NULL);
}
#else
int test_causes_rare(void)
{
	return 0;
}
#endif

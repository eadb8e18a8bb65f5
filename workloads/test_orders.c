// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a real worker does when it is told to, and what it refuses. Nothing here takes a page of
 * this host out of use: those orders are tried in guests.
 */
#include "workloads/test_rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/huge_page.h"
#include "base/memory.h"

#define PAGES 4
#define ANSWER_NS (60 * NS_PER_S)

static const char *const shared_two[] = {
	"--workload", "refault",      "--kind", "shared-memfd", "--pages", "4", "--threads",
	"2",	      "--control-fd", "%C",	"--memory-fd",	"%M",	   NULL};

static void begin(struct rig *rig)
{
	rig_open(rig, PAGES);
	rig_start_ready(rig, shared_two, 2);
}

static void end(struct rig *rig)
{
	rig_stop(rig);
	assert_int_equal(RIG_SUM(rig, mismatches), 0);
	rig_close(rig);
}

static int tell(struct rig *rig, uint32_t task, uint64_t address)
{
	struct worker_order *order = &rig->shared->order;
	uint64_t until_ns = clock_monotonic_ns() + ANSWER_NS;
	uint32_t number = worker_word_get(&order->number) + 1, done;

	order->task = task;
	order->address = address;
	worker_word_set(&order->number, number);
	while ((done = worker_word_get(&order->done)) != number) {
		assert_true(clock_monotonic_ns() < until_ns);
		worker_word_wait(&order->done, done, 10 * NS_PER_MS);
	}
	return order->error;
}

static uint64_t page(const struct rig *rig, uint64_t i)
{
	return rig->shared->base_address + i * rig->page_size;
}

static void content_is_checked(void **state)
{
	struct rig rig;
	uint64_t *word;

	(void)state;
	begin(&rig);
	/* What nobody has written is not what is looked for. */
	assert_int_equal(tell(&rig, WORKER_CHECK, page(&rig, 0)), -EILSEQ);
	for (uint64_t i = 0; i < PAGES; i++)
		assert_int_equal(tell(&rig, WORKER_PREPARE, page(&rig, i)), 0);
	for (uint64_t i = 0; i < PAGES; i++)
		assert_int_equal(tell(&rig, WORKER_CHECK, page(&rig, i)), 0);
	/* The touching threads write their own words, which changes nothing. */
	RIG_WAIT_ABOVE(&rig, touches, 100000);
	assert_int_equal(tell(&rig, WORKER_CHECK, page(&rig, 1)), 0);
	/* The last word of page 1: of that one, and of no other. */
	word = rig.memory + 2 * rig.page_size / sizeof(*word) - 1;
	__atomic_fetch_xor(word, 1, __ATOMIC_RELAXED);
	assert_int_equal(tell(&rig, WORKER_CHECK, page(&rig, 1)), -EILSEQ);
	assert_int_equal(tell(&rig, WORKER_CHECK, page(&rig, 0)), 0);
	assert_int_equal(tell(&rig, WORKER_CHECK, page(&rig, 2)), 0);
	__atomic_fetch_xor(word, 1, __ATOMIC_RELAXED);
	assert_int_equal(tell(&rig, WORKER_CHECK, page(&rig, 1)), 0);
	end(&rig);
}

static void a_page_that_is_anothers_is_seen(void **state)
{
	struct rig rig;
	size_t words;

	(void)state;
	begin(&rig);
	assert_int_equal(tell(&rig, WORKER_PREPARE, page(&rig, 0)), 0);
	assert_int_equal(tell(&rig, WORKER_PREPARE, page(&rig, 1)), 0);
	words = rig.page_size / sizeof(*rig.memory) / 2;
	memcpy(rig.memory + words, rig.memory + 3 * words, words * sizeof(*rig.memory));
	assert_int_equal(tell(&rig, WORKER_CHECK, page(&rig, 0)), -EILSEQ);
	end(&rig);
}

static size_t count_pipes(const struct rig *rig)
{
	size_t n = 0;

	for (int fd = 0; fd < 64; fd++) {
		cleanup_free char *path =
			memory_format("/proc/%d/fd/%d", (int)rig->process.pid, fd);
		char target[64] = "";

		if (readlink(path, target, sizeof(target) - 1) > 0)
			n += strncmp(target, "pipe:", 5) == 0;
	}
	return n;
}

static void a_page_is_held_and_let_go(void **state)
{
	struct rig rig;
	size_t before;

	(void)state;
	begin(&rig);
	before = count_pipes(&rig);
	assert_int_equal(tell(&rig, WORKER_RELEASE, 0), 0);
	assert_int_equal(tell(&rig, WORKER_HOLD, page(&rig, 2)), 0);
	assert_int_equal(count_pipes(&rig), before + 2);
	/* One at a time. */
	assert_int_equal(tell(&rig, WORKER_HOLD, page(&rig, 3)), 0);
	assert_int_equal(count_pipes(&rig), before + 2);
	assert_int_equal(tell(&rig, WORKER_RELEASE, 0), 0);
	assert_int_equal(count_pipes(&rig), before);
	end(&rig);
}

static bool is_mapped(const struct rig *rig, uint64_t address)
{
	cleanup_free char *path = memory_format("/proc/%d/maps", (int)rig->process.pid);
	cleanup_free char *text = NULL;
	size_t length;

	assert_int_equal(file_read_all(path, &text, &length, NULL), 0);
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		unsigned long long first, end_address;

		line += *line == '\n';
		if (sscanf(line, "%llx-%llx", &first, &end_address) == 2 && address >= first &&
		    address < end_address)
			return true;
	}
	return false;
}

static void a_scratch_page_comes_and_goes(void **state)
{
	struct rig rig;
	uint64_t address;

	(void)state;
	begin(&rig);
	assert_int_equal(tell(&rig, WORKER_SCRATCH, 0), 0);
	address = rig.shared->order.answer;
	assert_true(is_mapped(&rig, address));
	assert_int_equal(tell(&rig, WORKER_SCRATCH_FREE, 0), 0);
	assert_false(is_mapped(&rig, address));
	assert_int_equal(tell(&rig, WORKER_SCRATCH_FREE, 0), 0);
	end(&rig);
}

static void nonsense_is_refused(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig);
	assert_int_equal(tell(&rig, WORKER_TASKS, page(&rig, 0)), -EINVAL);
	assert_int_equal(tell(&rig, UINT32_MAX, page(&rig, 0)), -EINVAL);
	/* Nothing but its hot pages is soft-offlined, and only a whole one. */
	for (uint32_t task = WORKER_PREPARE; task <= WORKER_HOLD; task++) {
		assert_int_equal(tell(&rig, task, page(&rig, 0) - rig.page_size), -EINVAL);
		assert_int_equal(tell(&rig, task, page(&rig, PAGES)), -EINVAL);
		assert_int_equal(tell(&rig, task, page(&rig, 0) + 8), -EINVAL);
		assert_int_equal(tell(&rig, task, 0), -EINVAL);
	}
	end(&rig);
}

static void pages_are_bound_to_a_node(void **state)
{
	struct rig rig;
	int r;

	(void)state;
	begin(&rig);
	rig.shared->order.argument = 0; /* every host has it */
	r = tell(&rig, WORKER_BIND, 0);
	if (r == -ENOSYS || r == -EPERM) { /* a sandbox without the call */
		end(&rig);
		skip();
	}
	assert_int_equal(r, 0);
	for (uint64_t node = 1000; node < 5000; node += 1000) {
		rig.shared->order.argument = node; /* none has those */
		assert_int_equal(tell(&rig, WORKER_BIND, 0), -EINVAL);
	}
	RIG_WAIT_ABOVE(&rig, touches, 100000);
	end(&rig);
}

/* Whether it goes is the kernel's affair: here it is that all threads are told, and nothing is lost. */
static void pages_are_reclaimed_when_they_are_ready(void **state)
{
	static const char *const words[] = {"--workload", "read-across", "--kind",    "anonymous-thp",
					    "--pages",	  "2",		 "--threads", "3",
					    "--control-fd", "%C",	 NULL};
	uint64_t size, until_ns = clock_monotonic_ns() + ANSWER_NS;
	uint32_t taken = 0;
	struct rig rig;

	(void)state;
	if (huge_page_size(&size, NULL) < 0)
		skip();
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, words, 3);
	while (taken < 6) {
		int r = tell(&rig, WORKER_RECLAIM, 0);

		if (r == -EINVAL) { /* before 5.4 */
			rig_stop(&rig);
			rig_close(&rig);
			skip();
		}
		assert_true(r == 0 || r == -EAGAIN);
		taken += r == 0;
		assert_int_equal(worker_word_get(&rig.shared->taken), taken);
		assert_int_equal(worker_word_get(&rig.shared->reclaimed), taken);
		assert_true(r == -EAGAIN || rig.shared->taken_address % size == 0);
		assert_true(clock_monotonic_ns() < until_ns);
	}
	RIG_WAIT_ABOVE(&rig, touches, 0);
	rig_stop(&rig);
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	rig_close(&rig);
}

static void without_a_page_nothing_is_reclaimed(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig);
	assert_int_equal(tell(&rig, WORKER_RECLAIM, 0), -EAGAIN);
	assert_int_equal(rig.shared->taken, 0);
	end(&rig);
}

static void pages_that_may_not_be_written_are_not(void **state)
{
	static const char *const words[] = {"--workload",   "refault",	   "--kind",
					    "shared-memfd", "--pages",	   "4",
					    "--threads",    "2",	   "--first-writer",
					    "254",	    "--memory-fd", "%M",
					    "--control-fd", "%C",	   NULL};
	struct rig rig;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, words, 2);
	/* 256 threads of the group write into the half that is checked. */
	assert_int_equal(tell(&rig, WORKER_PREPARE, page(&rig, 0)),
			 rig.page_size > 4096 ? 0 : -E2BIG);
	end(&rig);
}

static void the_end_does_not_wait_for_an_order(void **state)
{
	uint64_t start_ns;
	struct rig rig;

	(void)state;
	for (int tries = 0; tries < 5; tries++) {
		begin(&rig);
		(void)clock_sleep_ns(50 * NS_PER_MS);
		start_ns = clock_monotonic_ns();
		end(&rig);
		/* It waits for an order for a second otherwise. */
		if (clock_monotonic_ns() - start_ns < NS_PER_S / 2)
			return;
	}
	fail_msg("the worker takes its time to end");
}

int test_orders(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(content_is_checked),
		rig_test(a_page_that_is_anothers_is_seen),
		rig_test(a_page_is_held_and_let_go),
		rig_test(a_scratch_page_comes_and_goes),
		rig_test(nonsense_is_refused),
		rig_test(pages_are_bound_to_a_node),
		rig_test(pages_are_reclaimed_when_they_are_ready),
		rig_test(without_a_page_nothing_is_reclaimed),
		rig_test(pages_that_may_not_be_written_are_not),
		rig_test(the_end_does_not_wait_for_an_order),
	};

	return cmocka_run_group_tests_name("orders", tests, NULL, NULL);
}

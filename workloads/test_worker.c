// SPDX-License-Identifier: GPL-2.0-or-later
/* Real worker processes: they touch, rest, see what is wrong with their pages, end. */
#include "workloads/test_rig.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "workloads/pages.h"

#define PAGES 16
#define MANY_TOUCHES 100000ULL
/* On a busy host the stop itself takes a while: half of this time is sure to pass stopped. */
#define STOPPED_NS (150 * NS_PER_MS)

static const char *const shared_two[] = {
	"--workload", "refault",      "--kind", "shared-memfd", "--pages", "16", "--threads",
	"2",	      "--control-fd", "%C",	"--memory-fd",	"%M",	   NULL};
static const char *const private_one[] = {
	"--workload",	"refault", "--kind",	"private-anonymous",
	"--pages",	"16",	   "--threads", "1",
	"--node",	"0",	   "--cpus",	"0",
	"--control-fd", "%C",	   NULL};

static void touches_grow(void **state)
{
	const char *const *const lines[] = {shared_two, private_one};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct rig rig;

		rig_open(&rig, PAGES);
		rig_start_ready(&rig, lines[i], 2);
		assert_int_equal(rig.shared->pid, rig.process.pid);
		assert_int_equal(rig.shared->threads, i == 0 ? 2 : 1);
		assert_int_equal(rig.shared->pages, PAGES);
		assert_int_equal(rig.shared->page_size, rig.page_size);
		assert_true(rig.shared->base_address != 0);
		RIG_WAIT_ABOVE(&rig, touches, MANY_TOUCHES);
		rig_stop(&rig);
		assert_int_equal(RIG_SUM(&rig, mismatches), 0);
		/* Each slow touch is counted once in both places, and few are slow. */
		assert_int_equal(rig.shared->slow_latency.count, RIG_SUM(&rig, slow_touches));
		assert_true(RIG_SUM(&rig, slow_touches) < RIG_SUM(&rig, touches) / 10);
		rig_close(&rig);
	}
}

static void wait_slot_above(const struct worker_slot *slot, uint64_t touches)
{
	for (int i = 0; i < 10000; i++) {
		if (__atomic_load_n(&slot->touches, __ATOMIC_RELAXED) > touches)
			return;
		(void)clock_sleep_ns(NS_PER_MS);
	}
	fail_msg("the thread does not work");
}

static void only_active_threads_work(void **state)
{
	struct worker_slot *slots;
	struct rig rig;
	uint64_t first;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, shared_two, 0);
	slots = rig.shared->slots;
	rig_settle();
	assert_int_equal(RIG_SUM(&rig, touches), 0);

	worker_word_set(&rig.shared->active_threads, 1);
	RIG_WAIT_ABOVE(&rig, touches, MANY_TOUCHES);
	assert_int_equal(__atomic_load_n(&slots[1].touches, __ATOMIC_RELAXED), 0);

	worker_word_set(&rig.shared->active_threads, 0);
	first = RIG_WAIT_QUIET(&rig, touches, 0);

	worker_word_set(&rig.shared->active_threads, 2);
	wait_slot_above(&slots[0], first);
	wait_slot_above(&slots[1], 0);
	rig_stop(&rig);
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	rig_close(&rig);
}

/* Locks, unlocks, gives back and takes again: and what it keeps stays what it was. */
static void locked_pages_are_churned(void **state)
{
	static const char *const words[] = {
		"--workload",	"mlock-churn", "--kind",    "private-anonymous",
		"--pages",	"33",	       "--threads", "2",
		"--control-fd", "%C",	       NULL};
	struct rig rig;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, words, 2);
	assert_int_equal(rig.shared->sees_frames, rig_sees_frames());
	/* Two of a round: an unlock and a lock, of the other half than before. */
	RIG_WAIT_ABOVE(&rig, operations, 6);
	RIG_WAIT_ABOVE(&rig, touches, 33);
	rig_stop(&rig);
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	/*
	 * What was given back and taken again does not count: it would be 16 pages a round. A
	 * host may compact memory at any time.
	 */
	assert_true(RIG_SUM(&rig, moved) < 16);
	rig_close(&rig);
}

/* Held, by each means, and as they were; a sandbox may forbid io_uring or FUSE, and it says so. */
static void pages_are_held(void **state)
{
	static const char *const workloads[] = {"hold-pipe", "hold-ring", "hold-direct"};
	static const char *const needs[] = {"nothing", "io_uring", "fuse"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(workloads); i++) {
		const char *const words[] = {
			"--workload",	workloads[i], "--kind",	   "private-anonymous",
			"--pages",	"33",	      "--threads", "2",
			"--control-fd", "%C",	      NULL};
		struct rig rig;

		rig_open(&rig, PAGES);
		rig_start(&rig, words);
		while (worker_word_get(&rig.shared->state) == WORKER_STARTING)
			(void)clock_sleep_ns(NS_PER_MS);
		if (i > 0 && rig.shared->state == WORKER_FAILED) {
			assert_non_null(strcasestr(rig.shared->error_text, needs[i]));
			assert_int_not_equal(rig_wait(&rig), 0);
			rig_close(&rig);
			continue;
		}
		assert_int_equal(rig.shared->state, WORKER_READY);
		worker_word_set(&rig.shared->active_threads, 2);
		RIG_WAIT_ABOVE(&rig, touches, 32);
		assert_int_equal(RIG_SUM(&rig, operations), 33);
		rig_stop(&rig);
		assert_int_equal(RIG_SUM(&rig, mismatches), 0);
		rig_close(&rig);
	}
}

static void without_threads_nobody_touches(void **state)
{
	static const char *const words[] = {
		"--workload",	"refault", "--kind",	"private-anonymous",
		"--pages",	"16",	   "--threads", "0",
		"--control-fd", "%C",	   NULL};
	struct rig rig;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, words, 0);
	rig_settle();
	assert_int_equal(RIG_SUM(&rig, touches), 0);
	assert_int_equal(rig.shared->pages, PAGES);
	rig_stop(&rig);
	rig_close(&rig);
}

/* What a kernel that loses or mixes up pages would do to them. */
static void wrong_content_is_seen(void **state)
{
	struct rig rig;
	uint64_t *word;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, shared_two, 2);
	RIG_WAIT_ABOVE(&rig, touches, MANY_TOUCHES);
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	word = rig.memory + 7 * rig.page_size / sizeof(*rig.memory);
	assert_int_equal(*word, pages_pattern(7));
	__atomic_store_n(word, pages_pattern(8), __ATOMIC_RELAXED);
	RIG_WAIT_ABOVE(&rig, mismatches, 10);
	rig_stop(&rig);
	rig_close(&rig);
}

/* A page whose last writes are gone: word 0 is right, the thread's own word is old. */
static void lost_writes_are_seen(void **state)
{
	struct rig rig;
	uint64_t *own, old, tries = 0;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, shared_two, 2);
	own = rig.memory + 3 * rig.page_size / sizeof(*rig.memory) + 1;
	old = __atomic_load_n(own, __ATOMIC_RELAXED);
	while (__atomic_load_n(own, __ATOMIC_RELAXED) == old && tries++ < 5000)
		(void)clock_sleep_ns(NS_PER_MS);
	assert_true(tries < 5000);
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	/* The thread writes at the same time: one of the two tries falls between two writes of it.
	 */
	for (int i = 0; i < 1000 && RIG_SUM(&rig, mismatches) == 0; i++) {
		__atomic_store_n(own, old, __ATOMIC_RELAXED);
		(void)clock_sleep_ns(NS_PER_MS);
	}
	RIG_WAIT_ABOVE(&rig, mismatches, 0);
	rig_stop(&rig);
	rig_close(&rig);
}

/* Being stopped is to the thread what a long wait in a fault is. */
static void a_long_wait_is_in_the_histogram(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, private_one, 1);
	RIG_WAIT_ABOVE(&rig, touches, MANY_TOUCHES);
	for (int i = 0; i < 3; i++) {
		uint64_t touches;

		(void)kill(rig.process.pid, SIGSTOP);
		(void)clock_sleep_ns(STOPPED_NS);
		(void)kill(rig.process.pid, SIGCONT);
		touches = RIG_SUM(&rig, touches);
		RIG_WAIT_ABOVE(&rig, touches, touches);
	}
	RIG_WAIT_ABOVE(&rig, slow_touches, 0);
	rig_stop(&rig);
	/* Once it may have been stopped outside of the loop; not three times. */
	assert_true(rig.shared->slow_latency.max_ns >= STOPPED_NS / 2);
	assert_true(rig.shared->slow_latency.sum_ns >= rig.shared->slow_latency.max_ns);
	rig_close(&rig);
}

static void faults_are_counted(void **state)
{
	struct rig rig;
	uint64_t before;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, shared_two, 2);
	RIG_WAIT_ABOVE(&rig, touches, MANY_TOUCHES);
	/* Nobody takes the pages away: no faults to speak of. */
	before = RIG_WAIT_QUIET(&rig, minor_faults, PAGES - 1);
	for (int i = 0; i < 2000 && RIG_SUM(&rig, minor_faults) <= before + 10ULL * PAGES; i++) {
		assert_int_equal(fallocate(rig.memory_fd,
					   FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
					   (off_t)(PAGES * rig.page_size)),
				 0);
		(void)clock_sleep_ns(5 * NS_PER_MS);
	}
	RIG_WAIT_ABOVE(&rig, minor_faults, before + 10ULL * PAGES);
	rig_stop(&rig);
	rig_close(&rig);
}

static void pins_are_made(void **state)
{
	static const char *const words[] = {
		"--workload",  "pin",	    "--kind", "shared-memfd", "--pages",
		"16",	       "--threads", "3",      "--control-fd", "%C",
		"--memory-fd", "%M",	    NULL};
	struct rig rig;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, words, 3);
	RIG_WAIT_ABOVE(&rig, operations, 10ULL * PAGES);
	worker_word_set(&rig.shared->active_threads, 0);
	(void)RIG_WAIT_QUIET(&rig, operations, 0);
	/* Three threads share the pages: the first one has 0, 3, 6, 9, 12 and 15. */
	assert_int_equal(rig.shared->slots[0].operations % 6, 0);
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	rig_stop(&rig);
	rig_close(&rig);
}

int test_worker(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(touches_grow),
		rig_test(only_active_threads_work),
		rig_test(locked_pages_are_churned),
		rig_test(pages_are_held),
		rig_test(without_threads_nobody_touches),
		rig_test(wrong_content_is_seen),
		rig_test(lost_writes_are_seen),
		rig_test(a_long_wait_is_in_the_histogram),
		rig_test(faults_are_counted),
		rig_test(pins_are_made),
	};

	return cmocka_run_group_tests_name("workloads: workers", tests, NULL, NULL);
}

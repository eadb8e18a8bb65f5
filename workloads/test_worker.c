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

static void only_active_threads_work(void **state)
{
	struct worker_slot *slots;
	struct rig rig;
	uint64_t first, second;

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
	rig_settle();
	first = RIG_SUM(&rig, touches);
	rig_settle();
	assert_int_equal(RIG_SUM(&rig, touches), first);

	worker_word_set(&rig.shared->active_threads, 2);
	second = __atomic_load_n(&slots[0].touches, __ATOMIC_RELAXED);
	RIG_WAIT_ABOVE(&rig, touches, first + 10 * MANY_TOUCHES);
	assert_true(__atomic_load_n(&slots[0].touches, __ATOMIC_RELAXED) > second);
	assert_true(__atomic_load_n(&slots[1].touches, __ATOMIC_RELAXED) > 0);
	rig_stop(&rig);
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	rig_close(&rig);
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
		(void)clock_sleep_ns(50 * NS_PER_MS);
		(void)kill(rig.process.pid, SIGCONT);
		touches = RIG_SUM(&rig, touches);
		RIG_WAIT_ABOVE(&rig, touches, touches);
	}
	RIG_WAIT_ABOVE(&rig, slow_touches, 0);
	rig_stop(&rig);
	/* Once it may have been stopped outside of the loop; not three times. */
	assert_true(rig.shared->slow_latency.max_ns >= 49 * NS_PER_MS);
	assert_true(rig.shared->slow_latency.sum_ns >= rig.shared->slow_latency.max_ns);
	rig_close(&rig);
}

/* Until two readings, two refreshes apart, are nearly the same: nobody takes pages away. */
static uint64_t quiet_faults(const struct rig *rig)
{
	uint64_t before = UINT64_MAX, now = 0;

	for (int i = 0; i < 20; i++) {
		rig_settle();
		rig_settle();
		now = RIG_SUM(rig, minor_faults);
		if (now >= before && now - before < PAGES)
			return now;
		before = now;
	}
	fail_msg("%llu faults, and more and more", (unsigned long long)now);
	return now;
}

static void faults_are_counted(void **state)
{
	struct rig rig;
	uint64_t before;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, shared_two, 2);
	RIG_WAIT_ABOVE(&rig, touches, MANY_TOUCHES);
	before = quiet_faults(&rig);
	for (int i = 0; i < 20; i++) {
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
	uint64_t before;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, words, 3);
	RIG_WAIT_ABOVE(&rig, operations, 10ULL * PAGES);
	worker_word_set(&rig.shared->active_threads, 0);
	rig_settle();
	before = RIG_SUM(&rig, operations);
	/* Three threads share the pages: each is pinned by one of them at a time. */
	assert_int_equal(rig.shared->slots[0].operations % 6, 0);
	rig_settle();
	assert_int_equal(RIG_SUM(&rig, operations), before);
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	rig_stop(&rig);
	rig_close(&rig);
}

int test_worker(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(touches_grow),
		cmocka_unit_test(only_active_threads_work),
		cmocka_unit_test(without_threads_nobody_touches),
		cmocka_unit_test(wrong_content_is_seen),
		cmocka_unit_test(lost_writes_are_seen),
		cmocka_unit_test(a_long_wait_is_in_the_histogram),
		cmocka_unit_test(faults_are_counted),
		cmocka_unit_test(pins_are_made),
	};

	return cmocka_run_group_tests_name("workloads: workers", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be shown without a kernel that lets itself be probed: falling back, and the bookkeeping
 * of drivers over their threads, on a source that a test makes up. The real sources are in
 * harness/tests/guest/observer_check.c.
 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/test_tree.h"
#include "observe/source.h"
#include "observe/test_observe.h"

static void assert_nothing_known(struct migration_counts *counts)
{
	for (int i = 0; i < FIELD_MAX; i++)
		assert_false(count_field(counts, (enum count_field)i)->known);
}

static void falls_back_to_vmstat(void **state)
{
	char why[OBSERVER_WHY_SIZE] = "";
	struct migration_counts counts;
	struct measured misses;
	struct observer *o = NULL;
	struct test_tree tree;

	(void)state;
	test_tree_init(&tree);
	test_tree_file(&tree, "proc/vmstat", "pgmigrate_success 100\n");
	assert_int_equal(observer_open(&tree.fs, "memsoak_1", SOURCE_MAX, 0, &o, why, NULL), 0);
	assert_int_equal(observer_source(o), SOURCE_VMSTAT);
	assert_true(strlen(why) > 10);
	assert_string_equal(observer_symbol(o), "");
	test_tree_file(&tree, "proc/vmstat", "pgmigrate_success 164\n");
	observer_read_total(o, &counts);
	assert_true(counts.migrated_pages.known);
	assert_int_equal(counts.migrated_pages.value, 64);
	assert_false(counts.failed_pages.known);
	assert_false(counts.attempts.known);
	assert_false(counts.eagain.known);
	assert_false(counts.waits.known);
	assert_int_equal(observer_attach(o, OBSERVED_OFFLINE, 1, NULL), 0);
	observer_read_driver(o, OBSERVED_OFFLINE, &counts);
	assert_nothing_known(&counts);
	observer_probe_misses(o, &misses);
	assert_false(misses.known);
	observer_close(o);
	test_tree_done(&tree);
}

static void falls_back_to_nothing(void **state)
{
	struct migration_counts counts;
	struct observer *o = NULL;
	struct test_tree tree;

	(void)state;
	test_tree_init(&tree);
	assert_int_equal(observer_open(&tree.fs, "memsoak_1", SOURCE_MAX, 0, &o, NULL, NULL), 0);
	assert_int_equal(observer_source(o), SOURCE_NONE);
	observer_read_total(o, &counts);
	assert_nothing_known(&counts);
	observer_detach(o, OBSERVED_OFFLINE);
	observer_close(o);
	observer_close(NULL);
	test_tree_done(&tree);
}

static void what_is_forced_is_not_replaced(void **state)
{
	struct observer *o = NULL;
	struct test_tree tree;

	(void)state;
	test_tree_init(&tree);
	for (int source = 0; source < SOURCE_NONE; source++) {
		struct err e = {0};

		assert_int_equal(observer_open(&tree.fs, "memsoak_1", (enum count_source)source, 0, &o,
					       NULL, &e),
				 -EOPNOTSUPP);
		assert_non_null(strstr(e.text, count_source_name((enum count_source)source)));
		assert_true(strlen(strstr(e.text, ": ")) > 10);
	}
	assert_null(o);
	assert_int_equal(observer_open(&tree.fs, "memsoak_1", SOURCE_NONE, 0, &o, NULL, NULL), 0);
	assert_int_equal(observer_source(o), SOURCE_NONE);
	observer_close(o);
	test_tree_done(&tree);
}

static void bad_group_names(void **state)
{
	static const char *const names[] = {
		"",
		"a b",
		"a/b",
		"1a",
		"a-b",
		"a\nb",
		"a123456789a123456789a123456789a123456789a123456789a123456789"};
	struct observer *o = NULL;
	struct test_tree tree;
	struct err e;

	(void)state;
	test_tree_init(&tree);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		e = (struct err){0};
		assert_int_equal(
			observer_open(&tree.fs, names[i], SOURCE_PERF_KPROBE, 0, &o, NULL, &e),
			-EOPNOTSUPP);
		assert_non_null(strstr(e.text, "no name for a group"));
	}
	assert_int_equal(observer_open(&tree.fs, "memsoak_1", SOURCE_PERF_KPROBE, 0, &o, NULL, &e),
			 -EOPNOTSUPP);
	assert_null(strstr(e.text, "no name for a group"));
	test_tree_done(&tree);
}

static void a_captured_tree_has_nothing_stale(void **state)
{
	unsigned int removed = 77;
	struct test_tree tree;

	(void)state;
	test_tree_init(&tree);
	test_tree_file(&tree, "sys/kernel/tracing/events/enable", "0");
	test_tree_file(&tree, "sys/kernel/tracing/kprobe_events", "p:memsoak_999999/x y\n");
	assert_int_equal(observer_remove_stale(&tree.fs, &removed, NULL), 0);
	assert_int_equal(removed, 0);
	test_tree_done(&tree);
}

/* A source whose counts the test sets: the same for every thread. */
static uint64_t now_attempts, now_eagain;
static bool can_be_read = true;

static void fake_read_thread(struct observer *o, struct observed_thread *thread,
			     struct migration_counts *ret)
{
	(void)o;
	assert_int_not_equal(thread->tid, 0);
	if (!can_be_read)
		return;
	ret->attempts = (struct measured){true, now_attempts};
	ret->eagain = (struct measured){true, now_eagain};
}

static int attach_result;
static int fake_attach(struct observer *o, struct observed_thread *thread, struct err *e)
{
	(void)o;
	(void)thread;
	return attach_result < 0 ? err_set(e, attach_result, "as the test wants") : 0;
}

#define FAKE_FIELDS (FIELD_BIT(attempts) | FIELD_BIT(eagain))
/* With counters made at attach, as perf; and with a table by thread, as hist. */
static const struct source_ops fake_counters = {
	.thread_fields = FAKE_FIELDS, .attach = fake_attach, .read_thread = fake_read_thread};
static const struct source_ops fake_table = {.thread_fields = FAKE_FIELDS,
					     .read_thread = fake_read_thread};

static void fake_done(struct observer *o)
{
	for (int i = 0; i < OBSERVED_MAX; i++)
		observer_detach(o, (enum observed_driver)i);
}
#define FAKE_OBSERVER __attribute__((cleanup(fake_done))) struct observer

static struct observer fake(const struct source_ops *ops)
{
	struct observer o = {.ops = ops, .lock = PTHREAD_MUTEX_INITIALIZER};

	for (int i = 0; i < OBSERVED_MAX; i++) {
		o.shares[i].kept.attempts.known = true;
		o.shares[i].kept.eagain.known = true;
	}
	now_attempts = now_eagain = 0;
	can_be_read = true;
	attach_result = 0;
	return o;
}

static void assert_driver(struct observer *o, enum observed_driver driver, uint64_t attempts,
			  uint64_t eagain)
{
	struct migration_counts counts;

	observer_read_driver(o, driver, &counts);
	assert_true(counts.attempts.known);
	assert_int_equal(counts.attempts.value, attempts);
	assert_true(counts.eagain.known);
	assert_int_equal(counts.eagain.value, eagain);
	/* What this source does not give. */
	assert_false(counts.succeeded.known);
	assert_false(counts.waits.known);
	assert_false(counts.migrated_pages.known);
}

static void counters_made_at_attach(void **state)
{
	FAKE_OBSERVER o = fake(&fake_counters);

	(void)state;
	assert_driver(&o, OBSERVED_OFFLINE, 0, 0);
	assert_int_equal(observer_attach(&o, OBSERVED_OFFLINE, 10, NULL), 0);
	now_attempts = 30;
	now_eagain = 4;
	assert_driver(&o, OBSERVED_OFFLINE, 30, 4);
	assert_driver(&o, OBSERVED_MOVE_PAGES, 0, 0);
	observer_detach(&o, OBSERVED_OFFLINE);
	now_attempts = 999;
	assert_driver(&o, OBSERVED_OFFLINE, 30, 4);
	observer_detach(&o, OBSERVED_OFFLINE);
	assert_driver(&o, OBSERVED_OFFLINE, 30, 4);
	/* A new thread's counters begin at 0, and an attach detaches the one before. */
	now_attempts = now_eagain = 0;
	assert_int_equal(observer_attach(&o, OBSERVED_OFFLINE, 11, NULL), 0);
	now_attempts = 5;
	assert_int_equal(observer_attach(&o, OBSERVED_OFFLINE, 12, NULL), 0);
	assert_driver(&o, OBSERVED_OFFLINE, 40, 4); /* 30 + 5 of 11, and 5 that the fake gives 12 */
}

static void many_threads_of_one_driver(void **state)
{
	FAKE_OBSERVER o = fake(&fake_counters);
	struct migration_counts counts;
	struct err e = {0};

	(void)state;
	assert_int_equal(observer_attach(&o, OBSERVED_MBIND, 10, NULL), 0);
	assert_int_equal(observer_attach_also(&o, OBSERVED_MBIND, 20, NULL), 0);
	assert_int_equal(observer_attach_also(&o, OBSERVED_MBIND, 30, NULL), 0);
	now_attempts = 7;
	now_eagain = 2;
	assert_driver(&o, OBSERVED_MBIND, 21, 6);
	assert_driver(&o, OBSERVED_OFFLINE, 0, 0);
	observer_detach(&o, OBSERVED_MBIND);
	now_attempts = 999;
	assert_driver(&o, OBSERVED_MBIND, 21, 6);
	now_attempts = now_eagain = 0;
	for (int i = 0; i < OBSERVER_MAX_THREADS; i++)
		assert_int_equal(observer_attach_also(&o, OBSERVED_MBIND, 10 + i, NULL), 0);
	assert_driver(&o, OBSERVED_MBIND, 21, 6);
	/* One that is not counted makes the sum none. */
	assert_int_equal(observer_attach_also(&o, OBSERVED_MBIND, 5000, &e), -E2BIG);
	assert_non_null(strstr(e.text, "1024"));
	observer_read_driver(&o, OBSERVED_MBIND, &counts);
	assert_nothing_known(&counts);
	observer_detach(&o, OBSERVED_MBIND);
}

static void table_by_thread(void **state)
{
	FAKE_OBSERVER o = fake(&fake_table);

	(void)state;
	/* The number had another owner before. */
	now_attempts = 100;
	now_eagain = 50;
	assert_int_equal(observer_attach(&o, OBSERVED_MOVE_PAGES, 10, NULL), 0);
	assert_driver(&o, OBSERVED_MOVE_PAGES, 0, 0);
	now_attempts = 107;
	now_eagain = 51;
	assert_driver(&o, OBSERVED_MOVE_PAGES, 7, 1);
	observer_detach(&o, OBSERVED_MOVE_PAGES);
	now_attempts = 500;
	/* The same thread again: what it did in between is not ours. */
	assert_int_equal(observer_attach(&o, OBSERVED_MOVE_PAGES, 10, NULL), 0);
	assert_driver(&o, OBSERVED_MOVE_PAGES, 7, 1);
	now_attempts = 503;
	assert_driver(&o, OBSERVED_MOVE_PAGES, 10, 1);
}

static void what_cannot_be_read_is_unknown(void **state)
{
	FAKE_OBSERVER o = fake(&fake_counters);
	struct migration_counts counts;

	(void)state;
	assert_int_equal(observer_attach(&o, OBSERVED_OFFLINE, 10, NULL), 0);
	now_attempts = 3;
	can_be_read = false;
	observer_read_driver(&o, OBSERVED_OFFLINE, &counts);
	assert_nothing_known(&counts);
	can_be_read = true;
	assert_driver(&o, OBSERVED_OFFLINE, 3, 0);
	/* At the moment when it had to be kept: then it is lost for good. */
	can_be_read = false;
	observer_detach(&o, OBSERVED_OFFLINE);
	can_be_read = true;
	observer_read_driver(&o, OBSERVED_OFFLINE, &counts);
	assert_nothing_known(&counts);
	assert_driver(&o, OBSERVED_MOVE_PAGES, 0, 0);
}

static void attach_that_fails(void **state)
{
	FAKE_OBSERVER o = fake(&fake_counters);
	struct migration_counts counts;
	struct err e = {0};

	(void)state;
	attach_result = -ESRCH;
	assert_int_equal(observer_attach(&o, OBSERVED_OFFLINE, 10, &e), -ESRCH);
	assert_string_equal(e.text, "as the test wants");
	observer_read_driver(&o, OBSERVED_OFFLINE, &counts);
	assert_nothing_known(&counts);
	/* A later thread does not make up for what was missed. */
	attach_result = 0;
	assert_int_equal(observer_attach(&o, OBSERVED_OFFLINE, 11, NULL), 0);
	observer_read_driver(&o, OBSERVED_OFFLINE, &counts);
	assert_nothing_known(&counts);
}

static void *read_and_attach(void *context)
{
	struct observer *o = context;
	struct migration_counts counts;

	for (int i = 0; i < 2000; i++) {
		(void)observer_attach(o, OBSERVED_OFFLINE, 10 + i, NULL);
		observer_read_driver(o, OBSERVED_MOVE_PAGES, &counts);
		observer_detach(o, OBSERVED_OFFLINE);
	}
	return NULL;
}

/* For the thread sanitizer. */
static void many_threads(void **state)
{
	FAKE_OBSERVER o = fake(&fake_counters);
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_and_attach, &o), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_driver(&o, OBSERVED_OFFLINE, 0, 0);
}

int test_observer(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(falls_back_to_vmstat),
		cmocka_unit_test(falls_back_to_nothing),
		cmocka_unit_test(what_is_forced_is_not_replaced),
		cmocka_unit_test(bad_group_names),
		cmocka_unit_test(a_captured_tree_has_nothing_stale),
		cmocka_unit_test(counters_made_at_attach),
		cmocka_unit_test(many_threads_of_one_driver),
		cmocka_unit_test(table_by_thread),
		cmocka_unit_test(what_cannot_be_read_is_unknown),
		cmocka_unit_test(attach_that_fails),
		cmocka_unit_test(many_threads),
	};

	return cmocka_run_group_tests_name("observer", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* When a task is stuck, and when it is looked at: with a clock of our own. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/test_tree.h"
#include "observe/stuck_watch.h"
#include "observe/test_observe.h"

#define MAX_TOLD 64

struct rig {
	struct test_tree tree;
	struct stuck_watch *watch;
	uint64_t now_ns;
	size_t n;
	struct {
		uint64_t at_ns, since_ns, number;
		const char *who;
		pid_t tid;
		char letter, first_frame[STUCK_FRAMES_SIZE];
		bool is_last;
	} told[MAX_TOLD];
};

static void on_sample(void *context, const struct stuck_sample *s)
{
	struct rig *rig = context;
	size_t i = rig->n++ % MAX_TOLD;

	rig->told[i].at_ns = rig->now_ns;
	rig->told[i].since_ns = s->since_ns;
	rig->told[i].number = s->number;
	rig->told[i].who = s->suspect->who;
	rig->told[i].tid = s->tid;
	rig->told[i].letter = s->state.letter;
	rig->told[i].is_last = s->is_last;
	(void)snprintf(rig->told[i].first_frame, sizeof(rig->told[i].first_frame), "%s", s->place.frames);
}

static void put_task(struct rig *rig, int pid, int tid, char letter, unsigned int switches)
{
	cleanup_free char *status = memory_format("proc/%d/task/%d/status", pid, tid);
	cleanup_free char *stack = memory_format("proc/%d/task/%d/stack", pid, tid);
	cleanup_free char *text = memory_format("Name:\tx\nState:\t%c (x)\nvoluntary_ctxt_switches:\t%u\n"
						"nonvoluntary_ctxt_switches:\t0\n", letter, switches);

	test_tree_file(&rig->tree, status, text);
	test_tree_file(&rig->tree, stack, "[<0>] migrate_pages+0x1/0x2\n");
}

static void rig_open(struct rig *rig)
{
	*rig = (struct rig){.now_ns = 1000 * NS_PER_S};
	test_tree_init(&rig->tree);
	rig->watch = stuck_watch_new(&rig->tree.fs, on_sample, rig);
}

static void rig_close(struct rig *rig)
{
	stuck_watch_free(rig->watch);
	test_tree_done(&rig->tree);
}

static void run_call(struct rig *rig, const struct stuck_suspect *suspect, uint64_t until_ns)
{
	for (; rig->now_ns <= until_ns; rig->now_ns += 100 * NS_PER_MS)
		stuck_watch_call(rig->watch, suspect, rig->now_ns);
}

static uint64_t told_after_ms(const struct rig *rig, size_t i)
{
	return (rig->told[i].at_ns - rig->told[i].since_ns) / NS_PER_MS;
}

/* Half of the deadline, then 1, 1.5, 2.25... s apart, and one just at the deadline. */
static void a_call_is_sampled_at_growing_intervals(void **state)
{
	static const uint64_t expected_ms[] = {10000, 11000, 12500, 14800, 18200, 20000, 27600};
	struct rig rig;
	struct stuck_suspect suspect = {
		.who = "offline", .pid = 7, .tid = 8, .since_ns = 1000 * NS_PER_S, .deadline_ns = 20 * NS_PER_S,
	};

	(void)state;
	rig_open(&rig);
	put_task(&rig, 7, 8, 'R', 1);
	run_call(&rig, &suspect, 1000 * NS_PER_S + 9900 * NS_PER_MS);
	assert_int_equal(rig.n, 0);
	run_call(&rig, &suspect, 1035 * NS_PER_S);
	assert_int_equal(rig.n, ARRAY_SIZE(expected_ms));
	for (size_t i = 0; i < rig.n; i++) {
		assert_int_equal(told_after_ms(&rig, i), expected_ms[i]);
		assert_int_equal(rig.told[i].number, i);
		assert_int_equal(rig.told[i].tid, 8);
		assert_int_equal(rig.told[i].letter, 'R');
		assert_string_equal(rig.told[i].first_frame, "migrate_pages");
	}
	/* The next write of the same thread begins anew. */
	suspect.since_ns = rig.now_ns;
	run_call(&rig, &suspect, suspect.since_ns + 9 * NS_PER_S);
	assert_int_equal(rig.n, ARRAY_SIZE(expected_ms));
	run_call(&rig, &suspect, suspect.since_ns + 10 * NS_PER_S);
	assert_int_equal(rig.n, ARRAY_SIZE(expected_ms) + 1);
	assert_int_equal(rig.told[rig.n - 1].number, 0);
	rig_close(&rig);
}

static void a_call_without_a_deadline(void **state)
{
	struct rig rig;
	const struct stuck_suspect suspect = {
		.who = "offline", .pid = 7, .tid = 8, .since_ns = 1000 * NS_PER_S,
	};

	(void)state;
	rig_open(&rig);
	put_task(&rig, 7, 8, 'D', 1);
	run_call(&rig, &suspect, 1010 * NS_PER_S);
	assert_int_equal(rig.n, 1);
	assert_int_equal(told_after_ms(&rig, 0), 10000);
	run_call(&rig, &suspect, 1000 * NS_PER_S + 1000 * STUCK_LONGEST_INTERVAL_NS);
	/* As seldom as once a minute, no more seldom than that. */
	assert_in_range(rig.n, 1000, 1020);
	rig_close(&rig);
}

static void run_tasks(struct rig *rig, const struct stuck_suspect *suspects, size_t n, uint64_t seconds)
{
	for (uint64_t end_ns = rig->now_ns + seconds * NS_PER_S; rig->now_ns < end_ns; rig->now_ns += NS_PER_S)
		if (stuck_watch_is_due(rig->watch, rig->now_ns))
			stuck_watch_tasks(rig->watch, suspects, n, rig->now_ns);
}

static void a_task_that_has_not_run_is_stuck(void **state)
{
	static const struct stuck_suspect suspects[] = {
		{.who = "worker", .group = "hot", .pid = 7},
		{.who = "worker", .group = "hot", .pid = 99}, /* is gone */
		{.who = "move_pages", .pid = 20, .tid = 21},
	};
	struct rig rig;

	(void)state;
	rig_open(&rig);
	put_task(&rig, 7, 7, 'S', 5);  /* sleeps, and would hear a signal */
	put_task(&rig, 7, 8, 'D', 5);  /* this one */
	put_task(&rig, 7, 9, 'R', 5);  /* runs */
	put_task(&rig, 20, 21, 'D', 5); /* and this one */
	put_task(&rig, 20, 22, 'D', 5); /* nobody asked for it */
	run_tasks(&rig, suspects, ARRAY_SIZE(suspects), 10);
	assert_int_equal(rig.n, 0);
	run_tasks(&rig, suspects, ARRAY_SIZE(suspects), 1);
	assert_int_equal(rig.n, 2);
	assert_int_equal(rig.told[0].tid, 8);
	assert_string_equal(rig.told[0].who, "worker");
	assert_int_equal(rig.told[1].tid, 21);
	assert_string_equal(rig.told[1].who, "move_pages");
	assert_int_equal(told_after_ms(&rig, 1), 10000);
	/* It ran, and sleeps again: its time begins anew. */
	put_task(&rig, 7, 8, 'D', 6);
	put_task(&rig, 20, 21, 'R', 6);
	run_tasks(&rig, suspects, ARRAY_SIZE(suspects), 11);
	assert_int_equal(rig.n, 2);
	run_tasks(&rig, suspects, ARRAY_SIZE(suspects), 2);
	assert_int_equal(rig.n, 3);
	assert_int_equal(rig.told[2].number, 0);
	rig_close(&rig);
}

/* How a worker waits on migration entries, again and again: no two looks find the same sleep. */
static void a_task_that_waits_its_turn_is_not(void **state)
{
	static const struct stuck_suspect suspect = {.who = "worker", .group = "hot", .pid = 7};
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (unsigned int i = 0; i < 100; i++) {
		put_task(&rig, 7, 7, i % 7 == 6 ? 'R' : 'D', i);
		run_tasks(&rig, &suspect, 1, 2);
	}
	assert_int_equal(rig.n, 0);
	/* Nor one that was seen awake between, though the count stood still: it is another sleep. */
	for (unsigned int i = 0; i < 20; i++) {
		put_task(&rig, 7, 7, i % 4 == 3 ? 'S' : 'D', 100);
		run_tasks(&rig, &suspect, 1, 2);
	}
	assert_int_equal(rig.n, 0);
	rig_close(&rig);
}

static void there_is_an_end(void **state)
{
	struct stuck_suspect suspect = {.who = "offline", .pid = 7, .tid = 8};
	struct rig rig;

	(void)state;
	rig_open(&rig);
	put_task(&rig, 7, 8, 'D', 1);
	for (size_t i = 0; i < STUCK_MAX_SAMPLES + 10; i++) {
		suspect.since_ns = rig.now_ns;
		rig.now_ns += STUCK_AFTER_NS;
		stuck_watch_call(rig.watch, &suspect, suspect.since_ns);
		stuck_watch_call(rig.watch, &suspect, rig.now_ns);
	}
	assert_int_equal(rig.n, STUCK_MAX_SAMPLES);
	assert_true(rig.told[(STUCK_MAX_SAMPLES - 1) % MAX_TOLD].is_last);
	assert_false(rig.told[(STUCK_MAX_SAMPLES - 2) % MAX_TOLD].is_last);
	rig_close(&rig);
}

static void a_task_that_is_gone(void **state)
{
	static const struct stuck_suspect suspect = {
		.who = "offline", .pid = 7, .tid = 8, .since_ns = 1000 * NS_PER_S,
	};
	struct rig rig;

	(void)state;
	rig_open(&rig);
	run_call(&rig, &suspect, 1030 * NS_PER_S);
	assert_int_equal(rig.n, 0);
	rig_close(&rig);
}

int test_stuck_watch(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_sampled_at_growing_intervals),
		cmocka_unit_test(a_call_without_a_deadline),
		cmocka_unit_test(a_task_that_has_not_run_is_stuck),
		cmocka_unit_test(a_task_that_waits_its_turn_is_not),
		cmocka_unit_test(there_is_an_end),
		cmocka_unit_test(a_task_that_is_gone),
	};

	return cmocka_run_group_tests_name("stuck: when", tests, NULL, NULL);
}

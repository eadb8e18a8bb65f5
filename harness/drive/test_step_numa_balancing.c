// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/test_tree.h"
#include "drive/test_told.h"
#include "drive/test_wait.h"
#include "drive/test_world.h"

#define SWITCH "proc/sys/kernel/numa_balancing"

static struct test_tree files;
static pid_t child; /* whose only thread is sent from node to node */

static void make_tree(const char *mode, const char *cpus_of_1)
{
	char path[64];

	test_tree_init(&files);
	test_tree_file(&files, SWITCH, mode);
	test_tree_file(&files, "sys/devices/system/node/node0/cpulist", "0\n");
	test_tree_file(&files, "sys/devices/system/node/node1/cpulist", cpus_of_1);
	test_tree_file(&files, "proc/vmstat",
		       "numa_hint_faults_local 7\nnuma_hint_faults 1000\nnuma_pages_migrated 50\n");
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)pause();
		_exit(0);
	}
	(void)snprintf(path, sizeof(path), "proc/%d/task/%d/comm", (int)child, (int)child);
	test_tree_file(&files, path, "worker\n");
	told_reset();
	world_init(1);
	memset(&world_profile.callers, 0, sizeof(world_profile.callers));
	world_profile.callers[CALLER_NUMA_BALANCING].pause_ns = 10 * NS_PER_MS;
	world_targets[0].pid = child;
}

static void end_child(void)
{
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}

static void remove_tree(void)
{
	end_child();
	test_tree_done(&files);
}

static struct caller_driver *start(struct err *e)
{
	return told_start(CALLER_NUMA_BALANCING, &files.fs, world_targets, 1, e);
}

static void threads_are_sent_and_counted(void **state)
{
	struct caller_driver *driver;
	cpu_set_t now;

	(void)state;
	make_tree("1\n", "0\n");
	driver = start(NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 2);
	test_tree_file(&files, "proc/vmstat",
		       "numa_hint_faults_local 7\nnuma_hint_faults 1400\nnuma_pages_migrated 90\n");
	told_stop(driver);
	assert_true(told.event.calls == told.n_calls);
	assert_int_equal(told_number("threads_sent"), told.event.calls);
	/* What came in the last pause is told, too. */
	assert_int_equal(told_number("numa_hint_faults"), 400);
	assert_int_equal(told_number("numa_pages_migrated"), 40);
	assert_int_equal(told.n_counted, 1);
	assert_int_equal(told.counted[0], child);
	assert_int_equal(sched_getaffinity(child, sizeof(now), &now), 0);
	assert_int_equal(CPU_COUNT(&now), 1);
	assert_true(CPU_ISSET(0, &now));
	remove_tree();
}

static void without_threads_it_ends(void **state)
{
	struct caller_driver *driver;

	(void)state;
	make_tree("3\n", "0\n"); /* balancing, and promotion between tiers */
	end_child();
	driver = start(NULL);
	assert_non_null(driver);
	told_join(driver);
	assert_int_equal(told.event.calls, 1);
	assert_int_equal(told.event.errors[0].error, ESRCH);
	test_tree_done(&files);
}

static void what_it_lacks_is_told(void **state)
{
	static const struct {
		const char *mode, *cpus, *said;
	} cases[] = {
		{"0\n", "0\n", "could not be turned on"},
		{"2\n", "0\n", "could not be turned on"}, /* promotion only */
		{"1\n", "\n", "node 1 has none"},
		{"", "0\n", "CONFIG_NUMA_BALANCING"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = {0};

		make_tree(cases[i].mode, cases[i].cpus);
		assert_null(start(&e));
		assert_int_equal(e.code, -EOPNOTSUPP);
		if (!strstr(e.text, cases[i].said))
			fail_msg("'%s' is not in '%s'", cases[i].said, e.text);
		remove_tree();
	}
}

int test_step_numa_balancing(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_are_sent_and_counted),
		cmocka_unit_test(without_threads_it_ends),
		cmocka_unit_test(what_it_lacks_is_told),
	};

	return cmocka_run_group_tests_name("drive: numa_balancing", tests, NULL, NULL);
}

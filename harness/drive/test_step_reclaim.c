// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/test_tree.h"
#include "drive/test_told.h"
#include "drive/test_wait.h"
#include "drive/test_world.h"

#define VMSTAT "proc/vmstat"

static struct test_tree files;

static struct caller_driver *start(size_t n, int (*answer)(pid_t pid, unsigned int n),
				   struct err *e)
{
	test_tree_init(&files);
	test_tree_file(&files, VMSTAT, "pglazyfreed 100\npswpout 7\nthp_split_page 3\n");
	told_reset();
	told.reclaim_answer = answer;
	world_init(1);
	memset(&world_profile.callers, 0, sizeof(world_profile.callers));
	world_profile.callers[CALLER_RECLAIM].pause_ns = NS_PER_MS;
	return told_start(CALLER_RECLAIM, &files.fs, world_targets, n, e);
}

static void each_process_in_its_turn(void **state)
{
	struct caller_driver *driver = start(2, NULL, NULL);

	(void)state;
	assert_non_null(driver);
	wait_until(told.n_calls >= 4);
	test_tree_file(&files, VMSTAT, "pglazyfreed 612\npswpout 7\nthp_split_page 4\n");
	told_stop(driver);
	assert_true(told.event.calls == told.n_calls && told.n_reclaimed == told.event.calls);
	for (unsigned int i = 0; i < told.n_reclaimed && i < TOLD_MAX; i++)
		assert_int_equal(told.reclaimed[i], FIRST_PID + i % 2);
	/* Who reclaims is the processes' first threads. */
	assert_int_equal(told.n_counted, 2);
	assert_int_equal(told.counted[1], FIRST_PID + 1);
	assert_int_equal(told_number("pages_asked_for"), told.event.calls);
	assert_int_equal(told_number("calls_without_page"), UINT64_MAX);
	/* What has grown since the start; what the kernel has not is not told. */
	assert_int_equal(told_number("pglazyfreed"), 512);
	assert_int_equal(told_number("pswpout"), 0);
	assert_int_equal(told_number("thp_split_page"), 1);
	assert_int_equal(told_number("thp_split_page_failed"), UINT64_MAX);
	test_tree_done(&files);
}

static int nothing_ready(pid_t pid, unsigned int n)
{
	(void)n;
	return pid == FIRST_PID ? -EAGAIN : -EINVAL;
}

static void what_is_not_ready_is_no_error(void **state)
{
	struct caller_driver *driver = start(2, nothing_ready, NULL);

	(void)state;
	assert_non_null(driver);
	wait_until(told.n_calls >= 4);
	told_stop(driver);
	assert_true(told.event.calls == told.n_calls);
	assert_int_equal(told_number("calls_without_page"), (told.event.calls + 1) / 2);
	/* The answer of a kernel that knows no MADV_PAGEOUT. */
	assert_int_equal(told.event.n_errors, 1);
	assert_int_equal(told.event.errors[0].error, EINVAL);
	assert_int_equal(told_number("calls_without_page") + told.event.errors[0].count,
			 told.event.calls);
	assert_int_equal(told.n_faults, 0);
	test_tree_done(&files);
}

static int silent(pid_t pid, unsigned int n)
{
	(void)n;
	return pid == FIRST_PID ? -ETIMEDOUT : -ESRCH;
}

static void who_is_silent_is_not_asked_again(void **state)
{
	struct caller_driver *driver = start(2, silent, NULL);

	(void)state;
	assert_non_null(driver);
	/* It ends by itself: nobody is left. */
	told_join(driver);
	assert_int_equal(told.n_reclaimed, 2);
	assert_int_equal(told.n_faults, 2);
	assert_non_null(strstr(told.fault, "does not answer"));
	test_tree_done(&files);
}

static void without_targets_it_does_not_start(void **state)
{
	struct err e = {0};

	(void)state;
	assert_null(start(0, NULL, &e));
	assert_int_equal(e.code, -EINVAL);
	assert_non_null(strstr(e.text, "driven_by = reclaim"));
	test_tree_done(&files);
}

int test_step_reclaim(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_process_in_its_turn),
		cmocka_unit_test(what_is_not_ready_is_no_error),
		cmocka_unit_test(who_is_silent_is_not_asked_again),
		cmocka_unit_test(without_targets_it_does_not_start),
	};

	return cmocka_run_group_tests_name("drive: reclaim", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "drive/test_told.h"
#include "drive/test_wait.h"
#include "drive/test_world.h"

#define NO_NODE_OF_OURS 77

static void set_up(int bind_answer)
{
	told_reset();
	told.bind_answer = bind_answer;
	world_init(1);
	memset(&world_profile.callers, 0, sizeof(world_profile.callers));
	world_profile.callers[CALLER_MBIND].pause_ns = NS_PER_MS;
}

static struct caller_driver *start(const struct move_target *targets, size_t n, struct err *e)
{
	return told_start(CALLER_MBIND, NULL, targets, n, e);
}

static void pages_are_sent_to_and_fro(void **state)
{
	struct caller_driver *driver;
	struct move_target targets[2];
	uint32_t node;

	(void)state;
	if (!own_target(&targets[0], &node))
		skip();
	targets[1] = targets[0];
	set_up(0);
	driver = start(targets, 2, NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 8); /* to and fro, and that again */
	told_stop(driver);
	assert_true(told.event.calls == told.n_calls && told.n_bound == told.event.calls);
	/* Every process to the one node, then every process to the other. */
	for (unsigned int i = 0; i < told.n_bound && i < TOLD_MAX; i++)
		assert_int_equal(told.bound[i].node, world_plan.move_nodes[i / 2 % 2 == 0]);
	/* The threads that migrate are the processes' first ones. */
	assert_int_equal(told.n_counted, 2);
	assert_int_equal(told.counted[0], getpid());
	assert_int_equal(told.event.n_errors, 0);
	own_target_done(&targets[0]);
}

/* It says that it has bound them, and has not: where pages are is asked for. */
static void what_it_answers_is_not_believed(void **state)
{
	struct move_target target;
	struct caller_driver *driver;
	uint64_t calls, away;
	uint32_t node;

	(void)state;
	if (!own_target(&target, &node))
		skip();
	set_up(0);
	world_plan.move_nodes[0] = node;
	world_plan.move_nodes[1] = NO_NODE_OF_OURS;
	driver = start(&target, 1, NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 4);
	told_stop(driver);
	calls = told.event.calls;
	away = (calls + 1) / 2;
	assert_int_equal(told_number("pages_moved"), 0);
	assert_int_equal(told_number("pages_not_moved"), away * OWN_PAGES);
	assert_int_equal(told_number("pages_there_already"), (calls - away) * OWN_PAGES);
	own_target_done(&target);
}

static void what_the_kernel_answers_is_counted(void **state)
{
	struct move_target target;
	struct caller_driver *driver;
	uint32_t node;

	(void)state;
	if (!own_target(&target, &node))
		skip();
	set_up(-EIO);
	driver = start(&target, 1, NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 3);
	told_stop(driver);
	assert_int_equal(told.event.n_errors, 1);
	assert_int_equal(told.event.errors[0].error, EIO);
	assert_true(told.event.errors[0].count == told.event.calls);
	own_target_done(&target);
}

/* One that does not answer is not asked again, and without any the driver ends by itself. */
static void who_is_gone_is_left_alone(void **state)
{
	static const int answers[] = {-ESRCH, -ETIMEDOUT};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct caller_driver *driver;

		set_up(answers[i]);
		driver = start(world_targets, MAX_PIDS, NULL);
		assert_non_null(driver);
		told_join(driver);
		assert_int_equal(told.n_bound, MAX_PIDS);
		assert_int_equal(told.n_faults, MAX_PIDS);
		assert_non_null(strstr(told.fault, i ? "ETIMEDOUT" : "ESRCH"));
	}
}

static void it_needs_two_nodes_and_a_process(void **state)
{
	struct err e = {0};

	(void)state;
	set_up(0);
	assert_null(start(world_targets, 0, &e));
	assert_int_equal(e.code, -EINVAL);
	world_plan.can_move = false;
	(void)strcpy(world_plan.cannot_move_why, "only one node has memory");
	assert_null(start(world_targets, 1, &e));
	assert_int_equal(e.code, -EOPNOTSUPP);
	assert_non_null(strstr(e.text, "only one node"));
}

int test_step_mbind(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_sent_to_and_fro),
		cmocka_unit_test(what_it_answers_is_not_believed),
		cmocka_unit_test(what_the_kernel_answers_is_counted),
		cmocka_unit_test(who_is_gone_is_left_alone),
		cmocka_unit_test(it_needs_two_nodes_and_a_process),
	};

	return cmocka_run_group_tests_name("drive: mbind", tests, NULL, NULL);
}

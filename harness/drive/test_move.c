// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "drive/move_driver.h"
#include "drive/test_wait.h"
#include "drive/test_world.h"

#define MANY_CALLS 1000 /* every page of two processes has gone alone, and more than once */
#define ERROR_PAUSE_NS NS_PER_MS /* the driver's */

static struct move_driver *start(size_t n_targets)
{
	struct move_driver *driver =
		move_driver_start_with(world_move, &world_plan, &world_phase, world_targets,
				       n_targets, &world_hooks, NULL);

	assert_non_null(driver);
	return driver;
}

/* Joins; returns the sum of what was told. */
static struct move_event join(struct move_driver *driver)
{
	struct move_event sum = {0};

	move_driver_join(driver);
	assert_true(n_world_events >= 1 && n_world_events <= MAX_EVENTS);
	for (size_t i = 0; i < n_world_events; i++) {
		const struct move_event *event = &world_events[i];

		assert_true(event->pages == event->moved + event->not_moved + event->already_there);
		assert_true(event->calls == event->single_calls + event->batch_calls);
		sum.calls += event->calls;
		sum.single_calls += event->single_calls;
		sum.batch_calls += event->batch_calls;
		sum.pages += event->pages;
		sum.moved += event->moved;
		sum.not_moved += event->not_moved;
		sum.already_there += event->already_there;
		sum.call_errors += event->call_errors;
		sum.failed_call_pages += event->failed_call_pages;
		sum.latency.count += event->latency.count;
	}
	return sum;
}

static struct move_event stop(struct move_driver *driver)
{
	move_driver_stop(driver);
	return join(driver);
}

/* For so many calls at the least. */
static struct move_event run(size_t n_targets, unsigned int calls)
{
	struct move_driver *driver = start(n_targets);

	wait_until(world.calls >= calls);
	return stop(driver);
}

static void the_ping_pong_is_even(void **state)
{
	struct move_event sum;

	(void)state;
	world_init(16);
	sum = run(2, MANY_CALLS);
	assert_true(sum.calls == world.calls);
	assert_true(sum.single_calls == world.singles && sum.batch_calls == world.batches);
	assert_true(sum.moved == sum.pages);
	assert_true(sum.latency.count == sum.calls);
	assert_int_equal(n_world_faults, 0);
	assert_int_equal(world.bad_flags + world.bad_prefill, 0);
	/* Even but for the round that each of the two processes had in hand when it ended. */
	assert_in_range(world.singles, world.batches - 4, world.batches + 4);
	assert_in_range(world.batches_to[0], world.batches_to[1] - 2, world.batches_to[1]);
	assert_in_range(world.singles_to[0], world.singles_to[1] - 2, world.singles_to[1] + 2);
}

static void every_page_gets_its_turn(void **state)
{
	(void)state;
	world_init(10); /* 64 pages: the last stretch has four */
	(void)run(1, MANY_CALLS);
	for (int i = 0; i < WORLD_PAGES; i++) {
		assert_in_range(world.batches_of[i], world.batches_of[0] - 2, world.batches_of[0]);
		assert_true(world.singles_of[i] > 0);
	}
}

/* A page that never moves must not turn the direction round for the others. */
static void a_stuck_page_does_not_stop_the_others(void **state)
{
	struct move_event sum;

	(void)state;
	world_init(16);
	world.is_stuck[0] = true;
	sum = run(1, MANY_CALLS);
	assert_true(sum.not_moved > 0 && sum.already_there > 0);
	/* It is there already on every second leg, and not moved on the others. */
	assert_true(sum.moved > 50 * sum.not_moved);
	assert_true(sum.not_moved <= sum.already_there + 4 &&
		    sum.already_there <= sum.not_moved + 4);
}

static void a_process_that_ended_is_dropped(void **state)
{
	struct move_event sum;

	(void)state;
	world_init(16);
	world.gone[0] = -ESRCH;
	sum = run(2, MANY_CALLS);
	assert_int_equal(n_world_faults, 1);
	assert_non_null(strstr(last_world_fault, "1000"));
	assert_true(sum.moved > 0 && sum.not_moved == 0 && sum.call_errors == 0);
}

static void it_ends_when_all_are_gone(void **state)
{
	struct move_driver *driver;
	struct move_event sum;

	(void)state;
	world_init(16);
	world.gone_at_call[0] = 10;
	world.gone_at_call[1] = 20;
	driver = start(2);
	wait_until(move_driver_has_ended(driver));
	sum = join(driver);
	assert_int_equal(n_world_faults, 2);
	assert_int_equal(sum.calls, 30);
	assert_int_equal(sum.call_errors, 2);
	assert_int_equal(sum.not_moved, 0);
}

static void failing_calls_do_not_spin(void **state)
{
	uint64_t began_ns = clock_monotonic_ns();
	struct move_driver *driver;
	struct move_event sum;

	(void)state;
	world_init(16);
	world.call_error = ENODEV;
	sum = run(2, 20);
	assert_true(sum.calls <= 1 + pauses_since(began_ns, ERROR_PAUSE_NS));
	assert_true(sum.call_errors == sum.calls);
	/* On the way back they are there already: none has left. */
	assert_true(sum.failed_call_pages > 0 && sum.failed_call_pages == sum.not_moved);
	assert_true(sum.moved == 0);

	world_init(16);
	world.query_error = EPERM;
	began_ns = clock_monotonic_ns();
	driver = start(2);
	wait_until(world.queries >= 20);
	sum = stop(driver);
	assert_true(sum.calls == world.queries);
	assert_true(sum.calls <= 1 + pauses_since(began_ns, ERROR_PAUSE_NS));
	assert_true(sum.call_errors == sum.calls);
	assert_true(sum.not_moved == sum.pages && sum.failed_call_pages == sum.pages);
	assert_int_equal(world.calls, 0);
	assert_int_equal(sum.latency.count, 0);
	assert_true(world_by_status(&world_events[0], -EPERM) == world_events[0].calls);
}

static void it_tells_about_every_second(void **state)
{
	uint64_t began_ns = clock_monotonic_ns();
	struct move_driver *driver;

	(void)state;
	world_init(16);
	driver = start(1);
	wait_until(n_world_events >= 2);
	(void)stop(driver);
	/* Two in time and one at the end; a busy host may be late with the stop, too. */
	assert_in_range(n_world_events, 3, 1 + pauses_since(began_ns, NS_PER_S));
	assert_true(world_events[0].counts.has_attempts && !world_events[0].counts.has_eagain);
	assert_int_equal(world_events[0].counts.attempts, 5);
	assert_int_equal(world_events[n_world_events - 1].counts.attempts, 5 * n_world_events);
}

static void a_stop_ends_it(void **state)
{
	struct move_driver *driver;
	struct move_event sum;

	(void)state;
	world_init(16);
	driver = start(1);
	wait_until(world.calls >= 1);
	assert_false(move_driver_has_ended(driver));
	sum = stop(driver);
	assert_int_equal(sum.calls, world.calls);
}

static void the_duration_ends_it(void **state)
{
	uint64_t start_ns = clock_monotonic_ns();
	struct move_driver *driver;
	struct move_event sum;

	(void)state;
	world_init(16);
	world_phase.duration_ns = 100 * NS_PER_MS;
	driver = start(1);
	wait_until(move_driver_has_ended(driver));
	assert_true(clock_monotonic_ns() - start_ns >= 100 * NS_PER_MS);
	sum = join(driver);
	assert_int_equal(sum.calls, world.calls);
}

static void what_cannot_be_driven_does_not_start(void **state)
{
	struct err e = {0};

	(void)state;
	world_init(16);
	assert_null(
		move_driver_start(&world_plan, &world_phase, world_targets, 0, &world_hooks, &e));
	assert_int_equal(e.code, -EINVAL);
	assert_non_null(strstr(e.text, "driven_by"));
	world_plan.can_move = false;
	(void)strcpy(world_plan.cannot_move_why, "only one node has memory");
	assert_null(
		move_driver_start(&world_plan, &world_phase, world_targets, 1, &world_hooks, &e));
	assert_non_null(strstr(e.text, "only one node"));
}

int test_move(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ping_pong_is_even),
		cmocka_unit_test(every_page_gets_its_turn),
		cmocka_unit_test(a_stuck_page_does_not_stop_the_others),
		cmocka_unit_test(a_process_that_ended_is_dropped),
		cmocka_unit_test(it_ends_when_all_are_gone),
		cmocka_unit_test(failing_calls_do_not_spin),
		cmocka_unit_test(it_tells_about_every_second),
		cmocka_unit_test(a_stop_ends_it),
		cmocka_unit_test(the_duration_ends_it),
		cmocka_unit_test(what_cannot_be_driven_does_not_start),
	};

	return cmocka_run_group_tests_name("drive: move_pages", tests, NULL, NULL);
}

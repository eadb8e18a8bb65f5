// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "drive/test_rig.h"
#include "drive/test_wait.h"

/* The driver's. */
#define IN_VAIN_PAUSE_NS (100 * NS_PER_MS)
#define ALL_REFUSED_PAUSE_NS (5 * NS_PER_S)

static struct rig rig;

static void a_cycle_goes_step_by_step(void **state)
{
	(void)state;
	rig_init(&rig, 1, 1);
	assert_int_equal(rig_run(&rig), 1);
	assert_string_equal(rig.trace,
			    "aim 40 node1; intent offline 40 Movable; write offline 40; "
			    "offline 40 OK; intent online 40 Movable; write online_movable 40; "
			    "online 40 restored; unaim");
	rig_assert_as_before(&rig);
	assert_int_equal(rig.n_faults, 0);
}

static void the_event_tells_what_happened(void **state)
{
	const struct offline_event *event = &rig.offline[0];

	(void)state;
	rig_init(&rig, 1, 1);
	rig.profile.offline_deadline_ns = 20 * NS_PER_S;
	rig_answer_offline(&rig, (struct fake_answer){.kind = FAKE_SLEEPS, .ns = 5 * NS_PER_MS});
	(void)rig_run(&rig);
	assert_int_equal(rig.n_offline, 1);
	assert_int_equal(event->error, 0);
	assert_int_equal(event->block, 40);
	assert_int_equal(event->node, 1);
	assert_int_equal(event->zone, ZONE_MOVABLE);
	assert_int_equal(event->state_after, BLOCK_OFFLINE);
	assert_int_equal(event->ended_by, ENDED_BY_KERNEL);
	assert_string_equal(ended_by_name(event->ended_by), "kernel");
	assert_int_equal(event->signals, 0);
	assert_true(event->time_to_return_ns == 0);
	assert_false(event->stray_signal);
	assert_true(event->deadline_ns == 20 * NS_PER_S);
	assert_true(event->wall_ns >= 5 * NS_PER_MS && event->wall_ns < 20 * NS_PER_S);
	assert_true(event->aim.tried && event->aim.pages_in_block == 7);
	/* Read once before and once after the write; EAGAIN was not measured: not a zero. */
	assert_true(event->counts.has_attempts && event->counts.attempts == 3);
	assert_false(event->counts.has_eagain);
}

static void the_kernels_errors_are_data(void **state)
{
	static const int errors[] = {EBUSY, EINVAL, ENOMEM, EPERM};

	(void)state;
	rig_init(&rig, 2, sizeof(errors) / sizeof(errors[0]));
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		rig_answer_offline(&rig,
				   (struct fake_answer){.kind = FAKE_FAILS, .error = errors[i]});
	(void)rig_run(&rig);
	assert_int_equal(rig.n_offline, sizeof(errors) / sizeof(errors[0]));
	for (size_t i = 0; i < rig.n_offline; i++) {
		assert_int_equal(rig.offline[i].error, errors[i]);
		assert_int_equal(rig.offline[i].ended_by, ENDED_BY_KERNEL);
		assert_int_equal(rig.offline[i].state_after, BLOCK_ONLINE);
		assert_int_equal(rig.offline[i].block, 40 + i % 2);
	}
	assert_int_equal(rig.n_online, 0);
	assert_int_equal(rig.n_faults, 0);
	assert_int_equal(rig.n_refused, 0);
	rig_assert_as_before(&rig);
}

static void an_error_with_the_block_offline_is_undone(void **state)
{
	(void)state;
	rig_init(&rig, 1, 1);
	rig_answer_offline(&rig,
			   (struct fake_answer){.kind = FAKE_FAILS_AND_OBEYS, .error = EINTR});
	(void)rig_run(&rig);
	assert_int_equal(rig.offline[0].error, EINTR);
	assert_int_equal(rig.offline[0].state_after, BLOCK_OFFLINE);
	assert_int_equal(rig.n_online, 1);
	assert_int_equal(rig.online[0].attempt, 0);
	assert_true(rig.online[0].restored);
	rig_assert_as_before(&rig);
}

static void another_zone_is_told_and_the_block_not_taken_again(void **state)
{
	(void)state;
	rig_init(&rig, 2, 3);
	rig_answer_online(&rig, (struct fake_answer){.kind = FAKE_OTHER_ZONE});
	assert_int_equal(rig_run(&rig), 4); /* 40, 41, 40 refused, 41 */
	assert_false(rig.online[0].restored);
	assert_int_equal(rig.online[0].zone_after, ZONE_NORMAL);
	assert_int_equal(rig.n_refused, 1);
	assert_int_equal(rig.refused[0].block, 40);
	assert_int_equal(rig.refused[0].refusal, REFUSED_NOT_MOVABLE);
	assert_non_null(strstr(rig.faults[0], "memory40 is online in zone Normal"));
	assert_int_equal(rig.offline[1].block, 41);
	assert_int_equal(rig.offline[2].block, 41);
}

/* The same with [offline] zones = any, where the zone alone would not refuse it. */
static void a_block_of_another_zone_than_planned_is_refused(void **state)
{
	(void)state;
	rig_init(&rig, 2, 1);
	rig.profile.offline_movable_only = false;
	rig.sys.blocks[0].zone = ZONE_NORMAL;
	assert_int_equal(rig_run(&rig), 2);
	assert_int_equal(rig.refused[0].refusal, REFUSED_NOT_MOVABLE);
	assert_non_null(strstr(rig.faults[0], "in zone Normal"));
	assert_int_equal(rig.offline[0].block, 41);

	/* As planned, it is taken, and comes back to where it was. */
	rig_init(&rig, 1, 1);
	rig.profile.offline_movable_only = false;
	rig.sys.blocks[0].zone = ZONE_NORMAL;
	rig.blocks[0].zone = ZONE_NORMAL;
	rig_take_note(&rig);
	(void)rig_run(&rig);
	assert_int_equal(rig.n_refused, 0);
	assert_true(rig.online[0].restored);
	rig_assert_as_before(&rig);
}

static void an_offline_block_is_refused(void **state)
{
	(void)state;
	rig_init(&rig, 2, 2);
	rig.sys.blocks[0].state = BLOCK_OFFLINE;
	rig_take_note(&rig);
	assert_int_equal(rig_run(&rig), 4);
	assert_int_equal(rig.n_refused, 2);
	assert_int_equal(rig.refused[0].refusal, REFUSED_NOT_ONLINE);
	assert_int_equal(rig.n_offline, 2);
	rig_assert_as_before(&rig);
}

static void the_guard_refuses(void **state)
{
	(void)state;
	rig_init(&rig, 2, 0);
	rig.guard_refuses = true;
	rig_start(&rig, 0);
	wait_until(rig.n_refused >= 1);
	offline_driver_stop(rig.driver);
	(void)rig_finish(&rig);
	assert_int_equal(rig.refused[0].refusal, REFUSED_GUARD);
	assert_true(rig.guard_bytes == 128 << 20);
	assert_null(strstr(rig.trace, "aim"));
	assert_null(strstr(rig.trace, "write"));
	rig_assert_as_before(&rig);
}

/* Every block answers an error at once: after a round of two, a pause before each. */
static void failures_do_not_spin(void **state)
{
	uint64_t began_ns = clock_monotonic_ns();

	(void)state;
	rig_init(&rig, 2, 0);
	rig.sys.always_offline = (struct fake_answer){.kind = FAKE_FAILS, .error = EINVAL};
	rig_start(&rig, 0);
	wait_until(rig.n_offline >= 4);
	offline_driver_stop(rig.driver);
	(void)rig_finish(&rig);
	assert_true(rig.n_offline <= 2 + pauses_since(began_ns, IN_VAIN_PAUSE_NS));
	rig_assert_as_before(&rig);
}

/* One bad block among good ones costs no time. */
static void a_failure_among_successes_does_not_slow_down(void **state)
{
	(void)state;
	rig_init(&rig, 2, 20);
	for (int i = 0; i < 10; i++) {
		rig_answer_offline(&rig, (struct fake_answer){.kind = FAKE_FAILS, .error = EINVAL});
		rig_answer_offline(&rig, (struct fake_answer){.kind = FAKE_OBEYS});
	}
	(void)rig_run(&rig);
	assert_int_equal(rig.n_offline, 20);
	/* A pause would follow every failure, a busy host delays some of the ten. */
	assert_true(rig_shortest_gap_ns(&rig, 0, 2) < IN_VAIN_PAUSE_NS);
}

/* A host where nothing may be attempted: hours of that must not fill the disk. */
static void refusals_do_not_spin(void **state)
{
	uint64_t began_ns = clock_monotonic_ns();

	(void)state;
	rig_init(&rig, 2, 0);
	rig.guard_refuses = true;
	rig_start(&rig, 0);
	wait_until(rig.n_refused >= 2);
	/* The time in which it would go wrong: five more with the pause of a failure. */
	(void)clock_sleep_ns(5 * IN_VAIN_PAUSE_NS);
	offline_driver_stop(rig.driver);
	(void)rig_finish(&rig);
	assert_true(rig.n_refused <= 2 + pauses_since(began_ns, ALL_REFUSED_PAUSE_NS));
}

static void numbers_go_on_over_phases(void **state)
{
	(void)state;
	rig_init(&rig, 3, 4);
	rig_start(&rig, 5);
	assert_int_equal(rig_finish(&rig), 9);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(rig.offline[i].attempt, 5 + i);
		assert_int_equal(rig.offline[i].block, 40 + (5 + i) % 3);
	}
}

static void the_duration_ends_it(void **state)
{
	uint64_t start_ns = clock_monotonic_ns();

	(void)state;
	rig_init(&rig, 1, 0);
	rig.phase.duration_ns = 500 * NS_PER_MS;
	rig.profile.offline_pause_ns = 5 * NS_PER_MS;
	(void)rig_run(&rig);
	assert_true(clock_monotonic_ns() - start_ns >= 500 * NS_PER_MS);
	assert_true(rig.n_offline <= 1 + pauses_since(start_ns, rig.profile.offline_pause_ns));
	rig_assert_as_before(&rig);
}

static void hooks_that_may_be_missing_are(void **state)
{
	(void)state;
	rig_init(&rig, 1, 1);
	rig.hooks.aim = NULL;
	rig.hooks.unaim = NULL;
	rig.hooks.counts = NULL;
	rig.hooks.guard_allows = NULL;
	(void)rig_run(&rig);
	assert_int_equal(rig.offline[0].error, 0);
	assert_false(rig.offline[0].aim.tried);
	assert_false(rig.offline[0].counts.has_attempts);
	rig_assert_as_before(&rig);
}

static void a_plan_without_blocks_does_not_start(void **state)
{
	struct err e = {0};

	(void)state;
	rig_init(&rig, 1, 1);
	rig.plan.n_blocks = 0;
	assert_null(offline_driver_start(&rig.sys.fs, &rig.plan, &rig.phase, 0, 128 << 20,
					 &rig.hooks, &e));
	assert_int_equal(e.code, -EINVAL);
	assert_true(strlen(e.text) > 0);
}

int test_offline(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cycle_goes_step_by_step),
		cmocka_unit_test(the_event_tells_what_happened),
		cmocka_unit_test(the_kernels_errors_are_data),
		cmocka_unit_test(an_error_with_the_block_offline_is_undone),
		cmocka_unit_test(another_zone_is_told_and_the_block_not_taken_again),
		cmocka_unit_test(a_block_of_another_zone_than_planned_is_refused),
		cmocka_unit_test(an_offline_block_is_refused),
		cmocka_unit_test(the_guard_refuses),
		cmocka_unit_test(failures_do_not_spin),
		cmocka_unit_test(a_failure_among_successes_does_not_slow_down),
		cmocka_unit_test(refusals_do_not_spin),
		cmocka_unit_test(numbers_go_on_over_phases),
		cmocka_unit_test(the_duration_ends_it),
		cmocka_unit_test(hooks_that_may_be_missing_are),
		cmocka_unit_test(a_plan_without_blocks_does_not_start),
	};

	return cmocka_run_group_tests_name("drive: offline", tests, NULL, NULL);
}

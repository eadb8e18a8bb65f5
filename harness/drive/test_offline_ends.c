// SPDX-License-Identifier: GPL-2.0-or-later
/* Deadlines and stops. */
#include "drive/test_drive.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "drive/test_rig.h"
#include "drive/test_wait.h"

static struct rig rig;

static void a_signal_that_is_not_ours_is_a_stray_one(void **state)
{
	(void)state;
	rig_init(&rig, 1, 1);
	rig_answer_offline(&rig, (struct fake_answer){.kind = FAKE_FAILS, .error = EINTR});
	(void)rig_run(&rig);
	assert_int_equal(rig.offline[0].error, EINTR);
	assert_true(rig.offline[0].stray_signal);
	assert_int_equal(rig.offline[0].ended_by, ENDED_BY_KERNEL);
	rig_assert_as_before(&rig);
}

static void the_deadline_ends_a_write(void **state)
{
	const struct offline_event *event = &rig.offline[0];

	(void)state;
	rig_init(&rig, 1, 1);
	rig.profile.offline_deadline_ns = 20 * NS_PER_MS;
	rig_answer_offline(&rig,
			   (struct fake_answer){.kind = FAKE_WAITS, .signals = 1, .error = EINTR});
	(void)rig_run(&rig);
	assert_int_equal(event->error, EINTR);
	assert_int_equal(event->ended_by, ENDED_BY_DEADLINE);
	assert_true(event->signals >= 1);
	assert_true(event->time_to_return_ns > 0);
	assert_true(event->wall_ns >= 20 * NS_PER_MS + event->time_to_return_ns);
	assert_false(event->stray_signal);
	assert_true(fake_signals_seen() >= 1);
	assert_int_equal(rig.n_online, 0);
	rig_assert_as_before(&rig);
}

/* No signal may be sent before the deadline: the detector of the test above, the other way. */
static void before_the_deadline_nothing_is_sent(void **state)
{
	(void)state;
	rig_init(&rig, 1, 1);
	rig_answer_offline(&rig, (struct fake_answer){.kind = FAKE_SLEEPS, .ns = 50 * NS_PER_MS});
	(void)rig_run(&rig);
	assert_int_equal(rig.offline[0].error, 0);
	assert_int_equal(fake_signals_seen(), 0);
}

/* As when the kernel restarts the call because the hotplug lock is taken. */
static void lost_signals_are_sent_again(void **state)
{
	const struct offline_event *event = &rig.offline[0];

	(void)state;
	rig_init(&rig, 1, 1);
	rig.profile.offline_deadline_ns = 5 * NS_PER_MS;
	rig_answer_offline(&rig,
			   (struct fake_answer){.kind = FAKE_WAITS, .signals = 5, .error = EINTR});
	(void)rig_run(&rig);
	assert_int_equal(event->ended_by, ENDED_BY_DEADLINE);
	assert_true(event->signals >= 5);
	/* Five ticks of a ms each at the least, but for the first. */
	assert_true(event->time_to_return_ns >= 4 * NS_PER_MS);
	rig_assert_as_before(&rig);
}

static void success_in_spite_of_a_signal_is_the_kernels(void **state)
{
	const struct offline_event *event = &rig.offline[0];

	(void)state;
	rig_init(&rig, 1, 2);
	rig.profile.offline_deadline_ns = 5 * NS_PER_MS;
	rig_answer_offline(&rig, (struct fake_answer){.kind = FAKE_WAITS, .signals = 1});
	rig_answer_offline(&rig,
			   (struct fake_answer){.kind = FAKE_WAITS, .signals = 1, .error = EBUSY});
	(void)rig_run(&rig);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(event[i].ended_by, ENDED_BY_KERNEL);
		assert_true(event[i].signals >= 1);
		assert_true(event[i].time_to_return_ns > 0);
	}
	assert_int_equal(event[0].error, 0);
	assert_int_equal(event[1].error, EBUSY);
	assert_int_equal(rig.n_online, 1);
	assert_true(rig.online[0].restored);
	rig_assert_as_before(&rig);
}

static void two_deadlines_on_a_block_do_not_end_the_run(void **state)
{
	(void)state;
	rig_init(&rig, 1, 3);
	rig.profile.offline_deadline_ns = 5 * NS_PER_MS;
	rig_answer_offline(&rig,
			   (struct fake_answer){.kind = FAKE_WAITS, .signals = 1, .error = EINTR});
	rig_answer_offline(&rig,
			   (struct fake_answer){.kind = FAKE_WAITS, .signals = 1, .error = EINTR});
	(void)rig_run(&rig);
	assert_int_equal(rig.n_offline, 3);
	assert_int_equal(rig.offline[0].ended_by, ENDED_BY_DEADLINE);
	assert_int_equal(rig.offline[1].ended_by, ENDED_BY_DEADLINE);
	assert_int_equal(rig.offline[2].ended_by, ENDED_BY_KERNEL);
	rig_assert_as_before(&rig);
}

static void a_stop_ends_the_write_and_makes_no_other(void **state)
{
	struct offline_progress progress;

	(void)state;
	rig_init(&rig, 3, 0);
	rig.sys.always_offline =
		(struct fake_answer){.kind = FAKE_WAITS, .signals = 3, .error = EINTR};
	rig_start(&rig, 7);
	rig_wait_for_write(&rig);
	offline_driver_progress(rig.driver, &progress);
	assert_true(progress.writing);
	assert_int_equal(progress.block, 41); /* 7 % 3 */
	assert_true(progress.since_ns > 0 && progress.since_ns <= clock_monotonic_ns());
	offline_driver_stop(rig.driver);
	assert_int_equal(rig_finish(&rig), 8);
	assert_int_equal(rig.n_offline, 1);
	assert_int_equal(rig.offline[0].attempt, 7);
	assert_int_equal(rig.offline[0].ended_by, ENDED_BY_ABORT);
	assert_true(rig.offline[0].signals >= 3);
	rig_assert_as_before(&rig);
}

/* The write goes through all the same: the block has to come back before the thread ends. */
static void a_stop_leaves_no_block_offline(void **state)
{
	(void)state;
	rig_init(&rig, 1, 0);
	rig.sys.always_offline = (struct fake_answer){.kind = FAKE_WAITS, .signals = 3};
	rig_answer_online(&rig, (struct fake_answer){.kind = FAKE_FAILS, .error = ENOMEM});
	rig_start(&rig, 0);
	rig_wait_for_write(&rig);
	offline_driver_stop(rig.driver);
	/* Join ticks by itself. */
	assert_int_equal(offline_driver_join(rig.driver), 1);
	assert_int_equal(rig.offline[0].error, 0);
	assert_int_equal(rig.offline[0].ended_by, ENDED_BY_KERNEL);
	assert_true(rig.online[0].restored);
	assert_int_equal(rig.online[0].writes, 2);
	rig_assert_as_before(&rig);
}

/*
 * The first cycle is done. All but always the thread has come to its pause when this returns; where
 * it has not, its pause has to end all the same.
 */
static void wait_for_pause(void)
{
	wait_until(rig.n_online >= 1);
	(void)clock_sleep_ns(20 * NS_PER_MS);
}

static void a_stop_ends_a_pause_at_once(void **state)
{
	(void)state;
	rig_init(&rig, 1, 0);
	rig.profile.offline_pause_ns = 1000 * NS_PER_S;
	rig_start(&rig, 0);
	wait_for_pause();
	offline_driver_stop(rig.driver);
	(void)rig_finish(&rig); /* has less patience than that */
	assert_int_equal(rig.n_offline, 1);
	assert_int_equal(fake_signals_seen(), 0);
	rig_assert_as_before(&rig);
}

static void the_phases_end_ends_a_pause(void **state)
{
	uint64_t duration_ns = 250 * NS_PER_MS;

	(void)state;
	do { /* a busy host may not come to the first attempt in that time */
		duration_ns *= 2;
		assert_true(duration_ns < WAIT_PATIENCE_NS);
		rig_init(&rig, 1, 0);
		rig.profile.offline_pause_ns = 1000 * NS_PER_S;
		rig.phase.duration_ns = duration_ns;
		(void)rig_run(&rig); /* has less patience than that */
	} while (rig.n_offline == 0);
	assert_int_equal(rig.n_offline, 1);
	rig_assert_as_before(&rig);
}

static void a_stop_while_aiming_writes_nothing(void **state)
{
	(void)state;
	rig_init(&rig, 1, 0);
	atomic_store(&rig.aim_waits, true);
	rig_start(&rig, 4);
	wait_until(atomic_load(&rig.is_aiming));
	offline_driver_stop(rig.driver);
	atomic_store(&rig.aim_waits, false);
	assert_int_equal(rig_finish(&rig), 4);
	assert_int_equal(rig.n_offline + rig.n_online + rig.n_refused, 0);
	assert_null(strstr(rig.trace, "write"));
	assert_non_null(strstr(rig.trace, "unaim"));
	rig_assert_as_before(&rig);
}

/*
 * Signals as dense as they can be sent, on every write: none may hit an online write, a read or a
 * hook. The fake's online writes sleep and say EINTR when they are woken.
 */
static void signals_hit_nothing_but_offline_writes(void **state)
{
	uint64_t began_ns = clock_monotonic_ns(), now_ns;

	(void)state;
	rig_init(&rig, 2, 0);
	rig.profile.offline_deadline_ns = 1;
	rig.sys.on_write = NULL;
	rig.sys.always_offline = (struct fake_answer){.kind = FAKE_WAITS, .signals = 1};
	rig.sys.always_online = (struct fake_answer){.kind = FAKE_SLEEPS, .ns = 100 * NS_PER_US};
	rig_start(&rig, 0);
	do {
		offline_driver_tick(rig.driver);
		/* Any denser, and handlers are all that runs. */
		(void)clock_sleep_ns(20 * NS_PER_US);
		now_ns = clock_monotonic_ns();
		assert_true(now_ns - began_ns < WAIT_PATIENCE_NS);
	} while (now_ns - began_ns < NS_PER_S || rig.n_offline <= 50);
	offline_driver_stop(rig.driver);
	(void)rig_finish(&rig);
	assert_true(rig.n_online == rig.n_offline);
	assert_true(fake_signals_seen() > 50);
	assert_int_equal(rig.n_faults, 0);
	for (size_t i = 0; i < RIG_MAX && i < rig.n_online; i++) {
		assert_true(rig.online[i].restored);
		assert_int_equal(rig.online[i].writes, 1);
	}
	rig_assert_as_before(&rig);
}

/* Not so a finish: the write comes to its end by itself, and brings the block back. */
static void a_finish_cancels_nothing(void **state)
{
	(void)state;
	rig_init(&rig, 2, 0);
	rig_answer_offline(&rig, (struct fake_answer){.kind = FAKE_IS_HELD});
	rig_start(&rig, 0);
	rig_wait_for_write(&rig);
	offline_driver_finish(rig.driver);
	offline_driver_tick(rig.driver);
	atomic_store(&rig.sys.may_return, true);
	assert_int_equal(rig_finish(&rig), 1);
	assert_int_equal(rig.n_offline, 1);
	assert_int_equal(rig.offline[0].error, 0);
	assert_int_equal(rig.offline[0].signals, 0);
	assert_int_equal(fake_signals_seen(), 0);
	assert_true(rig.online[0].restored);
	rig_assert_as_before(&rig);
}

static void a_finish_ends_the_pause(void **state)
{
	(void)state;
	rig_init(&rig, 1, 0);
	rig.profile.offline_pause_ns = 3600 * NS_PER_S;
	rig_start(&rig, 0);
	wait_for_pause();
	offline_driver_finish(rig.driver);
	(void)rig_finish(&rig); /* has less patience than that */
	assert_int_equal(rig.n_offline, 1);
}

int test_offline_ends(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_that_is_not_ours_is_a_stray_one),
		cmocka_unit_test(the_deadline_ends_a_write),
		cmocka_unit_test(before_the_deadline_nothing_is_sent),
		cmocka_unit_test(lost_signals_are_sent_again),
		cmocka_unit_test(success_in_spite_of_a_signal_is_the_kernels),
		cmocka_unit_test(two_deadlines_on_a_block_do_not_end_the_run),
		cmocka_unit_test(a_stop_ends_the_write_and_makes_no_other),
		cmocka_unit_test(a_stop_leaves_no_block_offline),
		cmocka_unit_test(a_stop_ends_a_pause_at_once),
		cmocka_unit_test(the_phases_end_ends_a_pause),
		cmocka_unit_test(a_stop_while_aiming_writes_nothing),
		cmocka_unit_test(signals_hit_nothing_but_offline_writes),
		cmocka_unit_test(a_finish_cancels_nothing),
		cmocka_unit_test(a_finish_ends_the_pause),
	};

	return cmocka_run_group_tests_name("drive: offline, deadlines and stops", tests, NULL,
					   NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The cancel signal by itself: whom it may hit, and whom it must not. */
#include "drive/test_drive.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "drive/cancel.h"
#include "drive/test_rig.h"
#include "drive/test_wait.h"

static struct rig rig;

/* What the other tests trust in: a signal that hits something delicate is seen. */
static void the_detector_of_astray_signals_works(void **state)
{
	(void)state;
	fake_count_signals();
	(void)raise(cancel_signal());
	assert_int_equal(fake_signals_seen(), 1);
	assert_int_equal(fake_signals_astray(), 0);
	fake_no_signal_please(true);
	(void)raise(cancel_signal());
	fake_no_signal_please(false);
	assert_int_equal(fake_signals_astray(), 1);
}

static void a_write_after_a_stop_is_not_made(void **state)
{
	struct cancel_outcome outcome;
	struct cancel cancel;

	(void)state;
	rig_init(&rig, 1, 1);
	cancel_init(&cancel);
	cancel_stop(&cancel);
	assert_false(cancel_write_offline(&cancel, &rig.sys.fs, 40, 0, &outcome));
	assert_string_equal(rig.trace, "");
	assert_true(cancel_pause(&cancel, 1000 * NS_PER_S));
	cancel_done(&cancel);
}

/* A write in a thread of its own, and what it leaves behind. */
struct single {
	struct cancel cancel;
	struct cancel_outcome outcome;
	pthread_t thread;
	pid_t tid;
	atomic_bool may_return, has_returned;
	bool is_pending, is_blocked; /* the cancel signal, afterwards */
};

static void *write_once(void *argument)
{
	struct single *s = argument;
	sigset_t set;

	drive_block_signals();
	s->tid = gettid();
	(void)cancel_write_offline(&s->cancel, &rig.sys.fs, 40, 1, &s->outcome);
	(void)sigpending(&set);
	s->is_pending = sigismember(&set, cancel_signal());
	(void)pthread_sigmask(SIG_SETMASK, NULL, &set);
	s->is_blocked = sigismember(&set, cancel_signal());
	return NULL;
}

static void start_single(struct single *s,
			 void (*on_write)(void *context, const char *text, uint32_t block))
{
	rig_init(&rig, 1, 1);
	rig.sys.on_write = on_write;
	rig.sys.context = s;
	cancel_init(&s->cancel);
	assert_int_equal(pthread_create(&s->thread, NULL, write_once, s), 0);
}

static void finish_single(struct single *s)
{
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	cancel_done(&s->cancel);
	assert_false(s->is_pending);
	assert_true(s->is_blocked);
}

static void tick_and_sleep(void *context, const char *text, uint32_t block)
{
	struct single *s = context;

	(void)text;
	(void)block;
	cancel_tick(&s->cancel);
	(void)clock_sleep_ns(NS_PER_MS);
}

/*
 * One signal, delivered while the write is under way but before the kernel looks: it is lost;
 * without another tick the write goes through.
 */
static void one_signal_too_early_is_lost(void **state)
{
	struct single s = {0};

	(void)state;
	start_single(&s, tick_and_sleep);
	finish_single(&s);
	assert_int_equal(s.outcome.error, 0);
	assert_int_equal(s.outcome.signals, 1);
	assert_int_equal(s.outcome.ended_by, ENDED_BY_KERNEL);
	assert_true(s.outcome.time_to_return_ns >= NS_PER_MS);
	assert_int_equal(fake_signals_seen(), 1);
}

static void return_when_told(void *context, const char *text, uint32_t block)
{
	struct single *s = context;

	(void)text;
	(void)block;
	while (!atomic_load(&s->may_return))
		(void)clock_sleep_ns(NS_PER_MS / 10);
	atomic_store(&s->has_returned, true);
}

static bool is_writing(struct single *s)
{
	struct offline_progress progress;

	cancel_progress(&s->cancel, &progress);
	return progress.writing;
}

/* As the kernel sees it, from outside: the thread takes the cancel signal no more. */
static bool keeps_signal_out(pid_t tid)
{
	unsigned long long blocked = 0;
	char text[4096] = "";
	const char *line;
	struct fsio fs;

	assert_int_equal(fsio_open(&fs, "/", NULL), 0);
	(void)fsio_read_text(&fs, text, sizeof(text), "proc/self/task/%d/status", (int)tid);
	fsio_close(&fs);
	line = strstr(text, "SigBlk:");
	assert_non_null(line);
	assert_int_equal(sscanf(line, "SigBlk: %llx", &blocked), 1);
	return blocked >> (cancel_signal() - 1) & 1;
}

/* The write has returned, the thread has not yet said so: the signal hits nothing, and goes. */
static void a_signal_too_late_is_dropped(void **state)
{
	struct single s = {0};

	(void)state;
	start_single(&s, return_when_told);
	wait_until(is_writing(&s));
	(void)pthread_mutex_lock(&s.cancel.lock);
	atomic_store(&s.may_return, true);
	wait_until(atomic_load(&s.has_returned) && keeps_signal_out(s.tid));
	/* All that is left to it is to wait for the lock. */
	assert_int_equal(tgkill(getpid(), s.tid, cancel_signal()), 0);
	(void)pthread_mutex_unlock(&s.cancel.lock);
	finish_single(&s);
	assert_int_equal(s.outcome.error, 0);
	assert_int_equal(s.outcome.signals, 0);
	assert_int_equal(fake_signals_seen(), 0);
}

/* Nor is any sent: by then the thread may have ended, and its number be another's. */
static void without_a_write_nothing_is_sent(void **state)
{
	struct cancel_outcome outcome;
	struct cancel cancel;
	sigset_t before, pending;

	(void)state;
	rig_init(&rig, 1, 1);
	cancel_init(&cancel);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &before);
	assert_true(cancel_write_offline(&cancel, &rig.sys.fs, 40, 1, &outcome));
	assert_int_equal(outcome.error, 0);
	cancel_tick(&cancel);
	cancel_stop(&cancel);
	cancel_tick(&cancel);
	(void)sigpending(&pending);
	assert_false(sigismember(&pending, cancel_signal()));
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(fake_signals_seen(), 0);
	cancel_done(&cancel);
}

int test_cancel(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_detector_of_astray_signals_works),
		cmocka_unit_test(a_write_after_a_stop_is_not_made),
		cmocka_unit_test(one_signal_too_early_is_lost),
		cmocka_unit_test(a_signal_too_late_is_dropped),
		cmocka_unit_test(without_a_write_nothing_is_sent),
	};

	return cmocka_run_group_tests_name("drive: cancel", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/cancel.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fsio.h"

/* A real-time signal, away from the first ones, which other libraries like to take. */
int cancel_signal(void)
{
	return SIGRTMIN + 5;
}

static void on_cancel(int number)
{
	(void)number; /* that it was delivered is all that it is for */
}

int drive_init(struct err *e)
{
	struct sigaction action = {.sa_handler = on_cancel};

	(void)sigemptyset(&action.sa_mask);
	if (sigaction(cancel_signal(), &action, NULL) < 0)
		return err_errno(e, -errno, "cannot install the handler of the cancel signal %d",
				 cancel_signal());
	return 0;
}

void drive_block_signals(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, NULL);
}

static void cancel_set(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, cancel_signal());
}

static void let_cancel_in(void)
{
	sigset_t set;

	cancel_set(&set);
	(void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void keep_cancel_out(void)
{
	sigset_t set;

	cancel_set(&set);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* Real-time signals queue: each that came too late is taken off. */
static void drop_late_signals(void)
{
	static const struct timespec at_once;
	sigset_t set;

	cancel_set(&set);
	while (sigtimedwait(&set, NULL, &at_once) > 0)
		;
}

void cancel_init(struct cancel *c)
{
	pthread_condattr_t attributes;

	*c = (struct cancel){0};
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&c->stopped, &attributes);
	(void)pthread_condattr_destroy(&attributes);
}

void cancel_done(struct cancel *c)
{
	(void)pthread_cond_destroy(&c->stopped);
	(void)pthread_mutex_destroy(&c->lock);
}

static bool begin(struct cancel *c, uint32_t block, uint64_t deadline_ns)
{
	bool may_begin;

	(void)pthread_mutex_lock(&c->lock);
	may_begin = !c->is_stopping && !c->is_finishing;
	if (may_begin) {
		c->is_writing = true;
		c->tid = gettid();
		c->block = block;
		c->deadline_ns = deadline_ns;
		c->signals = 0;
		c->first_signal_ns = 0;
		c->cause = ENDED_BY_KERNEL;
		c->start_ns = clock_monotonic_ns();
	}
	(void)pthread_mutex_unlock(&c->lock);
	return may_begin;
}

static void end(struct cancel *c, struct cancel_outcome *ret)
{
	(void)pthread_mutex_lock(&c->lock);
	c->is_writing = false;
	ret->start_ns = c->start_ns;
	/* Signals that were only sent after the write had returned had no part in it. */
	if (c->signals > 0 && c->first_signal_ns < ret->end_ns) {
		ret->signals = c->signals;
		ret->time_to_return_ns = ret->end_ns - c->first_signal_ns;
	}
	/* A write that succeeds or fails by itself in spite of a signal was ended by the kernel. */
	if (ret->error == EINTR && ret->signals > 0)
		ret->ended_by = c->cause;
	ret->stray_signal = ret->error == EINTR && ret->signals == 0;
	(void)pthread_mutex_unlock(&c->lock);
}

bool cancel_write_offline(struct cancel *c, struct fsio *fs, uint32_t block, uint64_t deadline_ns,
			  struct cancel_outcome *ret)
{
	*ret = (struct cancel_outcome){.ended_by = ENDED_BY_KERNEL};
	if (!begin(c, block, deadline_ns))
		return false;
	let_cancel_in();
	ret->error =
		-fsio_write_text(fs, "offline", "sys/devices/system/memory/memory%u/state", block);
	ret->end_ns = clock_monotonic_ns();
	keep_cancel_out();
	end(c, ret);
	drop_late_signals();
	return true;
}

/* With the lock held. */
static void signal_when_due(struct cancel *c)
{
	uint64_t now_ns = clock_monotonic_ns();
	bool is_late = c->deadline_ns > 0 && now_ns - c->start_ns >= c->deadline_ns;

	if (!c->is_writing || !(is_late || c->is_stopping))
		return;
	/* EAGAIN: the queue of pending signals is full, so one of ours is in it. */
	if (tgkill(getpid(), c->tid, cancel_signal()) < 0)
		return;
	if (c->signals++ == 0) {
		c->first_signal_ns = now_ns;
		c->cause = is_late ? ENDED_BY_DEADLINE : ENDED_BY_ABORT;
	}
}

void cancel_tick(struct cancel *c)
{
	(void)pthread_mutex_lock(&c->lock);
	signal_when_due(c);
	(void)pthread_mutex_unlock(&c->lock);
}

void cancel_stop(struct cancel *c)
{
	(void)pthread_mutex_lock(&c->lock);
	c->is_stopping = true;
	(void)pthread_cond_broadcast(&c->stopped);
	signal_when_due(c);
	(void)pthread_mutex_unlock(&c->lock);
}

void cancel_finish(struct cancel *c)
{
	(void)pthread_mutex_lock(&c->lock);
	c->is_finishing = true;
	(void)pthread_cond_broadcast(&c->stopped);
	(void)pthread_mutex_unlock(&c->lock);
}

void cancel_progress(struct cancel *c, struct offline_progress *ret)
{
	(void)pthread_mutex_lock(&c->lock);
	*ret = (struct offline_progress){
		.writing = c->is_writing,
		.tid = c->tid,
		.block = c->block,
		.since_ns = c->start_ns,
		.deadline_ns = c->deadline_ns,
	};
	(void)pthread_mutex_unlock(&c->lock);
}

bool cancel_pause(struct cancel *c, uint64_t ns)
{
	uint64_t until_ns = clock_monotonic_ns() + ns;
	struct timespec until = {
		.tv_sec = (time_t)(until_ns / NS_PER_S),
		.tv_nsec = (long)(until_ns % NS_PER_S),
	};
	int r = ns > 0 ? 0 : ETIMEDOUT;
	bool is_over;

	(void)pthread_mutex_lock(&c->lock);
	while (!c->is_stopping && !c->is_finishing && r == 0)
		r = pthread_cond_timedwait(&c->stopped, &c->lock, &until);
	is_over = c->is_stopping || c->is_finishing;
	(void)pthread_mutex_unlock(&c->lock);
	return is_over;
}

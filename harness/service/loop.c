// SPDX-License-Identifier: GPL-2.0-or-later
/* The event loop: signals, the kernel's log and a 100 ms tick, each a file descriptor. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "service/control.h"
#include "service/notify.h"
#include "service/run.h"
#include "service/soak.h"

#define TICK_NS (100 * NS_PER_MS)

static int watch(struct run *run, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(run->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void soak_signals(sigset_t *ret)
{
	static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};

	(void)sigemptyset(ret);
	for (size_t i = 0; i < ARRAY_SIZE(handled); i++)
		(void)sigaddset(ret, handled[i]);
}

void run_hold_signals(void)
{
	sigset_t set;

	soak_signals(&set);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a file size limit is a full disk: an errno, not our end */
}

int run_loop_open(struct run *run, struct err *e)
{
	struct itimerspec tick = {
		.it_interval.tv_nsec = TICK_NS,
		.it_value.tv_nsec = TICK_NS,
	};
	sigset_t set;

	soak_signals(&set);
	run->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	run->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	run->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (run->epoll_fd < 0 || run->signal_fd < 0 || run->timer_fd < 0 ||
	    timerfd_settime(run->timer_fd, 0, &tick, NULL) < 0 || watch(run, run->signal_fd) < 0 ||
	    watch(run, run->timer_fd) < 0 || (run->has_kmsg && watch(run, run->kmsg.fd) < 0) ||
	    (run->control && watch(run, control_fd(run->control)) < 0))
		return err_errno(e, -errno, "cannot set up the event loop");
	return 0;
}

void run_loop_close(struct run *run)
{
	int *fds[] = {&run->epoll_fd, &run->signal_fd, &run->timer_fd};

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (*fds[i] >= 0)
			(void)close(steal_fd(fds[i]));
}

static void reap_workers(struct run *run)
{
	struct worker_exit exits[16];
	size_t n;

	if (!run->groups)
		return;
	run_note_oom_kills(run);
	do {
		n = worker_groups_reap(run->groups, exits, ARRAY_SIZE(exits));
		for (size_t i = 0; i < n; i++)
			record_worker_exit(run->recorder, &exits[i]);
	} while (n == ARRAY_SIZE(exits));
}

void run_stop(struct run *run, bool may_hurry)
{
	if (run->stop < RUN_ABORTED) {
		run->stop = RUN_ABORTED;
		log_warning("stopping: no new attempt, then all memory comes back online");
	} else if (run->stop == RUN_ABORTED && may_hurry) {
		run->stop = RUN_HURRIED;
		log_warning("hurrying: only the restore is waited for");
	}
	if (run->offline)
		offline_driver_stop(run->offline);
	run_stop_movers(run);
}

/* The manager of a service waits for the end of this: READY=1 comes in each case. */
static void reload(struct run *run)
{
	struct err e = {0};

	notify_reloading();
	if (run_reload(run, &e) < 0)
		log_error("reload: %s", e.text);
	else
		log_info("reload: %s was read again", run->profile.path);
	record_reload(run->recorder, run->reserve_bytes, e.text);
	notify_ready(e.code < 0 ? "the reload failed" : "reloaded");
	run->last_told_ns = 0;
}

static void take_signals(struct run *run)
{
	struct signalfd_siginfo info;

	while (read(run->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			reap_workers(run);
			run_reap_stress_ng(run);
		} else if (info.ssi_signo == SIGHUP && notify_is_managed()) {
			reload(run);
		} else {
			run->stop_signal = (int)info.ssi_signo;
			run_stop(run, true);
		}
	}
}

/* Deadlines and durations do not mind; who reads the wall times in other logs does. */
static void look_at_clocks(struct run *run)
{
	struct clock_reading now;
	struct clock_change change;

	clock_watch_read(&now);
	change = clock_watch_look(&run->clocks, &now);
	if (change.suspended_ns)
		log_warning("the host was suspended for %.1f s", (double)change.suspended_ns / (double)NS_PER_S);
	if (change.stepped_ns)
		log_warning("the wall clock was set by %+.1f s", (double)change.stepped_ns / (double)NS_PER_S);
	if (change.suspended_ns || change.stepped_ns)
		record_clock(run->recorder, change.suspended_ns, change.stepped_ns);
}

static void tick(struct run *run)
{
	uint64_t expirations, now_ns = clock_monotonic_ns();

	(void)!read(run->timer_fd, &expirations, sizeof(expirations));
	notify_alive(now_ns);
	run_watch_stuck(run, now_ns); /* before the tick that may cancel what hangs */
	if (run->offline)
		offline_driver_tick(run->offline);
	if (run->control)
		control_tick(run->control, now_ns);
	if (run->classifier)
		kmsg_classify_tick(run->classifier, now_ns);
	run_rotate_journal(run);
	if (now_ns - run->last_sample_ns < NS_PER_S)
		return;
	run->last_sample_ns = now_ns;
	look_at_clocks(run);
	run_look_at_topology(run, now_ns);
	run_sample(run, &run->last_sample);
	record_sample(run->recorder, &run->last_sample);
	record_flush(run->recorder);
	run_follow_journal(run);
	run_tell_status(run, now_ns);
	run_show_progress(run, &run->last_sample);
	run_look_whether_settled(run, now_ns);
}

void run_loop_once(struct run *run)
{
	struct epoll_event events[8];
	int n = epoll_wait(run->epoll_fd, events, ARRAY_SIZE(events), 1000);

	for (int i = 0; i < n; i++) {
		if (events[i].data.fd == run->signal_fd)
			take_signals(run);
		else if (events[i].data.fd == run->timer_fd)
			tick(run);
		else if (run->has_kmsg && events[i].data.fd == run->kmsg.fd)
			run_drain_kmsg(run);
		else if (run->control && events[i].data.fd == control_fd(run->control))
			control_serve(run->control, clock_monotonic_ns());
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "base/process.h"
#include "lab/console.h"
#include "lab/machine.h"
#include "lab/output.h"
#include "lab/share.h"

/* After a panic the machine resets itself at once (panic=-1); one that cannot gets this long. */
#define PANIC_GRACE_NS (15 * NS_PER_S)
/* A line without its end is passed on after this time. */
#define FLUSH_MS 200

enum stream { STREAM_CONSOLE, STREAM_OUT, STREAM_COMPLAINTS, N_STREAMS };

struct watch {
	struct process qemu;
	int streams[N_STREAMS]; /* our ends; -1 once at their end */
	int signals;
	struct console console;
	struct output output;
	char line[512]; /* of QEMU's stderr, not ended yet */
	size_t n_line;
	char complaint[512]; /* the last line of it that is no warning */
	uint64_t start_ns, deadline_ns;
	int signal;
	bool is_killed, is_late;
};

const char *guest_ended_name(enum guest_ended ended)
{
	static const char *const names[] = {
		[GUEST_EXIT] = "exit",
		[GUEST_PANIC] = "panic",
		[GUEST_TIMEOUT] = "timeout",
		[GUEST_QEMU_FAILED] = "qemu_failed",
		[GUEST_INTERRUPTED] = "interrupted",
	};

	return names[ended];
}

/* By the descriptor where there is one, so that a reused number can never be hit. */
static void kill_guest(struct watch *w)
{
	if (w->is_killed)
		return;
	w->is_killed = true;
	if (w->qemu.pidfd >= 0)
		(void)syscall(SYS_pidfd_send_signal, w->qemu.pidfd, SIGKILL, NULL, 0);
	else
		(void)kill(w->qemu.pid, SIGKILL);
}

/* QEMU writes its lines in pieces. */
static void note_complaint(struct watch *w, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] != '\n') {
			if (w->n_line < sizeof(w->line) - 1)
				w->line[w->n_line++] = bytes[i];
			continue;
		}
		w->line[w->n_line] = '\0';
		w->n_line = 0;
		if (w->line[0] && !strstr(w->line, "warning:"))
			(void)memcpy(w->complaint, w->line, sizeof(w->complaint));
	}
}

/* Reads what is there; at the end of the stream closes it. */
static void pump(struct watch *w, enum stream s, struct guest_end *end)
{
	char bytes[8192];
	ssize_t n = read(w->streams[s], bytes, sizeof(bytes));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		(void)close(steal_fd(&w->streams[s]));
		return;
	}
	switch (s) {
	case STREAM_CONSOLE:
		console_feed(&w->console, bytes, (size_t)n);
		break;
	case STREAM_OUT:
		output_feed(&w->output, bytes, (size_t)n);
		if (w->output.is_up && !end->is_up) {
			end->is_up = 1;
			end->up_ns = clock_monotonic_ns() - w->start_ns;
		}
		break;
	default:
		note_complaint(w, bytes, (size_t)n);
		break;
	}
}

static void take_signal(struct watch *w)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		w->signal = (int)info.ssi_signo;
		kill_guest(w);
	}
}

static int wait_ms(const struct watch *w, uint64_t now)
{
	uint64_t left = w->deadline_ns > now ? w->deadline_ns - now : 0;
	int ms = left > 60 * NS_PER_S ? 60000 : (int)(left / NS_PER_MS) + 1;

	return w->output.n_pending && ms > FLUSH_MS ? FLUSH_MS : ms;
}

/* Until QEMU has closed its ends of all streams, which it does by ending. */
static void watch_it(struct watch *w, struct guest_end *end)
{
	bool panic_seen = false;

	for (;;) {
		struct pollfd fds[N_STREAMS + 1] = {
			[N_STREAMS] = {.fd = w->signals, .events = POLLIN},
		};
		uint64_t now = clock_monotonic_ns();
		int open = 0, n;

		for (int i = 0; i < N_STREAMS; i++) {
			fds[i] = (struct pollfd){.fd = w->streams[i], .events = POLLIN};
			open += w->streams[i] >= 0;
		}
		if (!open)
			return;
		if (now >= w->deadline_ns && !w->is_killed) {
			w->is_late = true;
			kill_guest(w);
		}
		n = poll(fds, N_STREAMS + 1, w->is_killed ? 1000 : wait_ms(w, now));
		if (n == 0)
			output_flush(&w->output);
		for (int i = 0; n > 0 && i < N_STREAMS; i++)
			if (fds[i].revents)
				pump(w, (enum stream)i, end);
		if (n > 0 && fds[N_STREAMS].revents)
			take_signal(w);
		if (w->console.is_panic && !panic_seen) {
			panic_seen = true;
			if (w->deadline_ns > now + PANIC_GRACE_NS)
				w->deadline_ns = now + PANIC_GRACE_NS;
		}
	}
}

static char *what_failed(const struct watch *w)
{
	if (w->output.complaint)
		return memory_string(w->output.complaint);
	if (w->complaint[0])
		return memory_format("QEMU ended: %s", w->complaint);
	if (!w->output.is_up)
		return memory_format("the machine went off before user space, last line: %s",
				     w->console.last[0] ? w->console.last : "(none)");
	return memory_string("the machine went off before the guest's command had ended");
}

static void judge(struct watch *w, const char *share, struct guest_end *end)
{
	int code = share_exit_code(share);

	end->total_ns = clock_monotonic_ns() - w->start_ns;
	end->release = steal_ptr(&w->output.release);
	end->exit_code = 3;
	if (w->signal) {
		end->ended = GUEST_INTERRUPTED;
		end->exit_code = 128 + w->signal;
		end->why = memory_format("interrupted by %s", strsignal(w->signal));
	} else if (code >= 0) {
		end->ended = GUEST_EXIT;
		end->exit_code = code;
	} else if (w->console.is_panic) {
		end->ended = GUEST_PANIC;
		end->why = memory_string(w->console.panic);
	} else if (w->is_late) {
		end->ended = GUEST_TIMEOUT;
		end->why = w->output.is_running
				   ? memory_string("the guest's command had not ended by --timeout")
				   : memory_format("no user space by --timeout, last line: %s",
						   w->console.last[0] ? w->console.last : "(none)");
	} else {
		end->ended = GUEST_QEMU_FAILED;
		end->why = what_failed(w);
	}
}

/* The signals that end a run, as a descriptor; they stay blocked until the process ends. */
static int take_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int start(struct machine *m, struct watch *w, const int theirs[N_STREAMS], struct err *e)
{
	const int keep[] = {m->initrd_fd, theirs[STREAM_CONSOLE], theirs[STREAM_OUT]};
	const struct process_options options = {
		.keep_fds = keep,
		.n_keep_fds = ARRAY_SIZE(keep),
		.stdout_fd = theirs[STREAM_COMPLAINTS],
		.stderr_fd = theirs[STREAM_COMPLAINTS],
		.new_session = 1,
	};
	cleanup_free char *qemu = machine_qemu(e);
	struct arguments a = {0};
	int r;

	if (!qemu)
		return -ENOENT;
	m->console_fd = theirs[STREAM_CONSOLE];
	m->out_fd = theirs[STREAM_OUT];
	machine_arguments(m, qemu, &a);
	w->start_ns = clock_monotonic_ns();
	r = process_spawn(&w->qemu, arguments_argv(&a), &options, e);
	arguments_done(&a);
	return r;
}

int guest_run(struct machine *m, const char *console, int out_fd, uint64_t timeout_ns,
	      struct guest_end *end, struct err *e)
{
	cleanup_close int file = open(console, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	cleanup_close int signals = take_signals();
	struct watch w = {
		.streams = {-1, -1, -1},
		.signals = signals,
		.console.fd = file,
		.output.fd = out_fd,
	};
	int theirs[N_STREAMS] = {-1, -1, -1}, r = 0, status;

	*end = (struct guest_end){0};
	if (file < 0)
		return err_errno(e, -errno, "cannot write the console's file %s", console);
	for (int i = 0; r == 0 && i < N_STREAMS; i++) {
		int ends[2];

		r = pipe2(ends, O_CLOEXEC) < 0 ? err_errno(e, -errno, "cannot make a pipe") : 0;
		if (r == 0) {
			w.streams[i] = ends[0];
			theirs[i] = ends[1];
		}
	}
	if (r == 0)
		r = start(m, &w, theirs, e);
	for (int i = 0; i < N_STREAMS; i++)
		if (theirs[i] >= 0)
			(void)close(theirs[i]);
	if (r == 0) {
		w.deadline_ns = w.start_ns + timeout_ns;
		watch_it(&w, end);
		(void)process_reap(&w.qemu, &status);
		output_flush(&w.output);
		judge(&w, m->share, end);
	}
	for (int i = 0; i < N_STREAMS; i++)
		if (w.streams[i] >= 0)
			(void)close(w.streams[i]);
	output_done(&w.output);
	return r;
}

void guest_end_done(struct guest_end *end)
{
	free(end->release);
	free(end->why);
	*end = (struct guest_end){0};
}

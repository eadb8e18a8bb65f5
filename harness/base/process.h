/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting a child: one function, exec'd at once, dies with the thread that started it
 * (PR_SET_PDEATHSIG, so start children from the main thread), keeps only the descriptors that
 * it is given, starts with no signal blocked.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct err;

struct process {
	pid_t pid;
	int pidfd; /* readable when the child has ended; owned; -1 before Linux 5.3 */
};

struct process_options {
	const int *keep_fds; /* stay open under the same numbers */
	size_t n_keep_fds;
	int stdout_fd; /* -1: inherit */
	int stderr_fd; /* -1: inherit */
	/* Of cgroup.procs files: the child is in these groups before it is the program. */
	const int *cgroup_fds;
	size_t n_cgroup_fds;
	int new_session; /* its own process group and session, so that a terminal's Ctrl-C misses it */
};

int process_spawn(struct process *p, const char *const argv[], const struct process_options *options,
		  struct err *e);

/* The waitid() status as a wait(2) status word; waits when it still runs. Closes the pidfd. */
int process_reap(struct process *p, int *ret_status);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc says of one task: whether it runs or sleeps, and where in the kernel. Looking does not get
 * stuck too: none of these files takes mmap_lock (fs/proc/base.c, fs/proc/array.c, 4.18 to 7.x); stack
 * and syscall wait for a task that is in the middle of an exec (lock_trace()), which ours have behind them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fsio;

#define STUCK_MAX_FRAMES 48
#define STUCK_FRAMES_SIZE 2048
#define STUCK_COMM_SIZE 64
#define STUCK_WCHAN_SIZE 64

/* Cheap: for every task, once in a while. */
struct stuck_state {
	char letter;	   /* as ps shows it: 'D' sleeps and takes no signal, 'R', 'S'... */
	uint64_t switches; /* context switches so far: the same number twice, it has not run between */
};

struct stuck_place {
	char comm[STUCK_COMM_SIZE];
	char wchan[STUCK_WCHAN_SIZE]; /* "": it runs, or the kernel does not say */
	bool has_syscall;	      /* false: it runs, or the kernel does not say */
	int64_t syscall;	      /* its number; -1: in the kernel, but by none */
	int stack_error;	      /* 0, or the errno of reading its stack */
	char frames[STUCK_FRAMES_SIZE]; /* function names, the innermost first, each with its NUL */
	size_t n_frames; /* 0 with no error: it was on a CPU whenever it was asked for, and so has no trace */
};

/* -ENOENT or -ESRCH: the task is gone. -EBADMSG: that is no task's status. */
int stuck_read_state(struct fsio *fs, pid_t pid, pid_t tid, struct stuck_state *ret);
/* Takes up to 10 ms, of a task that runs. */
void stuck_read_place(struct fsio *fs, pid_t pid, pid_t tid, struct stuck_place *ret);

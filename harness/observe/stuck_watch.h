/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the run's tasks are stuck, and when to look at them again. A call of ours that has used up
 * half of its time, or a task that sleeps without taking signals and has not run for 10 s: a first
 * sample then, the next ones at growing intervals, so many and no more.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "observe/stuck.h"

struct fsio;

/* Also of a call without a deadline. The kernel's own detector of hung tasks waits 120 s. */
#define STUCK_AFTER_NS (10ull * 1000000000)
#define STUCK_FIRST_INTERVAL_NS (1ull * 1000000000) /* each interval is half as long again */
#define STUCK_LONGEST_INTERVAL_NS (60ull * 1000000000)
#define STUCK_LOOK_NS (2ull * 1000000000) /* how often all tasks of processes are looked through */
#define STUCK_MAX_TASKS 1024 /* further ones are not watched */
#define STUCK_MAX_SAMPLES 2000 /* of a run */

struct stuck_suspect {
	const char *who;   /* a driver's name, "offline" and so on, or "worker"; borrowed */
	const char *group; /* a worker's; NULL else; borrowed */
	bool has_block;
	uint32_t block; /* of an offline */
	pid_t pid, tid;	   /* tid 0: all tasks of the process */
	/* Of a call that is going on: when it began, and the time that it was given. 0: go by its state. */
	uint64_t since_ns, deadline_ns;
};

struct stuck_sample {
	const struct stuck_suspect *suspect;
	pid_t tid;
	uint64_t since_ns; /* when it began, as far as is known; a time */
	uint64_t number;   /* of this being stuck, from 0 */
	bool is_last;	   /* the run has had as many as it may have */
	struct stuck_state state;
	struct stuck_place place;
};

struct stuck_watch;

/* @told is called from the calls below; the sample lives until it returns. */
struct stuck_watch *stuck_watch_new(struct fsio *fs,
				    void (*told)(void *context, const struct stuck_sample *sample),
				    void *context);
void stuck_watch_free(struct stuck_watch *w); /* NULL is fine */

/* One call that is going on; as often as one likes. It costs nothing unless a sample is due. */
void stuck_watch_call(struct stuck_watch *w, const struct stuck_suspect *suspect, uint64_t now_ns);

/* Is it time for the other one? */
bool stuck_watch_is_due(const struct stuck_watch *w, uint64_t now_ns);
/* All suspects that go by their state; who is not among them is forgotten. */
void stuck_watch_tasks(struct stuck_watch *w, const struct stuck_suspect *suspects, size_t n,
		       uint64_t now_ns);

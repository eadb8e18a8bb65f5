/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Caller drivers with hooks that keep what they are told; and a process with pages that can be
 * asked for.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "drive/caller_step.h"

/* What callers of this room's tests have told, and asked for. */
#define TOLD_MAX 16
struct told {
	atomic_uint n_calls;	   /* made, told or not yet: may be waited for */
	atomic_uint n_events;	   /* likewise */
	struct caller_event event; /* the sum of all that were told; counts: the last ones */
	char started[64];	   /* the thread's driver */
	pid_t counted[TOLD_MAX];
	unsigned int n_counted;
	struct {
		pid_t pid;
		uint32_t node;
	} bound[TOLD_MAX];
	unsigned int n_bound;
	int bind_answer;
	pid_t reclaimed[TOLD_MAX];
	unsigned int n_reclaimed;
	int (*reclaim_answer)(pid_t pid, unsigned int n); /* to the call number n; NULL: 0 */
	char fault[256];
	unsigned int n_faults;
};
extern struct told told;
void told_reset(void);
extern struct drive_hooks told_hooks;

/* UINT64_MAX: no event had one of that name. */
uint64_t told_number(const char *name);

/*
 * A driver of the world's plan and phase, with told_hooks, that counts in told.n_calls; one at a
 * time. NULL, and @e: it did not start.
 */
struct caller_driver *told_start(enum caller caller, struct fsio *fs,
				 const struct move_target *targets, size_t n, struct err *e);

/* The same with another step than the table's. */
struct caller_driver *told_start_with(const struct caller_step *step, enum caller caller,
				      struct fsio *fs, const struct move_target *targets, size_t n,
				      struct err *e);

/* Stops it and joins. */
void told_stop(struct caller_driver *driver);

/* Waits until it has ended by itself, and joins. */
void told_join(struct caller_driver *driver);

/* A target of 8 pages of this process, and the node that they are on; false: it cannot be asked
 * here. */
#define OWN_PAGES 8
bool own_target(struct move_target *ret_target, uint32_t *ret_node);
void own_target_done(struct move_target *target);

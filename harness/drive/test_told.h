/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hooks that keep what they are told; and a process with pages that can be asked for. */
#pragma once

#include <stdbool.h>

#include "drive/caller_step.h"

/* What callers of this room's tests have told, and asked for. */
#define TOLD_MAX 16
struct told {
	struct caller_event event; /* the last one */
	unsigned int n_events;
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

/* UINT64_MAX: the last event had none of that name. */
uint64_t told_number(const char *name);

/* A target of 8 pages of this process, and the node that they are on; false: it cannot be asked
 * here. */
#define OWN_PAGES 8
bool own_target(struct move_target *ret_target, uint32_t *ret_node);
void own_target_done(struct move_target *target);

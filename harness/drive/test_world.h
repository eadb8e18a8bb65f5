/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world of two processes with pages on two nodes, and a move_pages() that answers for it as
 * scripted. There is one: the call has no context.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drive/drive.h"

#define PAGE 4096UL
#define WORLD_PAGES 64
#define FIRST_PID 1000
#define MAX_PIDS 2
#define MAX_EVENTS 16

struct world {
	int place[MAX_PIDS][WORLD_PAGES];
	int gone[MAX_PIDS];	     /* negative errno that this process answers with */
	int gone_at_call[MAX_PIDS];  /* counts down the moving calls; at 0 it goes with ESRCH */
	bool is_stuck[WORLD_PAGES];  /* cannot be moved: its batch's status stays untouched */
	int page_error[WORLD_PAGES]; /* negative errno in the page's status word */
	int call_error, query_error; /* positive errno of whole calls */
	bool gives_up_at_first;	     /* the pages behind a stuck one are not even tried (v5.6 on) */
	atomic_uint calls, queries;  /* may be waited for */
	unsigned int singles, batches;
	unsigned int bad_flags, bad_prefill;
	uint64_t batches_to[2], singles_to[2];
	uint64_t batches_of[WORLD_PAGES], singles_of[WORLD_PAGES]; /* calls that had the page */
};
extern struct world world;

/* What the hooks were told. */
extern struct move_event world_events[MAX_EVENTS];
extern atomic_size_t n_world_events; /* may be waited for */
extern atomic_uint n_world_faults;
extern char last_world_fault[256];
extern const struct drive_hooks world_hooks;

extern struct profile world_profile;
extern struct plan world_plan;
extern struct plan_phase world_phase;
extern struct move_target world_targets[MAX_PIDS];

/* All pages of both on node 0, a plan that moves them in batches of @batch, without an end. */
void world_init(size_t batch);

long world_move(int pid, unsigned long count, void **pages, const int *nodes, int *status,
		int flags);

/* How often @event has that status. */
uint64_t world_by_status(const struct move_event *event, int32_t status);

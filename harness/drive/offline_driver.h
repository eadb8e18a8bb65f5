/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The offline driver from inside: offline_driver.c is its life, offline_attempt.c one attempt. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "drive/cancel.h"
#include "drive/drive.h"

/* A block that we took and that has not come back. There is never more than one. */
struct missing_block {
	bool is_missing;
	const struct plan_block *block; /* of the plan */
	uint64_t attempt;
	uint32_t tries;
};

struct offline_driver {
	struct fsio *fs;
	const struct plan *plan;
	const struct plan_phase *phase;
	struct drive_hooks hooks;
	uint64_t block_size_bytes;
	struct cancel cancel;
	pthread_t thread;
	atomic_bool has_ended;
	atomic_bool has_failed;
	/* The thread's own. */
	uint64_t attempt;
	uint64_t end_ns; /* no new attempt from then on; UINT64_MAX: no such bound */
	uint32_t writes;
	uint32_t failed_intents; /* in a row */
	size_t refused, failed;	 /* in a row */
	bool *is_gone;		 /* for each block of the plan: unplugged, as it was last looked at */
	size_t n_gone;
	struct missing_block missing;
};

enum attempt_result {
	ATTEMPT_DONE,	 /* an offline event was sent, it tells of success */
	ATTEMPT_FAILED,	 /* an offline event was sent, it tells of an error */
	ATTEMPT_REFUSED, /* a refused event was sent */
	ATTEMPT_NO_INTENT,
	ATTEMPT_STOPPED, /* nothing was done, nothing was told */
	ATTEMPT_SKIPPED, /* the same, of a block that has been unplugged and is out of the round */
};

enum attempt_result offline_attempt(struct offline_driver *d, const struct plan_block *target);

/* Takes @target out of the round, or back into it; true: it was not so before. */
bool offline_note_gone(struct offline_driver *d, const struct plan_block *target, bool is_gone);

/*
 * Tells it to come online, sends the online event, and keeps d->missing up to date. @state: as
 * just read, or BLOCK_STATE_UNKNOWN.
 */
void offline_bring_back(struct offline_driver *d, const struct plan_block *target,
			uint64_t attempt, enum block_state state);

void offline_fault(struct offline_driver *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

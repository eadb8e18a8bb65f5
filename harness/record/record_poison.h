/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The books about poisoned page frames: harness/docs/EVENTS.md. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drive/soft_offline.h"

struct recorder;

/* On disk when it returns 0; negative: it is not, and the injection must not be made. */
int record_soft_offline_intent(struct recorder *r, const struct soft_offline_injection *i);
void record_soft_offline(struct recorder *r, const struct soft_offline_injection *i);

/* What the host has counted: before the first injection, and after all frames were given back. */
struct record_poison {
	bool knows_corrupted;
	uint64_t corrupted_bytes;
	/* Sum over the nodes of memory_failure/total (6.3 on); it is of hard failures only. */
	bool knows_memory_failures;
	uint64_t memory_failures;
};
void record_poison_start(struct recorder *r, uint64_t budget, uint64_t page_size,
			 const char *no_fault_injection_why, const struct record_poison *now);
void record_poison_end(struct recorder *r, uint64_t frames_left, const struct record_poison *now);

/* @error 0: it is poisoned no longer; else a negative errno. */
void record_unpoison(struct recorder *r, uint64_t frame, int error);

/*
 * Something that the run needs and makes for a while: @what is "mount" (debugfs, @name its path) or
 * "module". On disk when it returns 0, and it must be, before it is made.
 */
int record_prepared(struct recorder *r, const char *what, const char *name);
void record_prepared_undone(struct recorder *r, const char *what, const char *name, int error);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel of a few lines that poisons page frames, and one process whose pages it poisons. It can
 * be made to miscount; and the hooks, which keep all that they are told.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drive/soft_offline.h"

#define FAKE_FRAMES 4096
#define FAKE_BASE 0x10000000ULL
#define FAKE_PAGES 8
#define FAKE_PAGE 4096ULL
#define FAKE_SCRATCH 0x7000000ULL
#define FAKE_ALL 48 /* injections: four rounds of the turns with one target */

struct fake_poison {
	struct poison_kernel kernel;
	struct soft_offline s;
	struct soft_offline_target target;
	bool poisoned[FAKE_FRAMES];
	uint64_t frames[FAKE_PAGES], scratch, next_frame, corrupted;
	bool is_held, is_free, changes_content, counts_failures, hides_frames, keeps_poison;
	int plain_answer; /* of an injection that could succeed; 0 */
	int ask_fails;	  /* with that, when it is asked for failing_task */
	enum soft_offline_task failing_task;
	unsigned int failing_ledgers, busy_unpoisons;
	bool is_hugetlb;	     /* all of it */
	unsigned int late_pool_reads; /* so many, after an injection, see one page more */
	uint64_t injections, ledgers;
	bool is_in_ledger; /* the next injection */
	struct soft_offline_injection told[FAKE_ALL];
	size_t n_told;
	char fault[256];
};

/* @budget injections; begun. */
void fake_poison_init(struct fake_poison *f, uint64_t budget);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Second witnesses: what the kernel itself has counted and flagged, against what was read in its log.
 * Read once before and once after a run; a kernel that lacks one simply says nothing by it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "observe/kmsg_kinds.h"

struct fsio;

#define WITNESS_MAX 16

struct witness_counts {
	bool is_known[WITNESS_MAX];
	uint64_t values[WITNESS_MAX];
};

void witness_read(struct fsio *fs, struct witness_counts *ret_counts);

struct witness_statement {
	const char *name; /* "softlockup_count", "taint_soft_lockup" (0 or 1) */
	uint64_t before, after;
	uint64_t findings;	  /* in the log, of the kinds that it counts */
	const char *disagreement; /* NULL: none */
};

/*
 * What each witness says that was there both times; @findings by kind. The counters may grow by several
 * for one message, so they are asked only whether they grew. Returns the number of statements.
 */
size_t witness_compare(const struct witness_counts *before, const struct witness_counts *after,
		       const uint64_t findings[KMSG_MAX_KIND],
		       struct witness_statement statements[WITNESS_MAX]);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of /proc/vmstat that a caller tells the growth of. They are everybody's, and up to a
 * second late (mm/vmstat.c folds the CPUs' shares in every stat_interval).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drive/drive.h"

struct fsio;

#define HOST_COUNTS_MAX 4

struct host_counts {
	const char *const *names; /* closed by NULL; literals */
	struct {
		bool is_known;
		uint64_t value;
	} last[HOST_COUNTS_MAX];
};

/* Reads where @names stand now. */
void host_counts_start(struct host_counts *h, struct fsio *fs, const char *const *names);

/* Adds to @event what each has grown by since; of those that the kernel has not, nothing. */
void host_counts_tell(struct host_counts *h, struct fsio *fs, struct caller_event *event);

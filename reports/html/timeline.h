/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened when: a run's journal in one pass, put into bins of equal time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMELINE_BINS 200
#define TIMELINE_MAX_FINDINGS 200

struct err;

struct timeline_bin {
	uint64_t done, failed, cut; /* attempts: offline; the kernel's errno; ended by the harness */
	uint64_t attempts, eagain;  /* of migration, from sample to sample */
};

struct timeline_finding {
	double second;
	char kind[40];
};

struct timeline {
	double seconds; /* in all */
	double missing_seconds; /* at the beginning, of which the records are gone; 0: they are there */
	struct timeline_bin bins[TIMELINE_BINS];
	uint64_t cycles; /* attempts in all bins */
	bool has_eagain;
	struct timeline_finding findings[TIMELINE_MAX_FINDINGS];
	size_t n_findings;
	uint64_t more_findings; /* that found no place */
};

/* @seconds: how long the run took, as its report says. */
int timeline_read(const char *run, double seconds, struct timeline *ret, struct err *e);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What observer_open() would find here, by looking only: nothing is written, nothing is armed. */
#pragma once

#include "observe/observe.h"
#include "observe/probes.h"

struct count_ability {
	bool has_tracefs;
	bool is_hidden; /* tracefs cannot be looked into: what depends on it is not known */
	bool has_kprobes;
	bool is_kprobes_off; /* switched off by debugfs' kprobes/enabled */
	bool has_hist;
	bool has_perf;
	int64_t perf_paranoid;	  /* with has_perf */
	char symbol[SYMBOL_SIZE]; /* "": none of the functions to probe */
	unsigned int n_waits;
	char symbol_why[OBSERVER_WHY_SIZE];
	char tracefs_why[OBSERVER_WHY_SIZE];
	enum count_source source; /* that root would get; with is_hidden: at least */
};

void count_ability_read(struct fsio *fs, struct count_ability *a);

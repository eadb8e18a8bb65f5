/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shares of pages, and how sure they are. All intervals are of 95 %. */
#pragma once

#include <stdint.h>

struct ratio_interval {
	double low, high;
	const char *method; /* "wilson" or "batch-means" */
};

/* Wilson's score interval: each trial on its own. @trials > 0. */
struct ratio_interval ratio_wilson(uint64_t successes, uint64_t trials);

/* Clopper-Pearson, one-sided: with 95 % confidence the share is above this. */
double ratio_lower_bound(uint64_t successes, uint64_t trials);

/*
 * Windows of a run, each with so many successes of so many trials: trials of one window are not
 * independent, their windows nearly are. Kept as sums, so that there may be any number of them.
 */
struct ratio_windows {
	uint64_t n;
	uint64_t successes, trials;
	double sum_ss, sum_st, sum_tt; /* of the products within each window */
};
void ratio_add_window(struct ratio_windows *w, uint64_t successes, uint64_t trials);

/* By batch means over the windows; by Wilson when they are fewer than ten or do not differ. */
struct ratio_interval ratio_of_windows(const struct ratio_windows *w);

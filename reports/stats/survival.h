/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times until something happened, or until nobody waited any longer (censored). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/stats/interval.h"

struct survival_time {
	double time;
	bool has_happened; /* false: censored at this time */
	bool is_test;
};

/* Kaplan and Meier's median of one side; INFINITY: less than half has happened. */
double survival_median(const struct survival_time *times, size_t n, bool is_test);

struct survival_logrank {
	double seen_base, seen_test;	     /* events */
	double expected_base, expected_test; /* under one and the same hazard */
	double variance;
	double chi_square; /* one degree of freedom; 0 without variance */
	double p;	   /* for many boots: a few need the permutation of the scores */
};
void survival_logrank(const struct survival_time *times, size_t n, struct survival_logrank *ret);

/*
 * The log-rank scores: event - hazard so far, of all together. Their sum over a side is seen -
 * expected, so that permutation_test() of them is the exact log-rank test.
 */
void survival_scores(const struct survival_time *times, size_t n, double *ret_scores);

/* Peto's one-step ratio of the hazards, test / base, and its interval; not known without variance. */
struct stats_interval survival_hazard_ratio(const struct survival_logrank *l, double confidence,
					    double *ret_ratio);

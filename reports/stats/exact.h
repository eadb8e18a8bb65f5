/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests and intervals of counts that need no large numbers to be right. All are two-sided. From
 * 100,000 on the normal distribution takes over, and the method says so.
 */
#pragma once

#include <stdint.h>

#include "reports/stats/interval.h"

/* Fisher's exact test: the probability of every table as unlikely as this one or more so. */
double exact_fisher(uint64_t successes_a, uint64_t trials_a, uint64_t successes_b,
		    uint64_t trials_b);

/* Clopper-Pearson's interval of a share; @trials > 0. */
struct stats_interval exact_share(uint64_t successes, uint64_t trials, double confidence);

/* The difference of two shares, b - a, by Newcombe's method 10 (from Wilson's intervals). */
struct stats_interval exact_share_difference(uint64_t successes_a, uint64_t trials_a,
					     uint64_t successes_b, uint64_t trials_b,
					     double confidence);

/* The rate of a Poisson count over an exposure > 0; no event gives 0 and its upper bound. */
struct stats_interval exact_rate(uint64_t events, double exposure, double confidence);

/*
 * Two Poisson rates are one: given the sum of the events, those of b are binomial. Every split
 * as unlikely as this one or more so; 1 when there are no events.
 */
double exact_rates_differ(uint64_t events_a, double exposure_a, uint64_t events_b,
			  double exposure_b);

/* The ratio of the rates, b / a, from the same binomial; not known without events. */
struct stats_interval exact_rate_ratio(uint64_t events_a, double exposure_a, uint64_t events_b,
				       double exposure_b, double confidence);

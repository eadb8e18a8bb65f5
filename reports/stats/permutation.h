/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The permutation test of a difference of means, two-sided: in which share of the rearrangements
 * that the design allows are the sides as far apart as they were seen, or further? Every linear
 * rank test is one of these, with its scores for values.
 */
#pragma once

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stdint.h>

#include "reports/stats/design.h"

/* Drawn when there are more than DESIGN_MAX_EXACT; with the one that was seen they are 100,000. */
#define PERMUTATION_DRAWS 99999

struct permutation_result {
	double p;
	bool is_exact;	   /* all were looked at */
	double difference; /* mean of test - mean of base */
};

/* @score by boot, in the design's order. @rng is used only when not all can be looked at. */
void permutation_test(const struct design *d, const double *score, gsl_rng *rng,
		      struct permutation_result *ret);

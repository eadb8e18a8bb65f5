/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Intervals between boots, by drawing boots again and again from those that there are. */
#pragma once

#include <gsl/gsl_rng.h>
#include <stddef.h>

#include "reports/stats/interval.h"

#define BOOTSTRAP_DRAWS 9999
/* From fewer boots nobody can tell how much boots differ. */
#define BOOTSTRAP_LEAST_BOOTS 4

/*
 * mean(test) - mean(base): bias-corrected and accelerated (Efron 1987), and wider by what the
 * t distribution adds for few boots (Hesterberg 2015): the plain one is too narrow for them.
 * Not known with fewer than BOOTSTRAP_LEAST_BOOTS on a side.
 */
struct stats_interval bootstrap_difference(const double *base, size_t n_base, const double *test,
					   size_t n_test, double confidence, gsl_rng *rng);

/* The same for the mean of one side. */
struct stats_interval bootstrap_mean(const double *values, size_t n, double confidence,
				     gsl_rng *rng);

// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/stats/bootstrap.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/memory.h"

static double mean_of(const double *values, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return n ? sum / (double)n : 0;
}

static double draw_mean(const double *values, size_t n, gsl_rng *rng)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[gsl_rng_uniform_int(rng, n)];
	return n ? sum / (double)n : 0;
}

/* What each boot adds to the second and the third moment of the estimate. */
static void add_influence(const double *values, size_t n, double sign, double *squares,
			  double *cubes)
{
	double mean = mean_of(values, n);

	for (size_t i = 0; i < n; i++) {
		double influence = sign * (values[i] - mean) / (double)n;

		*squares += influence * influence;
		*cubes += influence * influence * influence;
	}
}

/* Where the seen value stands among the drawn ones, as a normal deviate; ties count half. */
static double bias(const double *draws, double seen)
{
	double below = 0;

	for (size_t i = 0; i < BOOTSTRAP_DRAWS; i++)
		below += draws[i] < seen ? 1 : draws[i] == seen ? 0.5 : 0;
	if (below < 1)
		below = 1;
	if (below > BOOTSTRAP_DRAWS - 1)
		below = BOOTSTRAP_DRAWS - 1;
	return gsl_cdf_ugaussian_Pinv(below / BOOTSTRAP_DRAWS);
}

/* The normal deviate that gives a t interval's width to the percentiles of so few boots. */
static double deviate(size_t n, double confidence)
{
	return gsl_cdf_tdist_Qinv((1 - confidence) / 2, (double)n - 1) *
	       sqrt((double)n / ((double)n - 1));
}

static double corrected(double shift, double acceleration, double z)
{
	double sum = shift + z, scale = 1 - acceleration * sum;

	/* Beyond its pole the correction turns around: then the end of the draws is what there is. */
	if (scale <= 0)
		return z < 0 ? 0 : 1;
	return gsl_cdf_ugaussian_P(shift + sum / scale);
}

struct stats_interval bootstrap_difference(const double *base, size_t n_base, const double *test,
					   size_t n_test, double confidence, gsl_rng *rng)
{
	cleanup_free double *draws = NULL;
	double seen = mean_of(test, n_test) - mean_of(base, n_base);
	double squares = 0, cubes = 0, shift, acceleration, z;
	size_t fewest = n_base > 0 && n_base < n_test ? n_base : n_test;

	if (fewest < BOOTSTRAP_LEAST_BOOTS)
		return (struct stats_interval){.is_known = false};
	draws = memory_alloc(BOOTSTRAP_DRAWS, sizeof(*draws));
	for (size_t i = 0; i < BOOTSTRAP_DRAWS; i++) {
		double of_test = draw_mean(test, n_test, rng);

		draws[i] = of_test - draw_mean(base, n_base, rng);
	}
	add_influence(test, n_test, 1, &squares, &cubes);
	add_influence(base, n_base, -1, &squares, &cubes);
	acceleration = squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
	shift = squares > 0 ? bias(draws, seen) : 0;
	z = deviate(fewest, confidence);
	gsl_sort(draws, 1, BOOTSTRAP_DRAWS);
	return (struct stats_interval){
		.is_known = true,
		.low = gsl_stats_quantile_from_sorted_data(draws, 1, BOOTSTRAP_DRAWS,
							   corrected(shift, acceleration, -z)),
		.high = gsl_stats_quantile_from_sorted_data(draws, 1, BOOTSTRAP_DRAWS,
							    corrected(shift, acceleration, z)),
		.method = "bootstrap-bca-t",
	};
}

struct stats_interval bootstrap_mean(const double *values, size_t n, double confidence, gsl_rng *rng)
{
	return bootstrap_difference(NULL, 0, values, n, confidence, rng);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "base/cleanup.h"
#include "reports/stats/bootstrap.h"
#include "reports/stats/test_rig.h"

#define ROUNDS 200
#define BOOTS 8

/* Boots with many like values: against the interval of Welch's t. */
static void test_against_t(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double base[200], test[200], error = sqrt(2.0 / 200), half;
	struct stats_interval i;

	(void)state;
	for (int k = 0; k < 200; k++) {
		/* Exact normal scores: mean 0, and no luck in it. */
		base[k] = gsl_cdf_ugaussian_Pinv((k + 0.5) / 200);
		test[k] = base[k] + 3;
	}
	i = bootstrap_difference(base, 200, test, 200, 0.95, rng);
	half = gsl_cdf_tdist_Qinv(0.025, 398) * error;
	assert_true(i.is_known);
	assert_true(fabs(i.low - (3 - half)) < 0.02);
	assert_true(fabs(i.high - (3 + half)) < 0.02);
	gsl_rng_free(rng);
}

/* A skewed mean: the corrected interval leans to the longer tail. */
static void test_leans(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	const double values[] = {1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 40};
	struct stats_interval i = bootstrap_mean(values, 12, 0.95, rng);
	double mean = 68.0 / 12;

	(void)state;
	assert_true(i.low < mean && i.high > mean);
	assert_true(i.high - mean > 2 * (mean - i.low));
	gsl_rng_free(rng);
}

static void test_edges(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	const double alike[] = {7, 7, 7, 7}, other[] = {9, 9, 9, 9};
	struct stats_interval i, again;
	const double values[] = {1, 2, 4, 8};

	(void)state;
	assert_false(bootstrap_difference(alike, 3, other, 4, 0.95, rng).is_known);
	assert_false(bootstrap_difference(alike, 4, other, 3, 0.95, rng).is_known);
	i = bootstrap_difference(alike, 4, other, 4, 0.95, rng);
	assert_true(i.low == 2 && i.high == 2);
	gsl_rng_set(rng, 5);
	i = bootstrap_difference(values, 4, other, 4, 0.95, rng);
	gsl_rng_set(rng, 5);
	again = bootstrap_difference(values, 4, other, 4, 0.95, rng);
	assert_true(i.low == again.low && i.high == again.high);
	gsl_rng_free(rng);
}

/*
 * How often the interval holds the truth with eight boots a side, for normal values and for
 * skewed ones. 95 % is the promise; below 90 % of 200 has a chance of about 0.2 % when it is kept.
 */
static void check_coverage(bool is_skewed)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int holds = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double base[BOOTS], test[BOOTS];
		struct stats_interval i;

		for (int k = 0; k < BOOTS; k++) {
			base[k] = is_skewed ? gsl_ran_exponential(rng, 1) : gsl_ran_gaussian(rng, 1);
			test[k] = is_skewed ? gsl_ran_exponential(rng, 1) + 1
					    : gsl_ran_gaussian(rng, 3) + 1;
		}
		i = bootstrap_difference(base, BOOTS, test, BOOTS, 0.95, rng);
		holds += i.low <= 1 && i.high >= 1;
	}
	gsl_rng_free(rng);
	print_message("held the truth in %d of %d\n", holds, ROUNDS);
	assert_true(holds >= ROUNDS * 9 / 10);
}

static void test_coverage(void **state)
{
	(void)state;
	check_coverage(false);
	check_coverage(true);
}

int test_bootstrap(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_t),
		cmocka_unit_test(test_leans),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_coverage),
	};

	return cmocka_run_group_tests_name("bootstrap", tests, NULL, NULL);
}

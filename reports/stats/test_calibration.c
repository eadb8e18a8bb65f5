// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole comparisons of boots that were drawn: from one distribution ("different" is wrong), and
 * from two ("different" is right).
 */
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "reports/stats/test_rig.h"

#define COMPARISONS 120

/* Boots differ by far more than the counts within one of them: 40 % in the rate. */
static void draw_run(struct compare_run *run, double factor, gsl_rng *rng)
{
	double attempts = gsl_ran_poisson(rng, 3000);
	double rate = 0.02 * factor * gsl_ran_lognormal(rng, 0, 0.4);

	run->eagain[COMPARE_MOVE_PAGES] = rig_count(gsl_ran_poisson(rng, rate * attempts), attempts);
	run->not_moved = rig_count(gsl_ran_poisson(rng, 0.01 * rate * attempts), attempts);
	run->lockups = rig_count(gsl_ran_poisson(rng, 0.3), 26);
	run->has_faults = true;
	run->fault_ns[COMPARE_P50] = gsl_ran_lognormal(rng, 10, 0.3);
	run->fault_ns[COMPARE_P99] = gsl_ran_lognormal(rng, 14, 0.8);
	run->offline = rig_count(gsl_ran_bernoulli(rng, 0.5), 1);
	run->has_first = true;
	run->first_succeeded = run->offline.events > 0;
	run->first_seconds = run->first_succeeded ? 60 * gsl_rng_uniform(rng) : 60;
}

struct counts {
	unsigned int different, wrong_p; /* the primary metric's p is below 0.05 */
};

static struct counts simulate(double factor, unsigned int comparisons, bool with_intervals)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct compare_options options = rig_options();
	struct counts counts = {0};

	options.without_intervals = !with_intervals;
	for (unsigned int i = 0; i < comparisons; i++) {
		struct rig rig = {0};
		struct compare c;

		rig_interleave(&rig, 16, 8, i + 1);
		for (size_t k = 0; k < rig.n; k++)
			draw_run(&rig.runs[k],
				 strcmp(rig.runs[k].kernel, "6.1.0-test") == 0 ? factor : 1, rng);
		assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
		counts.different += c.outcome == COMPARE_DIFFERENT;
		counts.wrong_p += c.primary->p < 0.05;
		compare_done(&c);
		rig_clear(&rig);
	}
	gsl_rng_free(rng);
	return counts;
}

/* So many or more have a probability below 0.001 when each is wrong with 0.05. */
static unsigned int upper_bound(unsigned int n)
{
	unsigned int k = 0;

	while (gsl_cdf_binomial_Q(k, 0.05, n) >= 0.001)
		k++;
	return k;
}

static void test_false_positives(void **state)
{
	unsigned int n = 10 * COMPARISONS;
	struct counts counts = simulate(1, n, false);

	(void)state;
	print_message("different: %u of %u, primary p < 0.05: %u (at most %u)\n", counts.different, n,
		      counts.wrong_p, upper_bound(n));
	assert_true(counts.different <= upper_bound(n));
	assert_true(counts.wrong_p <= upper_bound(n));
	/* The primary metric's test is no blunt one either: about 5 % must be there. */
	assert_true(counts.wrong_p >= n / 40);
}

static void test_power(void **state)
{
	struct counts counts = simulate(3, COMPARISONS, true);

	(void)state;
	print_message("different: %u of %d\n", counts.different, COMPARISONS);
	assert_true(counts.different >= COMPARISONS * 9 / 10);
}

/* A million events in each boot do not make up for there being few boots. */
static void test_boot_is_the_unit(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct compare_options options = rig_options();
	unsigned int different = 0;

	(void)state;
	options.without_intervals = true;
	for (unsigned int i = 0; i < COMPARISONS; i++) {
		struct rig rig = {0};
		struct compare c;

		rig_interleave(&rig, 16, 8, i + 1);
		for (size_t k = 0; k < rig.n; k++)
			rig.runs[k].eagain[COMPARE_MOVE_PAGES] = rig_count(
				floor(2e6 * gsl_ran_lognormal(rng, 0, 0.5)), 1e8);
		assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
		different += c.outcome == COMPARE_DIFFERENT;
		compare_done(&c);
		rig_clear(&rig);
	}
	gsl_rng_free(rng);
	print_message("different: %u of %d (at most %u)\n", different, COMPARISONS,
		      upper_bound(COMPARISONS));
	assert_true(different <= upper_bound(COMPARISONS));
}

int test_calibration(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_false_positives),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_boot_is_the_unit),
	};

	return cmocka_run_group_tests_name("calibration", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Against closed forms, and against values worked out with an exact binomial tail. */
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/ratio.h"
#include "reports/test_reports.h"

static void near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%.12g is not %.12g", value, expected);
}

static void test_wilson(void **state)
{
	static const struct {
		uint64_t successes, trials;
		double low, high;
	} table[] = {
		{8, 10, 0.490162, 0.943318},
		{1, 10, 0.017876, 0.404150},
		{0, 10, 0, 0.277533},
		{10, 10, 0.722467, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct ratio_interval x = ratio_wilson(table[i].successes, table[i].trials);

		near(x.low, table[i].low, 1e-6);
		near(x.high, table[i].high, 1e-6);
		assert_string_equal(x.method, "wilson");
	}
}

static void test_lower_bound(void **state)
{
	(void)state;
	/* None: 0. All of n: the n-th root of 0.05. One of n: 1 - the n-th root of 0.95. */
	near(ratio_lower_bound(0, 1000), 0, 0);
	near(ratio_lower_bound(0, 0), 0, 0);
	near(ratio_lower_bound(1, 1), 0.05, 1e-12);
	near(ratio_lower_bound(4, 4), pow(0.05, 0.25), 1e-12);
	near(ratio_lower_bound(1, 10), 1 - pow(0.95, 0.1), 1e-9);
	near(ratio_lower_bound(3, 10), 0.0872644339, 1e-9);
	near(ratio_lower_bound(5, 1000), 0.0019721531, 1e-9);
}

/* More than were tried, as only a damaged journal says it, is all of them. */
static void test_lower_bound_of_nonsense(void **state)
{
	(void)state;
	near(ratio_lower_bound(5, 4), pow(0.05, 0.25), 1e-12);
	near(ratio_lower_bound(3, 0), 0, 0);
	near(ratio_lower_bound(UINT64_MAX, UINT64_MAX), 1, 1e-9);
}

/*
 * Few of very many follow Poisson's law: the bound on n x share is half of the 0.05 quantile of
 * chi-squared with 2 s degrees. 30: 21.5939792, 300: 272.090037, 3000: 2910.47974.
 */
static void test_lower_bound_of_few_of_many(void **state)
{
	static const struct {
		uint64_t successes;
		double mean;
	} table[] = {{1, 0.0512932944}, {30, 21.5939792}, {300, 272.090037}, {3000, 2910.47974}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		for (uint64_t n = 10000000000; n <= 10000000000000000; n *= 1000) {
			double bound = ratio_lower_bound(table[i].successes, n);

			near(bound * (double)n / table[i].mean, 1, 1e-7);
		}
	near(ratio_lower_bound(30, 1000000), 2.15940592e-05, 1e-13);
}

/* Many of many: 1.645 standard deviations below the share, and that at once. */
static void test_lower_bound_of_many(void **state)
{
	static const uint64_t trials[] = {100000000, 1000000000, 1000000000000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(trials); i++)
		for (uint64_t divisor = 2; divisor <= 1000; divisor *= 2) {
			uint64_t successes = trials[i] / divisor;
			double n = (double)trials[i], share = (double)successes / n;
			double deviation = sqrt(share * (1 - share) / n);
			double bound = ratio_lower_bound(successes, trials[i]);

			/* A double is no finer than this. */
			near(bound, share - 1.644854 * deviation, 0.02 * deviation + 1e-15);
		}
	near(ratio_lower_bound(UINT64_MAX / 2, UINT64_MAX), 0.5, 1e-6);
}

static void test_few_windows(void **state)
{
	struct ratio_windows w = {0};
	struct ratio_interval x;

	(void)state;
	for (int i = 0; i < 9; i++)
		ratio_add_window(&w, i % 2 ? 10 : 8, 10);
	ratio_add_window(&w, 0, 0); /* nothing tried: no window */
	assert_int_equal(w.n, 9);
	assert_int_equal(w.successes, 5 * 8 + 4 * 10);
	assert_int_equal(w.trials, 90);
	x = ratio_of_windows(&w);
	assert_string_equal(x.method, "wilson");
	near(x.low, ratio_wilson(80, 90).low, 0);
	near(x.high, ratio_wilson(80, 90).high, 0);
}

/*
 * Ten windows of ten: five with 10, five with 8. The share is 0.9, each window is 1 away from it,
 * so the error is sqrt(10 / (10 * 9)) / 10 = 1/30, and Student's quantile with 9 degrees 2.262157.
 */
static void test_batch_means(void **state)
{
	struct ratio_windows w = {0};
	struct ratio_interval x;

	(void)state;
	for (int i = 0; i < 10; i++)
		ratio_add_window(&w, i % 2 ? 10 : 8, 10);
	x = ratio_of_windows(&w);
	assert_string_equal(x.method, "batch-means");
	near(x.low, 0.9 - 2.262157 / 30, 1e-7);
	near(x.high, 0.9 + 2.262157 / 30, 1e-7);
}

static void test_windows_alike(void **state)
{
	struct ratio_windows w = {0};

	(void)state;
	for (int i = 0; i < 20; i++)
		ratio_add_window(&w, 7, 10);
	/* No difference is no sign of certainty. */
	assert_string_equal(ratio_of_windows(&w).method, "wilson");
	near(ratio_of_windows(&w).low, ratio_wilson(140, 200).low, 0);
}

static void test_limits(void **state)
{
	struct ratio_windows w = {0};
	struct ratio_interval x;

	(void)state;
	for (int i = 0; i < 10; i++)
		ratio_add_window(&w, i ? 1000 : 0, 1000);
	x = ratio_of_windows(&w);
	near(x.high, 1, 0);
	assert_true(x.low > 0.6 && x.low < 0.9);
}

int test_ratios(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wilson),
		cmocka_unit_test(test_lower_bound),
		cmocka_unit_test(test_lower_bound_of_nonsense),
		cmocka_unit_test(test_lower_bound_of_few_of_many),
		cmocka_unit_test(test_lower_bound_of_many),
		cmocka_unit_test(test_few_windows),
		cmocka_unit_test(test_batch_means),
		cmocka_unit_test(test_windows_alike),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("ratios", tests, NULL, NULL);
}

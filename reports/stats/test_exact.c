// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts against tables of textbooks, and against what R prints for its own examples. */
#include <math.h>

#include "reports/stats/exact.h"
#include "reports/stats/holm.h"
#include "reports/stats/test_rig.h"

static void test_fisher(void **state)
{
	(void)state;
	/* Fisher 1935: the lady tasting tea. */
	assert_near(exact_fisher(3, 4, 1, 4), 34.0 / 70, 1e-9);
	assert_near(exact_fisher(4, 4, 0, 4), 2.0 / 70, 1e-9);
	/* Fisher 1962: convicted twins, 10 of 13 monozygotic and 2 of 17 dizygotic. */
	assert_near(exact_fisher(10, 13, 2, 17), 0.0005367241, 1e-6);
	/* Six boots a side: all against none, and all against one. */
	assert_near(exact_fisher(6, 6, 0, 6), 2.0 / 924, 1e-9);
	assert_near(exact_fisher(6, 6, 1, 6), 14.0 / 924, 1e-9);
	/* Unequal sides: 3 of 3 against 1 of 5: 1 table of C(8,4) = 70, weight 5, and its far end 5. */
	assert_near(exact_fisher(3, 3, 1, 5), 10.0 / 70, 1e-9);
}

static void test_fisher_without_news(void **state)
{
	(void)state;
	assert_near(exact_fisher(0, 6, 0, 6), 1, 1e-12);
	assert_near(exact_fisher(6, 6, 6, 6), 1, 1e-12);
	assert_near(exact_fisher(3, 6, 3, 6), 1, 1e-9);
	assert_near(exact_fisher(1, 9, 6, 7), exact_fisher(6, 7, 1, 9), 1e-9);
}

static void test_clopper_pearson(void **state)
{
	struct stats_interval i = exact_share(0, 10, 0.95);

	(void)state;
	assert_true(i.low == 0);
	assert_near(i.high, 1 - pow(0.025, 0.1), 1e-9);
	i = exact_share(10, 10, 0.95);
	assert_near(i.low, pow(0.025, 0.1), 1e-9);
	assert_true(i.high == 1);
	i = exact_share(5, 10, 0.95);
	assert_near(i.low, 0.1870860, 1e-6);
	assert_near(i.high, 0.8129140, 1e-6);
	/* R's example: Mendel's 682 of 925 peas. */
	i = exact_share(682, 925, 0.95);
	assert_near(i.low, 0.7076683, 1e-6);
	assert_near(i.high, 0.7654066, 1e-6);
}

/* Where GSL's functions give up or end the program; on both sides of the change to the normal. */
static void test_great_counts(void **state)
{
	(void)state;
	for (uint64_t n = 10000; n <= 100000000; n *= 10) {
		double root = sqrt((double)n), half = 1.959964 * sqrt(0.3 * 0.7) / root;
		struct stats_interval i = exact_share(3 * n / 10, n, 0.95);

		assert_true(fabs(i.low - (0.3 - half)) < 1.5 / (double)n);
		assert_true(fabs(i.high - (0.3 + half)) < 1.5 / (double)n);
		i = exact_rate(n, 10, 0.95);
		assert_true(fabs(i.low * 10 - ((double)n - 1.959964 * root)) < 2);
		assert_true(fabs(i.high * 10 - ((double)n + 1.959964 * root)) < 3);
		/* Half a standard deviation to one side, both sides added: P(|z| > 1). */
		assert_near(exact_rates_differ(n / 2, 1, n / 2 + (uint64_t)root, 1), 0.3173, 0.03);
	}
	assert_near(exact_rates_differ(UINT64_MAX / 4, 1, UINT64_MAX / 4, 1), 1, 1e-9);
}

/* Newcombe 1998, table II: 56/70 - 48/80 and 10/10 - 0/10. */
static void test_newcombe(void **state)
{
	struct stats_interval i = exact_share_difference(48, 80, 56, 70, 0.95);

	(void)state;
	assert_true(fabs(i.low - 0.0524) < 5e-5);
	assert_true(fabs(i.high - 0.3339) < 5e-5);
	i = exact_share_difference(0, 10, 10, 10, 0.95);
	assert_true(fabs(i.low - 0.6075) < 5e-5);
	assert_near(i.high, 1, 1e-12);
}

static void test_poisson(void **state)
{
	struct stats_interval i = exact_rate(0, 1, 0.95);

	(void)state;
	assert_true(i.low == 0);
	assert_near(i.high, -log(0.025), 1e-9); /* 3.689 */
	i = exact_rate(10, 1, 0.95);
	assert_near(i.low, 4.795389, 1e-6);
	assert_near(i.high, 18.390356, 1e-6);
	i = exact_rate(0, 480, 0.95);
	assert_near(i.high, 3.688879 / 480, 1e-6);
	/* R's example: 137 events in 24.19893. */
	i = exact_rate(137, 24.19893, 0.95);
	assert_near(i.low, 4.753125, 1e-6);
	assert_near(i.high, 6.692709, 1e-6);
}

/* R's other example: 11 in 800 against 21 in 3011 (11 is there the first: here it is test). */
static void test_poisson_rates(void **state)
{
	struct stats_interval i = exact_rate_ratio(21, 3011, 11, 800, 0.95);

	(void)state;
	assert_near(exact_rates_differ(21, 3011, 11, 800), 0.07967, 1e-4);
	assert_near(i.low, 0.8584264, 1e-6);
	assert_near(i.high, 4.277266, 1e-6);
	/* All of four events on one of two equal sides: 2 x (1/2)^4. */
	assert_near(exact_rates_differ(0, 100, 4, 100), 0.125, 1e-9);
	assert_near(exact_rates_differ(0, 100, 0, 100), 1, 1e-12);
	assert_false(exact_rate_ratio(0, 1, 0, 1, 0.95).is_known);
	assert_true(isinf(exact_rate_ratio(0, 1, 3, 1, 0.95).high));
	assert_true(exact_rate_ratio(3, 1, 0, 1, 0.95).low == 0);
}

static void test_holm(void **state)
{
	const double p[] = {0.01, 0.04, 0.03, 0.005}, expected[] = {0.03, 0.06, 0.06, 0.02};
	const double great[] = {0.6, 0.5};
	double adjusted[4];

	(void)state;
	holm_adjust(p, 4, adjusted);
	for (int i = 0; i < 4; i++)
		assert_near(adjusted[i], expected[i], 1e-12);
	holm_adjust(great, 2, adjusted);
	assert_true(adjusted[0] == 1 && adjusted[1] == 1);
	holm_adjust(p, 1, adjusted);
	assert_near(adjusted[0], 0.01, 1e-12);
}

int test_exact(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fisher),	    cmocka_unit_test(test_fisher_without_news),
		cmocka_unit_test(test_clopper_pearson), cmocka_unit_test(test_great_counts),
		cmocka_unit_test(test_newcombe),    cmocka_unit_test(test_poisson),
		cmocka_unit_test(test_poisson_rates), cmocka_unit_test(test_holm),
	};

	return cmocka_run_group_tests_name("exact", tests, NULL, NULL);
}

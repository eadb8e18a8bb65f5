// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Freireich and others 1963, the standard example: weeks of remission of 42 children, 21 with
 * 6-mercaptopurine (here "test") and 21 with a placebo.
 */
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/stats/permutation.h"
#include "reports/stats/survival.h"
#include "reports/stats/test_rig.h"

#define CHILDREN 42

static void remissions(struct survival_time *times)
{
	/* Negative: censored. */
	static const int treated[] = {6,   6,	6,   -6,  7,   -9,  10,	 -10, -11, 13, 16,
				      -17, -19, -20, 22,  23,  -25, -32, -32, -34, -35};
	static const int placebo[] = {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};

	for (size_t i = 0; i < CHILDREN; i++) {
		int weeks = i < 21 ? treated[i] : placebo[i - 21];

		times[i] = (struct survival_time){
			.time = weeks < 0 ? -weeks : weeks,
			.has_happened = weeks > 0,
			.is_test = i < 21,
		};
	}
}

static void test_literature(void **state)
{
	struct survival_time times[CHILDREN];
	struct survival_logrank l;
	struct stats_interval i;
	double ratio;

	(void)state;
	remissions(times);
	survival_logrank(times, CHILDREN, &l);
	assert_true(l.seen_test == 9 && l.seen_base == 21);
	assert_true(fabs(l.expected_test - 19.25) < 0.005);
	assert_true(fabs(l.expected_base - 10.75) < 0.005);
	assert_true(fabs(l.variance - 6.257) < 0.0005);
	assert_true(fabs(l.chi_square - 16.793) < 0.0005);
	assert_true(l.p > 4.1e-5 && l.p < 4.2e-5);
	assert_true(survival_median(times, CHILDREN, true) == 23);
	assert_true(survival_median(times, CHILDREN, false) == 8);
	i = survival_hazard_ratio(&l, 0.95, &ratio);
	assert_near(ratio, exp((9 - 19.25) / 6.257), 2e-3);
	assert_true(i.is_known && i.low < ratio && i.high > ratio && i.high < 1);
}

static void test_by_hand(void **state)
{
	/* 4 wait; at 1 one of 4 goes (3/4), at 2 one is censored, at 3 one of 2 goes (3/8). */
	const struct survival_time times[] = {
		{1, true, false}, {2, false, false}, {3, true, false}, {4, false, false}};
	/* Two of four go: exactly half is reached. */
	const struct survival_time half[] = {
		{1, true, false}, {2, true, false}, {9, false, false}, {9, false, false}};

	(void)state;
	assert_true(survival_median(times, 4, false) == 3);
	assert_true(survival_median(half, 4, false) == 2);
	assert_true(isinf(survival_median(half + 2, 2, false)));
	assert_true(isinf(survival_median(times, 4, true)));
}

/* Everything on one side was offline in seconds, nothing on the other in 60 s. */
static void test_all_against_none(void **state)
{
	struct survival_time times[12];
	struct permutation_result result;
	struct survival_logrank l;
	uint8_t is_test[12];
	double scores[12], sum = 0;
	struct design d;

	(void)state;
	for (int i = 0; i < 12; i++) {
		is_test[i] = i >= 6;
		times[i] = (struct survival_time){
			.time = i < 6 ? 1 + i : 60,
			.has_happened = i < 6,
			.is_test = is_test[i],
		};
	}
	survival_logrank(times, 12, &l);
	assert_true(l.p < 0.001);
	survival_scores(times, 12, scores);
	for (int i = 0; i < 6; i++)
		sum += scores[i];
	assert_near(sum, l.seen_base - l.expected_base, 1e-9);
	/* The exact p is the least that there can be, not what chi-square promises. */
	assert_int_equal(design_make(&d, is_test, 12, false, 0), 0);
	permutation_test(&d, scores, NULL, &result);
	assert_near(result.p, 2.0 / 924, 1e-9);
}

static void test_nothing_happened(void **state)
{
	const struct survival_time times[] = {
		{60, false, false}, {60, false, false}, {60, false, true}, {60, false, true}};
	struct survival_logrank l;
	double scores[4], ratio;

	(void)state;
	survival_logrank(times, 4, &l);
	assert_true(l.p == 1 && l.chi_square == 0);
	assert_false(survival_hazard_ratio(&l, 0.95, &ratio).is_known);
	survival_scores(times, 4, scores);
	for (int i = 0; i < 4; i++)
		assert_true(scores[i] == 0);
}

int test_survival(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literature),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_all_against_none),
		cmocka_unit_test(test_nothing_happened),
	};

	return cmocka_run_group_tests_name("survival", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The permutation test against brute force, and the finding of blocks. */
#include <errno.h>
#include <math.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "base/cleanup.h"
#include "reports/stats/permutation.h"
#include "reports/stats/test_rig.h"

#define N 10

static double difference(const double *score, unsigned int is_test, size_t n)
{
	double sum[2] = {0}, count[2] = {0};

	for (size_t i = 0; i < n; i++) {
		sum[is_test >> i & 1] += score[i];
		count[is_test >> i & 1]++;
	}
	return sum[1] / count[1] - sum[0] / count[0];
}

/* Has each block of @seen as many of each side as in @names? */
static bool is_allowed(unsigned int seen, unsigned int names, size_t n, size_t block)
{
	for (size_t begin = 0; begin < n; begin += block) {
		unsigned int mask = ((1u << block) - 1) << begin;

		if (__builtin_popcount(seen & mask) != __builtin_popcount(names & mask))
			return false;
	}
	return true;
}

/* Every set of names there is, by its bits. */
static double brute_force(const double *score, unsigned int seen, size_t n, size_t block)
{
	double limit = fabs(difference(score, seen, n)) - 1e-12, far = 0, all = 0;

	for (unsigned int names = 0; names < 1u << n; names++) {
		if (!is_allowed(seen, names, n, block))
			continue;
		all++;
		far += fabs(difference(score, names, n)) >= limit;
	}
	return far / all;
}

static void names_of(unsigned int seen, uint8_t *is_test, size_t n)
{
	for (size_t i = 0; i < n; i++)
		is_test[i] = seen >> i & 1;
}

static void check(const double *score, unsigned int seen, size_t block, gsl_rng *rng)
{
	struct permutation_result result;
	uint8_t is_test[N];
	struct design d;

	names_of(seen, is_test, N);
	assert_int_equal(design_make(&d, is_test, N, true, block < N ? block : 0), 0);
	assert_int_equal(d.block, block);
	permutation_test(&d, score, rng, &result);
	assert_true(result.is_exact);
	assert_true(fabs(result.difference - difference(score, seen, N)) < 1e-9);
	assert_near(result.p, brute_force(score, seen, N, block), 1e-9);
}

static void test_brute_force(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double score[N];

	(void)state;
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < N; i++)
			score[i] = round % 2 ? gsl_ran_gaussian(rng, 1)
					     : (double)gsl_rng_uniform_int(rng, 3);
		check(score, 0x2b5 & 0x3ff, N, rng); /* 6 of 10: sides of unequal size */
		check(score, 0x3e0, N, rng);	     /* 5 + 5, not interleaved */
		check(score, 0x266, 2, rng);	     /* 01 01 10 01 01 */
	}
	gsl_rng_free(rng);
}

static void test_known(void **state)
{
	/* Completely apart: 2 of C(8,4) = 70. */
	const double apart[] = {1, 2, 3, 4, 11, 12, 13, 14}, alike[] = {5, 5, 5, 5, 5, 5, 5, 5};
	uint8_t is_test[8];
	struct permutation_result result;
	struct design d;

	(void)state;
	names_of(0xf0, is_test, 8);
	assert_int_equal(design_make(&d, is_test, 8, true, 0), 0);
	permutation_test(&d, apart, NULL, &result);
	assert_near(result.p, 2.0 / 70, 1e-12);
	assert_near(result.p, d.least_p, 1e-12);
	assert_near(result.difference, 10, 1e-12);
	permutation_test(&d, alike, NULL, &result);
	assert_near(result.p, 1, 1e-12);
}

/* 14 + 14 are drawn; the same data in blocks of 14 can be looked at wholly, and agree. */
static void test_drawn(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct permutation_result drawn, again, other;
	uint8_t is_test[28];
	double score[28];
	struct design d;

	(void)state;
	for (size_t i = 0; i < 28; i++) {
		is_test[i] = i % 2 == 1;
		score[i] = gsl_ran_gaussian(rng, 1) + 0.8 * is_test[i];
	}
	assert_int_equal(design_make(&d, is_test, 28, false, 0), 0);
	assert_near(d.arrangements, 40116600, 1e-9);
	gsl_rng_set(rng, 7);
	permutation_test(&d, score, rng, &drawn);
	gsl_rng_set(rng, 7);
	permutation_test(&d, score, rng, &again);
	gsl_rng_set(rng, 8);
	permutation_test(&d, score, rng, &other);
	assert_false(drawn.is_exact);
	assert_true(drawn.p == again.p);
	assert_true(drawn.p != other.p);
	/* Against the t test's p (here about 0.1): within what drawing and the other test differ by. */
	assert_true(fabs(drawn.p - other.p) < 5 * sqrt(drawn.p / PERMUTATION_DRAWS));
	gsl_rng_free(rng);
}

/* Drawing and looking at all give the same p. */
static void test_drawn_against_exact(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct permutation_result exact, drawn;
	uint8_t is_test[20];
	double score[20];
	struct design d;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		is_test[i] = i % 2 == 1;
		score[i] = gsl_ran_gaussian(rng, 1) + 0.5 * is_test[i];
	}
	assert_int_equal(design_make(&d, is_test, 20, false, 0), 0);
	permutation_test(&d, score, rng, &exact);
	assert_true(exact.is_exact);
	d.arrangements = 2 * DESIGN_MAX_EXACT;
	permutation_test(&d, score, rng, &drawn);
	assert_false(drawn.is_exact);
	assert_true(fabs(exact.p - drawn.p) < 5 * sqrt(exact.p * (1 - exact.p) / PERMUTATION_DRAWS));
	gsl_rng_free(rng);
}

static struct design design_of(const char *names, size_t stated, int expected)
{
	static uint8_t is_test[64];
	struct design d;
	size_t n = 0;

	for (; names[n]; n++)
		is_test[n] = names[n] == 't';
	assert_int_equal(design_make(&d, is_test, n, true, stated), expected);
	return d;
}

static void test_blocks(void **state)
{
	struct design d;

	(void)state;
	/* Pairs would leave 256 arrangements, fours 1,296: too few; eights are balanced too. */
	d = design_of("bttbtbbtbtbttbtb", 0, 0);
	assert_int_equal(d.block, 8);
	assert_near(d.arrangements, 4900, 1e-12);
	assert_near(d.least_p, 2.0 / 4900, 1e-12);
	assert_true(d.is_interleaved);
	/* With twelve pairs, pairs are enough. */
	d = design_of("bttbtbbtbtbttbtbbtbtbttb", 0, 0);
	assert_int_equal(d.block, 2);
	assert_near(d.arrangements, 4096, 1e-12);
	/* Stated: as stated. */
	assert_int_equal(design_of("bttbtbbtbtbttbtb", 4, 0).block, 4);
	(void)design_of("bbttbtbbtbtbttbt", 4, -EINVAL);
	(void)design_of("bttbtbbtbtbttbtb", 6, -EINVAL);
	/* Not balanced anywhere: one block. */
	assert_int_equal(design_of("bbbtbbtbttttbttb", 0, 0).block, 16);
	/* One side after the other. */
	d = design_of("bbbbbbbbtttttttt", 0, 0);
	assert_false(d.is_interleaved);
	assert_int_equal(d.block, 16);
	assert_near(d.arrangements, 12870, 1e-12);
	/* Unequal sides have no mirror image. */
	d = design_of("bbbtbbtt", 0, 0);
	assert_near(d.arrangements, 56, 1e-12);
	assert_near(d.least_p, 1.0 / 56, 1e-12);
}

static void test_least_boots(void **state)
{
	(void)state;
	assert_int_equal(design_least_boots(0.05), 4);	 /* 2/70 */
	assert_int_equal(design_least_boots(0.01), 5);	 /* 2/252 */
	assert_int_equal(design_least_boots(0.001), 7);	 /* 2/3432 */
	assert_int_equal(design_least_boots(2.0 / 70), 5); /* below, not at */
}

int test_permutation(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brute_force), cmocka_unit_test(test_known),
		cmocka_unit_test(test_drawn),	    cmocka_unit_test(test_drawn_against_exact),
		cmocka_unit_test(test_blocks),	    cmocka_unit_test(test_least_boots),
	};

	return cmocka_run_group_tests_name("permutation", tests, NULL, NULL);
}

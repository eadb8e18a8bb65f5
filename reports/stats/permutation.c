// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sum over the boots named "test" says all: the sum over all boots never changes. Scores are
 * taken relative to their mean, so that the expected sum is 0 in every design (a block is
 * balanced, or is all there is).
 */
#include "reports/stats/permutation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

/* Sums that are equal on paper may differ in the last bits. */
#define ROUNDING 1e-9

struct block_sums {
	double *sums; /* of each choice; owned */
	size_t n;
};

struct count {
	const struct block_sums *blocks;
	size_t n_blocks;
	double limit;
	double far; /* how many are as far from 0 as the limit */
};

/* The next choice of @k of @n in lexicographic order; false behind the last. */
static bool next_choice(size_t *chosen, size_t k, size_t n)
{
	size_t i = k;

	while (i > 0 && chosen[i - 1] == n - k + i - 1)
		i--;
	if (i == 0)
		return false;
	chosen[i - 1]++;
	for (; i < k; i++)
		chosen[i] = chosen[i - 1] + 1;
	return true;
}

static double sum_of(const double *score, const size_t *chosen, size_t k)
{
	double sum = 0;

	for (size_t i = 0; i < k; i++)
		sum += score[chosen[i]];
	return sum;
}

static void list_sums(struct block_sums *b, const double *score, size_t n, size_t k)
{
	cleanup_free size_t *chosen = memory_alloc(k + 1, sizeof(*chosen));
	size_t room = 0;

	for (size_t i = 0; i < k; i++)
		chosen[i] = i;
	do {
		if (b->n == room) {
			room = room ? 2 * room : 64;
			b->sums = memory_grow(b->sums, room, sizeof(*b->sums));
		}
		b->sums[b->n++] = sum_of(score, chosen, k);
	} while (next_choice(chosen, k, n));
}

static void count_from(struct count *c, size_t block, double sum)
{
	if (block == c->n_blocks) {
		c->far += fabs(sum) >= c->limit;
		return;
	}
	for (size_t i = 0; i < c->blocks[block].n; i++)
		count_from(c, block + 1, sum + c->blocks[block].sums[i]);
}

static size_t chosen_in_block(const struct design *d)
{
	return d->block == d->n ? d->n_test : d->block / 2;
}

static double share_of_all(const struct design *d, const double *score, double limit)
{
	size_t n_blocks = d->n / d->block, k = chosen_in_block(d);
	cleanup_free struct block_sums *blocks = memory_alloc(n_blocks, sizeof(*blocks));
	struct count c = {.blocks = blocks, .n_blocks = n_blocks, .limit = limit};

	for (size_t i = 0; i < n_blocks; i++)
		list_sums(&blocks[i], score + i * d->block, d->block, k);
	count_from(&c, 0, 0);
	for (size_t i = 0; i < n_blocks; i++)
		free(blocks[i].sums);
	return c.far / d->arrangements;
}

/* The sum of @k of @n values, drawn without putting back; their order changes. */
static double draw_sum(double *values, size_t n, size_t k, gsl_rng *rng)
{
	double sum = 0;

	for (size_t i = 0; i < k; i++) {
		size_t other = i + gsl_rng_uniform_int(rng, n - i);
		double drawn = values[other];

		values[other] = values[i];
		values[i] = drawn;
		sum += drawn;
	}
	return sum;
}

static double share_of_draws(const struct design *d, const double *score, double limit, gsl_rng *rng)
{
	cleanup_free double *values = memory_alloc(d->n, sizeof(*values));
	size_t k = chosen_in_block(d), far = 1; /* the one that was seen is one of them */

	memcpy(values, score, d->n * sizeof(*values));
	for (size_t i = 0; i < PERMUTATION_DRAWS; i++) {
		double sum = 0;

		for (size_t begin = 0; begin < d->n; begin += d->block)
			sum += draw_sum(values + begin, d->block, k, rng);
		far += fabs(sum) >= limit;
	}
	return (double)far / (PERMUTATION_DRAWS + 1);
}

void permutation_test(const struct design *d, const double *score, gsl_rng *rng,
		      struct permutation_result *ret)
{
	cleanup_free double *centred = memory_alloc(d->n, sizeof(*centred));
	double mean = 0, seen = 0, size = 0, limit;

	for (size_t i = 0; i < d->n; i++)
		mean += score[i] / (double)d->n;
	for (size_t i = 0; i < d->n; i++) {
		centred[i] = score[i] - mean;
		size += fabs(centred[i]);
		seen += d->is_test[i] ? centred[i] : 0;
	}
	limit = fabs(seen) - ROUNDING * size;
	ret->difference = seen * (1 / (double)d->n_test + 1 / (double)(d->n - d->n_test));
	ret->is_exact = d->arrangements <= DESIGN_MAX_EXACT;
	ret->p = ret->is_exact ? share_of_all(d, centred, limit)
			       : share_of_draws(d, centred, limit, rng);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/stats/design.h"

#include <errno.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* More boots a side than anybody has. */
#define MOST_BOOTS 10000

static double choices(size_t n, size_t k)
{
	double logarithm = gsl_sf_lnchoose((unsigned int)n, (unsigned int)k);

	return logarithm < 30 ? round(exp(logarithm)) : exp(logarithm);
}

static bool is_balanced(const uint8_t *is_test, size_t n, size_t block)
{
	if (block == 0 || block % 2 != 0 || n % block != 0)
		return false;
	for (size_t begin = 0; begin < n; begin += block) {
		size_t test = 0;

		for (size_t i = begin; i < begin + block; i++)
			test += is_test[i];
		if (2 * test != block)
			return false;
	}
	return true;
}

static double arrangements_of(const struct design *d)
{
	size_t blocks, half = d->block / 2;

	/* Of no boots too, in which a block has none. */
	if (d->block == d->n)
		return choices(d->n, d->n_test);
	blocks = d->n / d->block;
	return pow(choices(d->block, half), (double)blocks);
}

static bool is_interleaved(const uint8_t *is_test, size_t n)
{
	size_t changes = 0;

	for (size_t i = 1; i < n; i++)
		changes += is_test[i] != is_test[i - 1];
	return changes > 1;
}

/* The block's length stays as it is when no shorter one will do. */
static void find_block(struct design *d)
{
	for (size_t block = 2; block < d->n; block += 2) {
		struct design shorter = *d;

		shorter.block = block;
		if (is_balanced(d->is_test, d->n, block) &&
		    arrangements_of(&shorter) >= DESIGN_WANTED_ARRANGEMENTS) {
			d->block = block;
			return;
		}
	}
}

int design_make(struct design *d, const uint8_t *is_test, size_t n, bool is_ordered, size_t stated)
{
	*d = (struct design){.is_test = is_test, .n = n, .block = n};
	for (size_t i = 0; i < n; i++)
		d->n_test += is_test[i];
	d->is_interleaved = is_ordered && is_interleaved(is_test, n);
	if (stated > 0) {
		if (!is_ordered || !is_balanced(is_test, n, stated))
			return -EINVAL;
		d->block = stated;
	} else if (d->is_interleaved) {
		find_block(d);
	}
	d->arrangements = arrangements_of(d);
	/* With equal sides each arrangement has a mirror image that is as far away. */
	d->least_p = (2 * d->n_test == n ? 2 : 1) / d->arrangements;
	return 0;
}

size_t design_least_boots(double limit)
{
	size_t k = 1;

	while (k < MOST_BOOTS && 2 / choices(2 * k, k) >= limit)
		k++;
	return k;
}

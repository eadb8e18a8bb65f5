// SPDX-License-Identifier: GPL-2.0-or-later
/* The ladder over boots: each boot's share of pages moved is one observation of a rung. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reports/compare/parts.h"
#include "reports/stats/bootstrap.h"

/* Behind the metrics' generators. */
#define USE_OF_LADDER 1000

static struct compare_step *step_of(struct compare_step **steps, size_t *n,
				    const struct compare_rung *rung)
{
	for (size_t i = 0; i < *n; i++)
		if ((*steps)[i].rung == rung->rung && (*steps)[i].faulters == rung->faulters)
			return &(*steps)[i];
	*steps = memory_grow(*steps, *n + 1, sizeof(**steps));
	(*steps)[*n] = (struct compare_step){.rung = rung->rung, .faulters = rung->faulters};
	return &(*steps)[(*n)++];
}

static void add_rung(struct compare_step *step, int side, const struct compare_rung *rung)
{
	if (rung->moved.is_known) {
		step->side[side].boots++;
		step->side[side].moved += rung->moved.events;
		step->side[side].had_to_move += rung->moved.of;
		step->side[side].share += rung->moved.events / rung->moved.of;
	}
	if (rung->eagain.is_known) {
		step->side[side].eagain += rung->eagain.events;
		step->side[side].attempts += rung->eagain.of;
	}
	if (rung->offline.is_known) {
		step->side[side].offline += rung->offline.events;
		step->side[side].offline_attempts += rung->offline.of;
	}
}

static double limit(double share)
{
	return share < 0 ? 0 : share > 1 ? 1 : share;
}

static void find_interval(const struct compare_sides *sides, const struct compare_options *options,
			  struct compare_step *step, int side, gsl_rng *rng)
{
	size_t n = 0;
	cleanup_free double *shares = memory_alloc(step->side[side].boots + 1, sizeof(*shares));
	struct stats_interval *interval = &step->side[side].interval;

	for (size_t i = 0; i < sides->n[side]; i++) {
		const struct compare_run *run = sides->runs[side][i];

		for (size_t k = 0; k < run->n_rungs; k++)
			if (run->rungs[k].rung == step->rung &&
			    run->rungs[k].faulters == step->faulters && run->rungs[k].moved.is_known)
				shares[n++] = run->rungs[k].moved.events / run->rungs[k].moved.of;
	}
	if (n > 0)
		step->side[side].share /= (double)n;
	if (options->without_intervals)
		return;
	*interval = bootstrap_mean(shares, n, 1 - options->alpha, rng);
	interval->low = limit(interval->low);
	interval->high = limit(interval->high);
}

static int by_rung(const void *a, const void *b)
{
	const struct compare_step *left = a, *right = b;

	if (left->rung != right->rung)
		return left->rung < right->rung ? -1 : 1;
	return left->faulters < right->faulters ? -1 : left->faulters > right->faulters;
}

void compare_ladder_make(const struct compare_sides *sides, const struct compare_options *options,
			 struct compare_step **ret_steps, size_t *ret_n)
{
	gsl_rng *rng = compare_rng(options->seed, USE_OF_LADDER);
	struct compare_step *steps = NULL;
	size_t n = 0;

	for (int side = 0; side < COMPARE_SIDES; side++)
		for (size_t i = 0; i < sides->n[side]; i++)
			for (size_t k = 0; k < sides->runs[side][i]->n_rungs; k++) {
				const struct compare_rung *rung = &sides->runs[side][i]->rungs[k];

				add_rung(step_of(&steps, &n, rung), side, rung);
			}
	if (n > 0)
		qsort(steps, n, sizeof(*steps), by_rung);
	for (size_t i = 0; i < n; i++)
		for (int side = 0; side < COMPARE_SIDES; side++)
			find_interval(sides, options, &steps[i], side, rng);
	gsl_rng_free(rng);
	*ret_steps = steps;
	*ret_n = n;
}

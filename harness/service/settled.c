// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/settled.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define TAIL 0.025 /* of each side: intervals of 95 %, tests of 5 % */
#define FEWEST_BLOCKS 10
#define IN_ROW 3

/*
 * A share that is rarer than @least_value is asked for no more precisely than one of that size: what
 * never happens has no part of itself that it could be known to.
 */
static const struct {
	const char *name;
	bool is_share; /* else the mean of a logarithm: its half width is a part as it is */
	double least_value;
} figures[SETTLED_MAX] = {
	[SETTLED_EAGAIN] = {"eagain_per_attempt", true, 0.01},
	[SETTLED_OFFLINE_SUCCESS] = {"offline_success", true, 0.5},
	[SETTLED_OFFLINE_LATENCY] = {"offline_latency", false, 0},
};

const char *settled_figure_name(enum settled_figure figure)
{
	return figures[figure].name;
}

/* Half of Wilson's interval: each trial on its own, the least that there can be to doubt. */
static double wilson_half_width(double share, double n)
{
	double z = gsl_cdf_ugaussian_Qinv(TAIL);

	return z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
}

static double limit(double share)
{
	return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* The sums over the blocks that both the interval and the slope are made of. */
struct sums {
	double s, n, nx;  /* what was looked for, trials, trials x place */
	double squares;	  /* of what each block has more than the whole would let it have */
	double nxx, nxr;  /* about the means, weighted by trials */
	double residuals; /* about the line, weighted */
	unsigned int blocks;
};

static const struct settled_part *block_at(const struct settled *s, unsigned int place,
					   enum settled_figure figure)
{
	return &s->blocks[(s->n_blocks + place) % SETTLED_BLOCKS][figure];
}

static void add_up(const struct settled *s, enum settled_figure figure, struct sums *u)
{
	double mean, middle, slope;

	*u = (struct sums){0};
	for (unsigned int i = 0; i < SETTLED_BLOCKS; i++) {
		const struct settled_part *b = block_at(s, i, figure);

		u->s += b->sum;
		u->n += b->n;
		u->nx += b->n * i;
		u->blocks += b->n > 0;
	}
	if (u->n <= 0)
		return;
	mean = u->s / u->n;
	middle = u->nx / u->n;
	for (unsigned int i = 0; i < SETTLED_BLOCKS; i++) {
		const struct settled_part *b = block_at(s, i, figure);
		double more = b->sum - mean * b->n;

		u->squares += more * more;
		u->nxx += b->n * (i - middle) * (i - middle);
		u->nxr += more * (i - middle);
	}
	slope = u->nxx > 0 ? u->nxr / u->nxx : 0;
	for (unsigned int i = 0; i < SETTLED_BLOCKS; i++) {
		const struct settled_part *b = block_at(s, i, figure);
		double more = b->n > 0 ? b->sum / b->n - mean - slope * (i - middle) : 0;

		u->residuals += b->n * more * more;
	}
}

/* Blocks that do not differ (rounding apart) have no slope, whatever their residuals are. */
static double slope_t(const struct sums *u, double mean)
{
	double slope, error, tiny = 1e-9 * (fabs(mean) > 1e-12 ? fabs(mean) : 1);

	if (u->nxx <= 0 || u->blocks < 3)
		return 0;
	slope = u->nxr / u->nxx;
	if (fabs(slope) * SETTLED_BLOCKS <= tiny)
		return 0;
	error = sqrt(u->residuals / (u->blocks - 2) / u->nxx);
	return error > 0 ? slope / error : copysign(HUGE_VAL, slope);
}

static void look_at_figure(struct settled *s, enum settled_figure figure)
{
	struct settled_estimate *e = &s->estimates[figure];
	double mean, k, wanted;
	struct sums u;

	*e = (struct settled_estimate){0};
	add_up(s, figure, &u);
	e->n = u.n;
	e->blocks = u.blocks;
	if (u.blocks < FEWEST_BLOCKS)
		return;
	k = u.blocks;
	mean = u.s / u.n;
	e->value = figures[figure].is_share ? mean : exp(mean);
	e->half_width = gsl_cdf_tdist_Qinv(TAIL, k - 1) * sqrt(u.squares / (k * (k - 1))) / (u.n / k);
	if (figures[figure].is_share)
		e->half_width = fmax(e->half_width, wilson_half_width(limit(mean), u.n));
	e->slope_t = slope_t(&u, mean);
	wanted = s->rule.tolerance;
	if (figures[figure].is_share)
		wanted *= fmax(mean, figures[figure].least_value);
	e->has_settled = e->half_width <= wanted &&
			 fabs(e->slope_t) < gsl_cdf_tdist_Qinv(TAIL, k - 2);
}

static bool all_have_settled(struct settled *s, const struct settled_counts *now)
{
	bool any = false, all = true;

	for (int i = 0; i < SETTLED_MAX; i++) {
		look_at_figure(s, (enum settled_figure)i);
		if (!now->is_measured[i])
			continue;
		any = true;
		all &= s->estimates[i].has_settled;
	}
	return any && all;
}

static bool is_old_enough(const struct settled *s, uint64_t now_ns, const struct settled_counts *now)
{
	return s->n_blocks >= SETTLED_BLOCKS && now_ns - s->began_ns >= s->rule.after_ns &&
	       (!now->is_measured[SETTLED_OFFLINE_SUCCESS] ||
		now->offline_attempts >= s->rule.after_offline_attempts) &&
	       now->is_exercised;
}

static void end_block(struct settled *s, const struct settled_counts *now)
{
	struct settled_part *block = s->blocks[s->n_blocks % SETTLED_BLOCKS];

	for (int i = 0; i < SETTLED_MAX; i++)
		block[i] = (struct settled_part){
			.sum = now->parts[i].sum - s->at_block.parts[i].sum,
			.n = now->parts[i].n - s->at_block.parts[i].n,
		};
	s->at_block = *now;
	s->n_blocks++;
}

void settled_begin(struct settled *s, const struct settled_rule *rule, uint64_t now_ns,
		   const struct settled_counts *now)
{
	*s = (struct settled){
		.rule = *rule, .began_ns = now_ns, .block_began_ns = now_ns, .at_block = *now};
}

bool settled_look(struct settled *s, uint64_t now_ns, const struct settled_counts *now)
{
	if (now_ns - s->block_began_ns < s->rule.window_ns / SETTLED_BLOCKS)
		return false;
	end_block(s, now);
	s->block_began_ns = now_ns;
	if (!is_old_enough(s, now_ns, now) || !all_have_settled(s, now))
		s->in_row = 0;
	else
		s->in_row++;
	return s->in_row >= IN_ROW;
}

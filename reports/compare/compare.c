// SPDX-License-Identifier: GPL-2.0-or-later
/* The order of the boots, the correction for looking at several metrics, and the outcome. */
#include "reports/compare/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "reports/compare/parts.h"
#include "reports/stats/holm.h"

#define WORDS_SIZE 96

static const char *const outcome_names[] = {
	[COMPARE_NOT_ENOUGH_DATA] = "not_enough_data",
	[COMPARE_SAME] = "same",
	[COMPARE_DIFFERENT] = "different",
};

static const char *const side_names[COMPARE_SIDES] = {
	[COMPARE_BASE] = "base",
	[COMPARE_TEST] = "test",
};

static const char *const driver_words[COMPARE_DRIVERS] = {
	[COMPARE_MOVE_PAGES] = "the move_pages driver",
	[COMPARE_OFFLINE] = "the offline driver",
	[COMPARE_EVERYBODY] = "everybody",
};

const char *compare_outcome_name(enum compare_outcome outcome)
{
	return outcome_names[outcome];
}

const char *compare_side_name(enum compare_side side)
{
	return side_names[side];
}

gsl_rng *compare_rng(uint64_t seed, uint64_t use)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	/* SplitMix64's mixing: neighbouring seeds and uses get generators that are far apart. */
	uint64_t mixed = seed + (use + 1) * 0x9e3779b97f4a7c15ULL;

	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
	gsl_rng_set(rng, (mixed ^ (mixed >> 31)) & UINT32_MAX);
	return rng;
}

struct placed {
	const struct compare_run *run;
	uint8_t is_test;
	size_t place; /* as given: keeps the sort stable */
};

static int by_start(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;

	if (left->run->has_start && right->run->has_start &&
	    left->run->start_ms != right->run->start_ms)
		return left->run->start_ms < right->run->start_ms ? -1 : 1;
	return left->place < right->place ? -1 : left->place > right->place;
}

void compare_order_make(struct compare_order *order, const struct compare_sides *sides)
{
	size_t n = sides->n[COMPARE_BASE] + sides->n[COMPARE_TEST], at = 0;
	cleanup_free struct placed *placed = memory_alloc(n, sizeof(*placed));

	*order = (struct compare_order){
		.runs = memory_alloc(n, sizeof(struct compare_run *)),
		.is_test = memory_alloc(n, sizeof(*order->is_test)),
		.n = n,
		.is_known = true,
	};
	for (int side = 0; side < COMPARE_SIDES; side++) {
		for (size_t i = 0; i < sides->n[side]; i++, at++) {
			placed[at] = (struct placed){sides->runs[side][i], side == COMPARE_TEST, at};
			order->is_known = order->is_known && placed[at].run->has_start;
		}
	}
	if (order->is_known)
		qsort(placed, n, sizeof(*placed), by_start);
	for (size_t i = 0; i < n; i++) {
		order->runs[i] = placed[i].run;
		order->is_test[i] = placed[i].is_test;
	}
}

void compare_order_done(struct compare_order *order)
{
	free(order->runs);
	free(order->is_test);
}

enum compare_driver compare_driver_of(const struct compare_order *order)
{
	for (int driver = 0; driver < COMPARE_EVERYBODY; driver++)
		for (size_t i = 0; i < order->n; i++)
			if (order->runs[i]->eagain[driver].is_known)
				return driver;
	return COMPARE_EVERYBODY;
}

static void correct(struct compare *c, double least_p)
{
	double p[COMPARE_METRICS], adjusted[COMPARE_METRICS];
	size_t n = 0;

	for (int i = 0; i < COMPARE_METRICS; i++)
		if (c->metrics[i].is_measured)
			p[n++] = c->metrics[i].p;
	holm_adjust(p, n, adjusted);
	c->n_tested = n;
	n = 0;
	for (int i = 0; i < COMPARE_METRICS; i++) {
		struct compare_metric *m = &c->metrics[i];

		if (!m->is_measured)
			continue;
		m->p_adjusted = adjusted[n++];
		m->is_enough = least_p * (double)c->n_tested < c->options.alpha;
		if (!c->primary)
			c->primary = m;
	}
	c->least_boots = design_least_boots(c->options.alpha);
	c->least_boots_corrected =
		c->n_tested ? design_least_boots(c->options.alpha / (double)c->n_tested) : 0;
}

/* The metric's whole interval lies between 1 / margin and margin. A difference has no such margin. */
static bool is_within(const struct compare_metric *m, double margin)
{
	return m->spec->effect != COMPARE_DIFFERENCE && m->interval.is_known &&
	       m->interval.low >= 1 / margin && m->interval.high <= margin;
}

static void say_different(struct compare *c, const struct compare_metric *m)
{
	char base[WORDS_SIZE], test[WORDS_SIZE], effect[WORDS_SIZE];

	compare_word_side(m, COMPARE_BASE, base, sizeof(base));
	compare_word_side(m, COMPARE_TEST, test, sizeof(test));
	compare_word_effect(m, effect, sizeof(effect));
	compare_say(&c->why, &c->n_why, "%s differs: base %s, test %s: %s; p = %.2g, adjusted %.2g",
		    m->spec->title, base, test, effect, m->p, m->p_adjusted);
}

static void say_not_enough(struct compare *c)
{
	const struct compare_metric *m = c->primary;

	if (!m) {
		compare_say(&c->why, &c->n_why, "no metric was measured on both sides");
		return;
	}
	if (!m->is_enough)
		compare_say(&c->why, &c->n_why,
			    "%zu + %zu boots are too few for p < %g with %zu metrics: give at least %zu + %zu",
			    c->sides.n[COMPARE_BASE], c->sides.n[COMPARE_TEST], c->options.alpha,
			    c->n_tested, c->least_boots_corrected, c->least_boots_corrected);
	if (m->interval.is_known)
		compare_say(&c->why, &c->n_why,
			    "no metric differs, but the %s may still be anything from %.3g to %.3g times: not within %g",
			    m->spec->title, m->interval.low, m->interval.high, c->options.margin);
	else if (m->is_enough)
		compare_say(&c->why, &c->n_why,
			    "no metric differs, and there is no interval of the %s to say how alike they are",
			    m->spec->title);
}

static void decide(struct compare *c)
{
	const struct compare_metric *m = c->primary;

	for (int i = 0; i < COMPARE_METRICS; i++) {
		if (!c->metrics[i].is_measured || c->metrics[i].p_adjusted >= c->options.alpha)
			continue;
		c->outcome = COMPARE_DIFFERENT;
		say_different(c, &c->metrics[i]);
	}
	if (c->outcome == COMPARE_DIFFERENT)
		return;
	if (m && m->is_enough && is_within(m, c->options.margin)) {
		c->outcome = COMPARE_SAME;
		compare_say(&c->why, &c->n_why,
			    "no metric differs, and the %s is within %g times either way: %.3g to %.3g",
			    m->spec->title, c->options.margin, m->interval.low, m->interval.high);
		return;
	}
	c->outcome = COMPARE_NOT_ENOUGH_DATA;
	say_not_enough(c);
}

int compare_judge(const struct compare_sides *sides, const struct compare_options *options,
		  struct compare *ret, struct err *e)
{
	struct compare_order order;
	struct compare_job job;
	struct design design;
	int r;

	compare_order_make(&order, sides);
	r = design_make(&design, order.is_test, order.n, order.is_known, options->block);
	if (r < 0) {
		compare_order_done(&order);
		return err_set(e, r,
			       "the boots are not balanced in blocks of %llu: leave --block away to have them found",
			       (unsigned long long)options->block);
	}
	*ret = (struct compare){
		.options = *options,
		.sides = *sides,
		.is_ordered = order.is_known,
		.is_interleaved = design.is_interleaved,
		.is_exact = design.arrangements <= DESIGN_MAX_EXACT,
		.block = design.block,
		.arrangements = design.arrangements,
	};
	job = (struct compare_job){
		.order = &order,
		.options = options,
		.driver = compare_driver_of(&order),
	};
	ret->whose_eagain = driver_words[job.driver];
	for (int i = 0; i < COMPARE_METRICS; i++)
		compare_metric_judge(&job, (size_t)i, &ret->metrics[i]);
	correct(ret, design.least_p);
	decide(ret);
	compare_ladder_make(sides, options, &ret->steps, &ret->n_steps);
	compare_lockups_make(ret);
	compare_find_notes(ret);
	compare_order_done(&order);
	return 0;
}

void compare_done(struct compare *c)
{
	for (size_t i = 0; i < c->n_why; i++)
		free(c->why[i]);
	for (size_t i = 0; i < c->n_notes; i++)
		free(c->notes[i]);
	free(c->why);
	free(c->notes);
	free(c->steps);
	*c = (struct compare){0};
}

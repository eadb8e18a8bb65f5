// SPDX-License-Identifier: GPL-2.0-or-later
/* The metrics: what each takes from a boot, and how the two sides' boots are held together. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reports/compare/parts.h"
#include "reports/stats/bootstrap.h"
#include "reports/stats/exact.h"
#include "reports/stats/permutation.h"
#include "reports/stats/survival.h"

/* Added to each boot's rate: so many events in the mean boot. It keeps the logarithm of 0 away. */
#define PSEUDO_EVENTS 0.5

/* In the order in which the primary one is looked for. */
enum metric {
	METRIC_EAGAIN,
	METRIC_NOT_MOVED,
	METRIC_OFFLINE_SUCCESS,
	METRIC_OFFLINE_TIME,
	METRIC_FAULT_P50,
	METRIC_FAULT_P99,
	METRIC_LOCKUPS,
	METRIC_LOCKED,
};

const struct compare_metric_spec compare_metric_specs[COMPARE_METRICS] = {
	[METRIC_EAGAIN] = {"eagain_per_attempt", "EAGAIN per move attempt", "EAGAIN/attempt",
			   COMPARE_RATIO},
	[METRIC_NOT_MOVED] = {"not_moved_per_page", "pages not moved per page", "pages/page",
			      COMPARE_RATIO},
	[METRIC_OFFLINE_SUCCESS] = {"offline_success", "offline success", "share",
				    COMPARE_DIFFERENCE},
	[METRIC_OFFLINE_TIME] = {"offline_time", "time to offline", "s", COMPARE_HAZARD_RATIO},
	[METRIC_FAULT_P50] = {"fault_latency_p50", "fault latency p50", "ns", COMPARE_DIFFERENCE},
	[METRIC_FAULT_P99] = {"fault_latency_p99", "fault latency p99", "ns", COMPARE_DIFFERENCE},
	[METRIC_LOCKUPS] = {"lockups_per_cpu_second", "lockups per CPU-second", "lockups/CPU-s",
			    COMPARE_RATIO},
	[METRIC_LOCKED] = {"locked_per_allocation", "source locked at allocation", "share",
			   COMPARE_DIFFERENCE},
};

/* The boots in which one metric was measured. */
struct sample {
	struct compare_count *counts; /* owned, as all of them */
	struct survival_time *times;
	double *values;
	uint8_t *is_test;
	size_t n, n_side[COMPARE_SIDES];
	struct design design;
	gsl_rng *rng;
	const struct compare_options *options;
};

static bool take_count(struct sample *s, const struct compare_count *count)
{
	s->counts[s->n] = *count;
	return count->is_known;
}

/* One boot's part of the sample; false: it was not measured there. */
static bool take(struct sample *s, enum metric metric, const struct compare_job *job,
		 const struct compare_run *run, bool is_test)
{
	switch (metric) {
	case METRIC_EAGAIN:
		return take_count(s, &run->eagain[job->driver]);
	case METRIC_NOT_MOVED:
		return take_count(s, &run->not_moved);
	case METRIC_OFFLINE_SUCCESS:
		return take_count(s, &run->offline);
	case METRIC_LOCKUPS:
		return take_count(s, &run->lockups);
	case METRIC_LOCKED:
		return take_count(s, &run->locked);
	case METRIC_OFFLINE_TIME:
		s->times[s->n] = (struct survival_time){
			.time = run->first_seconds,
			.has_happened = run->first_succeeded,
			.is_test = is_test,
		};
		return run->has_first;
	case METRIC_FAULT_P50:
		s->values[s->n] = run->fault_ns[COMPARE_P50];
		return run->has_faults;
	case METRIC_FAULT_P99:
		s->values[s->n] = run->fault_ns[COMPARE_P99];
		return run->has_faults;
	}
	return false;
}

static void sample_make(struct sample *s, enum metric metric, const struct compare_job *job)
{
	const struct compare_order *order = job->order;

	*s = (struct sample){
		.counts = memory_alloc(order->n, sizeof(*s->counts)),
		.times = memory_alloc(order->n, sizeof(*s->times)),
		.values = memory_alloc(order->n, sizeof(*s->values)),
		.is_test = memory_alloc(order->n, sizeof(*s->is_test)),
		.rng = compare_rng(job->options->seed, metric),
		.options = job->options,
	};
	for (size_t i = 0; i < order->n; i++) {
		if (!take(s, metric, job, order->runs[i], order->is_test[i]))
			continue;
		s->n_side[order->is_test[i] ? COMPARE_TEST : COMPARE_BASE]++;
		s->is_test[s->n++] = order->is_test[i];
	}
	/* With a boot missing the stated blocks are no longer what they were. */
	if (design_make(&s->design, s->is_test, s->n, order->is_known,
			s->n == order->n ? job->options->block : 0) < 0)
		(void)design_make(&s->design, s->is_test, s->n, order->is_known, 0);
}

static void sample_done(struct sample *s)
{
	free(s->counts);
	free(s->times);
	free(s->values);
	free(s->is_test);
	gsl_rng_free(s->rng);
}

static void add_up(const struct sample *s, struct compare_metric *m)
{
	for (size_t i = 0; i < s->n; i++) {
		struct compare_figures *f = &m->side[s->is_test[i] ? COMPARE_TEST : COMPARE_BASE];

		f->events = (isfinite(f->events) ? f->events : 0) + s->counts[i].events;
		f->of = (isfinite(f->of) ? f->of : 0) + s->counts[i].of;
		f->rate = f->events / f->of;
	}
}

static void run_permutation(const struct sample *s, struct compare_metric *m)
{
	struct permutation_result result;

	permutation_test(&s->design, s->values, s->rng, &result);
	m->p = result.p;
	m->test_name = result.is_exact ? "permutation" : "permutation-drawn";
}

static struct stats_interval interval_of_difference(const struct sample *s)
{
	cleanup_free double *base = memory_alloc(s->n, sizeof(*base));
	cleanup_free double *test = memory_alloc(s->n, sizeof(*test));
	size_t n_base = 0, n_test = 0;

	if (s->options->without_intervals)
		return (struct stats_interval){.is_known = false};
	for (size_t i = 0; i < s->n; i++) {
		if (s->is_test[i])
			test[n_test++] = s->values[i];
		else
			base[n_base++] = s->values[i];
	}
	return bootstrap_difference(base, n_base, test, n_test, 1 - s->options->alpha, s->rng);
}

static double mean_of_side(const struct sample *s, bool is_test)
{
	double sum = 0;

	for (size_t i = 0; i < s->n; i++)
		sum += s->is_test[i] == is_test ? s->values[i] : 0;
	return sum / (double)s->n_side[is_test ? COMPARE_TEST : COMPARE_BASE];
}

static double difference_of_means(const struct sample *s)
{
	return mean_of_side(s, true) - mean_of_side(s, false);
}

/* Nothing happened on either side: only the exact upper bounds tell how far apart they may be. */
static void judge_no_events(struct compare_metric *m, double pseudo)
{
	const struct compare_figures *base = &m->side[COMPARE_BASE], *test = &m->side[COMPARE_TEST];

	m->effect = NAN;
	m->interval = (struct stats_interval){
		.is_known = true,
		.low = pseudo / (base->bounds.high + pseudo),
		.high = (test->bounds.high + pseudo) / pseudo,
		.method = "exact-bounds-of-none",
	};
	(void)snprintf(m->detail, sizeof(m->detail), "none on either side");
}

/*
 * The ratio of the geometric means of the boots' rates. What is added to a rate is the same for
 * every boot: were it a count in each, boots that got less done would seem to have more events.
 */
static void judge_rate(const struct sample *s, struct compare_metric *m)
{
	double of = 0, pseudo;

	add_up(s, m);
	for (size_t i = 0; i < s->n; i++)
		of += s->counts[i].of / (double)s->n;
	pseudo = PSEUDO_EVENTS / of;
	for (size_t i = 0; i < s->n; i++)
		s->values[i] = log(s->counts[i].events / s->counts[i].of + pseudo);
	run_permutation(s, m);
	for (int side = 0; side < COMPARE_SIDES; side++)
		if (m->side[side].events <= 0)
			m->side[side].bounds =
				exact_rate(0, m->side[side].of, 1 - s->options->alpha);
	if (m->side[COMPARE_BASE].events + m->side[COMPARE_TEST].events <= 0) {
		judge_no_events(m, pseudo);
		return;
	}
	m->effect = exp(difference_of_means(s));
	m->interval = interval_of_difference(s);
	m->interval.low = exp(m->interval.low);
	m->interval.high = exp(m->interval.high);
	(void)snprintf(m->detail, sizeof(m->detail),
		       "geometric means of the boots' rates, each + %.2g (%.1f events in the mean boot%s)",
		       pseudo, PSEUDO_EVENTS,
		       m->side[COMPARE_BASE].events > 0 && m->side[COMPARE_TEST].events > 0
			       ? ""
			       : "; a side without any has just this");
}

static bool is_one_attempt_each(const struct sample *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->counts[i].of != 1)
			return false;
	return true;
}

static void judge_share(const struct sample *s, struct compare_metric *m)
{
	struct compare_figures *base = &m->side[COMPARE_BASE], *test = &m->side[COMPARE_TEST];
	double confidence = 1 - s->options->alpha;

	add_up(s, m);
	for (size_t i = 0; i < s->n; i++)
		s->values[i] = s->counts[i].events / s->counts[i].of;
	m->effect = difference_of_means(s);
	if (!is_one_attempt_each(s)) {
		run_permutation(s, m);
		m->interval = interval_of_difference(s);
		(void)snprintf(m->detail, sizeof(m->detail), "means of the boots' shares");
		return;
	}
	m->p = exact_fisher((uint64_t)base->events, (uint64_t)base->of, (uint64_t)test->events,
			    (uint64_t)test->of);
	m->test_name = "fisher";
	m->interval = exact_share_difference((uint64_t)base->events, (uint64_t)base->of,
					     (uint64_t)test->events, (uint64_t)test->of, confidence);
	for (int side = 0; side < COMPARE_SIDES; side++)
		m->side[side].bounds = exact_share((uint64_t)m->side[side].events,
						   (uint64_t)m->side[side].of, confidence);
	(void)snprintf(m->detail, sizeof(m->detail), "one attempt a boot");
}

static void judge_time(const struct sample *s, struct compare_metric *m)
{
	struct survival_logrank l;

	for (int side = 0; side < COMPARE_SIDES; side++) {
		m->side[side].events = 0;
		m->side[side].of = (double)s->n_side[side];
		m->side[side].median = survival_median(s->times, s->n, side == COMPARE_TEST);
	}
	for (size_t i = 0; i < s->n; i++)
		m->side[s->is_test[i] ? COMPARE_TEST : COMPARE_BASE].events +=
			s->times[i].has_happened;
	survival_logrank(s->times, s->n, &l);
	survival_scores(s->times, s->n, s->values);
	run_permutation(s, m);
	m->test_name = "log-rank-permuted";
	m->interval = survival_hazard_ratio(&l, 1 - s->options->alpha, &m->effect);
	(void)snprintf(m->detail, sizeof(m->detail),
		       "Kaplan-Meier medians; log-rank chi-square %.3g, p %.2g for many boots",
		       l.chi_square, l.p);
}

static void judge_quantile(const struct sample *s, struct compare_metric *m)
{
	for (int side = 0; side < COMPARE_SIDES; side++)
		m->side[side].median = mean_of_side(s, side == COMPARE_TEST);
	m->effect = difference_of_means(s);
	run_permutation(s, m);
	m->interval = interval_of_difference(s);
	(void)snprintf(m->detail, sizeof(m->detail), "means of the boots' quantiles");
}

/*
 * Lockups come in rows: a processor that hangs is reported again and again. So the exact test,
 * which takes each for itself, does not count for more than what the boots say.
 */
static void judge_exposure(const struct sample *s, struct compare_metric *m)
{
	struct compare_figures *base = &m->side[COMPARE_BASE], *test = &m->side[COMPARE_TEST];
	double confidence = 1 - s->options->alpha, exact;

	add_up(s, m);
	for (size_t i = 0; i < s->n; i++)
		s->values[i] = s->counts[i].events / s->counts[i].of;
	run_permutation(s, m);
	exact = exact_rates_differ((uint64_t)base->events, base->of, (uint64_t)test->events, test->of);
	(void)snprintf(m->detail, sizeof(m->detail),
		       "the greater of the exact Poisson p, %.3g, and the boots', %.3g", exact, m->p);
	m->p = exact > m->p ? exact : m->p;
	m->test_name = "poisson-exact";
	m->effect = base->events > 0 ? test->rate / base->rate : NAN;
	m->interval = exact_rate_ratio((uint64_t)base->events, base->of, (uint64_t)test->events,
				       test->of, confidence);
	for (int side = 0; side < COMPARE_SIDES; side++)
		m->side[side].bounds =
			exact_rate((uint64_t)m->side[side].events, m->side[side].of, confidence);
}

static void (*const judges[COMPARE_METRICS])(const struct sample *, struct compare_metric *) = {
	[METRIC_EAGAIN] = judge_rate,
	[METRIC_NOT_MOVED] = judge_rate,
	[METRIC_OFFLINE_SUCCESS] = judge_share,
	[METRIC_OFFLINE_TIME] = judge_time,
	[METRIC_FAULT_P50] = judge_quantile,
	[METRIC_FAULT_P99] = judge_quantile,
	[METRIC_LOCKUPS] = judge_exposure,
	[METRIC_LOCKED] = judge_share,
};

void compare_metric_judge(const struct compare_job *job, size_t number, struct compare_metric *m)
{
	struct sample s;

	sample_make(&s, number, job);
	*m = (struct compare_metric){
		.spec = &compare_metric_specs[number],
		.is_measured = s.n_side[COMPARE_BASE] >= COMPARE_SIDE_LEAST &&
			       s.n_side[COMPARE_TEST] >= COMPARE_SIDE_LEAST,
		.effect = NAN,
		.p = NAN,
		.p_adjusted = NAN,
	};
	for (int side = 0; side < COMPARE_SIDES; side++)
		m->side[side] = (struct compare_figures){
			.boots = s.n_side[side],
			.events = NAN,
			.of = NAN,
			.rate = NAN,
			.median = NAN,
		};
	if (m->is_measured)
		judges[number](&s, m);
	else
		(void)snprintf(m->why, sizeof(m->why), "measured in %zu boots of base and %zu of test",
			       s.n_side[COMPARE_BASE], s.n_side[COMPARE_TEST]);
	sample_done(&s);
}

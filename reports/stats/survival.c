// SPDX-License-Identifier: GPL-2.0-or-later
/* The boots are few: every sum goes over all of them again. */
#include "reports/stats/survival.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

enum side {
	BASE,
	TEST,
	SIDES,
};

/* Who is still waited for just before @time, and what happens at it. */
struct moment {
	double waiting[SIDES], happening[SIDES];
};

static struct moment moment_at(const struct survival_time *times, size_t n, double time)
{
	struct moment m = {0};

	for (size_t i = 0; i < n; i++) {
		enum side side = times[i].is_test ? TEST : BASE;

		m.waiting[side] += times[i].time >= time;
		m.happening[side] += times[i].has_happened && times[i].time == time;
	}
	return m;
}

/* The next time after @time at which something happened; INFINITY: none. */
static double next_time(const struct survival_time *times, size_t n, double time)
{
	double next = INFINITY;

	for (size_t i = 0; i < n; i++)
		if (times[i].has_happened && times[i].time > time && times[i].time < next)
			next = times[i].time;
	return next;
}

double survival_median(const struct survival_time *times, size_t n, bool is_test)
{
	enum side side = is_test ? TEST : BASE;
	double surviving = 1, time;

	for (time = next_time(times, n, -INFINITY); isfinite(time);
	     time = next_time(times, n, time)) {
		struct moment m = moment_at(times, n, time);

		if (m.happening[side] > 0)
			surviving *= 1 - m.happening[side] / m.waiting[side];
		/* Half, but for the last bits of a product. */
		if (surviving <= 0.5 + 1e-12)
			return time;
	}
	return INFINITY;
}

void survival_logrank(const struct survival_time *times, size_t n, struct survival_logrank *ret)
{
	double difference;

	*ret = (struct survival_logrank){.p = 1};
	for (double time = next_time(times, n, -INFINITY); isfinite(time);
	     time = next_time(times, n, time)) {
		struct moment m = moment_at(times, n, time);
		double waiting = m.waiting[BASE] + m.waiting[TEST];
		double happening = m.happening[BASE] + m.happening[TEST];

		ret->seen_base += m.happening[BASE];
		ret->seen_test += m.happening[TEST];
		ret->expected_base += happening * m.waiting[BASE] / waiting;
		ret->expected_test += happening * m.waiting[TEST] / waiting;
		if (waiting > 1)
			ret->variance += happening * (m.waiting[BASE] / waiting) *
					 (m.waiting[TEST] / waiting) * (waiting - happening) /
					 (waiting - 1);
	}
	if (ret->variance <= 0)
		return;
	difference = ret->seen_test - ret->expected_test;
	ret->chi_square = difference * difference / ret->variance;
	ret->p = gsl_cdf_chisq_Q(ret->chi_square, 1);
}

/* Nelson and Aalen's cumulative hazard of both sides together. */
static double hazard_until(const struct survival_time *times, size_t n, double end)
{
	double time = next_time(times, n, -INFINITY), hazard = 0;

	while (time <= end) {
		struct moment m = moment_at(times, n, time);

		hazard += (m.happening[BASE] + m.happening[TEST]) /
			  (m.waiting[BASE] + m.waiting[TEST]);
		time = next_time(times, n, time);
	}
	return hazard;
}

void survival_scores(const struct survival_time *times, size_t n, double *ret_scores)
{
	for (size_t i = 0; i < n; i++) {
		ret_scores[i] = times[i].has_happened ? 1 : 0;
		ret_scores[i] -= hazard_until(times, n, times[i].time);
	}
}

struct stats_interval survival_hazard_ratio(const struct survival_logrank *l, double confidence,
					    double *ret_ratio)
{
	double z = gsl_cdf_ugaussian_Qinv((1 - confidence) / 2), step, half;

	if (l->variance <= 0)
		return (struct stats_interval){.is_known = false};
	step = (l->seen_test - l->expected_test) / l->variance;
	half = z / sqrt(l->variance);
	*ret_ratio = exp(step);
	return (struct stats_interval){
		.is_known = true,
		.low = exp(step - half),
		.high = exp(step + half),
		.method = "peto",
	};
}

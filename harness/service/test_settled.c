// SPDX-License-Identifier: GPL-2.0-or-later
/* Series that settle, and series that must not be said to: drifts, steps, too little, nothing at all. */
#include "service/settled.h"

#include <math.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "service/test_service.h"

#define WINDOW_S 600

struct series {
	struct settled settled;
	struct settled_counts now;
	uint64_t second, state;
};

/* About normal, mean 0, variance 1: twelve uniform ones (splitmix64). */
static double noise(struct series *s)
{
	double sum = -6;

	for (int i = 0; i < 12; i++) {
		uint64_t z = s->state += 0x9e3779b97f4a7c15ULL;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
		sum += (double)((z ^ (z >> 31)) >> 11) / (double)(1ULL << 53);
	}
	return sum;
}

static void begin(struct series *s, uint64_t seed)
{
	static const struct settled_rule rule = {
		.window_ns = WINDOW_S * NS_PER_S,
		.after_ns = WINDOW_S * NS_PER_S,
		.after_offline_attempts = 50,
		.tolerance = 0.05,
	};

	*s = (struct series){.state = seed, .now.is_exercised = true};
	settled_begin(&s->settled, &rule, 0, &s->now);
}

/* So many EAGAIN of @attempts more, with the noise of single trials. */
static void add_eagain(struct series *s, double share, double attempts)
{
	struct settled_part *p = &s->now.parts[SETTLED_EAGAIN];
	double n = share * attempts + sqrt(attempts * share * (1 - share)) * noise(s);

	s->now.is_measured[SETTLED_EAGAIN] = true;
	p->n += attempts;
	p->sum += n < 0 ? 0 : n > attempts ? attempts : n;
}

static void add_offline(struct series *s, bool is_success, double ln_ns)
{
	struct settled_part *success = &s->now.parts[SETTLED_OFFLINE_SUCCESS];
	struct settled_part *latency = &s->now.parts[SETTLED_OFFLINE_LATENCY];

	s->now.is_measured[SETTLED_OFFLINE_SUCCESS] = s->now.is_measured[SETTLED_OFFLINE_LATENCY] = true;
	s->now.offline_attempts++;
	success->n++;
	success->sum += is_success;
	latency->n += is_success;
	latency->sum += is_success ? ln_ns : 0;
}

static bool second_is_over(struct series *s)
{
	return settled_look(&s->settled, ++s->second * NS_PER_S, &s->now);
}

static double steady(double second)
{
	(void)second;
	return 0.02;
}

static double drifting(double second) /* half as much again in each window */
{
	return 0.02 * (1 + second / WINDOW_S / 2);
}

static double falling(double second)
{
	return 0.2 * exp(-second / WINDOW_S / 3);
}

/* The second in which it was said to have settled; 0: not within @seconds. */
static uint64_t eagain_settles(double (*share)(double second), double attempts, uint64_t seconds,
			       uint64_t seed)
{
	struct series s;

	begin(&s, seed);
	while (s.second < seconds) {
		add_eagain(&s, share((double)s.second), attempts);
		if (second_is_over(&s))
			return s.second;
	}
	return 0;
}

static void what_is_steady_settles(void **state)
{
	unsigned int settled = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		uint64_t at = eagain_settles(steady, 1000, 3UL * WINDOW_S, seed);

		assert_true(at == 0 || at >= WINDOW_S); /* not before its minimum */
		settled += at > 0;
	}
	assert_true(settled >= 97);
}

static void what_drifts_does_not(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		assert_int_equal(eagain_settles(drifting, 1000, 2UL * WINDOW_S, seed), 0);
		assert_int_equal(eagain_settles(falling, 1000, 4UL * WINDOW_S, seed), 0);
	}
}

/* 8 attempts a second: 2 % of them are known to a tenth of it after a window. */
static void too_little_does_not(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++)
		assert_int_equal(eagain_settles(steady, 8, 3UL * WINDOW_S, seed), 0);
}

static void a_step_is_waited_out(void **state)
{
	struct series s;

	(void)state;
	begin(&s, 7);
	for (uint64_t after = 0; after < 4UL * WINDOW_S; after++) {
		/* Just before it would be old enough, twice as much from then on. */
		add_eagain(&s, s.second < WINDOW_S - 30 ? 0.02 : 0.04, 1000);
		if (!second_is_over(&s))
			continue;
		assert_true(s.second > 2UL * WINDOW_S - 60);
		assert_true(s.second < 3UL * WINDOW_S);
		assert_true(fabs(s.settled.estimates[SETTLED_EAGAIN].value - 0.04) < 0.002);
		return;
	}
	fail_msg("it has never settled");
}

/* What never happens has settled when that is known well enough, and only then. */
static void zero_counts(void **state)
{
	static const struct {
		double attempts;
		bool settles;
	} cases[] = {{1000, true}, {5, false}, {0, false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct series s;
		bool has_settled = false;

		begin(&s, 1);
		for (uint64_t n = 0; n < 2UL * WINDOW_S && !has_settled; n++) {
			add_eagain(&s, 0, cases[i].attempts);
			has_settled = second_is_over(&s);
		}
		assert_int_equal(has_settled, cases[i].settles);
	}
}

static void what_is_not_measured_or_not_exercised(void **state)
{
	struct series s;

	(void)state;
	begin(&s, 1);
	for (int i = 0; i < 2 * WINDOW_S; i++)
		assert_false(second_is_over(&s)); /* nothing is measured */
	begin(&s, 1);
	s.now.is_exercised = false;
	for (int i = 0; i < 2 * WINDOW_S; i++) {
		add_eagain(&s, 0.02, 1000);
		assert_false(second_is_over(&s));
	}
}

/* An attempt each @period seconds; each seventh fails. Latency: 200 ms, and a fourth more or less. */
static uint64_t offlines_settle(uint64_t period, double drift, struct series *s)
{
	begin(s, 3);
	while (s->second < 6UL * WINDOW_S) {
		double ln_ns = log(2e8) + 0.25 * noise(s) + drift * (double)s->second / WINDOW_S;

		if (s->second % period == 0)
			add_offline(s, s->now.offline_attempts % 7 != 6, ln_ns);
		if (second_is_over(s))
			return s->second;
	}
	return 0;
}

static void offlines(void **state)
{
	const struct settled_estimate *e;
	struct series s;

	(void)state;
	assert_in_range(offlines_settle(1, 0, &s), WINDOW_S, 3UL * WINDOW_S);
	e = s.settled.estimates;
	assert_true(fabs(e[SETTLED_OFFLINE_SUCCESS].value - 6.0 / 7) < 0.02);
	assert_true(fabs(e[SETTLED_OFFLINE_LATENCY].value / 2e8 - 1) < 0.1);
	assert_true(e[SETTLED_OFFLINE_LATENCY].half_width > 0.001);
	assert_int_equal(offlines_settle(1, 0.3, &s), 0); /* a third longer with each window */
	assert_int_equal(offlines_settle(40, 0, &s), 0);  /* 15 of them in a window are too few */
}

/* One that has settled does not speak for one that has not. */
static void all_have_to(void **state)
{
	struct series s;

	(void)state;
	begin(&s, 5);
	for (uint64_t n = 0; n < 3UL * WINDOW_S; n++) {
		add_eagain(&s, 0.02, 1000);
		add_offline(&s, true, log(2e8) + (double)n / WINDOW_S);
		assert_false(second_is_over(&s));
	}
	assert_true(s.settled.estimates[SETTLED_EAGAIN].blocks == SETTLED_BLOCKS);
	assert_false(s.settled.estimates[SETTLED_OFFLINE_LATENCY].has_settled);
	assert_true(s.settled.estimates[SETTLED_OFFLINE_LATENCY].slope_t > 10);
}

int test_settled(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_steady_settles),
		cmocka_unit_test(what_drifts_does_not),
		cmocka_unit_test(too_little_does_not),
		cmocka_unit_test(a_step_is_waited_out),
		cmocka_unit_test(zero_counts),
		cmocka_unit_test(what_is_not_measured_or_not_exercised),
		cmocka_unit_test(offlines),
		cmocka_unit_test(all_have_to),
	};

	return cmocka_run_group_tests_name("settled", tests, NULL, NULL);
}

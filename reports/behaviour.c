// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/behaviour.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>

/*
 * EAGAIN for each wait, over boots: mean and standard deviation of its logarithm, and the number of
 * boots that they are of. Measured by harness/tests/fingerprint-boots.sh, in emulated guests of two
 * CPUs on a host of two with a load of 3 to 9: the spread of a quiet machine is smaller, so these
 * limits err towards "unknown". A: 5.10-without and 6.1-waiter-ref. B: 5.10-with and stock-5.10.
 */
static const struct spread {
	double mean, deviation;
	unsigned int boots;
	unsigned int chain; /* EAGAIN come so many at a time */
} spreads[] = {
	/* A waiter sleeps with its reference through all of a call's passes, ten at the most:
	 * mm/migrate.c, migrate_pages(), up to 6.2; three and seven from 6.3 on. */
	[BEHAVIOUR_A] = {.mean = -0.81, .deviation = 0.89, .boots = 10, .chain = 10},
	[BEHAVIOUR_B] = {.mean = -4.98, .deviation = 1.19, .boots = 26, .chain = 1},
};

/* Of generation C not one EAGAIN was seen in so many waits. 3 / n is the 95 % bound of the rate. */
#define CLEAN_WAITS 170000
#define CLEAN_RATE (3.0 / CLEAN_WAITS)

/*
 * Pages given up on for each EAGAIN. A retry that fails with the chance q gives up after ten passes
 * in q^9 (1 - q) / (1 - q^10) of the EAGAIN. B: each pass unmaps the page anew, and a reference that
 * lives for a microsecond is no likelier to be there than at the first attempt, which is one time
 * in eight at the worst; the limit is for half of the retries. A: q was above 0.85 even with a
 * single faulter.
 */
#define GIVE_UPS_OF_B 0.00098
#define GIVE_UPS_OF_A 0.043

#define QUANTILES 1000

/* The rate of EAGAIN for each wait that the share @p of the boots stay below. */
static double rate_at(const struct spread *s, double p)
{
	double n = s->boots;

	return exp(s->mean +
		   s->deviation * sqrt(1 + 1 / n) * gsl_cdf_tdist_Pinv(p, n - 1));
}

/* What GSL counts with. A count beyond it is as good as the bound. */
static unsigned int bounded(uint64_t count)
{
	return count > UINT_MAX ? UINT_MAX : (unsigned int)count;
}

/* That a boot shows no more than this: over the boots' rates, each with its chance. */
static double chance_of_so_few(const struct spread *s, const struct behaviour_counts *c)
{
	unsigned int chains = bounded(c->eagain / s->chain);
	double sum = 0;

	for (unsigned int i = 0; i < QUANTILES; i++) {
		double rate = rate_at(s, (i + 0.5) / QUANTILES);
		double expected = rate * (double)c->waits / s->chain;

		sum += gsl_cdf_poisson_P(chains, expected);
	}
	return sum / QUANTILES;
}

/* P(X >= n) */
static double chance_of_so_many(uint64_t n, double expected)
{
	return n == 0 ? 1 : gsl_cdf_poisson_Q(bounded(n) - 1, expected);
}

static void find_chances(const struct behaviour_counts *c, double chance[])
{
	gsl_error_handler_t *handler = gsl_set_error_handler_off(); /* underflow is no error here */
	double eagain = (double)c->eagain;

	chance[BEHAVIOUR_A] =
		fmin(chance_of_so_few(&spreads[BEHAVIOUR_A], c),
		     gsl_cdf_poisson_P(bounded(c->gave_up), eagain * GIVE_UPS_OF_A));
	chance[BEHAVIOUR_B] = fmin(chance_of_so_few(&spreads[BEHAVIOUR_B], c),
				   chance_of_so_many(c->gave_up, eagain * GIVE_UPS_OF_B));
	chance[BEHAVIOUR_C] = chance_of_so_many(c->eagain, (double)c->waits * CLEAN_RATE);
	(void)gsl_set_error_handler(handler);
}

void behaviour_range(enum behaviour_generation generation, double *ret_low, double *ret_high)
{
	*ret_low = 0;
	*ret_high = CLEAN_RATE;
	if (generation == BEHAVIOUR_C)
		return;
	*ret_low = rate_at(&spreads[generation], 0.025);
	*ret_high = rate_at(&spreads[generation], 0.975);
}

static const char *const names[] = {"A", "B", "C"};
static const char *const meanings[] = {
	"a waiter holds its reference while it sleeps",
	"a waiter holds a reference for a moment",
	"a waiter holds no reference",
};

#define SAY(b, ...) (void)snprintf((b)->why, sizeof((b)->why), __VA_ARGS__)

static void say_answer(struct behaviour *b, enum behaviour_generation g,
		       const struct behaviour_counts *c)
{
	b->generation = names[g];
	SAY(b, "%s: %" PRIu64 " EAGAIN in %" PRIu64 " waits, %" PRIu64 " pages given up on",
	    meanings[g], c->eagain, c->waits, c->gave_up);
}

static void say_unknown(struct behaviour *b, const struct behaviour_counts *c, unsigned int left)
{
	char list[64] = "";
	size_t used = 0;

	for (int g = 0; g < BEHAVIOUR_GENERATIONS; g++)
		if (b->chance[g] >= BEHAVIOUR_ALPHA)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s (%.1f %%)",
						 used ? ", " : "", names[g], 100 * b->chance[g]);
	if (left)
		SAY(b,
		    "%" PRIu64 " EAGAIN in %" PRIu64
		    " waits, %" PRIu64 " pages given up on, are too few to tell apart the generations %s: measure again, on a quieter machine",
		    c->eagain, c->waits, c->gave_up, list);
	else
		SAY(b,
		    "%" PRIu64 " EAGAIN in %" PRIu64 " waits, %" PRIu64
		    " pages given up on, is like no generation that is known",
		    c->eagain, c->waits, c->gave_up);
}

void behaviour_judge(const struct behaviour_counts *control, const struct behaviour_counts *faulted,
		     struct behaviour *ret)
{
	enum behaviour_generation answer = BEHAVIOUR_A;
	unsigned int left = 0;

	*ret = (struct behaviour){.generation = "unknown"};
	if (control->attempts == 0) {
		SAY(ret, "no page was moved in the control, where nobody touches it");
		return;
	}
	if (control->eagain > 0) {
		SAY(ret,
		    "%" PRIu64 " EAGAIN in %" PRIu64
		    " attempts of the control, where nobody touches the page: something else on this host makes them",
		    control->eagain, control->attempts);
		return;
	}
	if (faulted->waits == 0) {
		SAY(ret, "no thread met a migration entry");
		return;
	}
	find_chances(faulted, ret->chance);
	ret->has_chances = true;
	for (int g = 0; g < BEHAVIOUR_GENERATIONS; g++) {
		if (ret->chance[g] < BEHAVIOUR_ALPHA)
			continue;
		answer = (enum behaviour_generation)g;
		left++;
	}
	if (left == 1)
		say_answer(ret, answer, faulted);
	else
		say_unknown(ret, faulted, left);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/behaviour.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>

/*
 * EAGAIN for each wait, over runs: mean and standard deviation of its logarithm, and the number of
 * runs that they are of. Measured with the profile "fingerprint" in emulated guests of two CPUs, on
 * a host of two CPUs with a load of 2 to 11; harness/tests/fingerprint-boots.sh measures them
 * again. A quiet machine scatters less, so these limits err towards "unknown".
 * A: 5.10-without, 6.1-waiter-ref. B: 5.10-with, stock-5.10.
 */
static const struct spread {
	double mean, deviation;
	unsigned int runs;
	unsigned int chain; /* EAGAIN come so many at a time */
} spreads[] = {
	/* A waiter sleeps with its reference through all of a call's passes, ten at the most:
	 * mm/migrate.c, migrate_pages(), up to 6.2; three and seven from 6.3 on. */
	[BEHAVIOUR_A] = {.mean = -0.73, .deviation = 0.83, .runs = 14, .chain = 10},
	[BEHAVIOUR_B] = {.mean = -4.93, .deviation = 1.23, .runs = 40, .chain = 1},
};

/*
 * 6.1-with, stock and stock-6.12, of generation C, showed not one EAGAIN in so many waits of 48
 * runs. 3 / n is the 95 % bound of the rate.
 */
#define CLEAN_WAITS 212000
#define CLEAN_RATE (3.0 / CLEAN_WAITS)

/*
 * Pages given up on for each EAGAIN. A retry that fails with the chance q ends as such a page in
 * q^9 (1 - q) / (1 - q^10) of the EAGAIN. B: each pass unmaps the page anew, and a reference that
 * lives for a microsecond is no likelier to be there than at the first attempt, which failed one
 * time in seven at the worst; the limit is for half of the retries. (None in 10,795 EAGAIN was
 * seen.) A: 0.08 to 0.10 was seen in each run; the limit is half of the least.
 */
#define GIVE_UPS_OF_B 0.00098
#define GIVE_UPS_OF_A 0.04

#define QUANTILES 1000

/* The rate of EAGAIN for each wait that the share @p of the runs stay below. */
static double rate_at(const struct spread *s, double p)
{
	double n = s->runs;

	return exp(s->mean + s->deviation * sqrt(1 + 1 / n) * gsl_cdf_tdist_Pinv(p, n - 1));
}

/* What GSL counts with. A count beyond it is as good as the bound. */
static unsigned int bounded(uint64_t count)
{
	return count > UINT_MAX ? UINT_MAX : (unsigned int)count;
}

/* That a run shows no more than this: over the rates of runs, each with its chance. */
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

	chance[BEHAVIOUR_A] = fmin(chance_of_so_few(&spreads[BEHAVIOUR_A], c),
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
		    "%" PRIu64 " EAGAIN in %" PRIu64 " waits, %" PRIu64
		    " pages given up on, are too few to tell apart the generations %s: measure "
		    "again, on a quieter machine",
		    c->eagain, c->waits, c->gave_up, list);
	else
		SAY(b,
		    "%" PRIu64 " EAGAIN in %" PRIu64 " waits, %" PRIu64
		    " pages given up on, is like no generation that is known",
		    c->eagain, c->waits, c->gave_up);
}

/*
 * Were EAGAIN as likely without faulters as with them, how often would all of them fall on the
 * attempts with faulters? Those of a page that was given up on are one event.
 */
static double chance_without_faulters(const struct behaviour_counts *control,
				      const struct behaviour_counts *faulted)
{
	double all = (double)control->attempts + (double)faulted->attempts;
	unsigned int chain = faulted->gave_up ? spreads[BEHAVIOUR_A].chain : 1;
	double events = ceil((double)faulted->eagain / chain);

	return events > 0 ? pow((double)faulted->attempts / all, events) : 0;
}

/* What the figures cannot be judged for; true: there is such a thing, and it is said. */
static bool is_no_evidence(const struct behaviour_counts *control,
			   const struct behaviour_counts *faulted, struct behaviour *b)
{
	if (control->attempts == 0)
		SAY(b, "no page was moved in the control, where nobody touches it");
	else if (control->eagain > 0)
		SAY(b,
		    "%" PRIu64 " EAGAIN in %" PRIu64
		    " attempts of the control, where nobody touches the page: something else on "
		    "this host makes them",
		    control->eagain, control->attempts);
	else if (faulted->waits == 0)
		SAY(b, "no thread met a migration entry");
	else if (chance_without_faulters(control, faulted) >= BEHAVIOUR_ALPHA)
		SAY(b,
		    "%" PRIu64 " EAGAIN in %" PRIu64 " attempts need not come from the faulters: "
		    "the control's %" PRIu64 " attempts are too few to show that there are none "
		    "without them",
		    faulted->eagain, faulted->attempts, control->attempts);
	else
		return false;
	return true;
}

void behaviour_judge(const struct behaviour_counts *control, const struct behaviour_counts *faulted,
		     struct behaviour *ret)
{
	enum behaviour_generation answer = BEHAVIOUR_A;
	unsigned int left = 0;

	*ret = (struct behaviour){.generation = "unknown"};
	if (is_no_evidence(control, faulted, ret))
		return;
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

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bounds are found by bisection on GSL's distribution functions: its own inversions give up for
 * some great counts, and end the program when they do.
 */
#include "reports/stats/exact.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

/* Two tables that are equally likely on paper may differ in the last bits. */
#define AS_UNLIKELY (1 + 1e-7)
#define BISECTIONS 200
/*
 * Beyond, the normal distribution is as good, and GSL's incomplete functions lose themselves:
 * gamma near a mean of 10^6 (it ends the program), beta near 10^7 trials (it gives no number).
 */
#define MOST_EXACT 100000

double exact_fisher(uint64_t successes_a, uint64_t trials_a, uint64_t successes_b,
		    uint64_t trials_b)
{
	unsigned int successes = (unsigned int)(successes_a + successes_b);
	unsigned int failures = (unsigned int)(trials_a + trials_b) - successes;
	unsigned int drawn = (unsigned int)trials_a;
	double limit = gsl_ran_hypergeometric_pdf((unsigned int)successes_a, successes, failures,
						  drawn) *
		       AS_UNLIKELY;
	double sum = 0;

	for (unsigned int k = 0; k <= successes && k <= drawn; k++) {
		double likely = gsl_ran_hypergeometric_pdf(k, successes, failures, drawn);

		if (likely <= limit)
			sum += likely;
	}
	return sum > 1 ? 1 : sum;
}

/* P(X >= k) of a binomial count; grows with the share. */
static double binomial_tail(double share, double k, double trials)
{
	return gsl_cdf_beta_P(share, k, trials - k + 1);
}

/* The share at which the tail from @k upwards has this probability. */
static double invert_binomial(uint64_t k, uint64_t trials, double probability)
{
	double low = 0, high = 1;

	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;

		if (binomial_tail(middle, (double)k, (double)trials) < probability)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

struct wilson {
	double share, low, high;
};

static struct wilson wilson(uint64_t successes, uint64_t trials, double z)
{
	double n = (double)trials, share = (double)successes / n;
	double scale = 1 + z * z / n, middle = (share + z * z / (2 * n)) / scale;
	double half = z / scale * sqrt(share * (1 - share) / n + z * z / (4 * n * n));

	return (struct wilson){
		.share = share,
		.low = successes > 0 ? middle - half : 0,
		.high = successes < trials ? middle + half : 1,
	};
}

struct stats_interval exact_share(uint64_t successes, uint64_t trials, double confidence)
{
	double tail = (1 - confidence) / 2;

	if (trials > MOST_EXACT) {
		struct wilson w = wilson(successes, trials, gsl_cdf_ugaussian_Qinv(tail));

		return (struct stats_interval){true, w.low, w.high, "wilson"};
	}
	return (struct stats_interval){
		.is_known = true,
		.low = successes == 0 ? 0 : invert_binomial(successes, trials, tail),
		.high = successes == trials ? 1 : invert_binomial(successes + 1, trials, 1 - tail),
		.method = "clopper-pearson",
	};
}

struct stats_interval exact_share_difference(uint64_t successes_a, uint64_t trials_a,
					     uint64_t successes_b, uint64_t trials_b,
					     double confidence)
{
	double z = gsl_cdf_ugaussian_Qinv((1 - confidence) / 2);
	struct wilson a = wilson(successes_a, trials_a, z), b = wilson(successes_b, trials_b, z);
	double difference = b.share - a.share;

	return (struct stats_interval){
		.is_known = true,
		.low = difference - hypot(b.share - b.low, a.high - a.share),
		.high = difference + hypot(b.high - b.share, a.share - a.low),
		.method = "newcombe",
	};
}

/* P(X >= k) of a Poisson count; grows with the mean. */
static double poisson_tail(double mean, double k)
{
	return gsl_cdf_gamma_P(mean, k, 1);
}

/* The mean at which the tail from @k upwards has this probability. */
static double invert_poisson(uint64_t k, double probability)
{
	double low = 0, high = 10 + 2 * (double)k + 20 * sqrt((double)k);

	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;

		if (poisson_tail(middle, (double)k) < probability)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

struct stats_interval exact_rate(uint64_t events, double exposure, double confidence)
{
	double tail = (1 - confidence) / 2;

	if (events > MOST_EXACT) {
		double half = gsl_cdf_ugaussian_Qinv(tail) * sqrt((double)events) / exposure;
		double rate = (double)events / exposure;

		return (struct stats_interval){true, rate - half, rate + half, "normal"};
	}
	return (struct stats_interval){
		.is_known = true,
		.low = events == 0 ? 0 : invert_poisson(events, tail) / exposure,
		.high = invert_poisson(events + 1, 1 - tail) / exposure,
		.method = "poisson-exact",
	};
}

double exact_rates_differ(uint64_t events_a, double exposure_a, uint64_t events_b,
			  double exposure_b)
{
	uint64_t events = events_a + events_b;
	double share = exposure_b / (exposure_a + exposure_b), limit, sum = 0;

	if (events > MOST_EXACT) {
		double n = (double)events, away = fabs((double)events_b - n * share);

		return 2 * gsl_cdf_ugaussian_Q(away / sqrt(n * share * (1 - share)));
	}
	limit = gsl_ran_binomial_pdf((unsigned int)events_b, share, (unsigned int)events) *
		AS_UNLIKELY;
	for (unsigned int k = 0; k <= events; k++) {
		double likely = gsl_ran_binomial_pdf(k, share, (unsigned int)events);

		if (likely <= limit)
			sum += likely;
	}
	return sum > 1 ? 1 : sum;
}

struct stats_interval exact_rate_ratio(uint64_t events_a, double exposure_a, uint64_t events_b,
				       double exposure_b, double confidence)
{
	struct stats_interval share;

	if (events_a + events_b == 0)
		return (struct stats_interval){.is_known = false};
	share = exact_share(events_b, events_a + events_b, confidence);
	return (struct stats_interval){
		.is_known = true,
		.low = share.low / (1 - share.low) * exposure_a / exposure_b,
		.high = share.high < 1 ? share.high / (1 - share.high) * exposure_a / exposure_b
				       : INFINITY,
		.method = "poisson-exact",
	};
}

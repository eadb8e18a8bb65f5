// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/ratio.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#define FEWEST_WINDOWS 10
#define TAIL 0.025
#define ONE_SIDED 0.05
#define BISECTIONS 200

static double limit(double share)
{
	return share < 0 ? 0 : share > 1 ? 1 : share;
}

static struct ratio_interval wilson(double successes, double trials, double tail)
{
	double z = gsl_cdf_ugaussian_Qinv(tail);
	double share = successes / trials;
	double middle = (share + z * z / (2 * trials)) / (1 + z * z / trials);
	double half = z / (1 + z * z / trials) *
		      sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));

	return (struct ratio_interval){
		.low = successes > 0 ? limit(middle - half) : 0,
		.high = successes < trials ? limit(middle + half) : 1,
		.method = "wilson",
	};
}

struct ratio_interval ratio_wilson(uint64_t successes, uint64_t trials)
{
	return wilson((double)successes, (double)trials, TAIL);
}

/*
 * Where the beta distribution reaches @p below @most, by halving. Not gsl_cdf_beta_Pinv(): that one
 * knows no answer for 30 of a million, and does not return for 500 million of a thousand million.
 */
static double beta_quantile(double p, double a, double b, double most)
{
	double low = 0, high = most;

	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2, below = gsl_cdf_beta_P(middle, a, b);

		if (isnan(below))
			return below;
		if (below < p)
			low = middle;
		else
			high = middle;
	}
	return low;
}

double ratio_lower_bound(uint64_t successes, uint64_t trials)
{
	double s = (double)successes, n = (double)trials, bound;
	gsl_error_handler_t *handler;

	if (successes == 0 || trials == 0)
		return 0;
	if (successes >= trials)
		return pow(ONE_SIDED, 1 / n);
	/* GSL's own handler would end the program where a series does not converge. */
	handler = gsl_set_error_handler_off();
	bound = beta_quantile(ONE_SIDED, s, (double)(trials - successes) + 1, s / n);
	(void)gsl_set_error_handler(handler);
	return isnan(bound) ? wilson(s, n, ONE_SIDED).low : bound;
}

void ratio_add_window(struct ratio_windows *w, uint64_t successes, uint64_t trials)
{
	double s = (double)successes, t = (double)trials;

	if (trials == 0)
		return;
	w->n++;
	/* The greatest number there is stays it: sums that begin again at 0 make no share. */
	if (__builtin_add_overflow(w->successes, successes, &w->successes))
		w->successes = UINT64_MAX;
	if (__builtin_add_overflow(w->trials, trials, &w->trials))
		w->trials = UINT64_MAX;
	w->sum_ss += s * s;
	w->sum_st += s * t;
	w->sum_tt += t * t;
}

struct ratio_interval ratio_of_windows(const struct ratio_windows *w)
{
	double n = (double)w->n, share, squares, error, half;

	share = (double)w->successes / (double)w->trials;
	/* The ratio estimator's variance: of each window's successes - share x trials. */
	squares = w->sum_ss - 2 * share * w->sum_st + share * share * w->sum_tt;
	if (w->n < FEWEST_WINDOWS || squares <= 1e-9 * w->sum_tt)
		return ratio_wilson(w->successes, w->trials);
	error = sqrt(squares / (n * (n - 1))) / ((double)w->trials / n);
	half = gsl_cdf_tdist_Qinv(TAIL, n - 1) * error;
	return (struct ratio_interval){
		.low = limit(share - half),
		.high = limit(share + half),
		.method = "batch-means",
	};
}

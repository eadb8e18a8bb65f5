// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/ratio.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#define FEWEST_WINDOWS 10
#define TAIL 0.025
#define ONE_SIDED 0.05

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

double ratio_lower_bound(uint64_t successes, uint64_t trials)
{
	gsl_error_handler_t *handler;
	double a, b, bound, tail;

	if (successes == 0 || trials == 0)
		return 0;
	if (successes >= trials)
		return pow(ONE_SIDED, 1 / (double)trials);
	a = (double)successes;
	b = (double)(trials - successes) + 1;
	/* The inversion gives up for some great arguments, and GSL's handler would end the program. */
	handler = gsl_set_error_handler_off();
	bound = gsl_cdf_beta_Pinv(ONE_SIDED, a, b);
	tail = bound >= 0 && bound <= 1 ? gsl_cdf_beta_P(bound, a, b) : 1;
	(void)gsl_set_error_handler(handler);
	if (fabs(tail - ONE_SIDED) < 1e-3)
		return bound;
	return wilson((double)successes, (double)trials, ONE_SIDED).low;
}

void ratio_add_window(struct ratio_windows *w, uint64_t successes, uint64_t trials)
{
	double s = (double)successes, t = (double)trials;

	if (trials == 0)
		return;
	w->n++;
	w->successes += successes;
	w->trials += trials;
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

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How far the comparison itself can be trusted, from boots that really ran. A/A: the boots of one
 * kernel are split at random into two sides, again and again; "different" is wrong each time.
 * Power: from the boots of two kernels k are drawn for each side, again and again; how often is
 * p below the limit? Both go through the very function that "memsoak compare" uses.
 */
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "reports/compare/parts.h"

#define MOST_BOOTS 40 /* a side, in the search for enough power */
#define POWER 0.9
#define POWER_LIMIT 0.001
/* Behind the generators of the metrics and of the ladder. */
#define USE_OF_SPLITS 2000

struct options {
	struct option_list base, test;
	uint64_t seed, rounds, most;
};

static const struct option_spec specs[] = {
	{"base", 'b', OPTION_LIST, offsetof(struct options, base), 0, 0, "RUN",
	 "boots of one kernel: A/A"},
	{"test", 't', OPTION_LIST, offsetof(struct options, test), 0, 0, "RUN",
	 "boots of another kernel: power"},
	{"seed", 's', OPTION_NUMBER, offsetof(struct options, seed), 0, UINT64_MAX, "N",
	 "of the splits and draws (default 1)"},
	{"rounds", 'n', OPTION_NUMBER, offsetof(struct options, rounds), 1, 100000, "N",
	 "simulated comparisons (default 200)"},
	{"most", 'm', OPTION_NUMBER, offsetof(struct options, most), 0, 100000, "N",
	 "end 1 when more A/A comparisons than this are different"},
};

static const struct option_command command = {
	.program = "aa_power",
	.usage = "--base RUN... [--test RUN...] [options]",
	.summary = "Simulated A/A comparisons of one kernel's boots, and the power between two kernels.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

struct boots {
	struct compare_run *runs; /* owned */
	const struct compare_run **pointers;
	size_t n;
};

static int boots_read(struct boots *b, const struct option_list *paths, struct err *e)
{
	b->runs = memory_alloc(paths->n_items + 1, sizeof(*b->runs));
	b->pointers = memory_alloc(paths->n_items + 1, sizeof(struct compare_run *));
	for (size_t i = 0; i < paths->n_items; i++) {
		int r = compare_read_run(paths->items[i], &b->runs[i], e);

		if (r < 0)
			return r;
		b->pointers[b->n++] = &b->runs[i];
	}
	return 0;
}

static void boots_done(struct boots *b)
{
	for (size_t i = 0; i < b->n; i++)
		compare_run_done(&b->runs[i]);
	free(b->runs);
	free(b->pointers);
}

static const struct compare_options how = {.alpha = 0.05, .margin = 1.25};

/* How much the boots of one kernel differ among themselves. */
static void print_spread(const char *name, const struct boots *b)
{
	double sum = 0, squares = 0, seconds = 0, mean;
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct compare_count *c = &b->runs[i].eagain[COMPARE_MOVE_PAGES];
		double rate = c->events / c->of;

		seconds += b->runs[i].seconds / (double)b->n;
		if (!c->is_known)
			continue;
		n++;
		sum += rate;
		squares += rate * rate;
	}
	mean = n ? sum / (double)n : 0;
	(void)printf("%s: %zu boots of %s, %.1f s each", name, b->n, b->runs[0].kernel, seconds);
	if (n > 1)
		(void)printf("; EAGAIN per move_pages attempt: mean %.4g, standard deviation between boots %.4g",
			     mean, sqrt(fmax(0, (squares - sum * mean) / (double)(n - 1))));
	(void)putchar('\n');
}

static void shuffle(const struct compare_run **runs, size_t n, gsl_rng *rng)
{
	gsl_ran_shuffle(rng, (void *)runs, n, sizeof(struct compare_run *));
}

/* Returns how many were different, or a negative errno. */
static int split_and_compare(const struct boots *b, const struct options *o, struct err *e)
{
	gsl_rng *rng = compare_rng(o->seed, USE_OF_SPLITS);
	size_t counts[] = {0, 0, 0}, half = b->n / 2;
	int r = 0;

	for (uint64_t i = 0; i < o->rounds && r == 0; i++) {
		struct compare_options options = how;
		struct compare_sides sides = {
			.runs = {b->pointers, b->pointers + half},
			.n = {half, half},
		};
		struct compare c;

		shuffle(b->pointers, b->n, rng);
		options.seed = o->seed + i;
		if (i == 0)
			r = compare_check(&sides, &options, e);
		if (r == 0)
			r = compare_judge(&sides, &options, &c, e);
		if (r == 0) {
			counts[c.outcome]++;
			compare_done(&c);
		}
	}
	gsl_rng_free(rng);
	if (r < 0)
		return r;
	(void)printf("a/a: %llu comparisons of %zu + %zu boots at alpha %g: different %zu, same %zu, not_enough_data %zu\n",
		     (unsigned long long)o->rounds, half, half, how.alpha, counts[COMPARE_DIFFERENT],
		     counts[COMPARE_SAME], counts[COMPARE_NOT_ENOUGH_DATA]);
	return (int)counts[COMPARE_DIFFERENT];
}

/* @k boots with putting back; without their times, as one block. */
static void draw(const struct boots *b, size_t k, struct compare_run *copies,
		 const struct compare_run **pointers, gsl_rng *rng)
{
	for (size_t i = 0; i < k; i++) {
		copies[i] = b->runs[gsl_rng_uniform_int(rng, b->n)];
		copies[i].has_start = false;
		pointers[i] = &copies[i];
	}
}

/* The share of draws of k + k boots in which the first measured metric has a p below the limit. */
static double power_of(const struct boots *base, const struct boots *test, size_t k,
		       const struct options *o, const char **ret_title)
{
	cleanup_free struct compare_run *copies = memory_alloc(2 * k, sizeof(*copies));
	cleanup_free const struct compare_run **pointers =
		memory_alloc(2 * k, sizeof(struct compare_run *));
	gsl_rng *rng = compare_rng(o->seed, USE_OF_SPLITS + k);
	struct compare_options options = how;
	size_t below = 0;

	options.without_intervals = true;
	for (uint64_t i = 0; i < o->rounds; i++) {
		struct compare_sides sides = {.runs = {pointers, pointers + k}, .n = {k, k}};
		struct compare c;

		options.seed = o->seed + i;
		draw(base, k, copies, pointers, rng);
		draw(test, k, copies + k, pointers + k, rng);
		/* No blocks were stated: it cannot fail. */
		(void)compare_judge(&sides, &options, &c, NULL);
		below += c.primary && c.primary->p < POWER_LIMIT;
		*ret_title = c.primary ? c.primary->spec->title : "nothing";
		compare_done(&c);
	}
	gsl_rng_free(rng);
	return (double)below / (double)o->rounds;
}

static int find_power(const struct boots *base, const struct boots *test, const struct options *o,
		      struct err *e)
{
	const struct compare_sides sides = {
		.runs = {base->pointers, test->pointers},
		.n = {base->n, test->n},
	};
	double seconds = 0;
	const char *title = "";
	int r = compare_check(&sides, &how, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < base->n; i++)
		seconds += base->runs[i].seconds / (double)base->n;
	for (size_t i = 0; i < test->n; i++)
		seconds += test->runs[i].seconds / (double)test->n;
	for (size_t k = 2; k <= MOST_BOOTS; k++) {
		double share = power_of(base, test, k, o, &title);

		(void)printf("power: %zu + %zu boots: p < %g on %s in %.1f %% of %llu draws\n", k, k,
			     POWER_LIMIT, title, 100 * share, (unsigned long long)o->rounds);
		if (share < POWER)
			continue;
		(void)printf("power: enough: %zu + %zu boots, %.0f s of soak in all\n", k, k,
			     (double)k * seconds);
		return 0;
	}
	(void)printf("power: %d + %d boots are not enough\n", MOST_BOOTS, MOST_BOOTS);
	return 0;
}

static int run(const struct options *o, struct err *e)
{
	struct boots base = {0}, test = {0};
	int code = EXIT_USAGE, r = boots_read(&base, &o->base, e);

	if (r == 0)
		r = boots_read(&test, &o->test, e);
	if (r == 0 && base.n < 4)
		r = err_set(e, -EINVAL, "at least four boots are wanted for --base");
	if (r == 0) {
		print_spread("base", &base);
		if (test.n > 0)
			print_spread("test", &test);
		r = split_and_compare(&base, o, e);
	}
	if (r >= 0)
		code = (uint64_t)r > o->most ? 1 : EXIT_PASS;
	if (r >= 0 && test.n > 0 && find_power(&base, &test, o, e) < 0)
		code = EXIT_USAGE;
	boots_done(&base);
	boots_done(&test);
	return code;
}

int main(int argc, char *argv[])
{
	struct options o = {.seed = 1, .rounds = 200, .most = UINT64_MAX};
	struct err e = {0};
	int code = EXIT_PASS, r = options_parse(&command, argc, argv, &o, NULL, &e);

	if (r < 0)
		code = EXIT_USAGE;
	else if (r == 0)
		code = run(&o, &e);
	if (e.code < 0)
		log_error("%s", e.text);
	option_list_done(&o.base);
	option_list_done(&o.test);
	return code;
}

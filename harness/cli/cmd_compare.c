// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "cli/commands.h"
#include "reports/compare/compare.h"
#include "reports/html/file.h"
#include "reports/html/html.h"

/* --gate: the kernels are different. */
#define EXIT_DIFFERENT 1

struct options {
	struct option_list runs[COMPARE_SIDES];
	bool json, gate, force;
	uint64_t seed, block;
	const char *alpha, *margin, *html;
};

static const struct option_spec specs[] = {
	{"base", 'b', OPTION_LIST, offsetof(struct options, runs[COMPARE_BASE]), 0, 0, "RUN",
	 "runs of the one kernel: report.json files or run folders, one for each boot"},
	{"test", 't', OPTION_LIST, offsetof(struct options, runs[COMPARE_TEST]), 0, 0, "RUN",
	 "runs of the other kernel"},
	{"json", 'j', OPTION_FLAG, offsetof(struct options, json), 0, 0, NULL,
	 "print the comparison as JSON and nothing else"},
	{"html", 0, OPTION_STRING, offsetof(struct options, html), 0, 0, "FILE",
	 "also write it as a page for a browser; -: to standard output, and nothing else"},
	{"gate", 'g', OPTION_FLAG, offsetof(struct options, gate), 0, 0, NULL,
	 "end 1 when the kernels are different"},
	{"force", 'f', OPTION_FLAG, offsetof(struct options, force), 0, 0, NULL,
	 "compare runs of different plans too"},
	{"seed", 's', OPTION_NUMBER, offsetof(struct options, seed), 0, UINT64_MAX, "N",
	 "of everything that is drawn (default 1)"},
	{"alpha", 'a', OPTION_STRING, offsetof(struct options, alpha), 0, 0, "A",
	 "different: an adjusted p below this; intervals are of 1 - A (default 0.05)"},
	{"margin", 'm', OPTION_STRING, offsetof(struct options, margin), 0, 0, "X",
	 "same: the first metric's ratio surely lies within 1/X to X (default 1.25)"},
	{"block", 'k', OPTION_NUMBER, offsetof(struct options, block), 2, 10000, "N",
	 "boots ran in balanced blocks of N (default: found out from the times)"},
};

static const struct option_command command = {
	.program = "memsoak compare",
	.usage = "--base RUN... --test RUN... [options]",
	.summary =
		"Are two kernels different, and how sure are we? Each run counts as one observation, however\n"
		"many events it had. Ends 0 for different and for same, 3 for not enough data, 2 for runs that\n"
		"cannot be compared; with --gate 1 for different.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

/* A number between two others, which it must not reach; absent: @otherwise. */
static int parse_between(const char *name, const char *text, double low, double high,
			 double otherwise, double *ret, struct err *e)
{
	char *end = NULL;

	*ret = text ? strtod(text, &end) : otherwise;
	if (text && (end == text || *end != '\0' || !(*ret > low && *ret < high)))
		return err_set(e, -EINVAL, "--%s: '%s' is no number between %g and %g", name, text,
			       low, high);
	return 0;
}

struct side {
	struct compare_run *runs; /* owned */
	const struct compare_run **pointers;
	size_t n;
};

static int read_side(struct side *side, const struct option_list *paths, struct err *e)
{
	side->runs = memory_alloc(paths->n_items + 1, sizeof(*side->runs));
	side->pointers = memory_alloc(paths->n_items + 1, sizeof(struct compare_run *));
	for (size_t i = 0; i < paths->n_items; i++) {
		int r = compare_read_run(paths->items[i], &side->runs[i], e);

		if (r < 0)
			return r;
		side->pointers[side->n++] = &side->runs[i];
	}
	return 0;
}

static void side_done(struct side *side)
{
	for (size_t i = 0; i < side->n; i++)
		compare_run_done(&side->runs[i]);
	free(side->runs);
	free(side->pointers);
}

static int write_page(void *context, FILE *out, struct err *e)
{
	return html_write_compare(context, out, e);
}

static int deliver(const struct options *o, struct compare *c, struct err *e)
{
	int r = o->html ? html_to_file(o->html, write_page, c, e) : 0;

	if (r < 0)
		return r;
	if (o->html && strcmp(o->html, "-") == 0)
		return 0;
	if (o->json) {
		struct jsonw *document = compare_describe(c);

		(void)puts(jsonw_pretty(document, NULL));
		jsonw_free(document);
	} else {
		compare_print(c, stdout);
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		return err_set(e, -EIO, "cannot write the comparison to standard output");
	return 0;
}

static int exit_of(const struct options *o, const struct compare *c)
{
	if (c->outcome == COMPARE_NOT_ENOUGH_DATA)
		return EXIT_CANNOT_JUDGE;
	return o->gate && c->outcome == COMPARE_DIFFERENT ? EXIT_DIFFERENT : EXIT_PASS;
}

static int compare(const struct options *o, const struct compare_options *how, struct err *e)
{
	struct side sides[COMPARE_SIDES] = {0};
	struct compare_sides all = {0};
	struct compare c = {0};
	int r = 0, code = EXIT_USAGE;

	for (int side = 0; side < COMPARE_SIDES && r == 0; side++) {
		r = read_side(&sides[side], &o->runs[side], e);
		all.runs[side] = sides[side].pointers;
		all.n[side] = sides[side].n;
	}
	if (r == 0)
		r = compare_check(&all, how, e);
	if (r == 0)
		r = compare_judge(&all, how, &c, e);
	if (r == -ENODATA)
		code = EXIT_CANNOT_JUDGE;
	if (r == 0) {
		code = exit_of(o, &c);
		if (deliver(o, &c, e) < 0)
			code = EXIT_CANNOT_JUDGE;
		compare_done(&c);
	}
	for (int side = 0; side < COMPARE_SIDES; side++)
		side_done(&sides[side]);
	return code;
}

int cmd_compare(int argc, char *const argv[])
{
	struct options o = {.seed = 1};
	struct compare_options how;
	struct err e = {0};
	int code = EXIT_PASS;
	int r = options_parse(&command, argc, argv, &o, NULL, &e);

	if (r == 0 && o.json && o.html && strcmp(o.html, "-") == 0)
		r = err_set(&e, -EINVAL, "--json and --html - both want standard output: give --html a file");
	for (int side = 0; side < COMPARE_SIDES && r == 0; side++)
		if (o.runs[side].n_items == 0)
			r = options_refuse(&command, &e, "--%s is missing, it names one run or more",
					   compare_side_name(side));
	how = (struct compare_options){.seed = o.seed, .block = o.block, .force = o.force};
	if (r == 0)
		r = parse_between("alpha", o.alpha, 0, 0.5, 0.05, &how.alpha, &e);
	if (r == 0)
		r = parse_between("margin", o.margin, 1, 1e6, 1.25, &how.margin, &e);
	if (r < 0)
		code = EXIT_USAGE;
	else if (r == 0)
		code = compare(&o, &how, &e);
	if (e.code < 0)
		log_error("%s", e.text);
	for (int side = 0; side < COMPARE_SIDES; side++)
		option_list_done(&o.runs[side]);
	return code;
}

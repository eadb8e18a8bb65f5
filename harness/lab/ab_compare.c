// SPDX-License-Identifier: GPL-2.0-or-later
/* What came of a series: "memsoak compare" on each rung, put together for people. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "lab/ab.h"
#include "lab/arguments.h"
#include "lab/memsoak.h"

static const char text_name[] = "compare.txt", json_name[] = "compare.json";
static const char why_name[] = "compare.err"; /* why there is no comparison; else empty */

/* Appends "--SIDE report..."; returns how many there are. */
static uint64_t add_side(const struct ab *ab, const struct ab_rung *rung, enum ab_side side,
			 struct arguments *call)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ab->n_boots; i++) {
		const struct ab_boot *b = &ab->boots[i];
		cleanup_free char *folder = NULL;

		if (b->rung != rung || b->side != side || !b->is_counted)
			continue;
		if (n++ == 0)
			arguments_add(call, "--%s", ab_side_name(side));
		folder = ab_boot_folder(ab, b);
		arguments_add(call, "%s/report.json", folder);
	}
	return n;
}

static int call_compare(const struct ab *ab, const struct arguments *call, const char *folder,
			const char *name, struct err *e)
{
	cleanup_free char *path = memory_format("%s/%s", folder, name);
	cleanup_free char *why = memory_format("%s/%s", folder, why_name);

	return memsoak_call(ab->paths, arguments_argv(call), path, why, e);
}

int ab_compare_rung(const struct ab *ab, const struct ab_rung *rung, struct err *e)
{
	cleanup_free char *folder = memory_format("%s/%s", ab->folder, rung->folder);
	struct arguments call = {0};
	bool is_whole = true;
	int code, r;

	arguments_add(&call, "compare");
	for (int side = 0; side < AB_SIDES; side++)
		is_whole = add_side(ab, rung, (enum ab_side)side, &call) == rung->a_side && is_whole;
	/* With a boot missing the blocks are not what was drawn. */
	if (is_whole) {
		arguments_add(&call, "--block");
		arguments_add(&call, "%llu", (unsigned long long)rung->block);
	}
	arguments_add(&call, "--seed");
	arguments_add(&call, "%llu", (unsigned long long)ab->seed);
	code = call_compare(ab, &call, folder, text_name, e);
	arguments_add(&call, "--json");
	r = code < 0 ? code : call_compare(ab, &call, folder, json_name, e);
	arguments_done(&call);
	return r < 0 ? r : code;
}

static void print_failures(const struct ab *ab, const struct ab_rung *rung, FILE *out)
{
	for (size_t i = 0; i < ab->n_boots; i++) {
		const struct ab_boot *b = &ab->boots[i];
		const char *name = ab_side_name(b->side);
		unsigned long long n = b->number;

		if (b->rung != rung)
			continue;
		if (b->repeats)
			(void)fprintf(out, "boot %s %llu failed once and was repeated\n", name, n);
		if (!b->is_counted)
			(void)fprintf(out, "boot %s %llu is not counted: %s\n", name, n, b->why);
		else if (b->why)
			(void)fprintf(out, "boot %s %llu: %s\n", name, n, b->why);
	}
}

static int print_comparison(const char *folder, FILE *out, struct err *e)
{
	cleanup_free char *text_path = memory_format("%s/%s", folder, text_name), *text = NULL;
	cleanup_free char *why_path = memory_format("%s/%s", folder, why_name), *why = NULL;
	size_t length = 0, why_length = 0;
	int r = file_read_all(text_path, &text, &length, e);

	if (r == 0)
		r = file_read_all(why_path, &why, &why_length, e);
	if (r < 0)
		return r;
	if (length)
		(void)fputs(text, out);
	else
		(void)fprintf(out, "verdict: not_enough_data\nwhy: %s", why_length ? why : "unknown\n");
	return 0;
}

/* Of the first rung the verdict comes first: a mail begins with it. */
static int print_rung(const struct ab *ab, const struct ab_rung *rung, bool is_first, FILE *out,
		      struct err *e)
{
	cleanup_free char *folder = memory_format("%s/%s", ab->folder, rung->folder);
	int r;

	if (!is_first)
		(void)fprintf(out, "\n== %s ==\n", rung->title);
	r = print_comparison(folder, out, e);
	if (r < 0)
		return r;
	(void)fprintf(out, "%s%s: profile %s, %llu boots of each kernel in random blocks of %llu\n",
		      is_first ? "\n" : "", rung->title, rung->profile,
		      (unsigned long long)rung->a_side, (unsigned long long)rung->block);
	print_failures(ab, rung, out);
	return 0;
}

int ab_tell(const struct ab *ab, struct err *e)
{
	cleanup_free char *path = memory_format("%s/verdict.txt", ab->folder), *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	uint64_t seconds = (clock_monotonic_ns() - ab->start_ns) / NS_PER_S;
	bool is_first = true;
	int r = 0;

	if (!out)
		return err_errno(e, -errno, "cannot make a memory file");
	for (size_t i = 0; i < AB_RUNGS && r == 0; i++) {
		if (!ab->rungs[i].a_side)
			continue;
		r = print_rung(ab, &ab->rungs[i], is_first, out, e);
		is_first = false;
	}
	(void)fprintf(out, "\nbase is %s, test is %s; seed %llu, %llu min %llu s; everything is in %s\n",
		      ab->kernels.base, ab->kernels.test, (unsigned long long)ab->seed,
		      (unsigned long long)(seconds / 60), (unsigned long long)(seconds % 60),
		      ab->folder);
	(void)fclose(out);
	if (r == 0)
		r = file_write_atomic(path, text, length, e);
	if (r == 0 && (fputs(text, stdout) < 0 || fflush(stdout) != 0))
		r = err_set(e, -EIO, "cannot write to standard output; it is in %s", path);
	return r;
}

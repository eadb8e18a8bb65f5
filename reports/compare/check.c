// SPDX-License-Identifier: GPL-2.0-or-later
/* Which runs may be compared, and what a reader must know of those that were. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "reports/compare/parts.h"

#define DIGEST_SHOWN 12 /* characters of a digest, for people */
#define VALUE_SHOWN 60

static const struct compare_run *run_at(const struct compare_sides *sides, size_t i)
{
	size_t n_base = sides->n[COMPARE_BASE];

	return i < n_base ? sides->runs[COMPARE_BASE][i] : sides->runs[COMPARE_TEST][i - n_base];
}

static size_t n_runs(const struct compare_sides *sides)
{
	return sides->n[COMPARE_BASE] + sides->n[COMPARE_TEST];
}

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* One run twice, or two runs in one boot, would pass for two independent observations. */
static int check_boots(const struct compare_sides *sides, struct err *e)
{
	for (size_t i = 1; i < n_runs(sides); i++) {
		const struct compare_run *run = run_at(sides, i);

		for (size_t k = 0; k < i; k++) {
			const struct compare_run *other = run_at(sides, k);

			if (!is_same(run->boot_id, other->boot_id) &&
			    (!is_same(run->id, other->id) || run->boot_id || other->boot_id))
				continue;
			return err_set(e, -EINVAL,
				       "'%s' and '%s' are of one boot (%s): the boot is the unit, give one run of each",
				       other->path, run->path,
				       run->boot_id ? run->boot_id : run->id);
		}
	}
	return 0;
}

static const struct compare_aspect *aspect_of(const struct compare_run *run, const char *name)
{
	for (size_t i = 0; i < run->n_aspects; i++)
		if (strcmp(run->aspects[i].name, name) == 0)
			return &run->aspects[i];
	return NULL;
}

/* The first run that says something else than run @from about @name; NULL: all agree or are silent. */
static const struct compare_run *disagreeing(const struct compare_sides *sides, size_t from,
					     const struct compare_aspect *aspect)
{
	for (size_t i = from + 1; i < n_runs(sides); i++) {
		const struct compare_aspect *other = aspect_of(run_at(sides, i), aspect->name);

		if (other && strcmp(other->value, aspect->value) != 0)
			return run_at(sides, i);
	}
	return NULL;
}

/* The names of what two runs do not agree in, with commas; owned by the caller. */
static char *differing_names(const struct compare_run *a, const struct compare_run *b)
{
	char *names = memory_string("");

	for (size_t i = 0; i < a->n_aspects; i++) {
		const struct compare_aspect *mine = &a->aspects[i], *other = aspect_of(b, mine->name);

		/* The kernels are there to differ. */
		if (!other || strcmp(mine->value, other->value) == 0 ||
		    strncmp(mine->name, "kernel.", 7) == 0)
			continue;
		memory_append(&names, ", ", mine->name);
	}
	return names;
}

static const char *digest_of(const struct compare_run *run)
{
	return run->plan_digest ? run->plan_digest : "unknown";
}

/* The first run with another plan than the first run's; NULL: there is none. */
static const struct compare_run *other_plan(const struct compare_sides *sides)
{
	const struct compare_run *first = run_at(sides, 0);

	for (size_t i = 0; i < n_runs(sides); i++)
		if (!is_same(first->plan_digest, run_at(sides, i)->plan_digest))
			return run_at(sides, i);
	return NULL;
}

static int check_plans(const struct compare_sides *sides, struct err *e)
{
	const struct compare_run *first = run_at(sides, 0), *other = other_plan(sides);
	cleanup_free char *names = NULL;

	if (!other)
		return 0;
	names = differing_names(first, other);
	return err_set(e, -EINVAL,
		       "different plans: '%s' has %.*s, '%s' has %.*s (they differ in: %s): take runs of one profile and seed, or --force",
		       first->path, DIGEST_SHOWN, digest_of(first), other->path, DIGEST_SHOWN,
		       digest_of(other), *names ? names : "the digest alone");
}

int compare_check(const struct compare_sides *sides, const struct compare_options *options,
		  struct err *e)
{
	int r;

	for (int side = 0; side < COMPARE_SIDES; side++)
		if (sides->n[side] == 0)
			return err_set(e, -EINVAL, "no run was given for --%s",
				       compare_side_name(side));
	r = check_boots(sides, e);
	if (r == 0 && !options->force)
		r = check_plans(sides, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n_runs(sides); i++)
		if (!run_at(sides, i)->has_migrated)
			return err_set(e, -ENODATA,
				       "'%s' (%s) saw no migration, so it says nothing: leave it out, and say so",
				       run_at(sides, i)->path, run_at(sides, i)->ended);
	for (int side = 0; side < COMPARE_SIDES; side++)
		if (sides->n[side] < COMPARE_SIDE_LEAST)
			return err_set(e, -ENODATA,
				       "one run for --%s: nobody can tell how much boots differ; give at least %zu a side",
				       compare_side_name(side),
				       design_least_boots(options->alpha));
	return 0;
}

static void note_aspects(struct compare *c)
{
	const struct compare_sides *sides = &c->sides;

	/* Runs before this one do not know the aspect: else it was told already. */
	for (size_t i = 0; i + 1 < n_runs(sides); i++) {
		const struct compare_run *run = run_at(sides, i);

		for (size_t k = 0; k < run->n_aspects; k++) {
			const struct compare_aspect *mine = &run->aspects[k];
			const struct compare_run *other = disagreeing(sides, i, mine);
			bool is_told = false;

			for (size_t j = 0; j < i; j++)
				is_told = is_told || aspect_of(run_at(sides, j), mine->name);
			if (other && !is_told)
				compare_say(&c->notes, &c->n_notes,
					    "the runs differ in %s: '%.*s' and '%.*s'", mine->name,
					    VALUE_SHOWN, mine->value, VALUE_SHOWN,
					    aspect_of(other, mine->name)->value);
		}
	}
}

static void note_kernels(struct compare *c)
{
	const struct compare_run *base = c->sides.runs[COMPARE_BASE][0];
	const struct compare_run *test = c->sides.runs[COMPARE_TEST][0];
	bool is_mixed = false;

	for (int side = 0; side < COMPARE_SIDES; side++) {
		for (size_t i = 1; i < c->sides.n[side]; i++) {
			const struct compare_run *const *runs = c->sides.runs[side];

			if (is_same(runs[i]->kernel, runs[0]->kernel))
				continue;
			is_mixed = true;
			compare_say(&c->notes, &c->n_notes, "%s has more than one kernel: %s and %s",
				    compare_side_name(side), runs[0]->kernel, runs[i]->kernel);
			break;
		}
	}
	if (!is_mixed && is_same(base->kernel, test->kernel))
		compare_say(&c->notes, &c->n_notes, "both sides ran a kernel of one release, %s",
			    base->kernel);
}

static void note_ends(struct compare *c)
{
	for (size_t i = 0; i < n_runs(&c->sides); i++) {
		const struct compare_run *run = run_at(&c->sides, i);

		if (strcmp(run->ended, "completed") != 0 && strcmp(run->ended, "settled") != 0)
			compare_say(&c->notes, &c->n_notes, "%s ended %s: its figures go up to there",
				    run->path, run->ended);
	}
}

static void note_order(struct compare *c)
{
	if (!c->is_ordered)
		compare_say(&c->notes, &c->n_notes,
			    "not all runs say when they began: whether the sides were interleaved is unknown");
	else if (!c->is_interleaved)
		compare_say(&c->notes, &c->n_notes,
			    "the sides ran one after the other, not interleaved: a machine that changed meanwhile looks like a kernel that did");
}

void compare_find_notes(struct compare *c)
{
	const struct compare_run *other = other_plan(&c->sides);

	if (other)
		compare_say(&c->notes, &c->n_notes, "different plans, compared by force: %.*s and %.*s",
			    DIGEST_SHOWN, digest_of(run_at(&c->sides, 0)), DIGEST_SHOWN,
			    digest_of(other));
	note_order(c);
	note_kernels(c);
	note_aspects(c);
	note_ends(c);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The comparison for people: plain text that survives a mail. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "reports/compare/parts.h"

#define CELL_SIZE 96
#define COLUMNS 7
#define INDENT 2
#define GAP 2
#define MOST_ROWS 128

struct table {
	char cells[MOST_ROWS][COLUMNS][CELL_SIZE];
	size_t n_rows, n_columns;
};

/* A new row; beyond the last one it is written again and again, and the caller has said so. */
static size_t add_row(struct table *t)
{
	size_t row = t->n_rows < MOST_ROWS ? t->n_rows++ : MOST_ROWS - 1;

	memset(t->cells[row], 0, sizeof(t->cells[row]));
	return row;
}

static void __attribute__((format(printf, 4, 5)))
set_cell(struct table *t, size_t row, size_t column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(t->cells[row][column], CELL_SIZE, format, arguments);
	va_end(arguments);
}

static void print_table(const struct table *t, FILE *out)
{
	for (size_t row = 0; row < t->n_rows; row++) {
		(void)fprintf(out, "%*s", INDENT, "");
		for (size_t column = 0; column < t->n_columns; column++) {
			size_t width = 0;

			for (size_t i = 0; i < t->n_rows; i++)
				if (strlen(t->cells[i][column]) > width)
					width = strlen(t->cells[i][column]);
			if (column + 1 == t->n_columns)
				(void)fprintf(out, "%s\n", t->cells[row][column]);
			else
				(void)fprintf(out, "%-*s", (int)width + GAP, t->cells[row][column]);
		}
	}
}

static void print_metrics(const struct compare *c, struct table *t, FILE *out)
{
	static const char *const head[COLUMNS] = {"metric", "base", "test", NULL, "p", "p adj", "boots"};
	size_t row;

	*t = (struct table){.n_columns = COLUMNS};
	row = add_row(t);
	for (size_t i = 0; i < COLUMNS; i++)
		set_cell(t, row, i, "%s", head[i] ? head[i] : "");
	set_cell(t, row, 3, "test to base (%.3g %% interval)", 100 * (1 - c->options.alpha));
	for (int i = 0; i < COMPARE_METRICS; i++) {
		const struct compare_metric *m = &c->metrics[i];

		if (!m->is_measured)
			continue;
		row = add_row(t);
		set_cell(t, row, 0, "%s", m->spec->title);
		compare_word_side(m, COMPARE_BASE, t->cells[row][1], CELL_SIZE);
		compare_word_side(m, COMPARE_TEST, t->cells[row][2], CELL_SIZE);
		compare_word_effect(m, t->cells[row][3], CELL_SIZE);
		set_cell(t, row, 4, "%.2g", m->p);
		set_cell(t, row, 5, "%.2g", m->p_adjusted);
		set_cell(t, row, 6, "%zu + %zu%s", m->side[COMPARE_BASE].boots,
			 m->side[COMPARE_TEST].boots, m->is_enough ? "" : " (too few)");
	}
	print_table(t, out);
}

static void set_step_side(struct table *t, size_t row, size_t column, const struct compare_step *step,
			  int side)
{
	double offline = step->side[side].offline_attempts;

	if (step->side[side].attempts > 0)
		set_cell(t, row, column, "%.0f/%.0f", step->side[side].eagain,
			 step->side[side].attempts);
	if (step->side[side].boots == 0)
		set_cell(t, row, column + 1, offline > 0 ? "offline %.0f of %.0f" : "-",
			 step->side[side].offline, offline);
	else if (step->side[side].interval.is_known)
		set_cell(t, row, column + 1, "%.5g (%.5g to %.5g)", step->side[side].share,
			 step->side[side].interval.low, step->side[side].interval.high);
	else
		set_cell(t, row, column + 1, "%.5g", step->side[side].share);
}

static void print_ladder(const struct compare *c, struct table *t, FILE *out)
{
	size_t row;

	if (c->n_steps == 0)
		return;
	*t = (struct table){.n_columns = 5};
	row = add_row(t);
	set_cell(t, row, 0, "faulters");
	set_cell(t, row, 1, "base: EAGAIN");
	set_cell(t, row, 2, "success (interval)");
	set_cell(t, row, 3, "test: EAGAIN");
	set_cell(t, row, 4, "success (interval)");
	for (size_t i = 0; i < c->n_steps; i++) {
		row = add_row(t);
		set_cell(t, row, 0, "%llu", (unsigned long long)c->steps[i].faulters);
		set_step_side(t, row, 1, &c->steps[i], COMPARE_BASE);
		set_step_side(t, row, 3, &c->steps[i], COMPARE_TEST);
	}
	(void)fputs("\nladder (mean of the boots' shares of pages moved; described, not tested):\n",
		    out);
	print_table(t, out);
}

static void print_lockups(const struct compare *c, struct table *t, FILE *out)
{
	size_t row;

	if (c->n_lockups == 0)
		return;
	*t = (struct table){.n_columns = 4};
	row = add_row(t);
	set_cell(t, row, 0, "kind");
	set_cell(t, row, 1, "base");
	set_cell(t, row, 2, "test");
	set_cell(t, row, 3, "test to base (%.3g %% interval)", 100 * (1 - c->options.alpha));
	for (size_t i = 0; i < c->n_lockups; i++) {
		const struct compare_lockups *l = &c->lockups[i];

		row = add_row(t);
		set_cell(t, row, 0, "%s", l->kind);
		compare_word_rate(&l->side[COMPARE_BASE], t->cells[row][1], CELL_SIZE);
		compare_word_rate(&l->side[COMPARE_TEST], t->cells[row][2], CELL_SIZE);
		compare_word_ratio(l->ratio, &l->interval, t->cells[row][3], CELL_SIZE);
	}
	(void)fputs("\nlockups per CPU-second (exact Poisson intervals, each lockup for itself; described, not tested):\n",
		    out);
	print_table(t, out);
}

static void print_side(const struct compare *c, enum compare_side side, FILE *out)
{
	const struct compare_run *const *runs = c->sides.runs[side];
	double seconds = 0;

	for (size_t i = 0; i < c->sides.n[side]; i++)
		seconds += runs[i]->seconds;
	(void)fprintf(out, "%s: %zu boots of %s, %.0f s in all\n", compare_side_name(side),
		      c->sides.n[side], runs[0]->kernel, seconds);
}

static void print_order(const struct compare *c, FILE *out)
{
	size_t n = c->sides.n[COMPARE_BASE] + c->sides.n[COMPARE_TEST];

	(void)fprintf(out, "order: %s; ",
		      !c->is_ordered	  ? "unknown"
		      : c->is_interleaved ? "interleaved"
					  : "one side after the other");
	if (c->block < n)
		(void)fprintf(out, "blocks of %zu boots; ", c->block);
	else
		(void)fprintf(out, "one block of all; ");
	(void)fprintf(out, "%.6g arrangements, %s; seed %llu\n", c->arrangements,
		      c->is_exact ? "all looked at" : "drawn from",
		      (unsigned long long)c->options.seed);
	(void)fprintf(out, "least: %zu + %zu boots for p < %g", c->least_boots, c->least_boots,
		      c->options.alpha);
	if (c->n_tested > 1)
		(void)fprintf(out, ", %zu + %zu with %zu metrics (Holm)", c->least_boots_corrected,
			      c->least_boots_corrected, c->n_tested);
	(void)fputc('\n', out);
}

static void print_tests(const struct compare *c, FILE *out)
{
	(void)fputs("tests:\n", out);
	for (int i = 0; i < COMPARE_METRICS; i++) {
		const struct compare_metric *m = &c->metrics[i];

		if (!m->is_measured)
			(void)fprintf(out, "  %s: not tested, %s\n", m->spec->title, m->why);
		else
			(void)fprintf(out, "  %s: %s%s%s; %s\n", m->spec->title, m->test_name,
				      m->interval.is_known ? ", interval " : "",
				      m->interval.is_known ? m->interval.method : "", m->detail);
	}
}

void compare_print(const struct compare *c, FILE *out)
{
	struct table *table = memory_alloc(1, sizeof(*table));

	(void)fprintf(out, "verdict: %s\n", compare_outcome_name(c->outcome));
	for (size_t i = 0; i < c->n_why; i++)
		(void)fprintf(out, "why: %s\n", c->why[i]);
	print_side(c, COMPARE_BASE, out);
	print_side(c, COMPARE_TEST, out);
	(void)fputc('\n', out);
	print_metrics(c, table, out);
	print_ladder(c, table, out);
	print_lockups(c, table, out);
	(void)fputc('\n', out);
	print_order(c, out);
	(void)fprintf(out, "EAGAIN of: %s\n", c->whose_eagain);
	print_tests(c, out);
	for (size_t i = 0; i < c->n_notes; i++)
		(void)fprintf(out, "note: %s\n", c->notes[i]);
	free(table);
}

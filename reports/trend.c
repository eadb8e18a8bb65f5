// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/trend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/export/figures.h"
#include "reports/export/text.h"

#define MAX_TEXT 100
#define DAY_LENGTH 10 /* "2026-11-21" */

static const struct figure *find_figure(const char *name, size_t length)
{
	for (size_t i = 0; i < n_figures; i++)
		if (strncmp(figures[i].name, name, length) == 0 && figures[i].name[length] == '\0')
			return &figures[i];
	return NULL;
}

int trend_metric_parse(const char *text, struct trend_metric *ret_metric, struct err *e)
{
	size_t length = strcspn(text, ".");
	const struct figure *figure = find_figure(text, length);
	const char *label = text[length] ? text + length + 1 : NULL;

	if (!figure)
		return err_set(e, -EINVAL, "unknown metric '%.80s': see memsoak trend --list", text);
	if (label && !figure->label)
		return err_set(e, -EINVAL, "metric '%s' is one number: leave '.%.80s' out", figure->name, label);
	if (!label && figure->label && figure->kind == FIGURE_GAUGE)
		return err_set(e, -EINVAL, "metric '%s' has no sum: want %s.%s", figure->name, figure->name,
			       figure->label);
	*ret_metric = (struct trend_metric){.figure = figure, .label = label};
	return 0;
}

const char *trend_by_name(enum trend_by by)
{
	static const char *const names[TREND_BY_MAX] = {
		[TREND_BY_RUN] = "run", [TREND_BY_KERNEL] = "kernel", [TREND_BY_DAY] = "day"};

	return names[by];
}

static bool read_value(const struct trend_metric *metric, const struct jsonw *report, double *ret_value)
{
	struct figure_list list;
	bool is_known = false;
	double sum = 0;

	figure_list_read(&list, report);
	for (size_t i = 0; i < list.n_samples; i++) {
		const struct figure_sample *s = &list.samples[i];

		if (s->figure != metric->figure ||
		    (metric->label && (!s->label || strcmp(s->label, metric->label) != 0)))
			continue;
		sum += s->number;
		is_known = true;
	}
	figure_list_done(&list);
	if (is_known)
		*ret_value = sum;
	return is_known;
}

static char *line_at(const struct jsonw *report, const char *path)
{
	return text_line(jsonw_as_string(figure_at(report, path)), MAX_TEXT);
}

void trend_add(struct trend *t, const struct jsonw *report)
{
	struct trend_run run = {
		.start = line_at(report, "run.start"),
		.release = line_at(report, "kernel.release"),
		.version = line_at(report, "kernel.version"),
		.verdict = line_at(report, "verdict.result"),
		.plan_digest = line_at(report, "run.plan_digest"),
	};

	run.has_time = text_parse_time(run.start, &run.time);
	run.has_value = read_value(&t->metric, report, &run.value);
	t->runs = memory_grow(t->runs, t->n_runs + 1, sizeof(*t->runs));
	t->runs[t->n_runs++] = run;
}

/* Runs without a time come first. */
static int compare_times(const void *a, const void *b)
{
	const struct trend_run *one = a, *two = b;

	if (one->has_time != two->has_time)
		return one->has_time ? 1 : -1;
	if (one->time != two->time)
		return one->time < two->time ? -1 : 1;
	return strcmp(one->start, two->start);
}

/* strverscmp(): 6.1.0-9 comes before 6.1.0-56. */
static int compare_kernels(const void *a, const void *b)
{
	const struct trend_run *one = a, *two = b;
	int order = strverscmp(one->release, two->release);

	if (order == 0)
		order = strverscmp(one->version, two->version);
	return order ? order : compare_times(a, b);
}

static bool belongs(const struct trend_run *one, const struct trend_run *two, enum trend_by by)
{
	switch (by) {
	case TREND_BY_KERNEL: /* two builds of one release are two kernels */
		return strcmp(one->release, two->release) == 0 && strcmp(one->version, two->version) == 0;
	case TREND_BY_DAY:
		return strncmp(one->start, two->start, DAY_LENGTH) == 0;
	default:
		return false;
	}
}

static int compare_values(const void *a, const void *b)
{
	const double *one = a, *two = b;

	return (*one > *two) - (*one < *two);
}

static void measure_row(const struct trend *t, struct trend_row *row)
{
	cleanup_free double *values = memory_alloc(row->n_runs, sizeof(*values));
	size_t n = 0;

	for (size_t i = row->first; i < row->first + row->n_runs; i++) {
		const struct trend_run *run = &t->runs[i];

		if (run->has_value)
			values[n++] = run->value;
		row->n_failed += strcmp(run->verdict, "fail") == 0 || strcmp(run->verdict, "crashed") == 0;
	}
	row->n_values = n;
	if (n == 0)
		return;
	qsort(values, n, sizeof(*values), compare_values);
	row->min = values[0];
	row->max = values[n - 1];
	row->median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

void trend_make_rows(struct trend *t, enum trend_by by)
{
	if (t->n_runs > 0)
		qsort(t->runs, t->n_runs, sizeof(*t->runs),
		      by == TREND_BY_KERNEL ? compare_kernels : compare_times);
	free(t->rows);
	t->rows = NULL;
	t->n_rows = 0;
	t->low = t->high = 0;
	for (size_t i = 0; i < t->n_runs; i++) {
		if (t->n_rows > 0 && belongs(&t->runs[i - 1], &t->runs[i], by)) {
			t->rows[t->n_rows - 1].n_runs++;
			continue;
		}
		t->rows = memory_grow(t->rows, t->n_rows + 1, sizeof(*t->rows));
		t->rows[t->n_rows++] = (struct trend_row){.first = i, .n_runs = 1};
	}
	for (size_t i = 0; i < t->n_rows; i++) {
		measure_row(t, &t->rows[i]);
		if (t->rows[i].min < t->low)
			t->low = t->rows[i].min;
		if (t->rows[i].max > t->high)
			t->high = t->rows[i].max;
	}
}

bool trend_has_several_plans(const struct trend *t)
{
	for (size_t i = 1; i < t->n_runs; i++)
		if (strcmp(t->runs[i].plan_digest, t->runs[0].plan_digest) != 0)
			return true;
	return false;
}

void trend_done(struct trend *t)
{
	for (size_t i = 0; i < t->n_runs; i++) {
		free(t->runs[i].start);
		free(t->runs[i].release);
		free(t->runs[i].version);
		free(t->runs[i].verdict);
		free(t->runs[i].plan_digest);
	}
	free(t->runs);
	free(t->rows);
	*t = (struct trend){0};
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One metric over many reports: by run, by kernel or by day. A run that did not measure it has no value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct figure;
struct jsonw;

/* A figure's name, or with its label: "offline_success_ratio", "lockups.soft_lockup". */
struct trend_metric {
	const struct figure *figure;
	const char *label; /* borrowed from the text that was parsed; NULL: none, or the sum of all */
};

int trend_metric_parse(const char *text, struct trend_metric *ret_metric, struct err *e);

enum trend_by {
	TREND_BY_RUN,
	TREND_BY_KERNEL,
	TREND_BY_DAY,
	TREND_BY_MAX,
};
const char *trend_by_name(enum trend_by by);

struct trend_run {
	char *start, *release, *version, *verdict, *plan_digest; /* one line each, "" when unknown; owned */
	bool has_time, has_value;
	double time, value;
};

/* Runs that belong together, within the runs of struct trend. */
struct trend_row {
	size_t first, n_runs, n_values;
	size_t n_failed; /* verdict fail or crashed */
	double median, min, max; /* with n_values only */
};

struct trend {
	struct trend_metric metric;
	struct trend_run *runs; /* owned */
	size_t n_runs;
	struct trend_row *rows; /* owned */
	size_t n_rows;
	double low, high; /* the plot's ends: of all values, and 0 */
};

void trend_add(struct trend *t, const struct jsonw *report);

/* Sorts the runs (by time, or by kernel and time) and makes the rows. */
void trend_make_rows(struct trend *t, enum trend_by by);
void trend_done(struct trend *t);

/* Are these runs of more than one plan? Then they are not the same test. */
bool trend_has_several_plans(const struct trend *t);

/* A row as a line: '-' from its least to its greatest value, 'o' at the median. */
#define TREND_PLOT_WIDTH 32
void trend_plot(const struct trend *t, const struct trend_row *row, char line[TREND_PLOT_WIDTH + 1]);

/* For people, with the metric's unit: "1.25 s", "0.0125". */
#define TREND_TEXT_SIZE 40
void trend_format(const struct trend_metric *metric, double value, char text[TREND_TEXT_SIZE]);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of a report under the names that exporters and "memsoak trend" use: one table. A
 * figure that a report does not have gives no sample: it is never 0.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonw;
struct figure_list;

enum figure_kind {
	FIGURE_COUNTER, /* counts up within a run, and starts anew with each */
	FIGURE_GAUGE,
};

enum figure_unit {
	FIGURE_PLAIN,
	FIGURE_SECONDS,
	FIGURE_BYTES,
	FIGURE_RATIO,
};

struct figure {
	const char *name;  /* its unit at the end: "offline_p99_seconds" */
	const char *label; /* what splits it: "result"; NULL: one number */
	enum figure_kind kind;
	enum figure_unit unit;
	const char *help; /* one sentence */
	void (*read)(struct figure_list *list, const struct figure *figure, const struct jsonw *report);
	const char *path, *other; /* for @read: "offline.attempts" */
};

extern const struct figure figures[];
extern const size_t n_figures;

struct figure_sample {
	const struct figure *figure;
	char *label; /* the label's value, valid UTF-8 on one line; NULL when the figure has none; owned */
	char *word;  /* the label as [A-Za-z0-9_-], unique within the figure; NULL as above; owned */
	bool is_count;
	uint64_t count; /* is_count */
	double number;	/* always */
};

/* In the order of the table; (figure, label) is unique. */
struct figure_list {
	struct figure_sample *samples; /* owned */
	size_t n_samples;
};

void figure_list_read(struct figure_list *list, const struct jsonw *report);
void figure_list_done(struct figure_list *list);
/* @label NULL for a figure without one. NULL: the report does not have it. */
const struct figure_sample *figure_list_find(const struct figure_list *list, const char *name,
					     const char *label);

/* For a figure's @read; counts of an equal label add up, labels beyond a limit become "other". */
#define FIGURE_MAX_LABELS 48
void figure_add_count(struct figure_list *list, const struct figure *figure, const char *label,
		      uint64_t count);
void figure_add_number(struct figure_list *list, const struct figure *figure, const char *label,
		       double number);

/* Both without a locale: "12", "0.00125". */
#define FIGURE_TEXT_SIZE 40
void figure_format(const struct figure_sample *sample, char text[FIGURE_TEXT_SIZE]);

const char *figure_unit_name(enum figure_unit unit); /* "", "seconds", "bytes", "ratio" */

/* The value at a path of keys ("offline.latency"), borrowed; NULL when there is none. */
struct jsonw *figure_at(const struct jsonw *report, const char *path);

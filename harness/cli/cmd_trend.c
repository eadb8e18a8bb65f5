// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fts.h>
#include <libsmartcols/libsmartcols.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "cli/commands.h"
#include "reports/export/figures.h"
#include "reports/report.h"
#include "reports/trend.h"

#define DEFAULT_METRIC "migrate_retry_ratio"
#define MAX_CELLS 7

struct options {
	const char *metric, *by;
	bool list;
};

static const struct option_spec specs[] = {
	{"metric", 'm', OPTION_STRING, offsetof(struct options, metric), 0, 0, "NAME",
	 "what to follow, such as lockups.soft_lockup; migrate_retry_ratio unless named"},
	{"by", 'b', OPTION_STRING, offsetof(struct options, by), 0, 0, "WHAT", "run (default), kernel or day"},
	{"list", 0, OPTION_FLAG, offsetof(struct options, list), 0, 0, NULL, "print the metrics' names and end"},
};

static const struct option_command command = {
	.program = "memsoak trend",
	.usage = "REPORT|DIR... [options]",
	.summary = "One metric of many reports, as a table and a plot: by run in the order of time, by kernel or by\n"
		   "day. In a DIR each report.json and *.report.json below it is taken. Ends 0 whatever the figures\n"
		   "are; \"memsoak compare\" tells whether two kernels differ.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

static void print_metrics(void)
{
	for (size_t i = 0; i < n_figures; i++) {
		cleanup_free char *name = memory_format("%s%s%s", figures[i].name, figures[i].label ? "." : "",
							figures[i].label ? figures[i].label : "");

		(void)printf("%-32s %s\n", name, figures[i].help);
	}
}

static int parse_by(const char *word, enum trend_by *ret_by, struct err *e)
{
	for (enum trend_by by = 0; by < TREND_BY_MAX; by++)
		if (!word || strcmp(trend_by_name(by), word) == 0) {
			*ret_by = by;
			return 0;
		}
	return err_set(e, -EINVAL, "--by: want run, kernel or day, not '%.40s'", word);
}

static int add_file(struct trend *t, const char *path, struct err *e)
{
	struct report *report = NULL;
	int r = report_load(path, &report, e);

	if (r == 0)
		trend_add(t, report_document(report));
	report_free(report);
	return r;
}

static bool is_report_name(const char *name)
{
	static const char tail[] = ".report.json";
	size_t length = strlen(name);

	return strcmp(name, "report.json") == 0 ||
	       (length > strlen(tail) && strcmp(name + length - strlen(tail), tail) == 0);
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* A file that was named must be a report; of those found in a folder, one that is none is told. */
static int add_path(struct trend *t, char *path, struct err *e)
{
	char *const paths[] = {path, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_names);
	int r = 0;

	if (!walk)
		return err_errno(e, -errno, "cannot read '%s'", path);
	for (FTSENT *f = fts_read(walk); f && r == 0; f = fts_read(walk)) {
		struct err file_error = {0};

		if (f->fts_info == FTS_NS || f->fts_info == FTS_DNR)
			r = err_errno(e, -f->fts_errno, "cannot read '%s'", f->fts_path);
		else if (f->fts_level == FTS_ROOTLEVEL && f->fts_info != FTS_D && f->fts_info != FTS_DP)
			r = add_file(t, f->fts_path, e);
		else if (f->fts_info == FTS_F && is_report_name(f->fts_name) &&
			 add_file(t, f->fts_path, &file_error) < 0)
			log_warning("%s: left out", file_error.text);
	}
	(void)fts_close(walk);
	return r;
}

static const char *dash(const char *text)
{
	return text[0] ? text : "-";
}

/* The cells of a row, in the order of the columns; those of the numbers are in @texts. */
static size_t fill_cells(const struct trend *t, enum trend_by by, const struct trend_row *row,
			 char texts[MAX_CELLS][TREND_TEXT_SIZE], const char *cells[MAX_CELLS])
{
	const struct trend_run *run = &t->runs[row->first];
	const double numbers[] = {row->median, row->min, row->max};
	size_t n = 0, n_numbers = by == TREND_BY_RUN ? 1 : ARRAY_SIZE(numbers);

	if (by == TREND_BY_RUN) {
		cells[n++] = dash(run->start);
		cells[n++] = dash(run->release);
		cells[n++] = dash(run->verdict);
	} else {
		if (by == TREND_BY_DAY)
			(void)snprintf(texts[n], TREND_TEXT_SIZE, "%.10s", dash(run->start));
		else
			(void)snprintf(texts[n], TREND_TEXT_SIZE, "%.39s", dash(run->release));
		cells[n] = texts[n];
		n++;
		(void)snprintf(texts[n], TREND_TEXT_SIZE, "%zu", row->n_runs);
		cells[n] = texts[n];
		n++;
		(void)snprintf(texts[n], TREND_TEXT_SIZE, "%zu", row->n_failed);
		cells[n] = texts[n];
		n++;
	}
	for (size_t i = 0; i < n_numbers; i++, n++) {
		if (row->n_values > 0)
			trend_format(&t->metric, numbers[i], texts[n]);
		else
			(void)snprintf(texts[n], TREND_TEXT_SIZE, "-");
		cells[n] = texts[n];
	}
	return n;
}

static int add_columns(struct libscols_table *table, enum trend_by by)
{
	static const struct {
		const char *name;
		int flags;
	} columns[2][MAX_CELLS] = {
		{{"START", 0}, {"KERNEL", 0}, {"VERDICT", 0}, {"VALUE", SCOLS_FL_RIGHT}, {"PLOT", 0}},
		{{"", 0}, {"RUNS", SCOLS_FL_RIGHT}, {"FAILED", SCOLS_FL_RIGHT}, {"MEDIAN", SCOLS_FL_RIGHT},
		 {"MIN", SCOLS_FL_RIGHT}, {"MAX", SCOLS_FL_RIGHT}, {"PLOT", 0}},
	};
	const char *first = by == TREND_BY_DAY ? "DAY" : "KERNEL";

	for (size_t i = 0; i < MAX_CELLS && columns[by != TREND_BY_RUN][i].name; i++) {
		const char *name = columns[by != TREND_BY_RUN][i].name;

		if (!scols_table_new_column(table, name[0] ? name : first, 0.0,
					    columns[by != TREND_BY_RUN][i].flags))
			return -ENOMEM;
	}
	return 0;
}

static int print_table(const struct trend *t, enum trend_by by, struct err *e)
{
	struct libscols_table *table = scols_new_table();
	int r = table ? add_columns(table, by) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < t->n_rows; i++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);
		char texts[MAX_CELLS][TREND_TEXT_SIZE], plot[TREND_PLOT_WIDTH + 1];
		const char *cells[MAX_CELLS];
		size_t n;

		if (!line) {
			r = -ENOMEM;
			break;
		}
		n = fill_cells(t, by, &t->rows[i], texts, cells);
		trend_plot(t, &t->rows[i], plot);
		for (size_t k = 0; k < n; k++)
			(void)scols_line_set_data(line, k, cells[k]);
		(void)scols_line_set_data(line, n, plot);
	}
	if (r == 0 && scols_print_table(table) < 0)
		r = -EIO;
	scols_unref_table(table);
	return r < 0 ? err_errno(e, r, "cannot print the table") : 0;
}

static int print_trend(const struct trend *t, enum trend_by by, struct err *e)
{
	char low[TREND_TEXT_SIZE], high[TREND_TEXT_SIZE];
	int r;

	trend_format(&t->metric, t->low, low);
	trend_format(&t->metric, t->high, high);
	(void)printf("%s%s%s: %s\n", t->metric.figure->name, t->metric.label ? "." : "",
		     t->metric.label ? t->metric.label : "", t->metric.figure->help);
	r = print_table(t, by, e);
	(void)printf("plot from %s to %s%s\n", low, high,
		     by == TREND_BY_RUN ? "" : ": - least to greatest, o median");
	if (trend_has_several_plans(t))
		(void)printf("these runs are of several plans: their figures need not mean the same\n");
	return r;
}

static int show(struct trend *t, enum trend_by by, const struct option_list *words, struct err *e)
{
	for (size_t i = 0; i < words->n_items; i++) {
		cleanup_free char *path = memory_string(words->items[i]);

		if (add_path(t, path, e) < 0)
			return EXIT_USAGE;
	}
	if (t->n_runs == 0) {
		(void)err_set(e, -ENOENT, "no report.json and no *.report.json there: nothing to show");
		return EXIT_USAGE;
	}
	trend_make_rows(t, by);
	return print_trend(t, by, e) < 0 ? EXIT_CANNOT_JUDGE : EXIT_PASS;
}

int cmd_trend(int argc, char *const argv[])
{
	struct option_list words = {0};
	struct options o = {.metric = DEFAULT_METRIC};
	struct trend t = {0};
	enum trend_by by = TREND_BY_RUN;
	struct err e = {0};
	int code = EXIT_PASS;
	int r = options_parse(&command, argc, argv, &o, &words, &e);

	if (r == 0 && !o.list && words.n_items == 0)
		r = options_refuse(&command, &e, "no report was named");
	if (r == 0)
		r = trend_metric_parse(o.metric, &t.metric, &e);
	if (r == 0)
		r = parse_by(o.by, &by, &e);
	if (r < 0)
		code = EXIT_USAGE;
	else if (r == 0 && o.list)
		print_metrics();
	else if (r == 0)
		code = show(&t, by, &words, &e);
	if (e.code < 0)
		log_error("%s", e.text);
	trend_done(&t);
	option_list_done(&words);
	return code;
}

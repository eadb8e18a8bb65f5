// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file for node_exporter's textfile collector. It must have no timestamps: node_exporter takes
 * none of a file that has one (textfile collector, 1.5.0). When the run was is a metric of its own,
 * so that an alert can tell a host that has stopped testing. Labels are few and bounded: what tells
 * one run from another stands on memsoak_run_info alone.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/export/export.h"
#include "reports/export/text.h"

#define MAX_LABEL 200

static void put_label(FILE *out, const char *name, const char *value)
{
	cleanup_free char *line = text_line(value, MAX_LABEL);

	(void)fprintf(out, "%s=\"", name);
	for (const char *p = line; *p; p++) {
		if (*p == '\\' || *p == '"')
			(void)fputc('\\', out);
		(void)fputc(*p, out);
	}
	(void)fputc('"', out);
}

static void put_head(FILE *out, const char *name, const char *type, const char *help)
{
	(void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_run_info(FILE *out, const struct export_input *in)
{
	const struct jsonw *report = in->report;
	const struct {
		const char *name, *value;
	} labels[] = {
		{"run_id", jsonw_as_string(figure_at(report, "run.id"))},
		{"profile", jsonw_as_string(figure_at(report, "run.profile"))},
		{"kernel", jsonw_as_string(figure_at(report, "kernel.release"))},
		{"generation", jsonw_as_string(figure_at(report, "kernel.fingerprint.generation"))},
		{"virtualisation", jsonw_as_string(figure_at(report, "run.virtualisation"))},
	};

	put_head(out, "memsoak_run_info", "gauge", "The latest run: what and where it was; always 1.");
	(void)fputs("memsoak_run_info{", out);
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
		(void)fputs(i ? "," : "", out);
		put_label(out, labels[i].name, labels[i].value ? labels[i].value : "");
	}
	(void)fputs("} 1\n", out);
}

/* What an alert asks for first: which verdict holds, and when the run was. */
static void put_state(FILE *out, const struct jsonw *report)
{
	static const char *const results[] = {"pass", "fail", "error", "skip", "aborted", "crashed"};
	static const struct {
		const char *name, *path, *help;
	} times[] = {
		{"memsoak_run_start_timestamp_seconds", "run.start", "When the latest run began."},
		{"memsoak_last_event_timestamp_seconds", "run.end", "When the latest run ended."},
	};
	const char *result = jsonw_as_string(figure_at(report, "verdict.result"));
	double seconds;

	put_head(out, "memsoak_verdict", "gauge", "Verdict of the latest run: 1 for the one that holds.");
	for (size_t i = 0; i < ARRAY_SIZE(results); i++)
		(void)fprintf(out, "memsoak_verdict{result=\"%s\"} %d\n", results[i],
			      result && strcmp(result, results[i]) == 0);
	put_head(out, "memsoak_exit_code", "gauge",
		 "Exit code of the latest run: 0 pass, 1 fail, 3 error, 4 skip, 5 and 6 aborted.");
	(void)fprintf(out, "memsoak_exit_code %" PRIi64 "\n", jsonw_as_int(figure_at(report, "verdict.exit")));
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		if (!text_parse_time(jsonw_as_string(figure_at(report, times[i].path)), &seconds))
			continue;
		put_head(out, times[i].name, "gauge", times[i].help);
		(void)fprintf(out, "%s %.3f\n", times[i].name, seconds);
	}
}

static void put_figures(FILE *out, const struct figure_list *list)
{
	const struct figure *last = NULL;
	char text[FIGURE_TEXT_SIZE], name[96];

	for (size_t i = 0; i < list->n_samples; i++) {
		const struct figure_sample *s = &list->samples[i];
		bool is_counter = s->figure->kind == FIGURE_COUNTER;

		(void)snprintf(name, sizeof(name), "memsoak_%s%s", s->figure->name,
			       is_counter ? "_total" : "");
		if (s->figure != last)
			put_head(out, name, is_counter ? "counter" : "gauge", s->figure->help);
		last = s->figure;
		(void)fputs(name, out);
		if (s->label) {
			(void)fputc('{', out);
			put_label(out, s->figure->label, s->label);
			(void)fputc('}', out);
		}
		figure_format(s, text);
		(void)fprintf(out, " %s\n", text);
	}
}

/* The report's buckets are below 1 % wide; of a metric, each would be a series for ever. */
static const struct {
	const char *text;
	uint64_t ns;
} bounds[] = {
	{"0.0001", 100000},	 {"0.001", 1000000},	  {"0.01", 10000000},
	{"0.05", 50000000},	 {"0.1", 100000000},	  {"0.5", 500000000},
	{"1", 1000000000},	 {"5", 5000000000},	  {"10", 10000000000},
	{"30", 30000000000},	 {"60", 60000000000},	  {"300", 300000000000},
};

/* A bucket that reaches beyond the bound counts above it: so by less than 1 % too high, never too low. */
static uint64_t count_up_to(const struct jsonw *buckets, uint64_t bound_ns)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < jsonw_length(buckets); i++)
		if (jsonw_as_uint(jsonw_at(jsonw_at(buckets, i), 0)) <= bound_ns)
			sum += jsonw_as_uint(jsonw_at(jsonw_at(buckets, i), 1));
	return sum;
}

static void put_histogram(FILE *out, const struct jsonw *latency, const char *name, const char *help)
{
	const struct jsonw *buckets = jsonw_get(latency, "buckets");
	uint64_t count = count_up_to(buckets, UINT64_MAX);

	if (jsonw_type_of(latency) != JSONW_OBJECT)
		return;
	put_head(out, name, "histogram", help);
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++)
		(void)fprintf(out, "%s_bucket{le=\"%s\"} %" PRIu64 "\n", name, bounds[i].text,
			      count_up_to(buckets, bounds[i].ns));
	(void)fprintf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.9g\n%s_count %" PRIu64 "\n", name,
		      count, name, jsonw_get_double(latency, "sum_ns") / 1e9, name, count);
}

void export_write_prometheus(const struct export_input *in, FILE *out)
{
	put_run_info(out, in);
	put_state(out, in->report);
	put_figures(out, &in->figures);
	put_histogram(out, figure_at(in->report, "offline.latency"), "memsoak_offline_duration_seconds",
		      "Time of an offline that succeeded.");
	put_histogram(out, figure_at(in->report, "move_pages.latency"), "memsoak_move_pages_duration_seconds",
		      "Time of a move_pages call.");
}

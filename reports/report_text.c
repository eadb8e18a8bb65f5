// SPDX-License-Identifier: GPL-2.0-or-later
/* A report as one screen for people. Whatever text comes from a kernel or a file is made harmless. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hist_json.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "base/units.h"
#include "reports/report.h"
#include "reports/report_parts.h"

#define MAX_WHY_LINES 12
#define MAX_LOCKUP_LINES 5
#define MAX_UNMEASURED_LINES 6
#define MAX_HOLDER_LINES 8

struct page {
	FILE *out;
	bool colour;
	const struct jsonw *report;
};

static void put_text(const struct page *p, const char *text)
{
	report_put_text(p->out, text);
}

static void label(const struct page *p, const char *name)
{
	(void)fprintf(p->out, "%-11s ", name);
}

static const char *colour_of(const char *result)
{
	if (strcmp(result, "pass") == 0)
		return "\033[1;32m";
	return strcmp(result, "skip") == 0 || strcmp(result, "error") == 0 ? "\033[1;33m"
									    : "\033[1;31m";
}

static void put_verdict(const struct page *p)
{
	const struct jsonw *verdict = jsonw_get(p->report, "verdict");
	const struct jsonw *why = jsonw_get(verdict, "why");
	const char *result = jsonw_get_string(verdict, "result");
	size_t n = jsonw_length(why);

	(void)fputs("verdict: ", p->out);
	if (p->colour && result)
		(void)fputs(colour_of(result), p->out);
	put_text(p, result ? result : "none");
	if (p->colour && result)
		(void)fputs("\033[0m", p->out);
	(void)fputc('\n', p->out);
	for (size_t i = 0; i < n && i < MAX_WHY_LINES; i++) {
		(void)fputs("  - ", p->out);
		put_text(p, jsonw_as_string(jsonw_at(why, i)) ? jsonw_as_string(jsonw_at(why, i)) : "");
		(void)fputc('\n', p->out);
	}
	if (n > MAX_WHY_LINES)
		(void)fprintf(p->out, "  - and %zu more\n", n - MAX_WHY_LINES);
}

static void put_named(const struct page *p, const char *before, const struct jsonw *object,
		      const char *key)
{
	const char *text = jsonw_get_string(object, key);

	if (!text)
		return;
	(void)fputs(before, p->out);
	put_text(p, text);
}

static void put_run(const struct page *p)
{
	const struct jsonw *run = jsonw_get(p->report, "run");
	char duration[32];

	label(p, "run");
	put_named(p, "", run, "id");
	put_named(p, ", profile ", run, "profile");
	units_format_duration(jsonw_get_uint(run, "duration_ns"), duration, sizeof(duration));
	(void)fprintf(p->out, ", seed %" PRIu64 ", %s", jsonw_get_uint(run, "seed"), duration);
	put_named(p, ", ", run, "ended");
	(void)fputc('\n', p->out);
	label(p, "kernel");
	put_named(p, "", jsonw_get(p->report, "kernel"), "release");
	put_named(p, " on ", jsonw_get(p->report, "host"), "hostname");
	put_named(p, ", virtualisation ", run, "virtualisation");
	(void)fputc('\n', p->out);
}

static void put_latency(const struct page *p, const char *what, const struct jsonw *latency)
{
	struct hist *h;
	char median[32], p99[32], max[32];

	if (jsonw_get_uint(latency, "count") == 0)
		return;
	h = memory_alloc(1, sizeof(*h));
	hist_add_json(h, latency);
	h->max_ns = jsonw_get_uint(latency, "max_ns");
	units_format_duration(hist_quantile_ns(h, 0.5), median, sizeof(median));
	units_format_duration(hist_quantile_ns(h, 0.99), p99, sizeof(p99));
	units_format_duration(h->max_ns, max, sizeof(max));
	(void)fprintf(p->out, "%11s %s: median %s, p99 %s, max %s\n", "", what, median, p99, max);
	free(h);
}

struct list {
	const struct page *p;
	const char *separator; /* before the next one */
};

static int put_errno(void *context, const char *name, struct jsonw *value)
{
	struct list *list = context;

	(void)fprintf(list->p->out, "%s%" PRIu64 " ", list->separator,
		      jsonw_get_uint(value, "count"));
	put_text(list->p, name);
	list->separator = ", ";
	return 0;
}

static int put_count(void *context, const char *name, struct jsonw *value)
{
	struct list *list = context;

	(void)fputs(list->separator, list->p->out);
	put_text(list->p, name);
	(void)fprintf(list->p->out, " %" PRIu64, jsonw_as_uint(value));
	list->separator = ", ";
	return 0;
}

static void put_offline(const struct page *p)
{
	const struct jsonw *o = jsonw_get(p->report, "offline");
	const struct jsonw *refusals = jsonw_get(o, "refusals");
	struct list list = {p, ", "};
	uint64_t censored = jsonw_get_uint(o, "censored");

	label(p, "offline");
	(void)fprintf(p->out, "%" PRIu64 " attempts: %" PRIu64 " OK", jsonw_get_uint(o, "attempts"),
		      jsonw_get_uint(o, "succeeded"));
	(void)jsonw_each(jsonw_get(o, "by_errno"), put_errno, &list);
	if (censored)
		(void)fprintf(p->out, " (%" PRIu64 " ended by the harness)", censored);
	(void)fputc('\n', p->out);
	if (jsonw_has(o, "veto"))
		(void)fprintf(p->out, "%11s %" PRIu64 " more were to be vetoed: %" PRIu64 " were\n", "",
			      jsonw_get_uint(jsonw_get(o, "veto"), "attempts"),
			      jsonw_get_uint(jsonw_get(o, "veto"), "vetoed"));
	put_latency(p, "until offline", jsonw_get(o, "latency"));
	put_latency(p, "until cancelled", jsonw_get(o, "time_to_return"));
	for (size_t i = 0; i < jsonw_length(refusals); i++) {
		(void)fprintf(p->out, "%11s %" PRIu64 " refused", "",
			      jsonw_get_uint(jsonw_at(refusals, i), "count"));
		put_named(p, ": ", jsonw_at(refusals, i), "why");
		(void)fputc('\n', p->out);
	}
}

static void put_move(const struct page *p)
{
	const struct jsonw *m = jsonw_get(p->report, "move_pages");
	struct list list = {p, "; answers "};

	label(p, "move_pages");
	(void)fprintf(p->out,
		      "%" PRIu64 " pages in %" PRIu64 " calls: %" PRIu64 " moved, %" PRIu64
		      " not",
		      jsonw_get_uint(m, "pages"), jsonw_get_uint(m, "calls"),
		      jsonw_get_uint(m, "moved"), jsonw_get_uint(m, "not_moved"));
	if (jsonw_get_uint(m, "already_there"))
		(void)fprintf(p->out, ", %" PRIu64 " already there", jsonw_get_uint(m, "already_there"));
	(void)jsonw_each(jsonw_get(m, "by_status"), put_count, &list);
	(void)fputc('\n', p->out);
	put_latency(p, "a call", jsonw_get(m, "latency"));
}

static void put_callers(const struct page *p)
{
	const struct jsonw *list = jsonw_get(p->report, "callers");

	for (size_t i = 0; i < jsonw_length(list); i++) {
		const struct jsonw *c = jsonw_at(list, i);
		struct list errors = {p, "; answers "}, numbers = {p, "; "};
		const char *name = jsonw_get_string(c, "driver");

		label(p, name ? name : "");
		(void)fprintf(p->out, "%" PRIu64 " calls", jsonw_get_uint(c, "calls"));
		put_named(p, ": ", c, "unavailable");
		(void)jsonw_each(jsonw_get(c, "errors"), put_count, &errors);
		(void)jsonw_each(jsonw_get(c, "numbers"), put_count, &numbers);
		(void)fputc('\n', p->out);
		put_latency(p, "a call", jsonw_get(c, "latency"));
	}
}

static void put_holders(const struct page *p)
{
	const struct jsonw *list = jsonw_get(p->report, "holders");

	for (size_t i = 0; i < jsonw_length(list) && i < MAX_HOLDER_LINES; i++) {
		const struct jsonw *h = jsonw_at(list, i);

		label(p, i == 0 ? "held by" : "");
		put_named(p, "", h, "comm");
		(void)fprintf(p->out, " %" PRIu64, jsonw_get_uint(h, "pid"));
		put_named(p, " at ", h, "mapping");
		if (jsonw_has(h, "block"))
			(void)fprintf(p->out, ", %" PRIu64 " pages of memory%" PRIu64,
				      jsonw_get_uint(h, "pages"), jsonw_get_uint(h, "block"));
		put_named(p, ": ", h, "evidence");
		(void)fputc('\n', p->out);
	}
}

/* What each source cannot see, so that nobody takes its figure for more than it is. */
static const char *blind_spot(const char *source)
{
	if (strcmp(source, "perf-kprobe") == 0 || strcmp(source, "hist") == 0)
		return "EAGAIN of the unmap phase is not seen";
	if (strcmp(source, "tracepoint") == 0)
		return "only the last results of calls are seen, no retries";
	if (strcmp(source, "vmstat-proxy") == 0)
		return "only pages given up on are seen, of everybody, no retries";
	return "nothing is seen";
}

static void put_migration(const struct page *p)
{
	const struct jsonw *m = jsonw_get(p->report, "migration");
	const struct jsonw *eagain = jsonw_get(m, "eagain");
	const char *source = jsonw_get_string(eagain, "source");
	struct list list = {p, "; by "}, causes = {p, ""};

	label(p, "EAGAIN");
	if (jsonw_has(eagain, "total"))
		(void)fprintf(p->out, "%" PRIu64, jsonw_get_uint(eagain, "total"));
	else
		(void)fputs("unmeasured", p->out);
	if (jsonw_has(m, "attempts"))
		(void)fprintf(p->out, " in %" PRIu64 " migration attempts",
			      jsonw_get_uint(m, "attempts"));
	(void)jsonw_each(jsonw_get(eagain, "by_driver"), put_count, &list);
	(void)fputc('\n', p->out);
	if (jsonw_has(eagain, "by_cause")) {
		(void)fprintf(p->out, "%11s caused by ", "");
		(void)jsonw_each(jsonw_get(eagain, "by_cause"), put_count, &causes);
		(void)fputc('\n', p->out);
	}
	(void)fprintf(p->out, "%11s counted by ", "");
	put_text(p, source ? source : "nothing");
	put_named(p, " on ", eagain, "symbol");
	(void)fprintf(p->out, ": %s\n", blind_spot(source ? source : "none"));
	label(p, "waits");
	if (jsonw_has(m, "waits"))
		(void)fprintf(p->out, "%" PRIu64 " on migration entries\n", jsonw_get_uint(m, "waits"));
	else
		(void)fputs("unmeasured\n", p->out);
}

static void put_workers(const struct page *p)
{
	const struct jsonw *list = jsonw_get(p->report, "workers");

	for (size_t i = 0; i < jsonw_length(list); i++) {
		const struct jsonw *w = jsonw_at(list, i);

		label(p, i == 0 ? "workers" : "");
		put_named(p, "", w, "name");
		put_named(p, ": ", w, "workload");
		put_named(p, ", ", w, "kind");
		(void)fprintf(p->out, ", %" PRIu64 "x%" PRIu64 " on %" PRIu64 " pages",
			      jsonw_get_uint(w, "processes"), jsonw_get_uint(w, "threads"),
			      jsonw_get_uint(w, "pages"));
		if (jsonw_has(w, "touches"))
			(void)fprintf(p->out, ": %" PRIu64 " touches, %" PRIu64 " slow",
				      jsonw_get_uint(w, "touches"), jsonw_get_uint(w, "slow_touches"));
		(void)fputc('\n', p->out);
		put_latency(p, "a slow touch", jsonw_get(w, "latency"));
	}
}

static void put_ladder(const struct page *p)
{
	const struct jsonw *list = jsonw_get(p->report, "ladder");

	for (size_t i = 0; i < jsonw_length(list); i++) {
		const struct jsonw *rung = jsonw_at(list, i);
		const struct jsonw *share = jsonw_get(rung, "success_probability");
		const struct jsonw *interval = jsonw_get(rung, "interval");

		label(p, i == 0 ? "ladder" : "");
		put_named(p, "", rung, "phase");
		(void)fprintf(p->out, ": %" PRIu64 " faulters", jsonw_get_uint(rung, "faulters"));
		if (jsonw_has(rung, "eagain"))
			(void)fprintf(p->out, ", EAGAIN %" PRIu64 "/%" PRIu64,
				      jsonw_get_uint(rung, "eagain"), jsonw_get_uint(rung, "attempts"));
		if (share)
			(void)fprintf(p->out, ", moved %" PRIu64 "/%" PRIu64 " (%.4f to %.4f)",
				      jsonw_get_uint(share, "numerator"),
				      jsonw_get_uint(share, "denominator"),
				      jsonw_get_double(interval, "low"),
				      jsonw_get_double(interval, "high"));
		if (jsonw_get_uint(rung, "offline_attempts"))
			(void)fprintf(p->out, ", offline %" PRIu64 "/%" PRIu64,
				      jsonw_get_uint(rung, "offline_succeeded"),
				      jsonw_get_uint(rung, "offline_attempts"));
		(void)fputc('\n', p->out);
	}
}

static void put_harness(const struct page *p)
{
	const struct jsonw *h = jsonw_get(p->report, "harness");
	const struct jsonw *faults = jsonw_get(h, "faults");
	char memory[REPORT_SENTENCE_SIZE];

	label(p, "memory");
	report_say_memory(p->report, memory, sizeof(memory));
	(void)fprintf(p->out, "%s; settings %s\n", memory, report_say_settings(p->report));
	for (size_t i = 0; i < jsonw_length(faults) && i < MAX_LOCKUP_LINES; i++) {
		label(p, i == 0 ? "faults" : "");
		(void)fprintf(p->out, "%" PRIu64 "x ", jsonw_get_uint(jsonw_at(faults, i), "count"));
		put_named(p, "", jsonw_at(faults, i), "what");
		(void)fputc('\n', p->out);
	}
}

static void put_unmeasured(const struct page *p)
{
	const struct jsonw *list = jsonw_get(p->report, "unmeasured");
	size_t n = jsonw_length(list);

	for (size_t i = 0; i < n && i < MAX_UNMEASURED_LINES; i++) {
		label(p, i == 0 ? "unmeasured" : "");
		put_named(p, "", jsonw_at(list, i), "path");
		put_named(p, ": ", jsonw_at(list, i), "why");
		(void)fputc('\n', p->out);
	}
	if (n > MAX_UNMEASURED_LINES)
		(void)fprintf(p->out, "%11s and %zu more, in the report\n", "",
			      n - MAX_UNMEASURED_LINES);
}

void report_print(const struct report *report, FILE *out, bool colour)
{
	const struct page p = {.out = out, .colour = colour, .report = report->document};

	put_verdict(&p);
	put_run(&p);
	report_print_clocks(p.report, out);
	report_print_settled(p.report, out);
	report_print_topology_changes(p.report, out);
	put_offline(&p);
	put_move(&p);
	put_callers(&p);
	put_holders(&p);
	put_migration(&p);
	put_workers(&p);
	report_print_stress_ng(p.report, out);
	put_ladder(&p);
	report_print_lockups(p.report, out);
	report_print_stuck(p.report, out);
	put_harness(&p);
	put_unmeasured(&p);
}

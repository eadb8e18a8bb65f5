// SPDX-License-Identifier: GPL-2.0-or-later
/* Of the screen for people: what the kernel's log told, and which tasks did not get on. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "base/units.h"
#include "base/utf8.h"
#include "reports/report_parts.h"

#define MAX_LINES 5
#define MAX_NOTICES 2
#define MAX_FRAMES 4

void report_put_text(FILE *out, const char *text)
{
	size_t length;
	cleanup_free char *clean = utf8_scrub(text, strlen(text), &length);

	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)clean[i] == 0xc2 && ((unsigned char)clean[i + 1] & 0xe0) == 0x80) {
			clean[i] = ' ';
			clean[i + 1] = ' ';
		} else if (clean[i] == '\n' || clean[i] == '\t') {
			clean[i] = ' ';
		}
	}
	(void)fputs(clean, out);
}

void report_put_named(FILE *out, const char *before, const struct jsonw *object, const char *key)
{
	const char *text = jsonw_get_string(object, key);

	if (!text)
		return;
	(void)fputs(before, out);
	report_put_text(out, text);
}

static void put_label(FILE *out, const char *name)
{
	(void)fprintf(out, "%-11s ", name);
}

/* Of the kernel's text about a finding the line that says what it is. */
static void put_title(FILE *out, const struct jsonw *lockup)
{
	const char *text = jsonw_get_string(lockup, "text");
	cleanup_free char *title = text ? memory_format("%.*s", (int)strcspn(text, "\n"), text) : NULL;

	if (title)
		report_put_text(out, title);
}

/* Where the kernel's own counters say something else than its log. */
static void put_disagreements(FILE *out, const struct jsonw *list)
{
	for (size_t i = 0; i < jsonw_length(list); i++) {
		if (!jsonw_has(jsonw_at(list, i), "disagreement"))
			continue;
		put_label(out, "");
		report_put_named(out, "", jsonw_at(list, i), "name");
		report_put_named(out, ": ", jsonw_at(list, i), "disagreement");
		(void)fputc('\n', out);
	}
}

/* What would have been told, had it been there: "soft lockups from 20 s". */
static void put_threshold(FILE *out, const struct jsonw *thresholds, const char *key, uint64_t factor,
			  const char *switch_key, const char *what)
{
	bool is_on = !jsonw_has(thresholds, switch_key) || jsonw_get_int(thresholds, switch_key) != 0;
	int64_t threshold = jsonw_get_int(thresholds, key);

	if (!jsonw_has(thresholds, key))
		(void)fprintf(out, ", %s: threshold not known", what);
	else if (threshold <= 0 || !is_on)
		(void)fprintf(out, ", %s: detector off", what);
	else
		(void)fprintf(out, ", %s from %" PRIu64 " s", what, (uint64_t)threshold * factor);
}

static void put_exposure(FILE *out, const struct jsonw *report)
{
	const struct jsonw *exposure = jsonw_get(report, "lockup_exposure");
	const struct jsonw *thresholds = jsonw_get(exposure, "thresholds");

	if (jsonw_has(exposure, "cpu_seconds"))
		(void)fprintf(out, "in %.0f CPU seconds", jsonw_get_double(exposure, "cpu_seconds"));
	else
		(void)fputs("in an unknown number of CPU seconds", out);
	/* A soft lockup is one after twice the threshold (kernel/watchdog.c: get_softlockup_thresh()). */
	put_threshold(out, thresholds, "watchdog_thresh", 2, "soft_watchdog", "soft lockups");
	put_threshold(out, thresholds, "hung_task_timeout_secs", 1, "hung_task_warnings", "hung tasks");
	if (jsonw_has(thresholds, "rcu_cpu_stall_timeout"))
		put_threshold(out, thresholds, "rcu_cpu_stall_timeout", 1, "", "RCU stalls");
	(void)fputc('\n', out);
}

/* The kernel's word on a page that would not move: told by the page, and no lockup. */
static bool is_notice(const struct jsonw *finding)
{
	static const char *const kinds[] = {"migration_failure", "unmovable_page", "memory_failure"};
	const char *kind = jsonw_get_string(finding, "kind");

	for (size_t i = 0; kind && i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

struct listing {
	uint64_t records, findings;
};

/* The findings that are notices, or those that are not, one a line; returns how many there are. */
static struct listing put_findings(FILE *out, const struct jsonw *list, bool are_notices,
				   const char *label, size_t most)
{
	struct listing all = {0};

	for (size_t i = 0; i < jsonw_length(list); i++) {
		const struct jsonw *finding = jsonw_at(list, i);

		if (is_notice(finding) != are_notices)
			continue;
		all.records += jsonw_get_uint(finding, "count");
		if (++all.findings > most)
			continue;
		put_label(out, all.findings == 1 ? label : "");
		(void)fprintf(out, "%" PRIu64 "x ", jsonw_get_uint(finding, "count"));
		put_title(out, finding);
		(void)fprintf(out, "%s%s\n", jsonw_get_bool(finding, "in_migration") ? " (in migration)" : "",
			      jsonw_has(finding, "from_console") ? " (from the console)" : "");
	}
	if (all.findings > most)
		(void)fprintf(out, "%11s and %" PRIu64 " more\n", "", all.findings - most);
	return all;
}

void report_print_lockups(const struct jsonw *report, FILE *out)
{
	const struct jsonw *list = jsonw_get(report, "lockups");
	struct listing told;

	if (!list) {
		put_label(out, "lockups");
		(void)fputs("unmeasured\n", out);
	}
	told = put_findings(out, list, false, "lockups", MAX_LINES);
	if (list) {
		put_label(out, told.findings == 0 ? "lockups" : "");
		(void)fputs(told.findings == 0 ? "none " : "", out);
		put_exposure(out, report);
	}
	put_disagreements(out, jsonw_get(jsonw_get(report, "kernel_log"), "witnesses"));
	told = put_findings(out, list, true, "page notes", MAX_NOTICES);
	if (told.findings > 1)
		(void)fprintf(out, "%11s %" PRIu64 " in all: pages that the kernel could not isolate or move at once\n",
			      "", told.records);
}

static void put_path(FILE *out, const struct jsonw *stuck)
{
	const struct jsonw *path = jsonw_get(stuck, "path"), *frames = jsonw_get(path, "frames");
	const struct jsonw *share = jsonw_get(path, "share");
	size_t n = jsonw_length(frames);

	if (!path) {
		(void)fprintf(out, "%" PRIu64 " samples, %" PRIu64 " without a stack\n",
			      jsonw_get_uint(stuck, "samples"), jsonw_get_uint(stuck, "without_stack"));
		return;
	}
	(void)fprintf(out, "%" PRIu64 " of %" PRIu64 " samples in ", jsonw_get_uint(share, "numerator"),
		      jsonw_get_uint(share, "denominator"));
	for (size_t i = 0; i < n && i < MAX_FRAMES; i++) {
		(void)fputs(i ? " < " : "", out);
		report_put_text(out, jsonw_as_string(jsonw_at(frames, i)));
	}
	(void)fputs(n > MAX_FRAMES ? " < ...\n" : "\n", out);
}

void report_print_stuck(const struct jsonw *report, FILE *out)
{
	const struct jsonw *list = jsonw_get(report, "stuck");
	size_t n = jsonw_length(list);

	for (size_t i = 0; i < n && i < MAX_LINES; i++) {
		const struct jsonw *stuck = jsonw_at(list, i);
		char longest[32];

		units_format_duration(jsonw_get_uint(stuck, "longest_ns"), longest, sizeof(longest));
		put_label(out, i ? "" : "stuck");
		report_put_named(out, "", stuck, "who");
		if (jsonw_has(stuck, "block"))
			(void)fprintf(out, " of memory%" PRIu64, jsonw_get_uint(stuck, "block"));
		report_put_named(out, " ", stuck, "group");
		(void)fprintf(out, ", %" PRIu64 "x, %s and more: ", jsonw_get_uint(stuck, "times"), longest);
		put_path(out, stuck);
	}
	if (n > MAX_LINES)
		(void)fprintf(out, "%11s and %zu more\n", "", n - MAX_LINES);
}

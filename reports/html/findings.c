// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel's log had to say, in the kernel's own words, and how long nothing was said. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"

#define ARTICLES_MAX 100
#define TEXT_MAX 16384
#define FRAMES_MAX 64

static void put_exposure(FILE *out, const struct jsonw *report)
{
	const struct jsonw *exposure = jsonw_get(report, "lockup_exposure");
	const struct jsonw *log = jsonw_get(report, "kernel_log");

	html_rows(out);
	if (exposure) {
		html_row(out, "watched for", "%.0f CPU seconds",
			 jsonw_get_double(exposure, "cpu_seconds"));
		html_row_begin(out, "thresholds");
		html_counts(out, jsonw_get(exposure, "thresholds"));
		html_row_end(out);
	}
	if (log)
		html_row(out, "records read", "%" PRIu64 ", lost to a ring that overran: %" PRIu64,
			 jsonw_get_uint(log, "records"), jsonw_get_uint(log, "lost"));
	else
		html_row(out, "records read", "not measured");
	html_rows_end(out);
}

static void put_frames(FILE *out, const struct jsonw *frames)
{
	size_t n = jsonw_length(frames);

	if (n == 0)
		return;
	(void)fputs("<p class=\"note\">Frames, the innermost first: <code>", out);
	for (size_t i = 0; i < n && i < FRAMES_MAX; i++) {
		(void)fputs(i ? " &lt; " : "", out);
		html_text(out, jsonw_as_string(jsonw_at(frames, i)));
	}
	(void)fputs("</code></p>\n", out);
}

static void put_facts(FILE *out, const struct jsonw *finding)
{
	const char *comm = jsonw_get_string(finding, "comm");

	(void)fputs("<p>", out);
	html_printf(out, "at %.6f s of the kernel's clock", jsonw_get_double(finding, "time_ns") / 1e9);
	if (jsonw_has(finding, "cpu"))
		html_printf(out, ", CPU %" PRIu64, jsonw_get_uint(finding, "cpu"));
	if (jsonw_has(finding, "seconds"))
		html_printf(out, ", for %.4g s", jsonw_get_double(finding, "seconds"));
	if (comm)
		html_printf(out, ", task %s", comm);
	if (jsonw_has(finding, "pid"))
		html_printf(out, " (pid %" PRIu64 ")", jsonw_get_uint(finding, "pid"));
	if (jsonw_get_bool(finding, "in_migration"))
		(void)fputs("; <strong>in migration</strong>", out);
	if (jsonw_has(finding, "from_console"))
		(void)fputs("; from the console", out);
	(void)fputs("</p>\n", out);
}

static void put_page(FILE *out, const struct jsonw *page)
{
	const char *flags = jsonw_get_string(page, "flags"), *reason = jsonw_get_string(page, "reason");

	if (!page)
		return;
	(void)fputs("<p class=\"note\">", out);
	html_printf(out, "page frame %" PRIx64, jsonw_get_uint(page, "pfn"));
	if (jsonw_has(page, "refcount"))
		html_printf(out, ", references %" PRId64, jsonw_get_int(page, "refcount"));
	if (jsonw_has(page, "mapcount"))
		html_printf(out, ", mappings %" PRId64, jsonw_get_int(page, "mapcount"));
	if (flags)
		html_printf(out, ", flags %s", flags);
	if (reason)
		html_printf(out, ", dumped because: %s", reason);
	(void)fputs("</p>\n", out);
}

static void put_finding(FILE *out, const struct jsonw *finding)
{
	const char *text = jsonw_get_string(finding, "text");
	uint64_t count = jsonw_get_uint(finding, "count");

	(void)fputs("<article>\n<h3>", out);
	html_text(out, jsonw_get_string(finding, "kind"));
	if (count > 1)
		(void)fprintf(out, ", %" PRIu64 " times", count);
	(void)fputs("</h3>\n", out);
	put_facts(out, finding);
	put_page(out, jsonw_get(finding, "page"));
	put_frames(out, jsonw_get(finding, "frames"));
	if (text) {
		(void)fputs("<pre tabindex=\"0\" role=\"group\" aria-label=\"The kernel&#39;s words\">", out);
		html_lines(out, text, TEXT_MAX);
		(void)fputs("</pre>\n", out);
	}
	(void)fputs("</article>\n", out);
}

static void put_witnesses(FILE *out, const struct jsonw *witnesses)
{
	static const char *const heads[] = {"witness", "before", "after", "findings", "disagreement"};

	if (jsonw_length(witnesses) == 0)
		return;
	html_table(out, "The kernel&#39;s own counters and taint bits, against its log", heads,
		   ARRAY_SIZE(heads));
	for (size_t i = 0; i < jsonw_length(witnesses); i++) {
		const struct jsonw *w = jsonw_at(witnesses, i);

		html_cell_head(out, jsonw_get_string(w, "name"));
		html_cell_measured(out, w, "before");
		html_cell_measured(out, w, "after");
		html_cell_measured(out, w, "findings");
		html_cell(out, jsonw_has(w, "disagreement") ? jsonw_get_string(w, "disagreement") : "none");
		html_table_row_end(out);
	}
	html_table_end(out);
}

void section_findings(FILE *out, const struct jsonw *report)
{
	const struct jsonw *list = jsonw_get(report, "lockups");
	size_t n = jsonw_length(list);

	html_section(out, "lockups", "Lockups and the like");
	if (!list)
		html_absent(out, "The kernel's log was not read.");
	else if (n == 0)
		(void)fputs("<p>None.</p>\n", out);
	put_exposure(out, report);
	for (size_t i = 0; i < n && i < ARTICLES_MAX; i++)
		put_finding(out, jsonw_at(list, i));
	if (n > ARTICLES_MAX)
		html_absent(out, "%zu further findings are in the report.", n - ARTICLES_MAX);
	put_witnesses(out, jsonw_get(jsonw_get(report, "kernel_log"), "witnesses"));
	html_section_end(out);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The counts: attempts, moves, migration, workers; each with what its source cannot see. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"

static void put_offline(FILE *out, const struct jsonw *offline)
{
	const struct jsonw *refusals = jsonw_get(offline, "refusals"), *aim = jsonw_get(offline, "aim");

	(void)fputs("<h3>Taking blocks offline</h3>\n", out);
	if (jsonw_get_uint(offline, "attempts") == 0 && jsonw_length(refusals) == 0) {
		html_absent(out, "No block was attempted.");
		return;
	}
	html_rows(out);
	html_row(out, "attempts", "%" PRIu64 ", %" PRIu64 " of them offline",
		 jsonw_get_uint(offline, "attempts"), jsonw_get_uint(offline, "succeeded"));
	html_row_begin(out, "errors of the kernel");
	html_counts(out, jsonw_get(offline, "by_errno"));
	html_row_end(out);
	html_row(out, "ended by the harness", "%" PRIu64, jsonw_get_uint(offline, "censored"));
	if (aim)
		html_row(out, "pages in the block",
			 "%" PRIu64 " of %" PRIu64 " that were aimed at it, by pagemap",
			 jsonw_get_uint(aim, "pages_in_block"), jsonw_get_uint(aim, "pages_wanted"));
	html_row(out, "brought back", "%" PRIu64 " times; not as before: %" PRIu64,
		 jsonw_get_uint(offline, "onlines"), jsonw_get_uint(offline, "not_restored"));
	for (size_t i = 0; i < jsonw_length(refusals); i++) {
		const char *why = jsonw_get_string(jsonw_at(refusals, i), "why");

		html_row(out, "not attempted", "%" PRIu64 " times: %s",
			 jsonw_get_uint(jsonw_at(refusals, i), "count"), why ? why : "");
	}
	html_rows_end(out);
}

static void put_moves(FILE *out, const struct jsonw *moves)
{
	(void)fputs("<h3>move_pages()</h3>\n", out);
	if (jsonw_get_uint(moves, "calls") == 0) {
		html_absent(out, "No call was made.");
		return;
	}
	html_rows(out);
	html_row(out, "pages", "%" PRIu64 " in %" PRIu64 " calls", jsonw_get_uint(moves, "pages"),
		 jsonw_get_uint(moves, "calls"));
	html_row(out, "moved", "%" PRIu64 ", not moved %" PRIu64 ", there already %" PRIu64,
		 jsonw_get_uint(moves, "moved"), jsonw_get_uint(moves, "not_moved"),
		 jsonw_get_uint(moves, "already_there"));
	html_row_begin(out, "the kernel answered");
	html_counts(out, jsonw_get(moves, "by_status"));
	html_row_end(out);
	html_rows_end(out);
}

static void put_measured(FILE *out, const char *name, const struct jsonw *object, const char *key)
{
	if (jsonw_has(object, key))
		html_row(out, name, "%" PRIu64, jsonw_get_uint(object, key));
	else
		html_row(out, name, "not measured");
}

static void put_migration(FILE *out, const struct jsonw *migration)
{
	const struct jsonw *eagain = jsonw_get(migration, "eagain");

	(void)fputs("<h3>Migration</h3>\n", out);
	html_rows(out);
	put_measured(out, "attempts", migration, "attempts");
	put_measured(out, "EAGAIN", eagain, "total");
	html_row_begin(out, "EAGAIN by driver");
	html_counts(out, jsonw_get(eagain, "by_driver"));
	html_row_end(out);
	if (jsonw_has(eagain, "by_cause")) {
		html_row_begin(out, "EAGAIN by cause");
		html_counts(out, jsonw_get(eagain, "by_cause"));
		html_row_end(out);
	}
	html_row_begin(out, "counted by");
	html_text(out, jsonw_has(eagain, "source") ? jsonw_get_string(eagain, "source") : "nothing");
	if (jsonw_has(eagain, "symbol")) {
		(void)fputs(" on <code>", out);
		html_text(out, jsonw_get_string(eagain, "symbol"));
		(void)fputs("</code>", out);
	}
	if (jsonw_has(eagain, "why")) {
		(void)fputs(": ", out);
		html_text(out, jsonw_get_string(eagain, "why"));
	}
	html_row_end(out);
	put_measured(out, "missed by the probes", eagain, "probe_misses");
	put_measured(out, "waits on migration entries", migration, "waits");
	html_row_begin(out, "vmstat, of everybody");
	html_counts(out, jsonw_get(migration, "vmstat"));
	html_row_end(out);
	html_rows_end(out);
}

static void put_workers(FILE *out, const struct jsonw *workers)
{
	static const char *const heads[] = {"group", "load", "pages of", "processes x threads",
					    "pages", "touches", "slow", "faults"};

	(void)fputs("<h3>Workers</h3>\n", out);
	if (jsonw_length(workers) == 0) {
		html_absent(out, "There were none.");
		return;
	}
	html_table(out, "What touched the pages, and how often", heads, ARRAY_SIZE(heads));
	for (size_t i = 0; i < jsonw_length(workers); i++) {
		const struct jsonw *w = jsonw_at(workers, i);

		html_cell_head(out, jsonw_get_string(w, "name"));
		html_cell(out, jsonw_get_string(w, "workload"));
		html_cell(out, jsonw_get_string(w, "kind"));
		html_cell_printf(out, "%" PRIu64 " x %" PRIu64, jsonw_get_uint(w, "processes"),
				 jsonw_get_uint(w, "threads"));
		html_cell_measured(out, w, "pages");
		html_cell_measured(out, w, "touches");
		html_cell_measured(out, w, "slow_touches");
		html_cell_measured(out, w, "faults");
		html_table_row_end(out);
	}
	html_table_end(out);
}

void section_figures(FILE *out, const struct jsonw *report)
{
	html_section(out, "figures", "Figures");
	put_offline(out, jsonw_get(report, "offline"));
	put_moves(out, jsonw_get(report, "move_pages"));
	put_migration(out, jsonw_get(report, "migration"));
	put_workers(out, jsonw_get(report, "workers"));
	html_section_end(out);
}

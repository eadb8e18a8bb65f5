// SPDX-License-Identifier: GPL-2.0-or-later
/* The page of one report: its sections, in the order in which people ask. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/html/html.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"
#include "reports/report.h"

static void put_contents(FILE *out, bool has_ladder, bool has_stuck)
{
	const struct {
		const char *id, *name;
		bool is_there;
	} links[] = {
		{"figures", "Figures", true},	  {"time", "Over time", true},
		{"latency", "How long", true},	  {"blocks", "Blocks", true},
		{"ladder", "Ladder", has_ladder}, {"lockups", "Lockups", true},
		{"stuck", "Stuck", has_stuck},	  {"environment", "Where", true},
		{"harness", "Harness", true},
	};

	(void)fputs("<nav aria-label=\"Parts of this page\">", out);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (links[i].is_there)
			(void)fprintf(out, "<a href=\"#%s\">%s</a> ", links[i].id, links[i].name);
	(void)fputs("</nav>\n", out);
}

int html_write_report(const struct report *report, const char *run, FILE *out, struct err *e)
{
	const struct jsonw *document = report_document(report);
	const char *result = jsonw_get_string(jsonw_get(document, "verdict"), "result");
	const char *release = jsonw_get_string(jsonw_get(document, "kernel"), "release");
	cleanup_free char *title = memory_format("memsoak: %s on %s", result ? result : "no verdict",
						 release ? release : "an unknown kernel");

	html_begin(out, title);
	section_verdict(out, document);
	put_contents(out, jsonw_length(jsonw_get(document, "ladder")) > 0,
		     jsonw_length(jsonw_get(document, "stuck")) > 0);
	section_figures(out, document);
	section_over_time(out, document, run);
	section_latency(out, document);
	section_blocks(out, report);
	section_ladder(out, document);
	section_findings(out, document);
	section_stuck(out, document);
	section_environment(out, document);
	section_harness(out, document);
	html_end(out);
	return fflush(out) != 0 || ferror(out) ? err_set(e, -EIO, "the page could not be written") : 0;
}

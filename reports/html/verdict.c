// SPDX-License-Identifier: GPL-2.0-or-later
/* The head of the page: the verdict, why, and which run of which kernel it is. */
#include <inttypes.h>

#include "base/jsonw.h"
#include "base/units.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"

/* For a %s: what is not there is said to be. */
static const char *word(const struct jsonw *object, const char *key)
{
	const char *text = jsonw_get_string(object, key);

	return text ? text : "(not told)";
}

static void put_why(FILE *out, const struct jsonw *why)
{
	size_t n = jsonw_length(why);

	if (n == 0)
		return;
	(void)fputs("<ul>\n", out);
	for (size_t i = 0; i < n; i++) {
		(void)fputs("<li>", out);
		html_text(out, jsonw_as_string(jsonw_at(why, i)));
		(void)fputs("</li>\n", out);
	}
	(void)fputs("</ul>\n", out);
}

static void put_scenarios(FILE *out, const struct jsonw *list)
{
	static const char *const heads[] = {"scenario", "verdict", "why", "numbers"};
	size_t n = jsonw_length(list);

	if (n == 0)
		return;
	html_table(out, "Scenarios", heads, sizeof(heads) / sizeof(heads[0]));
	for (size_t i = 0; i < n; i++) {
		const struct jsonw *scenario = jsonw_at(list, i), *why = jsonw_get(scenario, "why");

		html_cell_head(out, jsonw_get_string(scenario, "name"));
		html_cell(out, jsonw_get_string(scenario, "verdict"));
		(void)fputs("<td>", out);
		if (jsonw_type_of(why) == JSONW_STRING)
			html_text(out, jsonw_as_string(why));
		for (size_t k = 0; k < jsonw_length(why); k++) {
			(void)fputs(k ? "; " : "", out);
			html_text(out, jsonw_as_string(jsonw_at(why, k)));
		}
		(void)fputs("</td><td>", out);
		html_counts(out, jsonw_get(scenario, "numbers"));
		(void)fputs("</td>", out);
		html_table_row_end(out);
	}
	html_table_end(out);
}

void section_verdict(FILE *out, const struct jsonw *report)
{
	const struct jsonw *verdict = jsonw_get(report, "verdict"), *run = jsonw_get(report, "run");
	const char *result = jsonw_get_string(verdict, "result");
	char duration[48];

	units_format_duration(jsonw_get_uint(run, "duration_ns"), duration, sizeof(duration));
	(void)fprintf(out, "<header class=\"verdict %s\">\n<h1>memsoak: <b>", html_mood(result));
	html_text(out, result ? result : "no verdict");
	(void)fputs("</b></h1>\n", out);
	put_why(out, jsonw_get(verdict, "why"));
	(void)fputs("</header>\n", out);
	html_rows(out);
	html_row(out, "kernel", "%s", word(jsonw_get(report, "kernel"), "release"));
	html_row_begin(out, "run");
	html_text(out, jsonw_get_string(run, "id"));
	html_printf(out, ", profile %s, seed %" PRIu64 ", %s", word(run, "profile"),
		    jsonw_get_uint(run, "seed"), duration);
	html_row_end(out);
	html_row_begin(out, "when");
	html_text(out, jsonw_get_string(run, "start"));
	if (jsonw_has(run, "end"))
		html_printf(out, " to %s", word(run, "end"));
	html_printf(out, ", %s", word(run, "ended"));
	if (jsonw_has(run, "ended_by"))
		html_printf(out, " (%s)", word(run, "ended_by"));
	html_row_end(out);
	html_row(out, "host", "%s, virtualisation %s",
		 word(jsonw_get(report, "host"), "hostname"),
		 word(run, "virtualisation"));
	html_rows_end(out);
	put_scenarios(out, jsonw_get(report, "scenarios"));
}

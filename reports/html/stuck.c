// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks that did not get on, and where in the kernel they were found, sample by sample. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/units.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"

static void put_frames(FILE *out, const struct jsonw *frames)
{
	(void)fputs("<td><code>", out);
	for (size_t i = 0; i < jsonw_length(frames); i++) {
		(void)fputs(i ? " &lt; " : "", out);
		html_text(out, jsonw_as_string(jsonw_at(frames, i)));
	}
	(void)fputs("</code></td>", out);
}

static void put_stacks(FILE *out, const struct jsonw *stuck)
{
	static const char *const heads[] = {"samples", "frames, the innermost first"};
	const struct jsonw *stacks = jsonw_get(stuck, "stacks"), *path = jsonw_get(stuck, "path");
	const struct jsonw *share = jsonw_get(path, "share");

	if (jsonw_length(stacks) == 0) {
		html_absent(out, "No stack could be read.");
		return;
	}
	html_table(out, "Where it was found", heads, ARRAY_SIZE(heads));
	if (path) {
		(void)fputs("<tr>", out);
		html_cell_printf(out, "%" PRIu64 " of %" PRIu64 " have in common",
				 jsonw_get_uint(share, "numerator"), jsonw_get_uint(share, "denominator"));
		put_frames(out, jsonw_get(path, "frames"));
		html_table_row_end(out);
	}
	for (size_t i = 0; i < jsonw_length(stacks); i++) {
		(void)fputs("<tr>", out);
		html_cell_number(out, jsonw_get_uint(jsonw_at(stacks, i), "samples"));
		put_frames(out, jsonw_get(jsonw_at(stacks, i), "frames"));
		html_table_row_end(out);
	}
	html_table_end(out);
}

static void put_stuck(FILE *out, const struct jsonw *stuck)
{
	const char *group = jsonw_get_string(stuck, "group");
	char longest[48];

	units_format_duration(jsonw_get_uint(stuck, "longest_ns"), longest, sizeof(longest));
	(void)fputs("<article>\n<h3>", out);
	html_text(out, jsonw_get_string(stuck, "who"));
	if (jsonw_has(stuck, "block"))
		html_printf(out, " of memory%" PRIu64, jsonw_get_uint(stuck, "block"));
	if (group)
		html_printf(out, " of group %s", group);
	(void)fputs("</h3>\n<p>", out);
	html_printf(out, "%" PRIu64 " times, for %s at the longest; %" PRIu64 " samples, by state: ",
		    jsonw_get_uint(stuck, "times"), longest, jsonw_get_uint(stuck, "samples"));
	html_counts(out, jsonw_get(stuck, "states"));
	if (jsonw_get_uint(stuck, "without_stack"))
		html_printf(out, "; %" PRIu64 " without a stack", jsonw_get_uint(stuck, "without_stack"));
	(void)fputs("</p>\n", out);
	put_stacks(out, stuck);
	(void)fputs("</article>\n", out);
}

void section_stuck(FILE *out, const struct jsonw *report)
{
	const struct jsonw *list = jsonw_get(report, "stuck");

	if (jsonw_length(list) == 0)
		return;
	html_section(out, "stuck", "What did not get on");
	for (size_t i = 0; i < jsonw_length(list); i++)
		put_stuck(out, jsonw_at(list, i));
	html_section_end(out);
}

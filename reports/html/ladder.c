// SPDX-License-Identifier: GPL-2.0-or-later
/* How much harder a page is to move, the more threads want it. */
#include <inttypes.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/html/chart.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"

static void put_chart(FILE *out, const struct jsonw *ladder)
{
	size_t n = jsonw_length(ladder);
	struct chart c = {
		.x = {0, (double)n, false, NULL},
		.width = 1060, .height = 240, .left = 60, .right = 12, .top = 12, .bottom = 40,
	};
	double lowest = 1;

	for (size_t i = 0; i < n; i++) {
		const struct jsonw *interval = jsonw_get(jsonw_at(ladder, i), "interval");

		if (interval)
			lowest = fmin(lowest, jsonw_get_double(interval, "low"));
	}
	c.y = (struct chart_axis){floor(lowest * 10 - 0.5) / 10, 1, false, chart_word_percent};
	c.y.low = fmax(c.y.low, 0);
	chart_begin(&c, out, "ladder-chart", "Share of pages that moved, by the number of faulters",
		    "The figures are in the table below");
	for (size_t i = 0; i < n; i++) {
		const struct jsonw *rung = jsonw_at(ladder, i), *interval = jsonw_get(rung, "interval");
		const struct jsonw *share = jsonw_get(rung, "success_probability");
		double of = jsonw_get_double(share, "denominator"), x = chart_x(&c, (double)i + 0.5);
		uint64_t faulters = jsonw_get_uint(rung, "faulters");

		(void)fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%" PRIu64
				   " faulter%s</text>",
			      x, chart_floor(&c) + 18, faulters, faulters == 1 ? "" : "s");
		if (of <= 0)
			continue;
		if (interval)
			(void)fprintf(out, "<path class=\"span\" d=\"M%.1f %.1fV%.1f\"/>", x,
				      chart_y(&c, jsonw_get_double(interval, "low")),
				      chart_y(&c, jsonw_get_double(interval, "high")));
		(void)fprintf(out, "<circle class=\"dot\" r=\"5\" cx=\"%.1f\" cy=\"%.1f\"/>\n", x,
			      chart_y(&c, jsonw_get_double(share, "numerator") / of));
	}
	chart_end(&c, "After all passes of a call; the bars are intervals of 95 %. The scale may not begin "
		      "at 0.");
}

static void put_share(FILE *out, const struct jsonw *rung)
{
	const struct jsonw *share = jsonw_get(rung, "success_probability");
	const struct jsonw *interval = jsonw_get(rung, "interval");

	if (!share)
		html_cell(out, "not measured");
	else if (interval)
		html_cell_printf(out, "%" PRIu64 " of %" PRIu64 " (%.4g to %.4g)",
				 jsonw_get_uint(share, "numerator"),
				 jsonw_get_uint(share, "denominator"),
				 jsonw_get_double(interval, "low"), jsonw_get_double(interval, "high"));
	else
		html_cell_printf(out, "%" PRIu64 " of %" PRIu64, jsonw_get_uint(share, "numerator"),
				 jsonw_get_uint(share, "denominator"));
}

void section_ladder(FILE *out, const struct jsonw *report)
{
	static const char *const heads[] = {"rung", "faulters", "EAGAIN of attempts", "moved (95 %)",
					    "given up", "offline"};
	const struct jsonw *ladder = jsonw_get(report, "ladder");

	if (jsonw_length(ladder) == 0)
		return;
	html_section(out, "ladder", "The ladder");
	put_chart(out, ladder);
	html_table(out, "Rungs of the ladder", heads, ARRAY_SIZE(heads));
	for (size_t i = 0; i < jsonw_length(ladder); i++) {
		const struct jsonw *rung = jsonw_at(ladder, i);

		html_cell_head(out, jsonw_get_string(rung, "phase"));
		html_cell_number(out, jsonw_get_uint(rung, "faulters"));
		if (jsonw_has(rung, "eagain"))
			html_cell_printf(out, "%" PRIu64 " of %" PRIu64, jsonw_get_uint(rung, "eagain"),
					 jsonw_get_uint(rung, "attempts"));
		else
			html_cell(out, "not measured");
		put_share(out, rung);
		html_cell_measured(out, rung, "gave_up");
		if (jsonw_get_uint(rung, "offline_attempts"))
			html_cell_printf(out, "%" PRIu64 " of %" PRIu64,
					 jsonw_get_uint(rung, "offline_succeeded"),
					 jsonw_get_uint(rung, "offline_attempts"));
		else
			html_cell(out, "none tried");
		html_table_row_end(out);
	}
	html_table_end(out);
	html_section_end(out);
}

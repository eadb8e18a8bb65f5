// SPDX-License-Identifier: GPL-2.0-or-later
/* Two kernels next to each other, with intervals. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "reports/compare/parts.h"
#include "reports/html/chart.h"
#include "reports/html/html.h"
#include "reports/html/page.h"

#define ROW_HEIGHT 34
#define CELL_SIZE 96
#define EFFECT_MIN 1e-4
#define EFFECT_MAX 1e4

static const char *const dot_styles[] = {"dot", "dot-2"}, *const span_styles[] = {"span", "span-2"};

static void put_head(FILE *out, const struct compare *c)
{
	const char *outcome = compare_outcome_name(c->outcome);

	(void)fprintf(out, "<header class=\"verdict %s\">\n<h1>memsoak compare: <b>", html_mood(outcome));
	html_text(out, outcome);
	(void)fputs("</b></h1>\n<ul>\n", out);
	for (size_t i = 0; i < c->n_why; i++) {
		(void)fputs("<li>", out);
		html_text(out, c->why[i]);
		(void)fputs("</li>\n", out);
	}
	(void)fputs("</ul>\n</header>\n", out);
}

static bool is_ratio(const struct compare_metric *m)
{
	return m->is_measured && m->spec->effect != COMPARE_DIFFERENCE && m->interval.is_known;
}

static void word_factor(double value, char *buffer, size_t size)
{
	(void)snprintf(buffer, size, value < 1e4 * (1 - 1e-9) ? "x %.4g" : "x %.0e", value);
}

static double bounded(double effect)
{
	return isfinite(effect) ? fmin(fmax(effect, EFFECT_MIN), EFFECT_MAX) : EFFECT_MAX;
}

static void put_effect(const struct chart *c, const struct compare_metric *m, double y)
{
	double low = chart_x(c, bounded(m->interval.low)), high = chart_x(c, bounded(m->interval.high));

	(void)fprintf(c->out, "<text class=\"strong\" x=\"8\" y=\"%.1f\">", y + 4);
	html_text(c->out, m->spec->title);
	(void)fprintf(c->out, "</text><path class=\"span\" d=\"M%.1f %.1fH%.1f\"/>", low, y,
		      fmax(high, low + 1));
	if (isfinite(m->effect))
		(void)fprintf(c->out, "<circle class=\"dot\" r=\"5\" cx=\"%.1f\" cy=\"%.1f\"/>",
			      chart_x(c, bounded(m->effect)), y);
	(void)fputc('\n', c->out);
}

/* What is a ratio, on one scale; the middle is "no difference". */
static void put_forest(FILE *out, const struct compare *c)
{
	struct chart chart = {
		.x = {0.1, 10, true, word_factor}, .y = {0, 1, false, NULL},
		.width = 1060, .left = 250, .right = 16, .top = 14, .bottom = 28,
	};
	size_t n = 0, row = 0;

	for (size_t i = 0; i < COMPARE_METRICS; i++) {
		const struct compare_metric *m = &c->metrics[i];

		if (!is_ratio(m))
			continue;
		n++;
		while (chart.x.low > bounded(m->interval.low))
			chart.x.low /= 10;
		while (chart.x.high < bounded(m->interval.high))
			chart.x.high *= 10;
	}
	if (n == 0) {
		html_absent(out, "No metric has a ratio with an interval: nothing is drawn.");
		return;
	}
	chart.height = chart.top + chart.bottom + (double)n * ROW_HEIGHT;
	chart_begin(&chart, out, "forest", "Test to base, with intervals",
		    "Each metric's ratio of test to base; the figures are in the table below");
	chart_mark(&chart, 1, "no difference", 0);
	for (size_t i = 0; i < COMPARE_METRICS; i++)
		if (is_ratio(&c->metrics[i]))
			put_effect(&chart, &c->metrics[i],
				   chart.top + ((double)row++ + 0.6) * ROW_HEIGHT);
	chart_end(&chart, "Left of the dashed line the test side had less, right of it more.");
}

static void put_metrics(FILE *out, const struct compare *c)
{
	static const char *const heads[] = {"metric", "base", "test", "test to base (interval)", "p",
					    "p adjusted", "boots"};
	char text[CELL_SIZE];

	html_section(out, "metrics", "What was compared");
	put_forest(out, c);
	html_table(out, "Metrics, fixed before the figures were seen", heads, ARRAY_SIZE(heads));
	for (size_t i = 0; i < COMPARE_METRICS; i++) {
		const struct compare_metric *m = &c->metrics[i];

		html_cell_head(out, m->spec->title);
		if (!m->is_measured) {
			(void)fputs("<td colspan=\"6\">not measured: ", out);
			html_text(out, m->why);
			(void)fputs("</td>", out);
			html_table_row_end(out);
			continue;
		}
		for (int side = 0; side < COMPARE_SIDES; side++) {
			compare_word_side(m, (enum compare_side)side, text, sizeof(text));
			html_cell(out, text);
		}
		compare_word_effect(m, text, sizeof(text));
		html_cell(out, text);
		html_cell_printf(out, "%.2g", m->p);
		html_cell_printf(out, "%.2g", m->p_adjusted);
		html_cell_printf(out, "%zu + %zu%s", m->side[COMPARE_BASE].boots,
				 m->side[COMPARE_TEST].boots, m->is_enough ? "" : " (too few)");
		html_table_row_end(out);
	}
	html_table_end(out);
	html_section_end(out);
}

static void put_step_dots(const struct chart *chart, const struct compare_step *step, double place)
{
	for (int side = 0; side < COMPARE_SIDES; side++) {
		double x = chart_x(chart, place + (side == 0 ? 0.4 : 0.6));
		const struct stats_interval *interval = &step->side[side].interval;

		if (step->side[side].boots == 0)
			continue;
		if (interval->is_known)
			(void)fprintf(chart->out, "<path class=\"%s\" d=\"M%.1f %.1fV%.1f\"/>",
				      span_styles[side], x, chart_y(chart, interval->low),
				      chart_y(chart, interval->high));
		(void)fprintf(chart->out, "<circle class=\"%s\" r=\"5\" cx=\"%.1f\" cy=\"%.1f\"/>\n",
			      dot_styles[side], x, chart_y(chart, step->side[side].share));
	}
	(void)fprintf(chart->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%" PRIu64
				  " faulter%s</text>\n",
		      chart_x(chart, place + 0.5), chart_floor(chart) + 18, step->faulters,
		      step->faulters == 1 ? "" : "s");
}

static void put_ladder_chart(FILE *out, const struct compare *c)
{
	struct chart chart = {
		.x = {0, (double)c->n_steps, false, NULL},
		.width = 1060, .height = 240, .left = 60, .right = 12, .top = 12, .bottom = 40,
	};
	double lowest = 1;

	for (size_t i = 0; i < c->n_steps; i++)
		for (int side = 0; side < COMPARE_SIDES; side++)
			if (c->steps[i].side[side].boots > 0)
				lowest = fmin(lowest, c->steps[i].side[side].interval.is_known
							      ? c->steps[i].side[side].interval.low
							      : c->steps[i].side[side].share);
	chart.y = (struct chart_axis){fmax(floor(lowest * 10 - 0.5) / 10, 0), 1, false,
				      chart_word_percent};
	chart_begin(&chart, out, "ladder-chart", "Share of pages that moved, by the number of faulters",
		    "The figures are in the table below");
	for (size_t i = 0; i < c->n_steps; i++)
		put_step_dots(&chart, &c->steps[i], (double)i);
	chart_end(&chart, "Means of the boots&#39; shares, with intervals between boots. The scale may not "
			  "begin at 0.");
	(void)fputs("<ul class=\"key\"><li><i class=\"one\"></i>base (left)</li>"
		    "<li><i class=\"two\"></i>test (right)</li></ul>\n",
		    out);
}

static void put_step_side(FILE *out, const struct compare_step *step, int side)
{
	if (step->side[side].attempts > 0)
		html_cell_printf(out, "%.0f of %.0f", step->side[side].eagain,
				 step->side[side].attempts);
	else
		html_cell(out, "not measured");
	if (step->side[side].boots == 0)
		html_cell(out, "not measured");
	else if (step->side[side].interval.is_known)
		html_cell_printf(out, "%.5g (%.5g to %.5g)", step->side[side].share,
				 step->side[side].interval.low, step->side[side].interval.high);
	else
		html_cell_printf(out, "%.5g", step->side[side].share);
}

static void put_ladder(FILE *out, const struct compare *c)
{
	static const char *const heads[] = {"faulters", "base: EAGAIN", "base: moved", "test: EAGAIN",
					    "test: moved"};
	char text[32];

	if (c->n_steps == 0)
		return;
	html_section(out, "ladder", "The ladder");
	put_ladder_chart(out, c);
	html_table(out, "Rungs: described, not tested", heads, ARRAY_SIZE(heads));
	for (size_t i = 0; i < c->n_steps; i++) {
		(void)snprintf(text, sizeof(text), "%" PRIu64, c->steps[i].faulters);
		html_cell_head(out, text);
		for (int side = 0; side < COMPARE_SIDES; side++)
			put_step_side(out, &c->steps[i], side);
		html_table_row_end(out);
	}
	html_table_end(out);
	html_section_end(out);
}

static void put_sides(FILE *out, const struct compare *c)
{
	static const char *const heads[] = {"run", "kernel", "seconds", "ended", "from"};

	html_section(out, "sides", "The boots");
	for (int side = 0; side < COMPARE_SIDES; side++) {
		(void)fprintf(out, "<h3>%s: %zu</h3>\n", compare_side_name((enum compare_side)side),
			      c->sides.n[side]);
		html_table(out, side == COMPARE_BASE ? "Boots of the base" : "Boots of the test", heads,
			   ARRAY_SIZE(heads));
		for (size_t i = 0; i < c->sides.n[side]; i++) {
			const struct compare_run *run = c->sides.runs[side][i];

			html_cell_head(out, run->id);
			html_cell(out, run->kernel);
			html_cell_printf(out, "%.1f", run->seconds);
			html_cell(out, run->ended);
			html_cell(out, run->path);
			html_table_row_end(out);
		}
		html_table_end(out);
	}
	html_section_end(out);
}

static void put_methods(FILE *out, const struct compare *c)
{
	html_section(out, "methods", "How it was judged");
	(void)fputs("<p>The unit is the boot: what happened within one is one observation, however many "
		    "events it had. Metrics are a fixed list.</p>\n",
		    out);
	html_rows(out);
	html_row(out, "alpha", "%.4g, adjusted after Holm over %zu metrics", c->options.alpha, c->n_tested);
	html_row(out, "the same", "when the interval lies between x %.4g and x %.4g",
		 1 / c->options.margin, c->options.margin);
	if (c->is_ordered)
		html_row(out, "order", "known, blocks of %zu, %.4g arrangements, %s", c->block,
			 c->arrangements, c->is_exact ? "all of them counted" : "drawn at random");
	else
		html_row(out, "order", "not known: the reports do not say when they began");
	html_row(out, "EAGAIN of", "%s", c->whose_eagain);
	html_row(out, "least boots", "%zu a side for one metric", c->least_boots);
	html_rows_end(out);
	for (size_t i = 0; i < c->n_notes; i++) {
		(void)fputs("<p class=\"note\">", out);
		html_text(out, c->notes[i]);
		(void)fputs("</p>\n", out);
	}
	html_section_end(out);
}

int html_write_compare(const struct compare *compare, FILE *out, struct err *e)
{
	html_begin(out, "memsoak compare");
	put_head(out, compare);
	put_metrics(out, compare);
	put_ladder(out, compare);
	put_sides(out, compare);
	put_methods(out, compare);
	html_end(out);
	return fflush(out) != 0 || ferror(out) ? err_set(e, -EIO, "the page could not be written") : 0;
}

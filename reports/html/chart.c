// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/html/chart.h"

#include <math.h>
#include <stdint.h>

#include "base/units.h"
#include "reports/html/page.h"

#define TICKS_WANTED 5
#define LOG_TICKS_MAX 14

static double share_of(const struct chart_axis *axis, double value)
{
	double share;

	if (axis->is_log)
		share = log(fmax(value, axis->low) / axis->low) / log(axis->high / axis->low);
	else
		share = (value - axis->low) / (axis->high - axis->low);
	return fmin(fmax(share, 0), 1);
}

double chart_x(const struct chart *c, double value)
{
	return c->left + share_of(&c->x, value) * (c->width - c->left - c->right);
}

double chart_floor(const struct chart *c)
{
	return c->height - c->bottom;
}

double chart_y(const struct chart *c, double value)
{
	return chart_floor(c) - share_of(&c->y, value) * (chart_floor(c) - c->top);
}

static void tick_x(const struct chart *c, double value)
{
	char word[48];

	c->x.word(value, word, sizeof(word));
	(void)fprintf(c->out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>", chart_x(c, value), c->top,
		      chart_floor(c));
	(void)fprintf(c->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", chart_x(c, value),
		      chart_floor(c) + 16, chart_x(c, value) > c->width - c->right - 20 ? "end" : "middle");
	html_text(c->out, word);
	(void)fputs("</text>\n", c->out);
}

static void tick_y(const struct chart *c, double value)
{
	char word[48];

	c->y.word(value, word, sizeof(word));
	(void)fprintf(c->out, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>", c->left, chart_y(c, value),
		      c->width - c->right);
	(void)fprintf(c->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", c->left - 6,
		      chart_y(c, value) + 4);
	html_text(c->out, word);
	(void)fputs("</text>\n", c->out);
}

/* 1, 2 or 5 times a power of ten. */
static double nice_step(double span)
{
	double raw = span / TICKS_WANTED, power = pow(10, floor(log10(raw))), digit = raw / power;

	if (digit <= 1)
		return power;
	return power * (digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

double chart_round_up(double value)
{
	double step;

	if (!(value > 0))
		return 1;
	step = nice_step(value);
	return ceil(value / step) * step;
}

static void ticks(const struct chart *c, const struct chart_axis *axis,
		  void (*put)(const struct chart *, double))
{
	double step;

	if (axis->is_log) {
		int first = (int)ceil(log10(axis->low) - 1e-9);
		int last = (int)floor(log10(axis->high) + 1e-9);
		int stride = (last - first) / LOG_TICKS_MAX + 1;

		for (int i = first; i <= last; i += stride)
			put(c, pow(10, i));
		return;
	}
	step = nice_step(axis->high - axis->low);
	for (long i = lround(ceil(axis->low / step - 1e-9)); (double)i <= axis->high / step + 1e-9; i++)
		put(c, (double)i * step);
}

void chart_begin(struct chart *c, FILE *out, const char *id, const char *title,
		 const char *description)
{
	c->out = out;
	c->id = id;
	(void)fprintf(out,
		      "<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">\n"
		      "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-labelledby=\"%s-t %s-d\" "
		      "xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"%s-t\">%s</title>"
		      "<desc id=\"%s-d\">",
		      title, c->width, c->height, id, id, id, title, id);
	html_text(out, description);
	(void)fputs("</desc>\n", out);
	if (c->x.word)
		ticks(c, &c->x, tick_x);
	if (c->y.word)
		ticks(c, &c->y, tick_y);
	(void)fprintf(out, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>\n", c->left, chart_floor(c),
		      c->width - c->right);
}

void chart_end(struct chart *c, const char *caption)
{
	(void)fprintf(c->out, "</svg>\n</div>\n<figcaption>%s</figcaption>\n</figure>\n", caption);
}

void chart_bar(const struct chart *c, const char *style, double x0, double x1, double from, double to)
{
	double left = chart_x(c, x0), right = chart_x(c, x1);
	double top = chart_y(c, to), bottom = c->y.is_log && from <= 0 ? chart_floor(c) : chart_y(c, from);
	double width = right - left > 1.5 ? right - left - 0.5 : right - left;

	(void)fprintf(c->out, "<path class=\"%s\" d=\"M%.1f %.1fH%.1fV%.1fH%.1fz\"/>", style, left, bottom,
		      left + fmax(width, 0.8), fmin(top, bottom - 0.8), left);
}

void chart_mark(const struct chart *c, double x, const char *word, int row)
{
	bool is_late = chart_x(c, x) > c->width - c->right - 60;

	(void)fprintf(c->out, "<path class=\"mark\" d=\"M%.1f %.1fV%.1f\"/>", chart_x(c, x), c->top,
		      chart_floor(c));
	(void)fprintf(c->out, "<text class=\"over\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
		      chart_x(c, x) + (is_late ? -4 : 4), c->top + 11 + 13 * row,
		      is_late ? "end" : "start");
	html_text(c->out, word);
	(void)fputs("</text>\n", c->out);
}

void chart_word_duration(double ns, char *buffer, size_t size)
{
	if (ns < 0.5)
		(void)snprintf(buffer, size, "0");
	else
		units_format_duration((uint64_t)llround(ns), buffer, size);
}

void chart_word_number(double value, char *buffer, size_t size)
{
	(void)snprintf(buffer, size, fabs(value) >= 1e6 ? "%.3g" : "%.6g", value);
}

void chart_word_percent(double share, char *buffer, size_t size)
{
	(void)snprintf(buffer, size, "%.4g %%", 100 * share);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A drawing with two axes, in SVG. All lengths are in the drawing's own units. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct chart_axis {
	double low, high; /* of the values; high > low */
	bool is_log;	  /* both > 0 */
	/* The text of a tick. */
	void (*word)(double value, char *buffer, size_t size);
};

struct chart {
	FILE *out;
	const char *id;
	struct chart_axis x, y;
	double width, height, left, right, top, bottom; /* margins */
};

/* A figure with axes and ticks; @description is for those who do not see it. */
void chart_begin(struct chart *c, FILE *out, const char *id, const char *title,
		 const char *description);
void chart_end(struct chart *c, const char *caption);

double chart_x(const struct chart *c, double value);
double chart_y(const struct chart *c, double value);
double chart_floor(const struct chart *c); /* where the x axis lies */

/* A rectangle from the x axis, or from @from, up to @to. */
void chart_bar(const struct chart *c, const char *style, double x0, double x1, double from, double to);
/* A line over the whole height, with a word at its top. */
void chart_mark(const struct chart *c, double x, const char *word, int row);

void chart_word_duration(double ns, char *buffer, size_t size);
void chart_word_number(double value, char *buffer, size_t size);
void chart_word_percent(double share, char *buffer, size_t size);

/* Makes room so that the greatest value does not touch the top. */
double chart_round_up(double value);

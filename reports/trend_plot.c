// SPDX-License-Identifier: GPL-2.0-or-later
/* Values as text: numbers with their unit, rows as lines of one scale. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "reports/export/figures.h"
#include "reports/trend.h"

static size_t column_of(const struct trend *t, double value)
{
	if (t->high <= t->low)
		return 0;
	return (size_t)((value - t->low) / (t->high - t->low) * (TREND_PLOT_WIDTH - 1) + 0.5);
}

void trend_plot(const struct trend *t, const struct trend_row *row, char line[TREND_PLOT_WIDTH + 1])
{
	size_t from, to;

	memset(line, ' ', TREND_PLOT_WIDTH);
	line[TREND_PLOT_WIDTH] = '\0';
	if (row->n_values == 0)
		return;
	from = column_of(t, row->min);
	to = column_of(t, row->max);
	memset(line + from, '-', to - from + 1);
	line[column_of(t, row->median)] = 'o';
}

void trend_format(const struct trend_metric *metric, double value, char text[TREND_TEXT_SIZE])
{
	if (metric->figure->unit == FIGURE_SECONDS && value >= 0)
		units_format_duration((uint64_t)(value * 1e9 + 0.5), text, TREND_TEXT_SIZE);
	else if (metric->figure->unit == FIGURE_BYTES && value >= 0)
		units_format_bytes((uint64_t)value, text, TREND_TEXT_SIZE);
	else
		(void)snprintf(text, TREND_TEXT_SIZE, "%.6g", value);
}

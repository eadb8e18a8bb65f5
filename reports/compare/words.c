// SPDX-License-Identifier: GPL-2.0-or-later
/* Figures in words, the same in the table and in the sentences. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"
#include "reports/compare/parts.h"

#define NUMBER_SIZE 48

void compare_say(char ***list, size_t *n, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (r < 0)
		text = memory_string("(no memory for this sentence)");
	*list = memory_grow(*list, *n + 1, sizeof(**list));
	(*list)[(*n)++] = text;
}

/* Three digits, and no exponent where people do not expect one. */
static void word_number(double value, char *buffer, size_t size)
{
	bool is_plain = fabs(value) >= 1000 && fabs(value) < 1e7;

	if (isfinite(value))
		(void)snprintf(buffer, size, is_plain ? "%.0f" : "%.3g", value);
	else
		(void)snprintf(buffer, size, "?");
}

/* A duration that may be negative. */
static void word_duration(double ns, char *buffer, size_t size)
{
	char text[NUMBER_SIZE - 1] = "?";

	if (isfinite(ns))
		units_format_duration((uint64_t)fabs(ns), text, sizeof(text));
	(void)snprintf(buffer, size, "%s%s", ns < 0 ? "-" : "", text);
}

static bool is_duration(const struct compare_metric *m)
{
	return strcmp(m->spec->unit, "ns") == 0;
}

void compare_word_rate(const struct compare_figures *f, char *buffer, size_t size)
{
	if (f->events <= 0 && f->bounds.is_known)
		(void)snprintf(buffer, size, "0/%.6g (< %.2g)", f->of, f->bounds.high);
	else
		(void)snprintf(buffer, size, "%.3g (%.0f/%.6g)", f->rate, f->events, f->of);
}

void compare_word_side(const struct compare_metric *m, enum compare_side side, char *buffer,
		       size_t size)
{
	const struct compare_figures *f = &m->side[side];

	if (is_duration(m))
		word_duration(f->median, buffer, size);
	else if (m->spec->effect == COMPARE_HAZARD_RATIO && isfinite(f->median))
		(void)snprintf(buffer, size, "median %.3g s (%.0f of %.0f)", f->median, f->events,
			       f->of);
	else if (m->spec->effect == COMPARE_HAZARD_RATIO)
		(void)snprintf(buffer, size, "not reached (%.0f of %.0f)", f->events, f->of);
	else if (m->spec->effect == COMPARE_DIFFERENCE)
		(void)snprintf(buffer, size, "%.0f of %.0f", f->events, f->of);
	else
		compare_word_rate(f, buffer, size);
}

void compare_word_effect(const struct compare_metric *m, char *buffer, size_t size)
{
	static const char *const signs[] = {
		[COMPARE_RATIO] = "x ",
		[COMPARE_DIFFERENCE] = "",
		[COMPARE_HAZARD_RATIO] = "hazard x ",
	};
	void (*word)(double, char *, size_t) = is_duration(m) ? word_duration : word_number;
	char effect[NUMBER_SIZE], low[NUMBER_SIZE], high[NUMBER_SIZE];

	word(m->effect, effect, sizeof(effect));
	word(m->interval.low, low, sizeof(low));
	word(m->interval.high, high, sizeof(high));
	if (!m->interval.is_known)
		(void)snprintf(buffer, size, "%s%s", isfinite(m->effect) ? signs[m->spec->effect] : "",
			       effect);
	else if (isinf(m->interval.high))
		(void)snprintf(buffer, size, "%s%s (from %s)", signs[m->spec->effect], effect, low);
	else
		(void)snprintf(buffer, size, "%s%s (%s to %s)", signs[m->spec->effect], effect, low,
			       high);
}

void compare_word_ratio(double ratio, const struct stats_interval *interval, char *buffer, size_t size)
{
	static const struct compare_metric_spec spec = {.unit = "", .effect = COMPARE_RATIO};
	const struct compare_metric m = {.spec = &spec, .effect = ratio, .interval = *interval};

	compare_word_effect(&m, buffer, size);
}

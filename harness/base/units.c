// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit duration_units[] = {
	{"ns", 1},	       {"us", 1000},	      {"ms", 1000000},
	{"s", 1000000000ULL}, {"m", 60000000000ULL}, {"h", 3600000000000ULL},
};

static const struct unit byte_units[] = {
	{"B", 1},	    {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20},
	{"GiB", 1ULL << 30}, {"TiB", 1ULL << 40},
};

static int parse_with_unit(const char *text, const struct unit *units, size_t n_units,
			   const char *wanted, uint64_t *ret_value, struct err *e)
{
	char *end;
	double number, value;

	if (!isdigit((unsigned char)text[0]))
		return err_set(e, -EINVAL, "'%s' is not %s", text, wanted);
	number = strtod(text, &end);
	while (*end == ' ')
		end++;
	for (size_t i = 0; i < n_units; i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		value = number * (double)units[i].factor;
		/* 2^53: beyond it a double, and many a JSON reader, is no longer exact. */
		if (!isfinite(value) || value >= 9007199254740992.0)
			return err_set(e, -ERANGE, "'%s' is too large", text);
		*ret_value = (uint64_t)(value + 0.5);
		return 0;
	}
	return err_set(e, -EINVAL, "'%s' is not %s", text, wanted);
}

int units_parse_duration(const char *text, uint64_t *ret_ns, struct err *e)
{
	return parse_with_unit(text, duration_units, ARRAY_SIZE(duration_units),
			       "a duration: a number and one of ns us ms s m h", ret_ns, e);
}

int units_parse_bytes(const char *text, uint64_t *ret_bytes, struct err *e)
{
	return parse_with_unit(text, byte_units, ARRAY_SIZE(byte_units),
			       "a size: a number and one of B KiB MiB GiB TiB", ret_bytes, e);
}

int units_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_value,
		       struct err *e)
{
	unsigned long long value;
	char *end = NULL;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end != '\0')
		return err_set(e, -EINVAL, "'%s' is not a whole number", text);
	if (errno == ERANGE || value < min || value > max)
		return err_set(e, -ERANGE, "'%s' is not between %llu and %llu", text,
			       (unsigned long long)min, (unsigned long long)max);
	*ret_value = value;
	return 0;
}

static void format_scaled(uint64_t value, const struct unit *units, size_t n_units, char *buffer,
			  size_t size)
{
	size_t i = n_units;

	while (i > 1 && value < units[i - 1].factor)
		i--;
	if (i == 1)
		(void)snprintf(buffer, size, "%llu %s", (unsigned long long)value, units[0].name);
	else
		(void)snprintf(buffer, size, "%.3g %s", (double)value / (double)units[i - 1].factor,
			       units[i - 1].name);
}

void units_format_duration(uint64_t ns, char *buffer, size_t size)
{
	uint64_t seconds = ns / 1000000000ULL;

	if (seconds >= 120)
		(void)snprintf(buffer, size, "%llum%02llus", (unsigned long long)(seconds / 60),
			       (unsigned long long)(seconds % 60));
	else
		format_scaled(ns, duration_units, 4, buffer, size);
}

void units_format_bytes(uint64_t bytes, char *buffer, size_t size)
{
	/* "%.3g" of 1023 MiB is fine; of 1000..1023 it would say 1.02e+03, so whole numbers there. */
	for (size_t i = 1; i < ARRAY_SIZE(byte_units); i++) {
		double scaled = (double)bytes / (double)byte_units[i].factor;

		if (scaled >= 1000.0 && scaled < 1024.0) {
			(void)snprintf(buffer, size, "%.0f %s", scaled, byte_units[i].name);
			return;
		}
	}
	format_scaled(bytes, byte_units, ARRAY_SIZE(byte_units), buffer, size);
}

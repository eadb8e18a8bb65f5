// SPDX-License-Identifier: GPL-2.0-or-later
/* Of the screen for people: the load beside the workers. */
#include <inttypes.h>
#include <stdio.h>

#include "base/jsonw.h"
#include "base/units.h"
#include "reports/report_parts.h"

static void put_stressor(FILE *out, const struct jsonw *stressor)
{
	report_put_named(out, " ", stressor, "name");
	(void)fprintf(out, " x%" PRIu64, jsonw_get_uint(stressor, "instances"));
	if (jsonw_has(stressor, "bogo_ops"))
		(void)fprintf(out, " %" PRIu64 " operations", jsonw_get_uint(stressor, "bogo_ops"));
}

void report_print_stress_ng(const struct jsonw *report, FILE *out)
{
	const struct jsonw *s = jsonw_get(report, "stress_ng");
	const struct jsonw *list = jsonw_get(s, "stressors");
	char ran[32];

	if (!s)
		return;
	(void)fprintf(out, "%-11s", "stress-ng");
	report_put_named(out, " ", s, "version");
	for (size_t i = 0; i < jsonw_length(list); i++) {
		(void)fputs(i ? "," : ":", out);
		put_stressor(out, jsonw_at(list, i));
	}
	if (jsonw_has(s, "ran_ns")) {
		units_format_duration(jsonw_get_uint(s, "ran_ns"), ran, sizeof(ran));
		(void)fprintf(out, "; ran %s", ran);
	}
	report_put_named(out, ", ended ", s, "ended");
	if (jsonw_get_uint(s, "status"))
		(void)fprintf(out, " with status %" PRIu64, jsonw_get_uint(s, "status"));
	if (jsonw_get_uint(s, "status"))
		report_put_named(out, ": ", s, "means");
	if (jsonw_has(s, "signal"))
		(void)fprintf(out, " by signal %" PRIu64, jsonw_get_uint(s, "signal"));
	if (jsonw_get_bool(s, "confined"))
		(void)fputs("; confined as the unit is", out);
	(void)fputc('\n', out);
}

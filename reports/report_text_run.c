// SPDX-License-Identifier: GPL-2.0-or-later
/* Of the screen for people: what happened to the run itself, and to its host meanwhile. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/units.h"
#include "reports/report_parts.h"
#include "reports/unmeasured.h"

/* What a reader of the wall clock would wonder at. */
void report_print_clocks(const struct jsonw *report, FILE *out)
{
	const struct jsonw *run = jsonw_get(report, "run");
	const struct jsonw *suspended = jsonw_get(run, "suspended"), *set = jsonw_get(run, "clock_set");
	char duration[32];

	if (suspended) {
		units_format_duration(jsonw_get_uint(suspended, "duration_ns"), duration, sizeof(duration));
		(void)fprintf(out, "%-11s %" PRIu64 "x, %s: in no duration\n", "suspended",
			      jsonw_get_uint(suspended, "times"), duration);
	}
	if (set)
		(void)fprintf(out, "%-11s %" PRIu64 "x, by %+.1f s\n", "clock set",
			      jsonw_get_uint(set, "times"),
			      (double)jsonw_get_int(set, "by_ns") / 1e9);
}

static void put_figure(FILE *out, const struct jsonw *figure)
{
	const char *name = jsonw_get_string(figure, "name");
	double percent = (double)jsonw_get_uint(figure, "half_width_ppm") / 1e4;
	uint64_t trials = jsonw_get_uint(figure, "trials");
	char mean[32];

	report_put_text(out, name ? name : "");
	if (jsonw_has(figure, "mean_ns")) {
		units_format_duration(jsonw_get_uint(figure, "mean_ns"), mean, sizeof(mean));
		(void)fprintf(out, " %s +- %.2f %% of it", mean, percent);
	} else if (trials) {
		(void)fprintf(out, " %" PRIu64 "/%" PRIu64 ", %.4f +- %.4f",
			      jsonw_get_uint(figure, "count"), trials,
			      (double)jsonw_get_uint(figure, "count") / (double)trials, percent / 100);
	}
}

void report_print_settled(const struct jsonw *report, FILE *out)
{
	const struct jsonw *settled = jsonw_get(jsonw_get(report, "run"), "settled");
	const struct jsonw *figures = jsonw_get(settled, "figures");
	char window[32];

	if (!settled)
		return;
	units_format_duration(jsonw_get_uint(settled, "window_ns"), window, sizeof(window));
	(void)fprintf(out, "%-11s over the last %s:", "settled", window);
	for (size_t i = 0; i < jsonw_length(figures); i++) {
		(void)fputs(i ? "; " : " ", out);
		put_figure(out, jsonw_at(figures, i));
	}
	(void)fputc('\n', out);
}

void report_print_topology_changes(const struct jsonw *report, FILE *out)
{
	static const struct {
		const char *key, *words;
	} lists[] = {
		{"blocks_came", "blocks came"},
		{"blocks_went", "blocks went"},
		{"nodes_came", "nodes came"},
		{"nodes_went", "nodes went"},
	};
	const struct jsonw *changes = jsonw_get(jsonw_get(report, "topology"), "changes");
	bool has_any = false;

	if (!changes)
		return;
	(void)fprintf(out, "%-11s", "hotplug");
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const struct jsonw *list = jsonw_get(changes, lists[i].key);

		if (jsonw_get_uint(list, "count") == 0)
			continue;
		(void)fprintf(out, "%s %" PRIu64 " %s, the first was %" PRIu64, has_any ? ";" : "",
			      jsonw_get_uint(list, "count"), lists[i].words,
			      jsonw_as_uint(jsonw_at(jsonw_get(list, "ids"), 0)));
		has_any = true;
	}
	(void)fputc('\n', out);
}

const char *report_say_settings(const struct jsonw *report)
{
	const struct jsonw *run = jsonw_get(report, "run");

	if (jsonw_get_bool(jsonw_get(report, "harness"), "settings_restored"))
		return "put back";
	if (!jsonw_has(run, "ended"))
		return "not yet put back";
	return jsonw_has(run, "ended_by") ? "gone with the guest" : "NOT PUT BACK";
}

void report_say_memory(const struct jsonw *report, char *text, size_t size)
{
	size_t n = jsonw_length(jsonw_get(jsonw_get(report, "harness"), "memory_left_offline"));
	const struct jsonw *run = jsonw_get(report, "run");

	if (n > 0 && !jsonw_has(run, "ended"))
		(void)snprintf(text, size, "%zu blocks offline while the run is going on", n);
	else if (n > 0 && jsonw_has(run, "ended_by")) /* only a guest's end has that */
		(void)snprintf(text, size, "%zu blocks were offline when the guest went away", n);
	else if (n > 0)
		(void)snprintf(text, size, "%zu blocks LEFT OFFLINE: run \"memsoak restore\"", n);
	else if (unmeasured_entry(report, "harness.memory_left_offline"))
		(void)snprintf(text, size,
			       "whether all came back is not known: nothing was read at the end");
	else
		(void)snprintf(text, size, "all brought back");
}

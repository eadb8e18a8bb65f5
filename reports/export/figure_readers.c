// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/export/figure_readers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hist_json.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/export/figures.h"
#include "reports/export/kinds.h"
#include "reports/unmeasured.h"

#define NS_PER_SECOND 1e9

static bool is_number(const struct jsonw *value)
{
	return value && (jsonw_type_of(value) == JSONW_INTEGER || jsonw_type_of(value) == JSONW_NUMBER);
}

static void add_value(struct figure_list *list, const struct figure *figure, const char *label,
		      const struct jsonw *value)
{
	if (!is_number(value))
		return;
	if (jsonw_type_of(value) == JSONW_INTEGER && jsonw_as_double(value) >= 0)
		figure_add_count(list, figure, label, jsonw_as_uint(value));
	else
		figure_add_number(list, figure, label, jsonw_as_double(value));
}

static void add_ratio(struct figure_list *list, const struct figure *figure, const char *label,
		      const struct jsonw *above, const struct jsonw *below)
{
	if (is_number(above) && is_number(below) && jsonw_as_double(below) > 0)
		figure_add_number(list, figure, label, jsonw_as_double(above) / jsonw_as_double(below));
}

FIGURE_READER(figure_read_number)
{
	add_value(list, figure, NULL, figure_at(report, figure->path));
}

FIGURE_READER(figure_read_ns)
{
	const struct jsonw *value = figure_at(report, figure->path);

	if (is_number(value))
		figure_add_number(list, figure, NULL, jsonw_as_double(value) / NS_PER_SECOND);
}

FIGURE_READER(figure_read_ratio)
{
	add_ratio(list, figure, NULL, figure_at(report, figure->path), figure_at(report, figure->other));
}

struct adding {
	struct figure_list *list;
	const struct figure *figure;
	const char *prefix;
};

static int add_member(void *context, const char *key, struct jsonw *value)
{
	struct adding *a = context;

	add_value(a->list, a->figure, key, value);
	return 0;
}

FIGURE_READER(figure_read_counts)
{
	struct adding a = {.list = list, .figure = figure};

	(void)jsonw_each(figure_at(report, figure->path), add_member, &a);
}

static void read_quantile(struct figure_list *list, const struct figure *figure,
			  const struct jsonw *report, double quantile)
{
	const struct jsonw *latency = figure_at(report, figure->path);
	cleanup_free struct hist *h = NULL;

	if (jsonw_get_uint(latency, "count") == 0)
		return;
	h = memory_alloc(1, sizeof(*h));
	hist_add_json(h, latency);
	if (h->count > 0)
		figure_add_number(list, figure, NULL,
				  (double)hist_quantile_ns(h, quantile) / NS_PER_SECOND);
}

FIGURE_READER(figure_read_median)
{
	read_quantile(list, figure, report, 0.5);
}

FIGURE_READER(figure_read_p99)
{
	read_quantile(list, figure, report, 0.99);
}

FIGURE_READER(figure_read_maximum)
{
	const struct jsonw *latency = figure_at(report, figure->path);

	if (jsonw_get_uint(latency, "count") > 0)
		figure_add_number(list, figure, NULL, jsonw_get_double(latency, "max_ns") / NS_PER_SECOND);
}

FIGURE_READER(figure_read_sum)
{
	const struct jsonw *array = figure_at(report, figure->path);

	if (jsonw_type_of(array) == JSONW_ARRAY && jsonw_length(array) == 0 &&
	    !unmeasured_entry(report, figure->path) && strcmp(figure->other, "count") == 0)
		figure_add_count(list, figure, NULL, 0);
	for (size_t i = 0; i < jsonw_length(array); i++)
		add_value(list, figure, NULL, jsonw_get(jsonw_at(array, i), figure->other));
}

FIGURE_READER(figure_read_length)
{
	const struct jsonw *array = figure_at(report, figure->path);

	if (jsonw_type_of(array) == JSONW_ARRAY && !unmeasured_entry(report, figure->path))
		figure_add_count(list, figure, NULL, jsonw_length(array));
}

static int add_errno(void *context, const char *key, struct jsonw *value)
{
	struct adding *a = context;
	cleanup_free char *name = memory_string(key);

	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	add_value(a->list, a->figure, name, jsonw_get(value, "count"));
	return 0;
}

FIGURE_READER(figure_read_offline)
{
	struct adding a = {.list = list, .figure = figure};

	add_value(list, figure, "ok", figure_at(report, "offline.succeeded"));
	(void)jsonw_each(figure_at(report, "offline.by_errno"), add_errno, &a);
}

FIGURE_READER(figure_read_moves)
{
	static const char *const results[] = {"moved", "not_moved", "already_there"};
	const struct jsonw *object = figure_at(report, figure->path);

	for (size_t i = 0; i < ARRAY_SIZE(results); i++)
		add_value(list, figure, results[i], jsonw_get(object, results[i]));
}

/* Who met them is not always known: then all of them are somebody's. */
FIGURE_READER(figure_read_retries)
{
	struct adding a = {.list = list, .figure = figure};
	const struct jsonw *eagain = figure_at(report, figure->path);
	size_t before = list->n_samples;

	(void)jsonw_each(jsonw_get(eagain, "by_driver"), add_member, &a);
	if (list->n_samples == before)
		add_value(list, figure, "unknown", jsonw_get(eagain, "total"));
}

FIGURE_READER(figure_read_lockups)
{
	const struct jsonw *lockups = figure_at(report, figure->path);

	if (jsonw_type_of(lockups) != JSONW_ARRAY)
		return;
	for (size_t i = 0; i < n_lockup_kinds; i++)
		figure_add_count(list, figure, lockup_kinds[i], 0);
	for (size_t i = 0; i < jsonw_length(lockups); i++) {
		const struct jsonw *lockup = jsonw_at(lockups, i);
		const char *kind = jsonw_get_string(lockup, "kind");
		size_t k = 0;

		while (kind && k < n_lockup_kinds && strcmp(kind, lockup_kinds[k]) != 0)
			k++;
		figure_add_count(list, figure, kind && k < n_lockup_kinds ? kind : "other",
				 jsonw_get_uint(lockup, "count"));
	}
}

/* Rungs of equal load in several phases are one figure: their counts add up before they are divided. */
static void read_rungs(struct figure_list *list, const struct figure *figure, const struct jsonw *report,
		       const char *above, const char *below)
{
	const struct jsonw *ladder = jsonw_get(report, "ladder");

	for (size_t i = 0; i < jsonw_length(ladder); i++) {
		uint64_t faulters = jsonw_get_uint(jsonw_at(ladder, i), "faulters");
		cleanup_free char *label = memory_format("%llu", (unsigned long long)faulters);
		double sum_above = 0, sum_below = 0;

		for (size_t k = 0; k < jsonw_length(ladder); k++) {
			const struct jsonw *rung = jsonw_at(ladder, k);

			if (jsonw_get_uint(rung, "faulters") != faulters || !figure_at(rung, above) ||
			    !figure_at(rung, below))
				continue;
			sum_above += jsonw_as_double(figure_at(rung, above));
			sum_below += jsonw_as_double(figure_at(rung, below));
		}
		if (sum_below > 0)
			figure_add_number(list, figure, label, sum_above / sum_below);
	}
}

FIGURE_READER(figure_read_rungs)
{
	read_rungs(list, figure, report, "success_probability.numerator",
		   "success_probability.denominator");
}

FIGURE_READER(figure_read_rung_retries)
{
	read_rungs(list, figure, report, "eagain", "attempts");
}

static int add_scenario_number(void *context, const char *key, struct jsonw *value)
{
	struct adding *a = context;
	cleanup_free char *label = memory_format("%s/%s", a->prefix, key);

	if (is_number(value))
		figure_add_number(a->list, a->figure, label, jsonw_as_double(value));
	return 0;
}

FIGURE_READER(figure_read_scenarios)
{
	const struct jsonw *scenarios = jsonw_get(report, "scenarios");

	for (size_t i = 0; i < jsonw_length(scenarios); i++) {
		const struct jsonw *scenario = jsonw_at(scenarios, i);
		struct adding a = {.list = list, .figure = figure};

		a.prefix = jsonw_get_string(scenario, "name");
		if (a.prefix)
			(void)jsonw_each(jsonw_get(scenario, "numbers"), add_scenario_number, &a);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the service adds to a run: a load beside it, a reload while it goes on, what was found after a crash. */
#include <sys/wait.h>

#include "record/recorder.h"

void record_reload(struct recorder *r, uint64_t reserve_bytes, const char *refused_why)
{
	struct jsonw *event = record_new("reload");

	if (refused_why && refused_why[0])
		jsonw_set_string(event, "refused", refused_why);
	else
		jsonw_set_uint(event, "reserve_bytes", reserve_bytes);
	record_put(r, event);
}

void record_clock(struct recorder *r, uint64_t suspended_ns, int64_t stepped_ns)
{
	struct jsonw *event = record_new("clock");

	if (suspended_ns)
		jsonw_set_uint(event, "suspended_ns", suspended_ns);
	if (stepped_ns)
		jsonw_set_int(event, "stepped_ns", stepped_ns);
	record_put(r, event);
}

void record_crash(struct recorder *r, const struct record_crash_evidence *evidence)
{
	struct jsonw *event = record_new("crash");

	if (evidence->why_no_log[0])
		jsonw_set_string(event, "why_no_log", evidence->why_no_log);
	else
		jsonw_set_uint(event, "log_records", evidence->log_records);
	if (evidence->why_no_pstore[0])
		jsonw_set_string(event, "why_no_pstore", evidence->why_no_pstore);
	else
		jsonw_set_uint(event, "pstore_files", evidence->pstore_files);
	record_put(r, event);
	record_flush(r);
}

static struct jsonw *describe_stressor(const struct profile_stressor *stressor)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "name", stressor->name);
	jsonw_set_uint(object, "instances", stressor->instances);
	return object;
}

void record_stress_ng_start(struct recorder *r, const struct profile_stress_ng *wanted,
			    const struct stress_ng_program *program, pid_t pid, bool is_confined)
{
	struct jsonw *event = record_new("stress_ng_start"), *list = jsonw_array();

	jsonw_set_int(event, "pid", pid);
	jsonw_set_string(event, "version", program->version);
	for (size_t i = 0; i < wanted->n_stressors; i++)
		jsonw_append(list, describe_stressor(&wanted->stressors[i]));
	jsonw_set(event, "stressors", list);
	if (wanted->options[0])
		jsonw_set_string(event, "options", wanted->options);
	jsonw_set_uint(event, "memory_bytes", wanted->memory_bytes);
	jsonw_set_bool(event, "confined", is_confined);
	record_put(r, event);
}

/* Figures that are not believed are not written: why is. */
static struct jsonw *describe_figures(const struct stress_ng_figures *figures)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "name", figures->name);
	if (figures->is_believed) {
		jsonw_set_uint(object, "bogo_ops", figures->bogo_ops);
		jsonw_set_uint(object, "wall_ns", figures->wall_ns);
	} else {
		jsonw_set_string(object, "not_believed", figures->why);
	}
	return object;
}

void record_stress_ng_end(struct recorder *r, const struct stress_ng_result *result)
{
	struct jsonw *event = record_new("stress_ng_end"), *list = jsonw_array();

	jsonw_set_string(event, "ended",
			 result->was_killed  ? "killed"
			 : result->was_asked ? "asked"
					     : "early");
	if (WIFSIGNALED(result->status))
		jsonw_set_int(event, "signal", WTERMSIG(result->status));
	else
		jsonw_set_int(event, "status", WEXITSTATUS(result->status));
	jsonw_set_uint(event, "ran_ns", result->ran_ns);
	jsonw_set_uint(event, "lived_ns", result->lived_ns);
	for (size_t i = 0; i < result->n_figures; i++)
		jsonw_append(list, describe_figures(&result->figures[i]));
	jsonw_set(event, "stressors", list);
	record_put(r, event);
}

void record_settled(struct recorder *r, const struct record_settled *settled)
{
	struct jsonw *event = record_new("settled"), *list = jsonw_array();

	jsonw_set_uint(event, "window_ns", settled->window_ns);
	for (size_t i = 0; i < settled->n_figures; i++) {
		const struct record_settled_figure *f = &settled->figures[i];
		struct jsonw *figure = jsonw_object();

		jsonw_set_string(figure, "name", f->name);
		jsonw_set_uint(figure, f->is_mean ? "mean_ns" : "count", f->count);
		jsonw_set_uint(figure, "trials", f->trials);
		jsonw_set_uint(figure, "half_width_ppm", f->half_width_ppm);
		jsonw_append(list, figure);
	}
	jsonw_set(event, "figures", list);
	record_put(r, event);
}

/* A line stays far below JOURNAL_MAX_LINE. */
#define IDS_IN_RECORD 4096

static bool set_ids(struct jsonw *event, const char *key, const struct record_ids *list, size_t from)
{
	struct jsonw *ids;

	if (from >= list->n)
		return false;
	ids = jsonw_array();
	for (size_t i = from; i < list->n && i < from + IDS_IN_RECORD; i++)
		jsonw_append(ids, jsonw_uint(list->ids[i]));
	jsonw_set(event, key, ids);
	return true;
}

void record_topology_change(struct recorder *r, const struct record_topology_change *change)
{
	const struct {
		const char *key;
		const struct record_ids *list;
	} lists[] = {
		{"blocks_came", &change->blocks_came},
		{"blocks_went", &change->blocks_went},
		{"nodes_came", &change->nodes_came},
		{"nodes_went", &change->nodes_went},
	};

	for (size_t from = 0;; from += IDS_IN_RECORD) {
		struct jsonw *event = record_new("topology_change");
		bool has_more = false;

		for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
			has_more |= set_ids(event, lists[i].key, lists[i].list, from);
		if (!has_more) {
			jsonw_free(event);
			return;
		}
		if (from == 0 && change->planned_blocks_went)
			jsonw_set_uint(event, "planned_blocks_went", change->planned_blocks_went);
		record_put(r, event);
	}
}

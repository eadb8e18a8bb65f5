// SPDX-License-Identifier: GPL-2.0-or-later
/* The run's frame in words: start, settings, phases, samples, restore, end. */
#include <unistd.h>

#include "base/err.h"
#include "base/hist_json.h"
#include "record/recorder.h"

void record_start(struct recorder *r, enum count_source source, const char *symbol, const char *why,
		  const struct vmstat *vmstat)
{
	struct jsonw *event = record_new("start");

	jsonw_set_int(event, "pid", getpid());
	jsonw_set_string(event, "source", count_source_name(source));
	if (symbol && symbol[0])
		jsonw_set_string(event, "symbol", symbol);
	if (why && why[0])
		jsonw_set_string(event, "why", why);
	jsonw_set(event, "vmstat", record_vmstat(vmstat));
	record_put(r, event);
}

void record_causes(struct recorder *r, const char *how, const char *why)
{
	struct jsonw *event = record_new("causes");

	if (how)
		jsonw_set_string(event, "how", how);
	else
		jsonw_set_string(event, "why", why);
	record_put(r, event);
}

int record_setting(struct recorder *r, const char *path, const char *old_value,
		   const char *new_value)
{
	struct jsonw *event = record_new("setting");

	jsonw_set_string(event, "path", path);
	jsonw_set_string(event, "old", old_value);
	jsonw_set_string(event, "new", new_value);
	return record_put_through(r, event);
}

void record_setting_restored(struct recorder *r, const char *path, const char *value, int error)
{
	struct jsonw *event = record_new("setting_restored");

	jsonw_set_string(event, "path", path);
	jsonw_set_string(event, "value", value);
	if (error)
		jsonw_set_string(event, "error", errno_name(error));
	record_put(r, event);
}

static struct jsonw *describe_group(const struct profile_workers *w)
{
	struct jsonw *group = jsonw_object();

	jsonw_set_string(group, "name", w->name);
	jsonw_set_string(group, "workload", w->workload);
	jsonw_set_string(group, "kind", workload_kind_name(w->kind));
	jsonw_set_uint(group, "processes", w->processes);
	jsonw_set_uint(group, "threads", w->threads);
	jsonw_set_uint(group, "pages", w->pages);
	jsonw_set_string(group, "driven_by", driven_by_name(w->driven_by));
	return group;
}

void record_phase(struct recorder *r, const struct plan_phase *phase)
{
	struct jsonw *event = record_new("phase"), *workers = jsonw_array();

	atomic_store(&r->rung, phase->rung);
	jsonw_set_string(event, "name", phase->name);
	record_set_rung(r, event);
	jsonw_set_uint(event, "faulters", phase->faulters);
	for (size_t i = 0; i < phase->n_workers; i++)
		jsonw_append(workers, describe_group(&phase->workers[i]));
	jsonw_set(event, "workers", workers);
	record_put(r, event);
}

static struct jsonw *group_figures(const struct record_worker_figures *f)
{
	struct jsonw *group = jsonw_object();

	jsonw_set_string(group, "name", f->config->name);
	jsonw_set_uint(group, "touches", f->totals.touches);
	jsonw_set_uint(group, "slow_touches", f->totals.slow_touches);
	jsonw_set_uint(group, "minor_faults", f->totals.minor_faults);
	jsonw_set_uint(group, "operations", f->totals.operations);
	jsonw_set_uint(group, "mismatches", f->totals.mismatches);
	if (f->totals.sees_frames)
		jsonw_set_uint(group, "moved", f->totals.moved);
	jsonw_set_uint(group, "alive", f->totals.alive);
	jsonw_set(group, "latency", hist_to_json(&f->latency));
	return group;
}

void record_phase_end(struct recorder *r, const struct plan_phase *phase, uint64_t duration_ns,
		      const struct record_worker_figures *figures, size_t n_figures,
		      const struct migration_counts *total)
{
	struct jsonw *event = record_new("phase_end"), *workers = jsonw_array();

	jsonw_set_string(event, "name", phase->name);
	record_set_rung(r, event);
	jsonw_set_uint(event, "duration_ns", duration_ns);
	for (size_t i = 0; i < n_figures; i++)
		jsonw_append(workers, group_figures(&figures[i]));
	jsonw_set(event, "workers", workers);
	jsonw_set(event, "migration", record_counts(total, NULL, NULL));
	atomic_store(&r->rung, -1);
	record_put(r, event);
}

static struct jsonw *sample_counts(const struct record_sample *sample)
{
	struct jsonw *counts =
		record_counts(&sample->total, sample->by_driver, &sample->probe_misses);

	record_set_causes(counts, &sample->causes);
	return counts;
}

void record_sample(struct recorder *r, const struct record_sample *sample)
{
	struct jsonw *event = record_new("sample");

	jsonw_set_uint(event, "elapsed_ns", sample->elapsed_ns);
	jsonw_set(event, "migration", sample_counts(sample));
	jsonw_set_uint(event, "touches", sample->touches);
	jsonw_set_uint(event, "alive", sample->alive);
	if (sample->rss_bytes)
		jsonw_set_uint(event, "rss_bytes", sample->rss_bytes);
	if (sample->anonymous_bytes)
		jsonw_set_uint(event, "anonymous_bytes", sample->anonymous_bytes);
	jsonw_set_uint(event, "memory_offline_bytes", sample->memory_offline_bytes);
	record_set_rung(r, event);
	jsonw_set_uint(event, "faulters", sample->faulters);
	record_put(r, event);
}

void record_restore(struct recorder *r, unsigned int n_blocks, const uint32_t *left_offline,
		    size_t n_left, bool settings_restored)
{
	struct jsonw *event = record_new("restore"), *left = jsonw_array();

	jsonw_set_uint(event, "blocks", n_blocks);
	for (size_t i = 0; i < n_left; i++)
		jsonw_append(left, jsonw_uint(left_offline[i]));
	jsonw_set(event, "left_offline", left);
	jsonw_set_bool(event, "settings_restored", settings_restored);
	record_put(r, event);
}

void record_end(struct recorder *r, const struct record_end *end)
{
	struct jsonw *event = record_new("end");

	jsonw_set_string(event, "ended", end->ended);
	jsonw_set_uint(event, "elapsed_ns", end->elapsed_ns);
	jsonw_set(event, "migration", sample_counts(&end->last));
	jsonw_set(event, "vmstat", record_vmstat(&end->vmstat));
	if (!end->kmsg_unread) {
		struct jsonw *kmsg = jsonw_object();

		jsonw_set_uint(kmsg, "records", end->kmsg_records);
		jsonw_set_uint(kmsg, "lost", end->kmsg_lost);
		jsonw_set(event, "kmsg", kmsg);
	}
	jsonw_set_uint(event, "taint_after", end->taint_after);
	record_put(r, event);
	record_flush(r);
}

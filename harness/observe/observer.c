// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chooses the best source of migration counts that this kernel has and reads it. What a source
 * cannot see stays unknown in every answer.
 */
#include "observe/observe.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "observe/perf_count.h"
#include "observe/probes.h"
#include "observe/trace_hist.h"
#include "observe/vmstat.h"

#define MOVE_HIST "hist:keys=ret,common_pid"
#define PAGES_HIST "hist:keys=reason:vals=succeeded,failed"

enum counter { COUNT_ATTEMPTS, COUNT_SUCCEEDED, COUNT_EAGAIN, COUNTERS };
static const char *const filters[COUNTERS] = {NULL, "ret == 0", "ret == -11"};

struct driver_counts {
	pid_t tid; /* 0: nobody attached */
	struct perf_count perf[COUNTERS];
	uint64_t kept[COUNTERS]; /* of threads that were detached */
	bool has_failed;	 /* a count could not be read: it is unknown from then on */
};

struct observer {
	struct fsio *fs;
	enum count_source source;
	struct probes probes;
	struct perf_count total[COUNTERS];
	struct perf_count waits[PROBE_MAX_WAITS];
	struct driver_counts drivers[OBSERVED_MAX];
	struct vmstat start;
	pthread_mutex_t lock;
};

static int start_perf(struct observer *o, char why[256])
{
	struct err e = {0};
	int r = 0;

	for (int i = 0; i < COUNTERS && r == 0; i++)
		r = perf_count_open(&o->total[i], o->probes.move_id, -1, filters[i], &e);
	for (size_t i = 0; i < o->probes.n_waits && r == 0; i++)
		r = perf_count_open(&o->waits[i], o->probes.wait_ids[i], -1, NULL, &e);
	if (r < 0)
		(void)snprintf(why, 256, "%.250s", e.text);
	return r;
}

static void stop_perf(struct observer *o)
{
	for (int i = 0; i < COUNTERS; i++)
		perf_count_close(&o->total[i]);
	for (size_t i = 0; i < ARRAY_SIZE(o->waits); i++)
		perf_count_close(&o->waits[i]);
}

/* The wait events have no field to key by but the pid: the hitcounts are what is wanted. */
static int start_hist(struct observer *o, char why[256])
{
	int r = trace_hist_start(o->probes.group, PROBE_MOVE, MOVE_HIST);

	if (r < 0) {
		(void)snprintf(why, 256, "no hist triggers (CONFIG_HIST_TRIGGERS) in this kernel");
		return r;
	}
	for (size_t i = 0; i < o->probes.n_waits; i++)
		(void)trace_hist_start(o->probes.group, o->probes.wait_names[i],
				       "hist:keys=common_pid");
	return 0;
}

static void stop_hist(struct observer *o)
{
	trace_hist_stop(o->probes.group, PROBE_MOVE, MOVE_HIST);
	for (size_t i = 0; i < o->probes.n_waits; i++)
		trace_hist_stop(o->probes.group, o->probes.wait_names[i], "hist:keys=common_pid");
}

static int try_probes(struct observer *o, const char *group, enum count_source source, char why[256])
{
	int r = probes_arm(&o->probes, group, why);

	if (r < 0)
		return r;
	r = source == SOURCE_PERF_KPROBE ? start_perf(o, why) : start_hist(o, why);
	if (r < 0) {
		stop_perf(o);
		probes_disarm(&o->probes);
	}
	return r;
}

static int try_tracepoint(char why[256])
{
	int r;

	if (!probes_folder(why))
		return -ENOENT;
	tracefs_set_loglevel(TEP_LOG_NONE);
	r = trace_hist_start("migrate", "mm_migrate_pages", PAGES_HIST);
	if (r < 0)
		(void)snprintf(why, 256, "no hist trigger on migrate:mm_migrate_pages");
	return r;
}

static int try_source(struct observer *o, const char *group, enum count_source source, char why[256])
{
	switch (source) {
	case SOURCE_PERF_KPROBE:
	case SOURCE_HIST:
		return try_probes(o, group, source, why);
	case SOURCE_TRACEPOINT:
		return try_tracepoint(why);
	case SOURCE_VMSTAT:
		if (o->start.known[VMSTAT_pgmigrate_success])
			return 0;
		(void)snprintf(why, 256, "/proc/vmstat has no pgmigrate_success");
		return -EOPNOTSUPP;
	case SOURCE_NONE:
	case SOURCE_MAX:
		break;
	}
	return 0;
}

int observer_open(struct fsio *fs, const char *group_name, enum count_source force,
		  struct observer **ret_observer, char *ret_why, struct err *e)
{
	struct observer *o = memory_alloc(1, sizeof(*o));
	enum count_source first = force == SOURCE_MAX ? SOURCE_PERF_KPROBE : force;
	char why[256] = "", best_why[256] = "";

	o->fs = fs;
	(void)pthread_mutex_init(&o->lock, NULL);
	(void)vmstat_read(fs, &o->start, NULL);
	for (o->source = first; o->source < SOURCE_NONE; o->source++) {
		if (try_source(o, group_name, o->source, why) == 0)
			break;
		/* Why not the best one is what people want to know. */
		if (!best_why[0])
			(void)strcpy(best_why, why);
		if (force != SOURCE_MAX) {
			(void)pthread_mutex_destroy(&o->lock);
			free(o);
			return err_set(e, -EOPNOTSUPP, "cannot count by %s: %s",
				       count_source_name(force), why);
		}
	}
	if (ret_why)
		(void)strcpy(ret_why, best_why);
	*ret_observer = o;
	return 0;
}

void observer_close(struct observer *o)
{
	if (!o)
		return;
	for (int i = 0; i < OBSERVED_MAX; i++)
		observer_detach(o, (enum observed_driver)i);
	if (o->source == SOURCE_TRACEPOINT)
		trace_hist_stop("migrate", "mm_migrate_pages", PAGES_HIST);
	if (o->source == SOURCE_HIST)
		stop_hist(o);
	stop_perf(o);
	probes_disarm(&o->probes);
	(void)pthread_mutex_destroy(&o->lock);
	free(o);
}

enum count_source observer_source(const struct observer *o)
{
	return o->source;
}

const char *observer_symbol(const struct observer *o)
{
	return o->probes.symbol;
}

/* Of the thread that is attached now; false: cannot be read. */
static bool read_thread(struct observer *o, const struct driver_counts *d, uint64_t values[COUNTERS])
{
	memset(values, 0, COUNTERS * sizeof(*values));
	if (o->source == SOURCE_PERF_KPROBE) {
		for (int i = 0; i < COUNTERS; i++)
			if (!perf_count_read(&d->perf[i], &values[i]))
				return false;
	} else if (o->source == SOURCE_HIST) {
		cleanup_free char *text = trace_hist_read(o->probes.group, PROBE_MOVE);
		struct hist_sums sums;

		if (!text || !trace_hist_parse(text, d->tid, &sums))
			return false;
		values[COUNT_ATTEMPTS] = sums.attempts;
		values[COUNT_SUCCEEDED] = sums.succeeded;
		values[COUNT_EAGAIN] = sums.eagain;
	}
	return true;
}

int observer_attach(struct observer *o, enum observed_driver driver, pid_t tid, struct err *e)
{
	struct driver_counts *d = &o->drivers[driver];
	int r = 0;

	observer_detach(o, driver);
	(void)pthread_mutex_lock(&o->lock);
	for (int i = 0; i < COUNTERS && r == 0 && o->source == SOURCE_PERF_KPROBE; i++)
		r = perf_count_open(&d->perf[i], o->probes.move_id, tid, filters[i], e);
	d->tid = r == 0 ? tid : 0;
	d->has_failed |= r < 0;
	(void)pthread_mutex_unlock(&o->lock);
	return r;
}

void observer_detach(struct observer *o, enum observed_driver driver)
{
	struct driver_counts *d = &o->drivers[driver];
	uint64_t values[COUNTERS];

	(void)pthread_mutex_lock(&o->lock);
	if (d->tid) {
		if (!read_thread(o, d, values))
			d->has_failed = true;
		for (int i = 0; i < COUNTERS; i++) {
			d->kept[i] += values[i];
			perf_count_close(&d->perf[i]);
		}
		d->tid = 0;
	}
	(void)pthread_mutex_unlock(&o->lock);
}

static void fill(struct migration_counts *ret, const uint64_t values[COUNTERS])
{
	ret->attempts = (struct measured){true, values[COUNT_ATTEMPTS]};
	ret->succeeded = (struct measured){true, values[COUNT_SUCCEEDED]};
	ret->eagain = (struct measured){true, values[COUNT_EAGAIN]};
}

static void read_perf_total(struct observer *o, struct migration_counts *ret)
{
	uint64_t values[COUNTERS], one;
	bool known = true;

	for (int i = 0; i < COUNTERS; i++)
		known &= perf_count_read(&o->total[i], &values[i]);
	if (known)
		fill(ret, values);
	ret->waits.known = o->probes.n_waits > 0;
	for (size_t i = 0; i < o->probes.n_waits; i++) {
		ret->waits.known &= perf_count_read(&o->waits[i], &one);
		ret->waits.value += one;
	}
}

static void read_hist_total(struct observer *o, struct migration_counts *ret)
{
	cleanup_free char *text = trace_hist_read(o->probes.group, PROBE_MOVE);
	struct hist_sums sums;

	if (text && trace_hist_parse(text, -1, &sums)) {
		const uint64_t values[COUNTERS] = {sums.attempts, sums.succeeded, sums.eagain};

		fill(ret, values);
	}
	ret->waits.known = o->probes.n_waits > 0;
	for (size_t i = 0; i < o->probes.n_waits; i++) {
		cleanup_free char *waits = trace_hist_read(o->probes.group, o->probes.wait_names[i]);
		const char *hits = waits ? strstr(waits, "Hits:") : NULL;

		ret->waits.known &= hits != NULL;
		ret->waits.value += hits ? strtoull(hits + strlen("Hits:"), NULL, 10) : 0;
	}
}

void observer_read_total(struct observer *o, struct migration_counts *ret)
{
	*ret = (struct migration_counts){0};
	if (o->source == SOURCE_PERF_KPROBE) {
		read_perf_total(o, ret);
	} else if (o->source == SOURCE_HIST) {
		read_hist_total(o, ret);
	} else if (o->source == SOURCE_TRACEPOINT) {
		cleanup_free char *text = trace_hist_read("migrate", "mm_migrate_pages");

		ret->migrated_pages.known = text && trace_hist_parse_pages(text, &ret->migrated_pages.value,
									   &ret->failed_pages.value);
		ret->failed_pages.known = ret->migrated_pages.known;
	} else if (o->source == SOURCE_VMSTAT) {
		struct vmstat now, since;

		if (vmstat_read(o->fs, &now, NULL) < 0)
			return;
		vmstat_difference(&now, &o->start, &since);
		ret->migrated_pages = (struct measured){since.known[VMSTAT_pgmigrate_success],
							since.value[VMSTAT_pgmigrate_success]};
		ret->failed_pages = (struct measured){since.known[VMSTAT_pgmigrate_fail],
						      since.value[VMSTAT_pgmigrate_fail]};
	}
}

void observer_read_driver(struct observer *o, enum observed_driver driver,
			  struct migration_counts *ret)
{
	struct driver_counts *d = &o->drivers[driver];
	uint64_t values[COUNTERS] = {0};
	bool known = o->source == SOURCE_PERF_KPROBE || o->source == SOURCE_HIST;

	*ret = (struct migration_counts){0};
	(void)pthread_mutex_lock(&o->lock);
	if (d->tid)
		known = known && read_thread(o, d, values);
	for (int i = 0; i < COUNTERS; i++)
		values[i] += d->kept[i];
	known = known && !d->has_failed;
	(void)pthread_mutex_unlock(&o->lock);
	if (known)
		fill(ret, values);
}

void observer_probe_misses(struct observer *o, struct measured *ret)
{
	*ret = (struct measured){0};
	if (o->source != SOURCE_PERF_KPROBE && o->source != SOURCE_HIST)
		return;
	probes_misses(&o->probes, ret);
	if (ret->known && o->source == SOURCE_HIST) {
		cleanup_free char *text = trace_hist_read(o->probes.group, PROBE_MOVE);
		struct hist_sums sums;

		/* What the hist's table dropped was missed just as well. */
		if (text && trace_hist_parse(text, -1, &sums))
			ret->value += sums.drops;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The best source: perf events in counting mode on our kprobe events. A group on every CPU counts
 * everybody, a group on a driver's thread counts what that thread migrates, for migration runs
 * in the task that asked for it (the workers of a kernel thread are in the total only).
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "observe/cpu_list.h"
#include "observe/source.h"

/*
 * Of the first events of a group; those of allocations come after them, if they are asked for, and
 * the waits last.
 */
enum { ATTEMPTS, SUCCEEDED, EAGAIN_SEEN, N_MOVES };
static const char *const move_filters[N_MOVES] = {
	[ATTEMPTS] = NULL,
	[SUCCEEDED] = "ret == 0",
	[EAGAIN_SEEN] = "ret == -11",
};
enum { ALLOCATIONS, ALLOCATIONS_LOCKED, N_ALLOCATIONS };
static const char *const alloc_filters[N_ALLOCATIONS] = {
	[ALLOCATIONS] = NULL,
	[ALLOCATIONS_LOCKED] = "locked == 1",
};
_Static_assert(N_MOVES + N_ALLOCATIONS + PROBE_MAX_WAITS <= PERF_COUNT_MAX_EVENTS,
	       "a group holds them all");

static size_t add_event(struct perf_count_event *events, size_t n, const struct probe *probe,
			const char *filter)
{
	events[n] = (struct perf_count_event){
		.type = PERF_TYPE_TRACEPOINT,
		.config = (uint64_t)probe->id,
		.filter = filter,
	};
	return n + 1;
}

static size_t list_events(const struct probes *p, bool with_waits,
			  struct perf_count_event events[PERF_COUNT_MAX_EVENTS])
{
	size_t n = 0;

	for (size_t i = 0; i < N_MOVES; i++)
		n = add_event(events, n, &p->move, move_filters[i]);
	for (size_t i = 0; p->alloc.is_armed && i < N_ALLOCATIONS; i++)
		n = add_event(events, n, &p->alloc, alloc_filters[i]);
	for (size_t i = 0; with_waits && i < p->n_waits; i++)
		n = add_event(events, n, &p->waits[i], NULL);
	return n;
}

static int perf_open(struct observer *o, const char *group, char why[OBSERVER_WHY_SIZE])
{
	struct perf_count_event events[PERF_COUNT_MAX_EVENTS];
	struct cpu_list online;
	struct err e = {0};
	int r = probes_arm(&o->probes, o->fs, group, o->extras, why);

	if (r < 0)
		return r;
	if (!cpu_list_read_online(o->fs, &online))
		r = err_set(&e, -EIO, "cannot read /sys/devices/system/cpu/online");
	else
		r = perf_count_open_cpus(&o->total, events, list_events(&o->probes, true, events),
					 &online, &e);
	if (r < 0) {
		(void)snprintf(why, OBSERVER_WHY_SIZE, "%.*s", OBSERVER_WHY_SIZE - 1, e.text);
		probes_disarm(&o->probes);
		return r;
	}
	if (!o->probes.has_all_waits)
		(void)snprintf(why, OBSERVER_WHY_SIZE,
			       "waits on migration entries cannot be counted: not all of their "
			       "functions can be probed");
	return 0;
}

static void perf_close(struct observer *o)
{
	perf_count_close(&o->total);
	probes_disarm(&o->probes);
}

/* Returns how many of @values that were. */
static size_t fill(const struct probes *p, const uint64_t values[], struct migration_counts *ret)
{
	const uint64_t *allocations = values + N_MOVES;

	ret->attempts = (struct measured){true, values[ATTEMPTS]};
	ret->succeeded = (struct measured){true, values[SUCCEEDED]};
	ret->eagain = (struct measured){true, values[EAGAIN_SEEN]};
	if (!p->alloc.is_armed)
		return N_MOVES;
	ret->allocations = (struct measured){true, allocations[ALLOCATIONS]};
	ret->allocations_locked = (struct measured){true, allocations[ALLOCATIONS_LOCKED]};
	return N_MOVES + N_ALLOCATIONS;
}

static void perf_read_total(struct observer *o, struct migration_counts *ret)
{
	uint64_t values[PERF_COUNT_MAX_EVENTS];
	struct cpu_list online;
	size_t first_wait;

	if (!cpu_list_read_online(o->fs, &online) || !perf_count_read(&o->total, &online, values))
		return;
	first_wait = fill(&o->probes, values, ret);
	if (!o->probes.has_all_waits)
		return;
	ret->waits.known = true;
	for (size_t i = 0; i < o->probes.n_waits; i++)
		ret->waits.value += values[first_wait + i];
}

static int perf_attach(struct observer *o, struct observed_thread *thread, struct err *e)
{
	struct perf_count_event events[PERF_COUNT_MAX_EVENTS];

	return perf_count_open_thread(&thread->perf, events, list_events(&o->probes, false, events),
				      thread->tid, e);
}

static void perf_detach(struct observer *o, struct observed_thread *thread)
{
	(void)o;
	perf_count_close(&thread->perf);
}

static void perf_read_thread(struct observer *o, struct observed_thread *thread,
			     struct migration_counts *ret)
{
	uint64_t values[PERF_COUNT_MAX_EVENTS];

	if (perf_count_read(&thread->perf, NULL, values))
		(void)fill(&o->probes, values, ret);
}

static void perf_read_misses(struct observer *o, struct measured *ret)
{
	probes_misses(&o->probes, ret);
}

const struct source_ops source_perf = {
	.open = perf_open,
	.close = perf_close,
	.read_total = perf_read_total,
	.thread_fields = FIELD_BIT(attempts) | FIELD_BIT(succeeded) | FIELD_BIT(eagain),
	.attach = perf_attach,
	.detach = perf_detach,
	.read_thread = perf_read_thread,
	.read_misses = perf_read_misses,
};

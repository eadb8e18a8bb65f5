// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where perf cannot be had: hist triggers on our kprobe events, in a tracefs instance of our own.
 * The kernel keeps a table of (returned value, thread); an entry that finds the table full is
 * counted as dropped, and counts as missed.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "observe/source.h"
#include "observe/trace_text.h"
#include "observe/tracing.h"

#define MOVE_TRIGGER "hist:keys=ret,common_pid:size=8192"
#define ALLOC_TRIGGER "hist:keys=locked,common_pid:size=8192"
/* One entry for all: the hits are what is wanted, and the table cannot overflow. */
#define WAIT_TRIGGER "hist:keys=common_type"

static void hist_close(struct observer *o)
{
	/* The triggers go with the instance, and let go of the probes. */
	tracing_instance_remove(o->instance);
	o->instance = NULL;
	probes_disarm(&o->probes);
}

static int hist_open(struct observer *o, const char *group, char why[OBSERVER_WHY_SIZE])
{
	int r = probes_arm(&o->probes, o->fs, group, o->extras, why);

	if (r < 0)
		return r;
	o->instance = tracing_instance(group, why);
	r = o->instance
		    ? tracing_hist_start(o->instance, group, o->probes.move.name, MOVE_TRIGGER, why)
		    : -EIO;
	if (r == 0 && o->probes.alloc.is_armed)
		r = tracing_hist_start(o->instance, group, o->probes.alloc.name, ALLOC_TRIGGER,
				       why);
	for (size_t i = 0; i < o->probes.n_waits && r == 0; i++)
		r = tracing_hist_start(o->instance, group, o->probes.waits[i].name, WAIT_TRIGGER,
				       why);
	if (r < 0)
		hist_close(o);
	return r;
}

struct asked_for {
	pid_t tid; /* -1: everybody */
	bool is_malformed;
};

/* What the entry has under @key, and how often; false: it is another thread's, or malformed. */
static bool take_entry(const struct hist_entry *entry, const char *key, struct asked_for *a,
		       uint64_t *ret_value, uint64_t *ret_hits)
{
	uint64_t pid;

	if (!hist_entry_get(entry, key, ret_value) || !hist_entry_get(entry, "common_pid", &pid) ||
	    !hist_entry_get(entry, "hitcount", ret_hits)) {
		a->is_malformed = true;
		return false;
	}
	return a->tid < 0 || (pid_t)pid == a->tid;
}

struct move_sums {
	struct asked_for asked;
	uint64_t attempts, succeeded, eagain;
};

static void add_move(void *context, const struct hist_entry *entry)
{
	struct move_sums *sums = context;
	uint64_t returned, hits;

	if (!take_entry(entry, "ret", &sums->asked, &returned, &hits))
		return;
	sums->attempts += hits;
	if ((int32_t)returned == 0)
		sums->succeeded += hits;
	else if ((int32_t)returned == -EAGAIN)
		sums->eagain += hits;
}

static bool read_moves(struct observer *o, pid_t tid, struct migration_counts *ret,
		       struct hist_totals *totals)
{
	cleanup_free char *text =
		tracing_hist_read(o->instance, o->probes.group, o->probes.move.name);
	struct move_sums sums = {.asked.tid = tid};

	if (!text || !hist_text_walk(text, add_move, &sums, totals) || sums.asked.is_malformed)
		return false;
	ret->attempts = (struct measured){true, sums.attempts};
	ret->succeeded = (struct measured){true, sums.succeeded};
	ret->eagain = (struct measured){true, sums.eagain};
	return true;
}

struct allocation_sums {
	struct asked_for asked;
	uint64_t all, locked;
};

static void add_allocation(void *context, const struct hist_entry *entry)
{
	struct allocation_sums *sums = context;
	uint64_t locked, hits;

	if (!take_entry(entry, "locked", &sums->asked, &locked, &hits))
		return;
	sums->all += hits;
	sums->locked += locked ? hits : 0;
}

/* Unknown once an entry has found the table full. */
static void read_allocations(struct observer *o, pid_t tid, struct migration_counts *ret)
{
	struct allocation_sums sums = {.asked.tid = tid};
	struct hist_totals totals = {0};
	cleanup_free char *text = NULL;

	if (!o->probes.alloc.is_armed)
		return;
	text = tracing_hist_read(o->instance, o->probes.group, o->probes.alloc.name);
	if (!text || !hist_text_walk(text, add_allocation, &sums, &totals) || sums.asked.is_malformed ||
	    totals.dropped)
		return;
	ret->allocations = (struct measured){true, sums.all};
	ret->allocations_locked = (struct measured){true, sums.locked};
}

static void ignore_entry(void *context, const struct hist_entry *entry)
{
	(void)context;
	(void)entry;
}

static void hist_read_total(struct observer *o, struct migration_counts *ret)
{
	struct hist_totals totals = {0};

	(void)read_moves(o, -1, ret, &totals);
	read_allocations(o, -1, ret);
	ret->waits.known = o->probes.has_all_waits;
	for (size_t i = 0; i < o->probes.n_waits && ret->waits.known; i++) {
		cleanup_free char *text =
			tracing_hist_read(o->instance, o->probes.group, o->probes.waits[i].name);

		ret->waits.known = text && hist_text_walk(text, ignore_entry, NULL, &totals);
		ret->waits.value += totals.hits + totals.dropped;
	}
	if (!ret->waits.known)
		ret->waits.value = 0;
}

static void hist_read_thread(struct observer *o, struct observed_thread *thread,
			     struct migration_counts *ret)
{
	struct hist_totals totals;

	(void)read_moves(o, thread->tid, ret, &totals);
	read_allocations(o, thread->tid, ret);
}

static void hist_read_misses(struct observer *o, struct measured *ret)
{
	struct migration_counts unused;
	struct hist_totals totals;

	probes_misses(&o->probes, ret);
	if (!ret->known)
		return;
	if (read_moves(o, -1, &unused, &totals))
		ret->value += totals.dropped;
	else
		*ret = (struct measured){0};
}

const struct source_ops source_hist = {
	.open = hist_open,
	.close = hist_close,
	.read_total = hist_read_total,
	.thread_fields = FIELD_BIT(attempts) | FIELD_BIT(succeeded) | FIELD_BIT(eagain),
	.read_thread = hist_read_thread,
	.read_misses = hist_read_misses,
};

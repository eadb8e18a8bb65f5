// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chooses the best source of migration counts that this kernel has, and keeps the drivers' shares
 * over the threads that come and go. What a source cannot see stays unknown in every answer.
 */
#include "observe/observe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "observe/source.h"

static const struct {
	const char *name;
	const struct source_ops *ops;
} sources[] = {
	[SOURCE_PERF_KPROBE] = {"perf-kprobe", &source_perf},
	[SOURCE_HIST] = {"hist", &source_hist},
	[SOURCE_TRACEPOINT] = {"tracepoint", &source_tracepoint},
	[SOURCE_VMSTAT] = {"vmstat-proxy", &source_vmstat},
	[SOURCE_NONE] = {"none", NULL},
};
_Static_assert(ARRAY_SIZE(sources) == SOURCE_MAX, "every source is in the table");

static const char *const driver_names[OBSERVED_MAX] = {
	[OBSERVED_OFFLINE] = "offline",
	[OBSERVED_MOVE_PAGES] = "move_pages",
	[OBSERVED_COMPACTION] = "compaction",
	[OBSERVED_MIGRATE_PAGES] = "migrate_pages",
	[OBSERVED_SOFT_OFFLINE] = "soft_offline",
	[OBSERVED_MBIND] = "mbind",
	[OBSERVED_NUMA_BALANCING] = "numa_balancing",
	[OBSERVED_DEMOTION] = "demotion",
	[OBSERVED_RECLAIM] = "reclaim",
};

const char *observed_driver_name(enum observed_driver driver)
{
	return driver_names[driver];
}

enum observed_driver observed_driver_find(const char *name)
{
	int i = 0;

	while (i < OBSERVED_MAX && strcmp(driver_names[i], name) != 0)
		i++;
	return (enum observed_driver)i;
}

const char *count_source_name(enum count_source source)
{
	return sources[source].name;
}

struct measured *count_field(struct migration_counts *counts, enum count_field field)
{
	switch (field) {
#define X(name)                                                                                    \
	case FIELD_##name:                                                                         \
		return &counts->name;
		COUNT_FIELDS(X)
#undef X
	case FIELD_MAX:
		break;
	}
	return NULL;
}

/* into += later - earlier, known where all three are. */
static void add_difference(struct migration_counts *into, struct migration_counts *later,
			   struct migration_counts *earlier)
{
	for (int i = 0; i < FIELD_MAX; i++) {
		struct measured *sum = count_field(into, (enum count_field)i);
		const struct measured *to = count_field(later, (enum count_field)i);
		const struct measured *from = count_field(earlier, (enum count_field)i);

		sum->known = sum->known && to->known && from->known && to->value >= from->value;
		sum->value = sum->known ? sum->value + to->value - from->value : 0;
	}
}

/* Zero in each of @fields, unknown in the others. */
static struct migration_counts nothing_yet(unsigned int fields)
{
	struct migration_counts counts = {0};

	for (int i = 0; i < FIELD_MAX; i++)
		count_field(&counts, (enum count_field)i)->known = fields >> i & 1;
	return counts;
}

static unsigned int thread_fields(const struct observer *o)
{
	return o->ops->thread_fields | (o->probes.alloc.is_armed ? ALLOCATION_FIELDS : 0);
}

static int try_source(struct observer *o, enum count_source source, const char *group,
		      char why[OBSERVER_WHY_SIZE])
{
	int r;

	o->source = source;
	o->ops = sources[source].ops;
	if (!o->ops)
		return 0;
	r = o->ops->open(o, group, why);
	for (int i = 0; i < OBSERVED_MAX && r == 0; i++)
		o->shares[i].kept = nothing_yet(thread_fields(o));
	return r;
}

int observer_open(struct fsio *fs, const char *group_name, enum count_source force,
		  unsigned int extras, struct observer **ret_observer, char *ret_why, struct err *e)
{
	struct observer *o = memory_alloc(1, sizeof(*o));
	enum count_source first = force == SOURCE_MAX ? SOURCE_PERF_KPROBE : force;
	char best_why[OBSERVER_WHY_SIZE] = "";
	int r = 0;

	o->fs = fs;
	o->extras = extras;
	for (int source = first; source < SOURCE_MAX; source++) {
		char why[OBSERVER_WHY_SIZE] = "";

		r = try_source(o, (enum count_source)source, group_name, why);
		/* Why not the best one is what people want to know. */
		if (!best_why[0])
			(void)strcpy(best_why, why);
		if (r == 0 || force != SOURCE_MAX)
			break;
	}
	if (r < 0) {
		free(o);
		return err_set(e, -EOPNOTSUPP, "cannot count by %s: %s", count_source_name(force),
			       best_why);
	}
	(void)pthread_mutex_init(&o->lock, NULL);
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
	if (o->ops)
		o->ops->close(o);
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

/* The lock is held. */
static void read_share(struct observer *o, struct observed_share *share,
		       struct migration_counts *ret)
{
	*ret = share->kept;
	for (size_t i = 0; i < share->n_threads; i++) {
		struct migration_counts now = {0};

		o->ops->read_thread(o, &share->threads[i], &now);
		add_difference(ret, &now, &share->threads[i].before);
	}
}

/* The lock is held. */
static void detach(struct observer *o, struct observed_share *share)
{
	struct migration_counts sum;

	read_share(o, share, &sum);
	share->kept = sum;
	for (size_t i = 0; i < share->n_threads && o->ops->detach; i++)
		o->ops->detach(o, &share->threads[i]);
	free(share->threads);
	share->threads = NULL;
	share->n_threads = 0;
}

/* The lock is held. */
static int attach(struct observer *o, struct observed_share *share, pid_t tid, struct err *e)
{
	struct observed_thread thread = {
		.tid = tid,
		.before = nothing_yet(thread_fields(o)),
	};
	int r = 0;

	if (share->n_threads == OBSERVER_MAX_THREADS) {
		r = err_set(e, -E2BIG, "more than %d threads cannot be counted for one driver",
			    OBSERVER_MAX_THREADS);
	} else if (o->ops->attach) {
		r = o->ops->attach(o, &thread, e);
	} else {
		/* A table by thread number: the number may have had another owner. */
		thread.before = (struct migration_counts){0};
		o->ops->read_thread(o, &thread, &thread.before);
	}
	if (r < 0) {
		share->kept = (struct migration_counts){0};
		return r;
	}
	share->threads = memory_grow(share->threads, share->n_threads + 1, sizeof(*share->threads));
	share->threads[share->n_threads++] = thread;
	return 0;
}

static int attach_thread(struct observer *o, enum observed_driver driver, pid_t tid, bool is_first,
			 struct err *e)
{
	struct observed_share *share = &o->shares[driver];
	int r = 0;

	if (!o->ops || !o->ops->read_thread)
		return 0;
	(void)pthread_mutex_lock(&o->lock);
	if (is_first)
		detach(o, share);
	r = attach(o, share, tid, e);
	(void)pthread_mutex_unlock(&o->lock);
	return r;
}

int observer_attach(struct observer *o, enum observed_driver driver, pid_t tid, struct err *e)
{
	return attach_thread(o, driver, tid, true, e);
}

int observer_attach_also(struct observer *o, enum observed_driver driver, pid_t tid, struct err *e)
{
	return attach_thread(o, driver, tid, false, e);
}

void observer_detach(struct observer *o, enum observed_driver driver)
{
	(void)pthread_mutex_lock(&o->lock);
	if (o->ops)
		detach(o, &o->shares[driver]);
	(void)pthread_mutex_unlock(&o->lock);
}

void observer_read_total(struct observer *o, struct migration_counts *ret)
{
	*ret = (struct migration_counts){0};
	(void)pthread_mutex_lock(&o->lock);
	if (o->ops)
		o->ops->read_total(o, ret);
	(void)pthread_mutex_unlock(&o->lock);
}

void observer_read_driver(struct observer *o, enum observed_driver driver,
			  struct migration_counts *ret)
{
	(void)pthread_mutex_lock(&o->lock);
	read_share(o, &o->shares[driver], ret);
	(void)pthread_mutex_unlock(&o->lock);
}

void observer_probe_misses(struct observer *o, struct measured *ret)
{
	*ret = (struct measured){0};
	(void)pthread_mutex_lock(&o->lock);
	if (o->ops && o->ops->read_misses)
		o->ops->read_misses(o, ret);
	(void)pthread_mutex_unlock(&o->lock);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sources of counts behind one table, for this room only. */
#pragma once

#include <pthread.h>

#include "observe/observe.h"
#include "observe/perf_count.h"
#include "observe/probes.h"
#include "observe/vmstat.h"

struct cpu_list;
struct observer;
struct tracefs_instance;

/* The fields of struct migration_counts, to go over them in a loop. */
#define COUNT_FIELDS(X)                                                                            \
	X(attempts) X(succeeded) X(eagain) X(waits) X(allocations) X(allocations_locked)           \
	X(failed_pages) X(migrated_pages)

enum count_field {
#define X(name) FIELD_##name,
	COUNT_FIELDS(X)
#undef X
		FIELD_MAX,
};

struct measured *count_field(struct migration_counts *counts, enum count_field field);

#define FIELD_BIT(name) (1u << FIELD_##name)
#define ALLOCATION_FIELDS (FIELD_BIT(allocations) | FIELD_BIT(allocations_locked))

/* A thread while it is attached. */
struct observed_thread {
	pid_t tid;
	struct perf_count perf;
	struct migration_counts before; /* what the source had counted for this tid already */
};

/* A driver's threads, and what their predecessors have counted. */
struct observed_share {
	struct observed_thread *threads; /* those that are attached; owned */
	size_t n_threads;
	struct migration_counts kept;
};

struct source_ops {
	/* 0, or a negative errno and the reason; leaves nothing behind on failure. */
	int (*open)(struct observer *o, const char *group, char why[OBSERVER_WHY_SIZE]);
	void (*close)(struct observer *o);
	void (*read_total)(struct observer *o, struct migration_counts *ret);
	/* What a thread's counts consist of; 0: this source does not tell threads apart. */
	unsigned int thread_fields;
	int (*attach)(struct observer *o, struct observed_thread *thread, struct err *e);
	void (*detach)(struct observer *o, struct observed_thread *thread);
	/* Cumulative since open or, where counters are made at attach, since then. */
	void (*read_thread)(struct observer *o, struct observed_thread *thread,
			    struct migration_counts *ret);
	void (*read_misses)(struct observer *o, struct measured *ret);
};

extern const struct source_ops source_perf, source_hist, source_tracepoint, source_vmstat;

struct observer {
	struct fsio *fs;
	enum count_source source;
	unsigned int extras;
	const struct source_ops *ops; /* NULL: SOURCE_NONE */
	struct probes probes;
	struct perf_count total;
	struct tracefs_instance *instance;
	struct vmstat start;
	struct observed_share shares[OBSERVED_MAX];
	pthread_mutex_t lock; /* of all that is above, once open has returned */
};

/* The CPUs that are online now. */

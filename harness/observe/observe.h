/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counting what the kernel hides: migration attempts, EAGAIN, waits on migration entries.
 * The best source that this kernel offers is taken and named; what a source cannot see is
 * not reported as zero but as unmeasured.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct fsio;

#define OBSERVER_WHY_SIZE 256
#define OBSERVER_GROUP_PREFIX "memsoak_" /* and the process number: so a dead one's is known */

enum count_source {			/* best first */
		    SOURCE_PERF_KPROBE, /* perf_event counting mode on a kretprobe event: nothing is
					   lost */
		    SOURCE_HIST,	/* tracefs hist trigger keyed by return value and pid */
		    SOURCE_TRACEPOINT,	/* migrate:mm_migrate_pages: final results of calls only, no
					   retries */
		    SOURCE_VMSTAT,	/* /proc/vmstat pgmigrate_*: final results, everybody's, no
					   retries */
		    SOURCE_NONE,
		    SOURCE_MAX,
};
/* "perf-kprobe" "hist" "tracepoint" "vmstat-proxy" "none" */
const char *count_source_name(enum count_source source);

enum observed_driver { /* whose threads are counted apart */
		       OBSERVED_OFFLINE,
		       OBSERVED_MOVE_PAGES,
		       OBSERVED_COMPACTION,
		       OBSERVED_MIGRATE_PAGES,
		       OBSERVED_SOFT_OFFLINE,
		       OBSERVED_MBIND,
		       OBSERVED_NUMA_BALANCING,
		       OBSERVED_DEMOTION,
		       OBSERVED_RECLAIM,
		       OBSERVED_MAX,
};
const char *observed_driver_name(enum observed_driver driver);
enum observed_driver observed_driver_find(const char *name); /* OBSERVED_MAX: none */

/* A count with the proof that it was measured. */
struct measured {
	bool known;
	uint64_t value;
};

struct migration_counts {
	struct measured attempts;  /* returns of move_to_new_folio/move_to_new_page */
	struct measured succeeded; /* ... that returned 0 */
	struct measured eagain;	   /* ... that returned -EAGAIN */
	struct measured waits;	   /* entries of migration_entry_wait, its hugetlb and its pmd twin */
	/* Destinations asked for, with OBSERVE_ALLOCATIONS: by probes.h. */
	struct measured allocations;
	struct measured allocations_locked; /* ... while the source page was locked */
	struct measured failed_pages;	/* SOURCE_TRACEPOINT and SOURCE_VMSTAT: pages given up on */
	struct measured migrated_pages; /* the same: pages moved */
};

struct observer;

/* What is counted only when it is asked for, because it costs a probe more for each page. */
#define OBSERVE_ALLOCATIONS 1u

/*
 * Arms the probes. @group_name is the kprobe group, made unique by the caller ("memsoak_1234").
 * @force: SOURCE_MAX lets it choose; another value asks for exactly that source (tests, and
 * the fallback's own proof), -EOPNOTSUPP when it is not there. @extras: OBSERVE_... Never fails for lack of probes:
 * it falls back and says in @ret_why (may be NULL, size OBSERVER_WHY_SIZE) why not better, or
 * what even the best one cannot give here. Call it from one thread: libtracefs has state.
 */
int observer_open(struct fsio *fs, const char *group_name, enum count_source force,
		  unsigned int extras, struct observer **ret_observer, char *ret_why, struct err *e);

/* Removes every probe and instance that open made. NULL is fine. */
void observer_close(struct observer *o);

enum count_source observer_source(const struct observer *o);
const char *observer_symbol(const struct observer *o); /* "move_to_new_folio", or "" */

/*
 * From now on what thread @tid migrates is counted for @driver too, and no longer what its threads
 * of before do. Thread-safe. On failure that driver's share is unknown from then on.
 */
int observer_attach(struct observer *o, enum observed_driver driver, pid_t tid, struct err *e);
/*
 * One thread more, for a driver whose migrations run in the threads of others (mbind, NUMA
 * balancing). -E2BIG: it has OBSERVER_MAX_THREADS; its share is unknown then, too.
 */
#define OBSERVER_MAX_THREADS 1024
int observer_attach_also(struct observer *o, enum observed_driver driver, pid_t tid, struct err *e);
void observer_detach(struct observer *o, enum observed_driver driver); /* keeps what was counted */

/*
 * Everything since open, all CPUs; and one driver's share (0 for one that never attached, where
 * the source can tell threads apart). Thread-safe.
 */
void observer_read_total(struct observer *o, struct migration_counts *ret);
void observer_read_driver(struct observer *o, enum observed_driver driver,
			  struct migration_counts *ret);

/*
 * Probe hits that the kernel missed (kprobe_profile), and with SOURCE_HIST those that found its
 * table full. Unknown without kprobes. The counts are exact when this is 0.
 */
void observer_probe_misses(struct observer *o, struct measured *ret);

/*
 * Removes probes and tracefs instances memsoak_PID whose process is gone or is no memsoakd (after
 * SIGKILL): for "memsoak restore". Goes on after a failure, and returns the first one.
 */
int observer_remove_stale(struct fsio *fs, unsigned int *ret_removed, struct err *e);

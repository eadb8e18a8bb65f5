/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile: what a run is asked to do. INI, each key in one table, each mistake with file:line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define PROFILE_MAX_WORKERS 8
#define PROFILE_MAX_RUNGS 16
#define PROFILE_MAX_MEMBERS 24
#define PROFILE_NAME_SIZE 64
#define PROFILE_MAX_STRESSORS 8
#define PROFILE_STRESSOR_SIZE 32
#define PROFILE_STRESS_OPTIONS_SIZE 200 /* a line's length */
#define PROFILE_MAX_SEED (1ULL << 53) /* beyond it many a JSON reader is no longer exact */

enum workload_kind {
	KIND_PRIVATE_ANONYMOUS, /* "private-anonymous": each process has its own pages */
	KIND_SHARED_MEMFD,	/* "shared-memfd": one memfd mapped by every process of the group */
	KIND_ANONYMOUS_THP,	/* "anonymous-thp": as private-anonymous, of transparent huge pages */
	KIND_SHARED_THP,	/* "shared-thp": as shared-memfd, of transparent huge pages */
	KIND_PRIVATE_HUGETLB,	/* "private-hugetlb": each process has its own, from the pool */
	KIND_SHARED_HUGETLB,	/* "shared-hugetlb": one memfd of hugetlb pages for the group */
	KIND_MAPPED_FILE,	/* "mapped-file": as shared-memfd, of a file in the run's folder */
	KIND_KSM,		/* "ksm": private pages, merged by ksmd: those of all processes are one */
	KIND_MAX,
};

enum driven_by { /* which driver migrates this group's pages */
	DRIVEN_BY_NONE,
	DRIVEN_BY_OFFLINE,
	DRIVEN_BY_MOVE_PAGES,
	DRIVEN_BY_COMPACTION, /* the callers, in the order of enum caller */
	DRIVEN_BY_MIGRATE_PAGES,
	DRIVEN_BY_SOFT_OFFLINE,
	DRIVEN_BY_MBIND,
	DRIVEN_BY_NUMA_BALANCING,
	DRIVEN_BY_DEMOTION,
	DRIVEN_BY_RECLAIM,
	DRIVEN_BY_MAX,
};

/* A driver that makes one call again and again until its phase ends. Its section has its name. */
enum caller {
	CALLER_COMPACTION,
	CALLER_MIGRATE_PAGES,
	CALLER_SOFT_OFFLINE,
	CALLER_MBIND,
	CALLER_NUMA_BALANCING,
	CALLER_DEMOTION,
	CALLER_RECLAIM,
	CALLER_MAX,
};
#define DRIVEN_BY_CALLER(caller) ((enum driven_by)(DRIVEN_BY_COMPACTION + (caller)))

/* What a run is to prove, and who judges it (reports/scenarios). */
enum scenario {
	SCENARIO_NONE,
	SCENARIO_WAITER_REF,
	SCENARIO_MLOCK_DRAIN,
	SCENARIO_SOFT_OFFLINE,
	SCENARIO_ALLOC_LOCKED,
	SCENARIO_PINS,
	SCENARIO_RECLAIM_WAKE,
	SCENARIO_NOTIFIER_VETO,
	SCENARIO_MAX,
};

enum lockup_policy {
	LOCKUPS_AUTO,
	LOCKUPS_FAIL,
	LOCKUPS_REPORT,
	LOCKUPS_MAX,
};

enum veto { /* which errno every other offline gets from a notifier */
	VETO_NONE,
	VETO_EBUSY,
	VETO_ENOMEM,
	VETO_EACCES,
	VETO_MAX,
};

/* [workers] or [workers NAME]; the bare section's name is "workers". */
struct profile_workers {
	char name[PROFILE_NAME_SIZE];
	char workload[PROFILE_NAME_SIZE]; /* a name of the workload registry: "refault", "pin" */
	enum workload_kind kind;
	enum driven_by driven_by;
	uint32_t processes; /* >= 1 */
	uint32_t threads;   /* for each process; 0: the pages are there and nobody touches them */
	uint32_t pages;	    /* hot pages: of each process, or of the group when shared */
};

struct profile_rung { /* "N" is one process with N threads: all of them touch the same pages */
	uint32_t processes; /* 0 faulters: processes 1, threads 0 */
	uint32_t threads;
};

/* [watchdog]: 0 (no) leaves the host's setting; written, recorded, put back */
struct profile_watchdog {
	uint32_t thresh_s;
	uint32_t hung_task_timeout_s;
	uint32_t hung_task_warnings;
	uint32_t rcu_stall_timeout_s; /* 0, or 3 and more */
	bool all_cpu_backtraces;
};

/*
 * The section of each caller; a key that a caller has no use for is no key of
 * its section.
 */
struct profile_caller {
	bool is_there;
	bool per_node;	   /* per_node = yes: also each node alone; no (default): all at once */
	uint64_t pause_ns; /* pause = between two calls */
	uint32_t pages;	   /* pages = so many calls at most; no default */
	bool plain_only;   /* cases = plain: none that must fail; all (default) */
	bool consent;	   /* consent = yes: page frames may be taken out of use; no (default) */
};

/* [stress-ng]: a load in the background, in the workers' cgroup */
struct profile_stressor {
	char name[PROFILE_STRESSOR_SIZE]; /* as stress-ng calls it */
	uint32_t instances;		  /* >= 1 */
};

struct profile_stress_ng {
	bool is_there;
	struct profile_stressor stressors[PROFILE_MAX_STRESSORS];
	size_t n_stressors;
	/* options = of these stressors, "vm-bytes 64M, vm-method flip"; "": none */
	char options[PROFILE_STRESS_OPTIONS_SIZE];
	uint64_t memory_bytes; /* memory = by so much the cgroup's bound is raised; default 256 MiB */
};

struct profile {
	char name[PROFILE_NAME_SIZE]; /* the file's name without .ini */
	char *path;		      /* owned */

	/* [run] */
	uint64_t duration_ns;
	uint64_t seed;
	bool unattended;
	char resume[8]; /* never | once | always */
	/*
	 * stop_when_settled = yes: the run ends when its figures have settled, or with its duration. Within
	 * so many percent over a window of that length, and not before such a time and so many offline
	 * attempts (service/settled.h). Defaults: no, 5, 10 min, 30 min, 100
	 */
	bool stop_when_settled;
	uint32_t settle_tolerance_percent;
	uint64_t settle_window_ns, settle_after_ns;
	uint32_t settle_cycles;
	/* profiles = a,b: those are run, one after the other; nothing else but [run] is there then
	 */
	char members[PROFILE_MAX_MEMBERS][PROFILE_NAME_SIZE];
	size_t n_members;

	/* [guard] */
	uint64_t reserve_bytes; /* default 4 GiB */

	/* [offline]; has_offline: the section is there */
	bool has_offline;
	uint64_t offline_deadline_ns; /* default 20 s */
	uint32_t offline_cycles; /* attempts in all (ladder: on each rung); 0: until time is up */
	bool offline_movable_only;    /* zones = movable (default) | any */
	bool offline_aim;	      /* aim = yes (default): put the group's pages into the block */
	uint64_t offline_pause_ns;    /* pause = between two attempts; default 0 */
	enum veto offline_veto;	      /* veto = errno of every other attempt; default none */

	/* [move_pages] */
	bool has_move_pages;
	uint32_t move_pages_batch; /* pages of a batch call, default 64; single calls alternate */

	/* [workers ...] */
	struct profile_workers workers[PROFILE_MAX_WORKERS];
	size_t n_workers;

	/* [ladder]; n_rungs 0: no ladder */
	struct profile_rung rungs[PROFILE_MAX_RUNGS];
	size_t n_rungs;
	uint64_t rung_duration_ns; /* rung_duration =, default 5 s */

	/* [verdict] */
	enum lockup_policy lockups;

	struct profile_watchdog watchdog;

	/* [observe] */
	bool causes; /* causes = yes: who is to blame for each EAGAIN; no (default) */

	/* [record] */
	uint64_t journal_limit_bytes; /* of events.jsonl, and of kmsg.log; default 256 MiB */

	/* [scenario] */
	enum scenario scenario;
	bool drivers_together; /* drivers = in-turn (default): a phase for each | together */

	struct profile_caller callers[CALLER_MAX];

	struct profile_stress_ng stress_ng;
};

/*
 * @name is a path (has a slash or ends in .ini) or the name of a profile in the folders:
 * $MEMSOAK_PROFILES, /etc/memsoak, PREFIX/share/memsoak/profiles, and, for a program run from
 * its build folder, workloads/profiles beside it. Reasons are "FILE:LINE: what, what to do".
 */
int profile_load(const char *name, struct profile *p, struct err *e);
void profile_done(struct profile *p);

/* "3" (one process, three threads) or "8x2", as the profile says it. */
#define PROFILE_RUNG_TEXT_SIZE 24
void profile_rung_text(const struct profile_rung *rung, char text[PROFILE_RUNG_TEXT_SIZE]);

const char *workload_kind_name(enum workload_kind kind);
/* All processes of a group have the same pages. */
bool workload_kind_is_shared(enum workload_kind kind);
/* A memfd is made for the group, and its pages are the hot ones. */
bool workload_kind_has_memory_fd(enum workload_kind kind);
bool workload_kind_has_file(enum workload_kind kind); /* ... of a file system's file instead */
bool workload_kind_is_huge(enum workload_kind kind); /* pages of the PMD's size */
bool workload_kind_is_hugetlb(enum workload_kind kind);
const char *driven_by_name(enum driven_by driven_by);
const char *caller_name(enum caller caller);
const char *scenario_name(enum scenario scenario); /* "none" for SCENARIO_NONE */
bool profile_has_caller(const struct profile *p);  /* any */
bool caller_needs_two_nodes(enum caller caller); /* with memory, to send pages to and fro */
const char *lockup_policy_name(enum lockup_policy policy);

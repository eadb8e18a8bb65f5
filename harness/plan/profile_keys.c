// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/profile_keys.h"

#include "base/clock.h"
#include "base/cleanup.h"

#define HOUR_NS (3600 * NS_PER_S)
#define GIB (1ULL << 30)

const char *const profile_sections[SECTION_MAX] = {
	[SECTION_RUN] = "run",		 [SECTION_GUARD] = "guard",
	[SECTION_OFFLINE] = "offline",	 [SECTION_MOVE_PAGES] = "move_pages",
	[SECTION_WORKERS] = "workers",	 [SECTION_LADDER] = "ladder",
	[SECTION_VERDICT] = "verdict",	 [SECTION_WATCHDOG] = "watchdog",
	[SECTION_RECORD] = "record",	 [SECTION_OBSERVE] = "observe",
	[SECTION_SCENARIO] = "scenario", [SECTION_STRESS_NG] = "stress-ng",
	[SECTION_COMPACTION] = "compaction",
	[SECTION_MIGRATE_PAGES] = "migrate_pages",
	[SECTION_SOFT_OFFLINE] = "soft_offline",
	[SECTION_MBIND] = "mbind",
	[SECTION_NUMA_BALANCING] = "numa_balancing",
	[SECTION_DEMOTION] = "demotion",
	[SECTION_RECLAIM] = "reclaim",
};

static const char *const resume_words[] = {"never", "once", "always", NULL};
static const char *const zones_words[] = {"movable", "any", NULL};
static const char *const veto_words[VETO_MAX + 1] = {"none", "EBUSY", "ENOMEM", "EACCES"};
static const char *const workload_words[] = {"refault",	    "pin",	 "mlock-churn",
					     "mlock-keep",  "hold-pipe", "hold-ring",
					     "hold-direct", "zap",	 "hog",
					     "text",	    "read-across", NULL};
static const char *const kind_words[KIND_MAX + 1] = {
	[KIND_PRIVATE_ANONYMOUS] = "private-anonymous",
	[KIND_SHARED_MEMFD] = "shared-memfd",
	[KIND_ANONYMOUS_THP] = "anonymous-thp",
	[KIND_SHARED_THP] = "shared-thp",
	[KIND_PRIVATE_HUGETLB] = "private-hugetlb",
	[KIND_SHARED_HUGETLB] = "shared-hugetlb",
	[KIND_MAPPED_FILE] = "mapped-file",
	[KIND_KSM] = "ksm",
};
enum { SHARED = 1, MEMORY_FD = 2, HUGE = 4, HUGETLB = 8, IN_FILE = 16 };
static const unsigned char kind_traits[KIND_MAX] = {
	[KIND_SHARED_MEMFD] = SHARED | MEMORY_FD,
	[KIND_ANONYMOUS_THP] = HUGE,
	[KIND_SHARED_THP] = SHARED | MEMORY_FD | HUGE,
	[KIND_PRIVATE_HUGETLB] = HUGE | HUGETLB,
	[KIND_SHARED_HUGETLB] = SHARED | MEMORY_FD | HUGE | HUGETLB,
	[KIND_MAPPED_FILE] = SHARED | MEMORY_FD | IN_FILE,
	[KIND_KSM] = SHARED,
};
static const char *const driven_by_words[DRIVEN_BY_MAX + 1] = {
	[DRIVEN_BY_NONE] = "none",
	[DRIVEN_BY_OFFLINE] = "offline",
	[DRIVEN_BY_MOVE_PAGES] = "move_pages",
	[DRIVEN_BY_COMPACTION] = "compaction",
	[DRIVEN_BY_MIGRATE_PAGES] = "migrate_pages",
	[DRIVEN_BY_SOFT_OFFLINE] = "soft_offline",
	[DRIVEN_BY_MBIND] = "mbind",
	[DRIVEN_BY_NUMA_BALANCING] = "numa_balancing",
	[DRIVEN_BY_DEMOTION] = "demotion",
	[DRIVEN_BY_RECLAIM] = "reclaim",
};
_Static_assert(DRIVEN_BY_CALLER(CALLER_MAX) == DRIVEN_BY_MAX, "the callers are the last drivers");
_Static_assert(SECTION_CALLER(CALLER_MAX) == SECTION_MAX, "and theirs the last sections");
static const char *const scenario_words[SCENARIO_MAX + 1] = {
	[SCENARIO_NONE] = "none",
	[SCENARIO_WAITER_REF] = "waiter-ref",
	[SCENARIO_MLOCK_DRAIN] = "mlock-drain",
	[SCENARIO_SOFT_OFFLINE] = "soft-offline",
	[SCENARIO_ALLOC_LOCKED] = "alloc-locked",
	[SCENARIO_PINS] = "pins",
	[SCENARIO_RECLAIM_WAKE] = "reclaim-wake",
	[SCENARIO_NOTIFIER_VETO] = "notifier-veto",
};
static const char *const cases_words[] = {"plain", "all", NULL};
static const char *const drivers_words[] = {"together", "in-turn", NULL};
static const char *const lockups_words[LOCKUPS_MAX + 1] = {
	[LOCKUPS_AUTO] = "auto",
	[LOCKUPS_FAIL] = "fail",
	[LOCKUPS_REPORT] = "report",
};

#define P(field) offsetof(struct profile, field)
#define RESUME_BYTES sizeof(((struct profile *)0)->resume)
#define CALLER(caller, field) offsetof(struct profile, callers[caller].field)
#define W(field) offsetof(struct profile_workers, field)

/*
 * Upper bounds are there to catch a slip of the pen, and what would not fit: 256 threads are what
 * a worker's shared page has slots for, 60 is the kernel's own bound of watchdog_thresh
 * (kernel/watchdog.c: watchdog_sysctls[], 6.1 and later), 300 of the RCU stall timeout
 * (kernel/rcu/tree_stall.h: rcu_jiffies_till_stall_check(), 4.18 to 7.x).
 */
const struct profile_key profile_keys[] = {
	{SECTION_RUN, "duration", KEY_DURATION, P(duration_ns),
	 NS_PER_S, 2160 * HOUR_NS, NULL, NULL, false},
	{SECTION_RUN, "seed", KEY_NUMBER, P(seed),
	 0, PROFILE_MAX_SEED, NULL, "1", true},
	{SECTION_RUN, "unattended", KEY_YES_NO, P(unattended),
	 0, 0, NULL, "no", true},
	{SECTION_RUN, "resume", KEY_TEXT, P(resume),
	 0, RESUME_BYTES, resume_words, "never", true},
	{SECTION_RUN, "profiles", KEY_MEMBERS, P(members),
	 0, 0, NULL, "none", DIGEST_NEVER},
	{SECTION_RUN, "stop_when_settled", KEY_YES_NO, P(stop_when_settled),
	 0, 0, NULL, "no", DIGEST_UNLESS_DEFAULT},
	{SECTION_RUN, "settle_tolerance_percent", KEY_COUNT, P(settle_tolerance_percent),
	 1, 50, NULL, "5", DIGEST_UNLESS_DEFAULT},
	{SECTION_RUN, "settle_window", KEY_DURATION, P(settle_window_ns),
	 20 * NS_PER_S, 24 * HOUR_NS, NULL, "10m", DIGEST_UNLESS_DEFAULT},
	{SECTION_RUN, "settle_after", KEY_DURATION, P(settle_after_ns),
	 NS_PER_S, 2160 * HOUR_NS, NULL, "30m", DIGEST_UNLESS_DEFAULT},
	{SECTION_RUN, "settle_cycles", KEY_COUNT, P(settle_cycles),
	 1, 1000000000, NULL, "100", DIGEST_UNLESS_DEFAULT},
	{SECTION_GUARD, "reserve", KEY_BYTES, P(reserve_bytes),
	 0, 1ULL << 50, NULL, "4GiB", false},
	{SECTION_OFFLINE, "deadline", KEY_DURATION, P(offline_deadline_ns),
	 100 * NS_PER_MS, 24 * HOUR_NS, NULL, "20s", false},
	{SECTION_OFFLINE, "cycles", KEY_COUNT, P(offline_cycles),
	 0, 1000000000, NULL, "0", false},
	{SECTION_OFFLINE, "zones", KEY_FIRST, P(offline_movable_only),
	 0, 0, zones_words, "movable", false},
	{SECTION_OFFLINE, "aim", KEY_YES_NO, P(offline_aim),
	 0, 0, NULL, "yes", false},
	{SECTION_OFFLINE, "pause", KEY_DURATION, P(offline_pause_ns),
	 0, HOUR_NS, NULL, "0s", false},
	{SECTION_OFFLINE, "veto", KEY_WORD, P(offline_veto),
	 0, 0, veto_words, "none", DIGEST_UNLESS_DEFAULT},
	{SECTION_MOVE_PAGES, "batch", KEY_COUNT, P(move_pages_batch),
	 1, 65536, NULL, "64", false},
	{SECTION_WORKERS, "workload", KEY_TEXT, W(workload),
	 0, PROFILE_NAME_SIZE, workload_words, "refault", false},
	{SECTION_WORKERS, "kind", KEY_WORD, W(kind),
	 0, 0, kind_words, NULL, false},
	{SECTION_WORKERS, "driven_by", KEY_WORD, W(driven_by),
	 0, 0, driven_by_words, NULL, false},
	{SECTION_WORKERS, "processes", KEY_COUNT, W(processes),
	 1, 1024, NULL, "1", false},
	{SECTION_WORKERS, "threads", KEY_COUNT, W(threads),
	 0, 256, NULL, "1", false},
	{SECTION_WORKERS, "pages", KEY_COUNT, W(pages),
	 1, 1 << 20, NULL, "16", false},
	{SECTION_LADDER, "rungs", KEY_RUNGS, P(rungs),
	 0, 0, NULL, NULL, false},
	{SECTION_LADDER, "rung_duration", KEY_DURATION, P(rung_duration_ns),
	 100 * NS_PER_MS, 24 * HOUR_NS, NULL, "5s", false},
	{SECTION_VERDICT, "lockups", KEY_WORD, P(lockups),
	 0, 0, lockups_words, "auto", false},
	{SECTION_WATCHDOG, "thresh", KEY_SECONDS, P(watchdog.thresh_s),
	 0, 60, NULL, "0s", false},
	{SECTION_WATCHDOG, "hung_task_timeout", KEY_SECONDS, P(watchdog.hung_task_timeout_s),
	 0, 86400, NULL, "0s", false},
	{SECTION_WATCHDOG, "hung_task_warnings", KEY_COUNT, P(watchdog.hung_task_warnings),
	 0, 1000000, NULL, "0", DIGEST_UNLESS_DEFAULT},
	{SECTION_WATCHDOG, "rcu_stall_timeout", KEY_SECONDS, P(watchdog.rcu_stall_timeout_s),
	 0, 300, NULL, "0s", DIGEST_UNLESS_DEFAULT},
	{SECTION_WATCHDOG, "all_cpu_backtraces", KEY_YES_NO, P(watchdog.all_cpu_backtraces),
	 0, 0, NULL, "no", DIGEST_UNLESS_DEFAULT},
	{SECTION_RECORD, "journal_limit", KEY_BYTES, P(journal_limit_bytes),
	 1ULL << 20, 1ULL << 40, NULL, "256MiB", DIGEST_NEVER},
	{SECTION_OBSERVE, "causes", KEY_YES_NO, P(causes),
	 0, 0, NULL, "no", false},
	{SECTION_SCENARIO, "name", KEY_WORD, P(scenario),
	 0, 0, scenario_words, NULL, false},
	{SECTION_SCENARIO, "drivers", KEY_FIRST, P(drivers_together),
	 0, 0, drivers_words, "in-turn", false},
	{SECTION_STRESS_NG, "stressors", KEY_STRESSORS, P(stress_ng.stressors),
	 1, 1024, NULL, NULL, false},
	{SECTION_STRESS_NG, "options", KEY_STRESS_OPTIONS, P(stress_ng.options),
	 0, PROFILE_STRESS_OPTIONS_SIZE, NULL, "none", false},
	{SECTION_STRESS_NG, "memory", KEY_BYTES, P(stress_ng.memory_bytes),
	 0, 1ULL << 50, NULL, "256MiB", false},
	{SECTION_COMPACTION, "per_node", KEY_YES_NO, CALLER(CALLER_COMPACTION, per_node),
	 0, 0, NULL, "no", false},
	{SECTION_COMPACTION, "pause", KEY_DURATION, CALLER(CALLER_COMPACTION, pause_ns),
	 0, HOUR_NS, NULL, "0s", false},
	{SECTION_MIGRATE_PAGES, "pause", KEY_DURATION, CALLER(CALLER_MIGRATE_PAGES, pause_ns),
	 0, HOUR_NS, NULL, "0s", false},
	{SECTION_SOFT_OFFLINE, "pages", KEY_COUNT, CALLER(CALLER_SOFT_OFFLINE, pages),
	 1, 65536, NULL, NULL, false},
	{SECTION_SOFT_OFFLINE, "consent", KEY_YES_NO, CALLER(CALLER_SOFT_OFFLINE, consent),
	 0, 0, NULL, "no", true},
	{SECTION_SOFT_OFFLINE, "cases", KEY_FIRST, CALLER(CALLER_SOFT_OFFLINE, plain_only),
	 0, 0, cases_words, "all", DIGEST_UNLESS_DEFAULT},
	{SECTION_SOFT_OFFLINE, "pause", KEY_DURATION, CALLER(CALLER_SOFT_OFFLINE, pause_ns),
	 0, HOUR_NS, NULL, "0s", false},
	{SECTION_MBIND, "pause", KEY_DURATION, CALLER(CALLER_MBIND, pause_ns),
	 0, HOUR_NS, NULL, "0s", false},
	{SECTION_NUMA_BALANCING, "pause", KEY_DURATION, CALLER(CALLER_NUMA_BALANCING, pause_ns),
	 100 * NS_PER_MS, HOUR_NS, NULL, "3s", false},
	{SECTION_DEMOTION, "pause", KEY_DURATION, CALLER(CALLER_DEMOTION, pause_ns),
	 0, HOUR_NS, NULL, "200ms", false},
	{SECTION_RECLAIM, "pause", KEY_DURATION, CALLER(CALLER_RECLAIM, pause_ns),
	 0, HOUR_NS, NULL, "0s", false},
};
const size_t n_profile_keys = ARRAY_SIZE(profile_keys);

const char *workload_kind_name(enum workload_kind kind)
{
	return (unsigned int)kind < KIND_MAX ? kind_words[kind] : "unknown";
}

bool workload_kind_is_shared(enum workload_kind kind)
{
	return kind_traits[kind] & SHARED;
}

bool workload_kind_has_memory_fd(enum workload_kind kind)
{
	return kind_traits[kind] & MEMORY_FD;
}

bool workload_kind_has_file(enum workload_kind kind)
{
	return kind_traits[kind] & IN_FILE;
}

bool workload_kind_is_huge(enum workload_kind kind)
{
	return kind_traits[kind] & HUGE;
}

bool workload_kind_is_hugetlb(enum workload_kind kind)
{
	return kind_traits[kind] & HUGETLB;
}

const char *driven_by_name(enum driven_by driven_by)
{
	return (unsigned int)driven_by < DRIVEN_BY_MAX ? driven_by_words[driven_by] : "unknown";
}

const char *caller_name(enum caller caller)
{
	return driven_by_name(DRIVEN_BY_CALLER(caller));
}

const char *scenario_name(enum scenario scenario)
{
	return (unsigned int)scenario < SCENARIO_MAX ? scenario_words[scenario] : "unknown";
}

bool caller_needs_two_nodes(enum caller caller)
{
	return caller == CALLER_MIGRATE_PAGES || caller == CALLER_MBIND ||
	       caller == CALLER_NUMA_BALANCING;
}

bool profile_has_caller(const struct profile *p)
{
	for (int i = 0; i < CALLER_MAX; i++)
		if (p->callers[i].is_there)
			return true;
	return false;
}

const char *lockup_policy_name(enum lockup_policy policy)
{
	return (unsigned int)policy < LOCKUPS_MAX ? lockups_words[policy] : "unknown";
}

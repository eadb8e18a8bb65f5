// SPDX-License-Identifier: GPL-2.0-or-later
/* What the host is set to, for the run or for a phase: tables of settings, with what calls for each. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/huge_page.h"
#include "base/log.h"
#include "service/run.h"

#define THP "sys/kernel/mm/transparent_hugepage/"
#define KSM "sys/kernel/mm/ksm/"

static int setting_intent(void *context, const struct setting *s)
{
	struct run *run = context;

	return record_setting(run->recorder, s->path, s->old_value, s->new_value);
}

int run_change_setting(struct run *run, const char *path, const char *value,
		       struct err *e)
{
	struct setting *s = &run->settings[run->n_settings];
	int r;

	if (run->n_settings == ARRAY_SIZE(run->settings))
		return err_set(e, -E2BIG, "%s: no room for a further setting", path);
	r = setting_change(&run->fs, s, path, value, setting_intent, run, e);
	if (s->changed)
		run->n_settings++; /* also when the kernel kept another value: it is put back */
	return r;
}

size_t run_watchdog_settings(const struct profile_watchdog *w,
			     struct run_watchdog_setting list[RUN_MAX_WATCHDOG_SETTINGS])
{
	const struct run_watchdog_setting all[] = {
		{"proc/sys/kernel/watchdog_thresh", w->thresh_s},
		{"proc/sys/kernel/hung_task_timeout_secs", w->hung_task_timeout_s},
		{"proc/sys/kernel/hung_task_warnings", w->hung_task_warnings},
		{"sys/module/rcupdate/parameters/rcu_cpu_stall_timeout", w->rcu_stall_timeout_s},
		{"proc/sys/kernel/softlockup_all_cpu_backtrace", w->all_cpu_backtraces},
		{"proc/sys/kernel/hardlockup_all_cpu_backtrace", w->all_cpu_backtraces},
		{"proc/sys/kernel/hung_task_all_cpu_backtrace", w->all_cpu_backtraces},
	};

	_Static_assert(ARRAY_SIZE(all) == RUN_MAX_WATCHDOG_SETTINGS, "all have room");
	memcpy(list, all, sizeof(all));
	return ARRAY_SIZE(all);
}

int run_set_watchdog(struct run *run, const struct run_watchdog_setting *setting, struct err *e)
{
	char value[16];

	if (setting->value == 0)
		return 0;
	(void)snprintf(value, sizeof(value), "%u", setting->value);
	return run_change_setting(run, setting->path, value, e);
}

static int set_watchdogs(struct run *run, struct err *e)
{
	struct run_watchdog_setting list[RUN_MAX_WATCHDOG_SETTINGS];
	size_t n = run_watchdog_settings(&run->profile.watchdog, list);
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = run_set_watchdog(run, &list[i], e);
	return r < 0 ? r : 0;
}

static bool uses_kind(const struct run *run, enum workload_kind kind)
{
	for (size_t i = 0; i < run->profile.n_workers; i++)
		if (run->profile.workers[i].kind == kind)
			return true;
	return false;
}

/* Hugetlb pages of all processes: so many are wanted on either node, to move between them. */
static uint64_t count_hugetlb_pages(const struct run *run)
{
	uint64_t n = 0;

	for (size_t i = 0; i < run->profile.n_workers; i++) {
		const struct profile_workers *w = &run->profile.workers[i];

		if (workload_kind_is_hugetlb(w->kind))
			n += (uint64_t)w->pages *
			     (workload_kind_is_shared(w->kind) ? 1 : w->processes);
	}
	return n;
}

static int grow_pool(struct run *run, const char *path, uint64_t wanted, struct err *e)
{
	char value[32];
	unsigned long long after;
	uint64_t now;
	int r = fsio_read_u64(&run->fs, &now, 10, "%s", path);

	if (r < 0)
		return err_errno(e, r, "/%s: this kernel has no hugetlb pages to give", path);
	after = now + wanted;
	(void)snprintf(value, sizeof(value), "%llu", after);
	return run_change_setting(run, path, value, e);
}

/* The pool of each of the two nodes, or else of the host, grows by what the workers need. */
static int grow_pools(struct run *run, struct err *e)
{
	uint64_t wanted = count_hugetlb_pages(run), page_size;
	int r = wanted ? huge_page_size(&page_size, e) : 0;

	if (r < 0 || !wanted)
		return r;
	if (!run->plan.can_move)
		return grow_pool(run, "proc/sys/vm/nr_hugepages", wanted, e);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(run->plan.move_nodes); i++) {
		char path[SETTING_SIZE];

		(void)snprintf(path, sizeof(path),
			       "sys/devices/system/node/node%u/hugepages/hugepages-%llukB/nr_hugepages",
			       run->plan.move_nodes[i], (unsigned long long)(page_size / 1024));
		r = grow_pool(run, path, wanted, e);
	}
	return r < 0 ? r : 0;
}

/*
 * Everything that a run sets beside what [watchdog] and the pools of huge pages ask for: who else
 * would migrate, merge, collapse or swap pages out, and blur whose EAGAIN it is. A file that this
 * kernel has not is left out. may_fail: a kernel that is locked down hides it even from root.
 */
int run_change_settings(struct run *run, struct err *e)
{
	bool has_ksm = uses_kind(run, KIND_KSM);
	bool has_thp = uses_kind(run, KIND_ANONYMOUS_THP);
	enum scenario scenario = run->profile.scenario;
	bool is_quiet = scenario != SCENARIO_NONE;
	bool is_reclaimed =
		scenario == SCENARIO_RECLAIM_WAKE; /* swapping and demotion are its test */
	char page_size[24];
	const struct {
		const char *path, *value;
		bool wanted, may_fail;
	} table[] = {
		/* It migrates on its own, and makes untouched pages answer ENOENT to move_pages. */
		{"proc/sys/kernel/numa_balancing", "0", true, false},
		/* To a slower node, by reclaim (mm/vmscan.c: demote_page_list(), 5.15 and later).
		 */
		{"sys/kernel/mm/numa/demotion_enabled", "false", is_quiet && !is_reclaimed, false},
		{"proc/sys/vm/compaction_proactiveness", "0", is_quiet, false},
		{"proc/sys/vm/swappiness", "0", is_quiet && !is_reclaimed, false},
		/*
		 * khugepaged: no direct compaction, and after one more pass it sleeps until it is
		 * woken (mm/khugepaged.c: khugepaged_wait_work(); 0 pages_to_scan are refused).
		 */
		{THP "khugepaged/defrag", "0", is_quiet, false},
		{THP "khugepaged/scan_sleep_millisecs", "4294967295", is_quiet, false},
		{KSM "run", "0", is_quiet && !has_ksm, false},
		/* A fault maps the page that was touched and no other of its file (mm/memory.c). */
		{"sys/kernel/debug/fault_around_bytes", page_size, is_quiet, true},
		/* Locked pages are compacted: the default, but for real-time kernels. */
		{"proc/sys/vm/compact_unevictable_allowed", "1", scenario == SCENARIO_MLOCK_DRAIN,
		 false},
		{THP "enabled", "madvise", has_thp, false},
		{THP "shmem_enabled", "advise", uses_kind(run, KIND_SHARED_THP), false},
		{KSM "sleep_millisecs", "10", has_ksm, false},
		{KSM "pages_to_scan", "1000", has_ksm, false},
		{KSM "run", "1", has_ksm, false},
	};
	int r;

	r = run_keep_settings(run, e);
	if (r < 0)
		return r;
	(void)snprintf(page_size, sizeof(page_size), "%ld", sysconf(_SC_PAGESIZE));
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(table); i++) {
		struct err why = {0};

		if (!table[i].wanted)
			continue;
		r = run_change_setting(run, table[i].path, table[i].value, &why);
		if (r >= 0)
			continue;
		if (!table[i].may_fail)
			return err_set(e, r, "%s", why.text);
		record_fault(run->recorder, "%s", why.text);
		r = 0;
	}
	r = set_watchdogs(run, e);
	return r < 0 ? r : grow_pools(run, e);
}

#define BALANCING "sys/kernel/debug/sched/numa_balancing/"
#define BALANCING_OLD "proc/sys/kernel/numa_balancing_"

int run_change_phase_settings(struct run *run, const struct plan_phase *phase, struct err *e)
{
	/* What this kernel has no file for is left out: the caller says what it lacks. */
	static const struct {
		enum caller caller;
		const char *path, *value;
	} table[] = {
		/* Pages are looked at ten times a second instead of once or less (5.13 and later). */
		{CALLER_NUMA_BALANCING, BALANCING "scan_delay_ms", "100"},
		{CALLER_NUMA_BALANCING, BALANCING "scan_period_min_ms", "100"},
		{CALLER_NUMA_BALANCING, BALANCING "scan_period_max_ms", "500"},
		{CALLER_NUMA_BALANCING, BALANCING_OLD "scan_delay_ms", "100"},
		{CALLER_NUMA_BALANCING, BALANCING_OLD "scan_period_min_ms", "100"},
		{CALLER_NUMA_BALANCING, BALANCING_OLD "scan_period_max_ms", "500"},
		{CALLER_NUMA_BALANCING, "proc/sys/kernel/numa_balancing", "1"},
		{CALLER_DEMOTION, "sys/kernel/mm/numa/demotion_enabled", "true"},
	};
	int r = 0;

	run->n_settings_of_run = run->n_settings;
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(table); i++)
		if (phase->callers[table[i].caller])
			r = run_change_setting(run, table[i].path, table[i].value, e);
	return r < 0 ? r : 0;
}

static bool restore_last(struct run *run)
{
	const struct setting *s = &run->settings[run->n_settings - 1];
	struct err e = {0};
	int r = setting_restore(&run->fs, s, &e);

	if (r < 0)
		log_error("%s", e.text);
	else if (r == 1)
		log_warning("%s", e.text);
	record_setting_restored(run->recorder, s->path, s->old_value, r < 0 ? -r : 0);
	return r >= 0;
}

bool run_restore_phase_settings(struct run *run)
{
	/* What cannot be put back now stays listed: the end of the run tries again. */
	while (run->n_settings > run->n_settings_of_run) {
		if (!restore_last(run))
			return false;
		run->n_settings--;
	}
	return true;
}

bool run_restore_settings(struct run *run)
{
	bool all = true;

	for (; run->n_settings > 0; run->n_settings--)
		all &= restore_last(run);
	return all;
}

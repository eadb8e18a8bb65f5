// SPDX-License-Identifier: GPL-2.0-or-later
/* What must hold between the sections of a profile. */
#include <errno.h>

#include "base/err.h"
#include "base/units.h"
#include "plan/profile_keys.h"

/* 32 GiB of them: more is a slip of the pen, base pages were meant. */
#define MOST_HUGE_PAGES 16384U

static size_t count_driven_by(const struct profile *p, enum driven_by driven_by)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_workers; i++)
		n += p->workers[i].driven_by == driven_by;
	return n;
}

static bool has_driver(const struct profile *p)
{
	return p->has_offline || p->has_move_pages || profile_has_caller(p);
}

static bool has_driver_of(const struct profile *p, enum driven_by driven_by)
{
	switch (driven_by) {
	case DRIVEN_BY_NONE:
		return true;
	case DRIVEN_BY_OFFLINE:
		return p->has_offline;
	case DRIVEN_BY_MOVE_PAGES:
		return p->has_move_pages;
	default:
		return p->callers[driven_by - DRIVEN_BY_CALLER(0)].is_there;
	}
}

static int check_presence(const struct profile *p, const struct profile_lines *lines, struct err *e)
{
	if (!lines->sections[SECTION_RUN])
		return err_set(e, -EINVAL, "%s:%u: no [run] section: it says the duration", p->path,
			       lines->last);
	if (!p->has_offline && !p->has_move_pages && p->n_rungs > 0)
		return err_set(e, -EINVAL,
			       "%s:%u: [ladder] without [offline] or [move_pages]: what would move its pages?",
			       p->path, lines->sections[SECTION_LADDER]);
	if (p->n_rungs > 0 && profile_has_caller(p))
		return err_set(e, -EINVAL,
			       "%s:%u: a [ladder] has rungs for [offline] and [move_pages] only: give the other drivers a profile of their own",
			       p->path, lines->sections[SECTION_LADDER]);
	if (!has_driver(p))
		return err_set(e, -EINVAL,
			       "%s:%u: neither [offline] nor [move_pages] nor another driver: the run would do nothing",
			       p->path, lines->last);
	if (p->n_workers == 0)
		return err_set(e, -EINVAL, "%s:%u: no [workers]: nothing would touch the pages",
			       p->path, lines->last);
	return 0;
}

/* What each caller lacks without a group; compaction takes what it finds. */
static const char *const nobody_there[CALLER_MAX] = {
	[CALLER_MIGRATE_PAGES] = "no process to migrate",
	[CALLER_SOFT_OFFLINE] = "no page to take out of use",
	[CALLER_MBIND] = "no process that could bind its pages",
	[CALLER_NUMA_BALANCING] = "no thread whose pages the kernel could bring to it",
	[CALLER_DEMOTION] = "no page to demote",
	[CALLER_RECLAIM] = "no page to reclaim",
};

static int check_drivers(const struct profile *p, const struct profile_lines *lines, struct err *e)
{
	for (size_t i = 0; i < p->n_workers; i++) {
		const struct profile_workers *w = &p->workers[i];

		if (!has_driver_of(p, w->driven_by))
			return err_set(e, -EINVAL,
				       "%s:%u: driven_by = %s, and there is no section [%s]", p->path,
				       lines->workers[i], driven_by_name(w->driven_by),
				       driven_by_name(w->driven_by));
	}
	for (size_t i = 0; i < p->n_workers; i++) {
		const struct profile_workers *w = &p->workers[i];

		if (w->driven_by == DRIVEN_BY_OFFLINE && p->offline_aim &&
		    workload_kind_is_huge(w->kind))
			return err_set(e, -EINVAL,
				       "%s:%u: %s pages cannot be aimed at a block: set aim = no in [offline], or drive them by move_pages",
				       p->path, lines->workers[i], workload_kind_name(w->kind));
		if (workload_kind_is_huge(w->kind) && w->pages > MOST_HUGE_PAGES)
			return err_set(e, -EINVAL,
				       "%s:%u: %u huge pages for each process: at most %u are allowed",
				       p->path, lines->workers[i], w->pages, MOST_HUGE_PAGES);
	}
	if (p->has_move_pages && count_driven_by(p, DRIVEN_BY_MOVE_PAGES) == 0)
		return err_set(e, -EINVAL,
			       "%s:%u: no [workers] with driven_by = move_pages: there would be no page to move",
			       p->path, lines->sections[SECTION_MOVE_PAGES]);
	for (int i = 0; i < CALLER_MAX; i++)
		if (i != CALLER_COMPACTION && p->callers[i].is_there &&
		    count_driven_by(p, DRIVEN_BY_CALLER(i)) == 0)
			return err_set(e, -EINVAL,
				       "%s:%u: no [workers] with driven_by = %s: there would be %s",
				       p->path, lines->sections[SECTION_CALLER(i)],
				       caller_name((enum caller)i), nobody_there[i]);
	if (p->n_rungs > 0 && p->has_offline && count_driven_by(p, DRIVEN_BY_OFFLINE) == 0)
		return err_set(e, -EINVAL,
			       "%s:%u: a ladder with [offline] needs [workers] with driven_by = offline: they are its faulters",
			       p->path, lines->sections[SECTION_LADDER]);
	return 0;
}

static int check_soft_offline(const struct profile *p, const struct profile_lines *lines,
			      struct err *e)
{
	for (size_t i = 0; i < p->n_workers; i++)
		if (p->workers[i].driven_by == DRIVEN_BY_SOFT_OFFLINE &&
		    p->workers[i].kind == KIND_KSM)
			return err_set(e, -EINVAL,
				       "%s:%u: ksm pages cannot be checked after a soft offline: writing what is looked for would make them another kind",
				       p->path, lines->workers[i]);
	return 0;
}

/*
 * What the kernel's own migrators never take: hugetlb pages (kernel/sched/fair.c: task_numa_work();
 * they are on no list that reclaim looks at).
 */
static int check_kernels_own(const struct profile *p, const struct profile_lines *lines, struct err *e)
{
	for (size_t i = 0; i < p->n_workers; i++) {
		const struct profile_workers *w = &p->workers[i];

		if (!workload_kind_is_hugetlb(w->kind) ||
		    (w->driven_by != DRIVEN_BY_NUMA_BALANCING && w->driven_by != DRIVEN_BY_DEMOTION))
			continue;
		return err_set(e, -EINVAL,
			       "%s:%u: %s pages are never moved by %s: take another kind, or another driver",
			       p->path, lines->workers[i], workload_kind_name(w->kind),
			       driven_by_name(w->driven_by));
	}
	for (size_t i = 0; i < p->n_workers; i++)
		if (p->workers[i].driven_by == DRIVEN_BY_NUMA_BALANCING && p->workers[i].threads == 0)
			return err_set(e, -EINVAL,
				       "%s:%u: threads = 0: NUMA balancing moves a page to who touches it, and nobody would",
				       p->path, lines->workers[i]);
	return 0;
}

static int check_ladder_fits(const struct profile *p, const struct profile_lines *lines,
			     struct err *e)
{
	uint64_t rung_ns = 0;
	char needed[32], given[32];

	if (p->has_move_pages)
		rung_ns += phases_rung_bound_ns(p, DRIVEN_BY_MOVE_PAGES);
	if (p->has_offline)
		rung_ns += phases_rung_bound_ns(p, DRIVEN_BY_OFFLINE);
	if (p->n_rungs == 0 || rung_ns <= p->duration_ns / p->n_rungs)
		return 0;
	units_format_duration(rung_ns * p->n_rungs, needed, sizeof(needed));
	units_format_duration(p->duration_ns, given, sizeof(given));
	return err_set(e, -EINVAL,
		       "%s:%u: %zu rungs may take %s, and [run] duration is %s: make it longer, or rung_duration or cycles less",
		       p->path, lines->sections[SECTION_LADDER], p->n_rungs, needed, given);
}

/* What has its own end is not to be cut short: a rung, and what a judge wants to have seen. */
static int check_settling(const struct profile *p, const struct profile_lines *lines, struct err *e)
{
	enum section_id other = p->n_rungs > 0 ? SECTION_LADDER : SECTION_SCENARIO;
	uint64_t least_ns = p->settle_after_ns > p->settle_window_ns ? p->settle_after_ns
								     : p->settle_window_ns;
	char least[32], given[32];

	if (!p->stop_when_settled)
		return 0;
	if (p->n_rungs > 0 || p->scenario != SCENARIO_NONE)
		return err_set(e, -EINVAL,
			       "%s:%u: stop_when_settled = yes beside [%s]: that has to come to its own end",
			       p->path, lines->sections[other], profile_sections[other]);
	if (least_ns < p->duration_ns)
		return 0;
	units_format_duration(least_ns, least, sizeof(least));
	units_format_duration(p->duration_ns, given, sizeof(given));
	return err_set(e, -EINVAL,
		       "%s:%u: stop_when_settled = yes, and a duration of %s: nothing settles before %s (settle_window, settle_after)",
		       p->path, lines->sections[SECTION_RUN], given, least);
}

static int check_watchdog(const struct profile *p, const struct profile_lines *lines, struct err *e)
{
	uint32_t seconds = p->watchdog.rcu_stall_timeout_s;

	/* The kernel would make it 3 (kernel/rcu/tree_stall.h: rcu_jiffies_till_stall_check()). */
	if (seconds == 0 || seconds >= 3)
		return 0;
	return err_set(e, -EINVAL,
		       "%s:%u: rcu_stall_timeout = %us: the kernel takes 3s at the least",
		       p->path, lines->sections[SECTION_WATCHDOG], seconds);
}

/* What is run says the profiles that are named: whatever else stood here would do nothing. */
static int check_members(const struct profile *p, const struct profile_lines *lines, struct err *e)
{
	for (size_t s = 0; s < SECTION_MAX; s++)
		if (s != SECTION_RUN && lines->sections[s])
			return err_set(
				e, -EINVAL,
				"%s:%u: [%s] beside \"profiles =\": each of those has its own",
				p->path, lines->sections[s], profile_sections[s]);
	if (p->stop_when_settled)
		return err_set(e, -EINVAL,
			       "%s:%u: stop_when_settled = yes beside \"profiles =\": each of those says it for itself",
			       p->path, lines->sections[SECTION_RUN]);
	if (p->n_workers > 0)
		return err_set(e, -EINVAL,
			       "%s:%u: [workers] beside \"profiles =\": each of those has its own",
			       p->path, lines->workers[0]);
	return 0;
}

static int check_stress_ng(const struct profile *p, const struct profile_lines *lines, struct err *e)
{
	int r = p->stress_ng.is_there ? profile_check_stress_ng(&p->stress_ng, e) : 0;

	return r < 0 ? err_wrap(e, "%s:%u", p->path, lines->sections[SECTION_STRESS_NG]) : 0;
}

int profile_check(const struct profile *p, const struct profile_lines *lines, struct err *e)
{
	int r;

	if (p->n_members > 0)
		return check_members(p, lines, e);
	r = check_presence(p, lines, e);

	if (r == 0)
		r = check_drivers(p, lines, e);
	if (r == 0)
		r = check_soft_offline(p, lines, e);
	if (r == 0)
		r = check_kernels_own(p, lines, e);
	if (r == 0)
		r = check_ladder_fits(p, lines, e);
	if (r == 0)
		r = check_settling(p, lines, e);
	if (r == 0)
		r = check_watchdog(p, lines, e);
	if (r == 0)
		r = check_stress_ng(p, lines, e);
	return r;
}

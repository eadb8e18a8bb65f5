// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reclaim-wake: is everybody woken who waits for the lock of a page, without a reference to it,
 * while reclaim frees that page? Reclaim sees only references, so it cannot know of such a waiter;
 * all depends on its giving the lock up as everybody else does (commit 9a1ea439b16b, mm/vmscan.c).
 *
 * A wake-up that is lost shows as a task that sleeps for good. Three things together make it one: a
 * worker was seen asleep for 10 s and more without having run between (observe/stuck_watch.h), it
 * was in such a wait, and it was still asleep when all that could have the page's lock had ended:
 * its process was alive 5 s after SIGKILL, when no driver ran any more. Who slept long and was
 * woken after all is told, and judged as neither: a page that is used again can wake its former
 * waiters.
 */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "reports/scenarios/scenarios.h"

#define WORKLOAD "read-across"
#define DRIVER "reclaim"
/*
 * Where the wake-up was missing 21 of 227 waits never ended (seven runs of the lab): 100 of them would end by
 * chance once in some thousands of runs.
 */
#define FEWEST_WAITS 100
#define FEWEST_PAGES 1000
#define FEWEST_SPLIT 10 /* huge pages: their readers are who waits without a reference */

/*
 * Where a task waits for a page's lock without a reference, or with one for a moment: on a
 * migration entry (mm/migrate.c, in 7.x mm/filemap.c: softleaf_entry_wait_on_locked()), and in
 * put_and_wait_on_page_locked() and its folio twin (mm/filemap.c, 5.0 and later).
 */
static const char *const waits[] = {"migration_entry_wait", "softleaf_entry_wait",
				    "put_and_wait_on_"};

struct figures {
	bool knows_waits;
	uint64_t waits;
	uint64_t touches, dropped, swapped, split;
	bool knows_split;
	uint64_t stuck, longest_ns; /* workers' threads in such a wait, and the longest of those */
	uint64_t hung;		    /* the kernel's own words of such tasks */
	uint64_t not_ended;
};

static bool is_wait(const struct jsonw *frames)
{
	for (size_t i = 0; i < jsonw_length(frames); i++) {
		const char *frame = jsonw_as_string(jsonw_at(frames, i));

		for (size_t k = 0; frame && k < ARRAY_SIZE(waits); k++)
			if (strstr(frame, waits[k]))
				return true;
	}
	return false;
}

static bool is_of_workload(const struct jsonw *report, const char *group)
{
	const struct jsonw *groups = jsonw_get(report, "workers");

	for (size_t i = 0; group && i < jsonw_length(groups); i++) {
		const char *name = jsonw_get_string(jsonw_at(groups, i), "name");
		const char *workload = jsonw_get_string(jsonw_at(groups, i), "workload");

		if (name && workload && strcmp(name, group) == 0)
			return strcmp(workload, WORKLOAD) == 0;
	}
	return false;
}

static bool waits_in_a_stack(const struct jsonw *stuck)
{
	const struct jsonw *stacks = jsonw_get(stuck, "stacks");

	for (size_t i = 0; i < jsonw_length(stacks); i++)
		if (is_wait(jsonw_get(jsonw_at(stacks, i), "frames")))
			return true;
	return false;
}

static void read_stuck(const struct jsonw *report, struct figures *f)
{
	const struct jsonw *list = jsonw_get(report, "stuck");

	for (size_t i = 0; i < jsonw_length(list); i++) {
		const struct jsonw *stuck = jsonw_at(list, i);

		if (!is_of_workload(report, jsonw_get_string(stuck, "group")) ||
		    !waits_in_a_stack(stuck))
			continue;
		f->stuck += jsonw_get_uint(stuck, "times");
		if (jsonw_get_uint(stuck, "longest_ns") > f->longest_ns)
			f->longest_ns = jsonw_get_uint(stuck, "longest_ns");
	}
}

static void read_hung(const struct jsonw *report, struct figures *f)
{
	const struct jsonw *list = jsonw_get(report, "lockups");

	for (size_t i = 0; i < jsonw_length(list); i++) {
		const struct jsonw *finding = jsonw_at(list, i);

		/* Anybody may hang in such a wait, over a disk that is dead for one. */
		if (jsonw_has_string(finding, "kind", "hung_task") &&
		    jsonw_has_string(finding, "comm", "memsoak-worker") &&
		    is_wait(jsonw_get(finding, "frames")))
			f->hung += jsonw_get_uint(finding, "count");
	}
}

static void read_figures(const struct jsonw *report, const struct verdict_facts *facts,
			 struct figures *f, struct jsonw *numbers)
{
	static const char *const told[] = {"pages_asked_for", "pglazyfreed", "pswpout",
					   "thp_split_page", "thp_split_page_failed"};
	const struct jsonw *counts = jsonw_get(scenario_caller(report, DRIVER), "numbers");

	*f = (struct figures){
		.knows_waits = facts->knows_waits,
		.waits = facts->waits,
		.touches = scenario_work(report, WORKLOAD, "touches"),
		.dropped = scenario_work(report, WORKLOAD, "operations"),
		.swapped = jsonw_get_uint(counts, "pswpout"),
		.knows_split = jsonw_has(counts, "thp_split_page"),
		.split = jsonw_get_uint(counts, "thp_split_page"),
		.not_ended = scenario_work(report, WORKLOAD, "not_ended"),
	};
	read_stuck(report, f);
	read_hung(report, f);
	if (f->knows_waits)
		jsonw_set_uint(numbers, "waits", f->waits);
	jsonw_set_uint(numbers, "touches", f->touches);
	jsonw_set_uint(numbers, "pages_dropped", f->dropped);
	for (size_t i = 0; i < ARRAY_SIZE(told); i++)
		if (jsonw_has(counts, told[i]))
			jsonw_set_uint(numbers, told[i], jsonw_get_uint(counts, told[i]));
	jsonw_set_uint(numbers, "stuck_waiters", f->stuck);
	jsonw_set_uint(numbers, "stuck_longest_ns", f->longest_ns);
	jsonw_set_uint(numbers, "hung_waiters", f->hung);
	jsonw_set_uint(numbers, "processes_not_ended", f->not_ended);
}

static void say_lost(const struct figures *f, struct scenario_result *result)
{
	if (f->stuck > 0)
		scenario_say(
			result, VERDICT_FAIL,
			"lost wake-up: %" PRIu64
			" threads slept in a page's wait, the longest for %" PRIu64
			" s and more, and %" PRIu64
			" of their processes did not end when nobody had a page's lock any more",
			f->stuck, (uint64_t)(f->longest_ns / NS_PER_S), f->not_ended);
	else
		scenario_say(result, VERDICT_FAIL,
			     "lost wake-up: the kernel says that %" PRIu64
			     " tasks hung in a page's wait, and %" PRIu64
			     " of their processes did not end",
			     f->hung, f->not_ended);
}

/* True when something was said. */
static bool has_sleepers(const struct figures *f, struct scenario_result *result)
{
	if (f->not_ended > 0 && f->stuck + f->hung > 0)
		say_lost(f, result);
	else if (f->not_ended > 0)
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: %" PRIu64
			     " processes did not end, and were not seen in a page's wait",
			     f->not_ended);
	else if (f->stuck > 0)
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: %" PRIu64
			     " threads slept in a page's wait, the longest for %" PRIu64
			     " s and more, and were woken after all",
			     f->stuck, (uint64_t)(f->longest_ns / NS_PER_S));
	else
		return false;
	return true;
}

static void judge(const struct jsonw *report, const struct verdict_facts *facts,
		  struct scenario_result *result)
{
	const struct jsonw *caller = scenario_caller(report, DRIVER);
	const char *unavailable = jsonw_get_string(caller, "unavailable");
	struct figures f;

	read_figures(report, facts, &f, result->numbers);
	if (has_sleepers(&f, result))
		return;
	if (unavailable)
		scenario_say(result, VERDICT_SKIP, "%s", unavailable);
	else if (!caller)
		scenario_say(result, VERDICT_ERROR, "not exercised: the run had no " DRIVER);
	else if (!f.knows_waits)
		scenario_say(result, VERDICT_SKIP,
			     "waits on migration entries cannot be counted here: whether there was "
			     "one is unknown");
	else if (f.waits < FEWEST_WAITS || f.dropped + f.swapped < FEWEST_PAGES)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: %" PRIu64 " waits and %" PRIu64
			     " pages reclaimed, %d and %d are wanted",
			     f.waits, f.dropped + f.swapped, FEWEST_WAITS, FEWEST_PAGES);
	else if (f.knows_split && f.split < FEWEST_SPLIT)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: %" PRIu64
			     " huge pages were split, %d are wanted: the waits are others'",
			     f.split, FEWEST_SPLIT);
	else
		scenario_say(result, VERDICT_PASS,
			     "everybody was woken: %" PRIu64 " waits, while %" PRIu64
			     " pages were dropped and %" PRIu64 " swapped out",
			     f.waits, f.dropped, f.swapped);
}

const struct scenario_judge scenario_reclaim_wake = {"reclaim-wake", judge};

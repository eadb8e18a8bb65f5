// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * alloc-locked: is the source page locked while its destination is allocated? Every task that needs
 * the page's lock then waits for the allocation too, and that may have to reclaim memory first.
 *
 * The verdict is that of the probe on the allocation (observe/probes.h): in how many of the
 * allocations that move_pages asked for was the source locked? A kernel that allocates before it
 * takes the lock shows those in which somebody else had it at that moment: here the tasks that wait
 * for it, for the length of a fault each. A kernel that allocates under the lock shows all.
 *
 * How long tasks waited stands beside it. It says how much that hurts, and only where allocations
 * had to reclaim; a bound on it would be one on the host's speed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hist_json.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/ratio.h"
#include "reports/scenarios/scenarios.h"

#define WORKLOAD "zap"
#define DRIVER "move_pages"
/* 0 of 1,769 and 2,028 of 2,028 on 6.1, two emulated CPUs: the limits are far from both. */
#define MOST_BY_CHANCE 0.1
#define LEAST_BY_DESIGN 0.5
#define FEWEST_ALLOCATIONS 200
#define FEWEST_FAULTS 1000
/* Below that the tail is of waits for copies and for the CPU only. */
#define FEWEST_STALLS 100

struct figures {
	bool is_measured;
	uint64_t allocations, locked;
	uint64_t faults, stalls;
};

/* The waits of all zappers, from the buckets of the report. */
static void add_waits(const struct jsonw *report, struct hist *waits)
{
	const struct jsonw *groups = jsonw_get(report, "workers");

	for (size_t i = 0; i < jsonw_length(groups); i++) {
		const struct jsonw *group = jsonw_at(groups, i);
		const struct jsonw *latency = jsonw_get(group, "latency");
		const char *workload = jsonw_get_string(group, "workload");

		if (!workload || strcmp(workload, WORKLOAD) != 0)
			continue;
		hist_add_json(waits, latency);
		if (jsonw_get_uint(latency, "max_ns") > waits->max_ns)
			waits->max_ns = jsonw_get_uint(latency, "max_ns");
	}
}

static void set_tail(const struct jsonw *report, struct jsonw *numbers)
{
	static const struct {
		const char *name;
		double share;
	} quantiles[] = {
		{"waited_p50_ns", 0.5},
		{"waited_p99_ns", 0.99},
		{"waited_p999_ns", 0.999},
	};
	cleanup_free struct hist *waits = memory_alloc(1, sizeof(*waits));

	add_waits(report, waits);
	jsonw_set_uint(numbers, "faults_that_waited", waits->count);
	for (size_t i = 0; waits->count && i < ARRAY_SIZE(quantiles); i++)
		jsonw_set_uint(numbers, quantiles[i].name,
			       hist_quantile_ns(waits, quantiles[i].share));
	if (waits->count)
		jsonw_set_uint(numbers, "waited_max_ns", waits->max_ns);
}

static void read_figures(const struct jsonw *report, struct figures *f, struct jsonw *numbers)
{
	const struct jsonw *migration = jsonw_get(report, "migration");
	const struct jsonw *share = jsonw_get(jsonw_get(migration, "by_driver"), DRIVER);
	const struct jsonw *stalls =
		jsonw_get(jsonw_get(migration, "vmstat"), "allocstall_movable");

	*f = (struct figures){
		.is_measured =
			jsonw_has(share, "allocations") && jsonw_has(share, "allocations_locked"),
		.allocations = jsonw_get_uint(share, "allocations"),
		.locked = jsonw_get_uint(share, "allocations_locked"),
		.faults = scenario_work(report, WORKLOAD, "operations"),
		.stalls = stalls ? jsonw_as_uint(stalls) : 0,
	};
	if (f->is_measured) {
		jsonw_set_uint(numbers, "allocations", f->allocations);
		jsonw_set_uint(numbers, "allocations_locked", f->locked);
	}
	jsonw_set_uint(numbers, "faults", f->faults);
	if (stalls)
		jsonw_set_uint(numbers, "allocations_that_reclaimed", f->stalls);
	jsonw_set_uint(numbers, "pages_forced_onto_node",
		       scenario_work(report, "hog", "operations"));
	set_tail(report, numbers);
}

static void say_unmeasured(const struct jsonw *report, struct scenario_result *result)
{
	const struct jsonw *eagain = jsonw_get(jsonw_get(report, "migration"), "eagain");
	const char *why = jsonw_get_string(eagain, "why");
	const char *source = jsonw_get_string(eagain, "source");

	scenario_say(result, VERDICT_SKIP,
		     "whether pages are locked when their destination is allocated cannot be seen "
		     "here: counted by '%s'%s%s",
		     source ? source : "none", why ? ": " : "", why ? why : "");
}

static void judge(const struct jsonw *report, const struct verdict_facts *facts,
		  struct scenario_result *result)
{
	struct figures f;
	double least, most;
	const char *tail;

	read_figures(report, &f, result->numbers);
	if (!facts->plans_move_pages) {
		scenario_say(result, VERDICT_SKIP,
			     "pages cannot be moved here: move_pages needs two nodes with memory");
		return;
	}
	if (!f.is_measured) {
		say_unmeasured(report, result);
		return;
	}
	if (f.allocations < FEWEST_ALLOCATIONS || f.faults < FEWEST_FAULTS) {
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: %" PRIu64 " destinations were allocated and %" PRIu64
			     " pages dropped and faulted in, %d and %d are wanted",
			     f.allocations, f.faults, FEWEST_ALLOCATIONS, FEWEST_FAULTS);
		return;
	}
	least = ratio_lower_bound(f.locked, f.allocations);
	most = 1 - ratio_lower_bound(f.allocations - f.locked, f.allocations);
	tail = f.stalls < FEWEST_STALLS
		       ? "; hardly any had to reclaim memory, so the waits tell nothing"
		       : "";
	if (least > LEAST_BY_DESIGN)
		scenario_say(
			result, VERDICT_FAIL,
			"the source page is locked while its destination is allocated: %" PRIu64
			" of %" PRIu64 " allocations, limit %.0f %%%s",
			f.locked, f.allocations, 100 * LEAST_BY_DESIGN, tail);
	else if (most < MOST_BY_CHANCE)
		scenario_say(result, VERDICT_PASS,
			     "destinations are allocated before the source page is locked: it was "
			     "in %" PRIu64 " of %" PRIu64 " allocations%s",
			     f.locked, f.allocations, tail);
	else
		scenario_say(
			result, VERDICT_ERROR,
			"cannot judge: the source was locked in %" PRIu64 " of %" PRIu64
			" allocations: too often to be others' locks, too seldom to be migration's",
			f.locked, f.allocations);
}

const struct scenario_judge scenario_alloc_locked = {"alloc-locked", judge};

// SPDX-License-Identifier: GPL-2.0-or-later
/* The run's side of the workers' cgroup: how much they may have, and whether they are really in it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/huge_page.h"
#include "base/log.h"
#include "service/run.h"
#include "service/worker_cgroup.h"

/* Beside the hot pages: code, stacks, page tables, histograms, what migration takes for a moment. */
#define PROCESS_BYTES (64ULL << 20)
#define COMMON_BYTES (128ULL << 20)
#define PROCESS_TASKS 4
#define COMMON_TASKS 64
/* stress-ng: what it needs for itself, and a stressor beside what the profile gives it. */
#define STRESS_NG_BYTES (32ULL << 20)
#define STRESSOR_BYTES (16ULL << 20)
#define STRESSOR_TASKS 64

static uint64_t hot_bytes(const struct profile_workers *w)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE), huge_size;

	if (workload_kind_is_huge(w->kind) && huge_page_size(&huge_size, NULL) == 0)
		page_size = huge_size;
	return page_size * w->pages * (workload_kind_has_memory_fd(w->kind) ? 1 : w->processes);
}

static void add_stress_ng(const struct profile_stress_ng *s, struct worker_bounds *bounds)
{
	if (!s->is_there)
		return;
	bounds->memory_bytes += STRESS_NG_BYTES + s->memory_bytes;
	for (size_t i = 0; i < s->n_stressors; i++) {
		bounds->memory_bytes += s->stressors[i].instances * STRESSOR_BYTES;
		bounds->tasks += (uint64_t)s->stressors[i].instances * STRESSOR_TASKS;
	}
}

/* Twice what the greediest phase needs: a bound for a worker that has gone wild, not for the test. */
static void bounds_of(const struct plan *plan, struct worker_bounds *ret_bounds)
{
	*ret_bounds = (struct worker_bounds){0};
	for (size_t i = 0; i < plan->n_phases; i++) {
		uint64_t bytes = COMMON_BYTES, tasks = COMMON_TASKS;

		for (size_t k = 0; k < plan->phases[i].n_workers; k++) {
			const struct profile_workers *w = &plan->phases[i].workers[k];

			bytes += 2 * hot_bytes(w) + w->processes * PROCESS_BYTES;
			tasks += (uint64_t)w->processes * (w->threads + PROCESS_TASKS);
		}
		if (bytes > ret_bounds->memory_bytes)
			ret_bounds->memory_bytes = bytes;
		if (tasks > ret_bounds->tasks)
			ret_bounds->tasks = tasks;
	}
	add_stress_ng(&plan->profile->stress_ng, ret_bounds);
}

/* What the guard keeps free no worker can get, whatever its profile allows it. */
static void keep_reserve(const struct run *run, struct worker_bounds *bounds)
{
	uint64_t total_bytes = 0, most;

	for (size_t i = 0; i < run->topology.n_nodes; i++)
		total_bytes += run->topology.nodes[i].bytes;
	if (total_bytes <= run->plan.reserve_bytes)
		return;
	most = total_bytes - run->plan.reserve_bytes;
	if (bounds->memory_bytes > most)
		bounds->memory_bytes = most;
}

void run_open_cgroup(struct run *run)
{
	struct worker_bounds bounds;
	char cpus[256], nodes[256];

	bounds_of(&run->plan, &bounds);
	keep_reserve(run, &bounds);
	if (fsio_read_text(&run->fs, cpus, sizeof(cpus), "sys/devices/system/cpu/online") > 0)
		bounds.cpus = cpus;
	if (fsio_read_text(&run->fs, nodes, sizeof(nodes), "sys/devices/system/node/has_memory") > 0)
		bounds.nodes = nodes;
	run->cgroup = worker_cgroup_open(&bounds);
	if (worker_cgroup_why(run->cgroup)[0])
		log_warning("the workers get no cgroup of their own: %s",
			    worker_cgroup_why(run->cgroup));
}

/* Each by its number: with stress-ng there are others in it, too. */
void run_check_cgroup(struct run *run)
{
	uint64_t inside = 0, alive = 0;

	for (size_t i = 0; i < worker_groups_count(run->groups); i++) {
		cleanup_free pid_t *pids = NULL;
		size_t n = worker_group_pids(run->groups, i, &pids);

		alive += n;
		inside += worker_cgroup_holds(run->cgroup, pids, n);
	}
	if (worker_cgroup_home(run->cgroup) && inside < alive)
		record_fault(run->recorder, "%llu workers were put into their cgroup, %llu are in it",
			     (unsigned long long)alive, (unsigned long long)inside);
}

void run_note_oom_kills(struct run *run)
{
	const char *who = run->profile.stress_ng.is_there ? "workers or stressors" : "workers";
	uint64_t kills = worker_cgroup_oom_kills(run->cgroup);

	if (!kills)
		return;
	log_error("%llu %s were killed: the memory of their cgroup has run out",
		  (unsigned long long)kills, who);
	record_fault(run->recorder,
		     "%llu %s were killed because their cgroup's memory had run out: that is this harness's bound, no failure of the kernel",
		     (unsigned long long)kills, who);
}

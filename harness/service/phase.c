// SPDX-License-Identifier: GPL-2.0-or-later
/* The phases of the plan, one after the other: workers up, drivers on, loop, drivers off, workers down. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/memory.h"
#include "service/run.h"
#include "service/worker_cgroup.h"

/* Owned by the caller. */
static struct move_target *targets_of(struct run *run, enum driven_by driven_by, size_t *ret_n)
{
	struct worker_target *targets = NULL;
	struct move_target *moves;
	size_t n = worker_groups_targets(run->groups, driven_by, &targets);

	moves = memory_alloc(n, sizeof(*moves));
	for (size_t i = 0; i < n; i++)
		moves[i] = (struct move_target){
			.pid = targets[i].pid,
			.base_address = targets[i].base_address,
			.pages = targets[i].pages,
			.page_size = targets[i].page_size,
			.group = targets[i].config->name,
			.kind = workload_kind_name(targets[i].config->kind),
		};
	free(targets);
	*ret_n = n;
	return moves;
}

static int start_move_driver(struct run *run, const struct drive_hooks *hooks, struct err *e)
{
	size_t n;
	cleanup_free struct move_target *targets = targets_of(run, DRIVEN_BY_MOVE_PAGES, &n);

	run->move = move_driver_start(&run->plan, run->phase, targets, n, hooks, e);
	return run->move ? 0 : e->code;
}

/* What this kernel cannot do is on record, and the rest of the phase goes on without it. */
static int start_caller(struct run *run, enum caller caller, const struct drive_hooks *hooks,
			struct err *e)
{
	size_t n;
	cleanup_free struct move_target *targets = targets_of(run, DRIVEN_BY_CALLER(caller), &n);

	run->callers[caller] = caller_driver_start(&run->fs, &run->plan, run->phase, caller,
						   targets, n, hooks, e);
	if (run->callers[caller])
		return 0;
	if (e->code != -EOPNOTSUPP)
		return e->code;
	log_warning("%s: %s", caller_name(caller), e->text);
	record_unavailable(run->recorder, caller_name(caller), e->text);
	return 0;
}

static int start_drivers(struct run *run, const struct drive_hooks *hooks, struct err *e)
{
	int r = 0;

	if (run->phase->offline) {
		run->offline = offline_driver_start(&run->fs, &run->plan, run->phase,
						    run->next_attempt,
						    run->topology.block_size_bytes, hooks, e);
		if (!run->offline)
			return e->code;
	}
	if (run->phase->move_pages)
		r = start_move_driver(run, hooks, e);
	for (int i = 0; i < CALLER_MAX && r == 0; i++)
		if (run->phase->callers[i])
			r = start_caller(run, (enum caller)i, hooks, e);
	return r;
}

static bool has_drivers(const struct run *run)
{
	bool has = run->offline || run->move;

	for (int i = 0; i < CALLER_MAX; i++)
		has |= run->callers[i] != NULL;
	return has;
}

static bool drivers_run(const struct run *run)
{
	bool any = (run->offline && !offline_driver_has_ended(run->offline)) ||
		   (run->move && !move_driver_has_ended(run->move));

	for (int i = 0; i < CALLER_MAX; i++)
		any |= run->callers[i] && !caller_driver_has_ended(run->callers[i]);
	return any;
}

void run_stop_movers(struct run *run)
{
	if (run->move)
		move_driver_stop(run->move);
	for (int i = 0; i < CALLER_MAX; i++)
		if (run->callers[i])
			caller_driver_stop(run->callers[i]);
}

static void stop_drivers(struct run *run)
{
	run_stop_movers(run);
	if (run->offline)
		offline_driver_stop(run->offline);
	/* The loop goes on until the last write has returned: it is what sends the cancel signals. */
	while (drivers_run(run))
		run_loop_once(run);
	if (run->offline)
		run->next_attempt = offline_driver_join(steal_ptr(&run->offline));
	if (run->move)
		move_driver_join(steal_ptr(&run->move));
	for (int i = 0; i < CALLER_MAX; i++)
		if (run->callers[i])
			caller_driver_join(steal_ptr(&run->callers[i]));
	for (int i = 0; i < OBSERVED_MAX; i++) {
		run->driver_tids[i] = 0;
		observer_detach(run->observer, (enum observed_driver)i);
	}
}

/*
 * The drivers end by themselves at the phase's bound; a running attempt may take its deadline
 * beyond it. A phase without drivers would last for ever otherwise: the bound is kept here too.
 */
static bool phase_is_over(const struct run *run, uint64_t began_ns)
{
	if (run->stop >= RUN_ABORTED)
		return true;
	if (has_drivers(run))
		return !drivers_run(run);
	return clock_monotonic_ns() - began_ns >= run->phase->duration_ns;
}

static void record_figures(struct run *run, uint64_t duration_ns)
{
	size_t n = worker_groups_count(run->groups);
	struct record_worker_figures *figures = memory_alloc(n, sizeof(*figures));
	struct migration_counts total;

	observer_read_total(run->observer, &total);
	for (size_t i = 0; i < n; i++) {
		figures[i].config = worker_group_config(run->groups, i);
		worker_group_totals(run->groups, i, &figures[i].totals);
		worker_group_latency(run->groups, i, &figures[i].latency);
		run->touches_before += figures[i].totals.touches;
	}
	record_phase_end(run->recorder, run->phase, duration_ns, figures, n, &total);
	free(figures);
}

/* Who outlives SIGKILL sleeps in the kernel: nobody can end it, and the run goes on without it. */
static void end_workers(struct run *run)
{
	worker_groups_end(run->groups);
	for (size_t i = 0; i < worker_groups_count(run->groups); i++) {
		const char *name = worker_group_config(run->groups, i)->name;
		struct worker_totals totals;

		worker_group_totals(run->groups, i, &totals);
		if (totals.alive == 0)
			continue;
		log_error("workers '%s': %u of %u processes have not ended, not even of SIGKILL: they sleep in the kernel",
			  name, totals.alive, totals.processes);
		record_not_ended(run->recorder, name, totals.alive);
	}
	worker_groups_stop(steal_ptr(&run->groups));
}

static int run_phase(struct run *run, const struct plan_phase *phase, struct err *e)
{
	const struct worker_home *cgroups = worker_cgroup_home(run->cgroup);
	struct worker_home home = cgroups ? *cgroups : (struct worker_home){0};
	struct drive_hooks hooks;
	uint64_t began_ns;
	int r;

	home.file_folder = run->directory;
	run->phase = phase;
	r = worker_groups_start(&run->topology, &run->plan, phase, run->worker_program,
				&home, &run->groups, e);
	if (r < 0) {
		run->phase = NULL;
		return r;
	}
	record_phase(run->recorder, phase);
	run_check_cgroup(run);
	began_ns = clock_monotonic_ns();
	run_hooks(run, &hooks);
	r = run_change_phase_settings(run, phase, e);
	if (r == 0)
		r = start_drivers(run, &hooks, e);
	run_begin_settling(run);
	while (r == 0 && !phase_is_over(run, began_ns))
		run_loop_once(run);
	stop_drivers(run);
	(void)run_restore_phase_settings(run);
	record_figures(run, clock_monotonic_ns() - began_ns);
	end_workers(run);
	run->phase = NULL;
	return r;
}

void run_phases(struct run *run)
{
	run_start_stress_ng(run);
	for (size_t i = 0; i < run->plan.n_phases && run->stop == RUN_GOES_ON; i++) {
		struct err e = {0};

		if (run_phase(run, &run->plan.phases[i], &e) < 0) {
			log_error("%s: %s", run->plan.phases[i].name, e.text);
			record_fault(run->recorder, "%s: %s", run->plan.phases[i].name, e.text);
		}
	}
	run_stop_stress_ng(run);
}

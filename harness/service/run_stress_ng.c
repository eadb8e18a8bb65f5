// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The run's side of stress-ng: begins before the first phase, ends after the last one, before memory
 * comes back. That it fails is told, and is no failure of the kernel.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/memory.h"
#include "service/run.h"
#include "service/worker_cgroup.h"

/* It outlasts the run by so much: when it should end is for us to say. */
#define TIMEOUT_MARGIN_S 3600
/* A stressor looks up from its work when it has done a piece of it: a slow guest takes seconds. */
#define END_NS (20 * NS_PER_S)
#define HURRIED_END_NS (1 * NS_PER_S)

int run_find_stress_ng(struct run *run, struct err *e)
{
	if (!run->profile.stress_ng.is_there)
		return 0;
	return stress_ng_find(NULL, &run->profile.stress_ng, &run->stress_ng_program, e);
}

/* The unit's MemoryDenyWriteExecute= (50-stress-ng.conf drops it): seen by doing what it forbids. */
static bool is_confined(void)
{
	size_t length = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, length, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return true;
	(void)munmap(page, length);
	return false;
}

void run_start_stress_ng(struct run *run)
{
	const struct stress_ng_options options = {
		.wanted = &run->profile.stress_ng,
		.home = worker_cgroup_home(run->cgroup),
		.folder = run->directory,
		.seed = run->plan.seed,
		.timeout_s = run->planned_ns / NS_PER_S + TIMEOUT_MARGIN_S,
	};
	struct err e = {0};

	if (!run->profile.stress_ng.is_there || run->stop != RUN_GOES_ON)
		return;
	if (stress_ng_start(&run->stress_ng_program, &options, &run->stress_ng, &e) < 0) {
		log_error("the load of [stress-ng] is missing: %s", e.text);
		record_fault(run->recorder, "the load of [stress-ng] is missing: %s", e.text);
		return;
	}
	record_stress_ng_start(run->recorder, options.wanted, &run->stress_ng_program,
			       stress_ng_pid(run->stress_ng), is_confined());
}

/* The end is on record once, and what it has left is gone. */
static void note_end(struct run *run)
{
	struct stress_ng_result *result = memory_alloc(1, sizeof(*result));

	stress_ng_result(run->stress_ng, result);
	run_note_oom_kills(run); /* its stressors are not our children */
	if (!result->was_asked && !result->was_killed)
		log_warning("stress-ng has ended before the run: %s/stress-ng.log says why",
			    run->directory);
	record_stress_ng_end(run->recorder, result);
	stress_ng_done(steal_ptr(&run->stress_ng));
	free(result);
}

void run_reap_stress_ng(struct run *run)
{
	if (run->stress_ng && stress_ng_reap(run->stress_ng))
		note_end(run);
}

void run_stop_stress_ng(struct run *run)
{
	uint64_t asked_ns = clock_monotonic_ns();

	run_reap_stress_ng(run);
	if (!run->stress_ng)
		return;
	stress_ng_ask_to_end(run->stress_ng);
	while (run->stress_ng) { /* the loop hears of its end */
		uint64_t waited_ns = clock_monotonic_ns() - asked_ns;

		if (waited_ns > (run->stop == RUN_HURRIED ? HURRIED_END_NS : END_NS))
			stress_ng_kill(run->stress_ng);
		run_loop_once(run);
		run_reap_stress_ng(run);
	}
}

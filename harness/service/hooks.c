// SPDX-License-Identifier: GPL-2.0-or-later
/* What the drivers get from the rest of the run: the record, the workers' placing, the counters. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "service/breadcrumb.h"
#include "service/run.h"
#include "service/worker_cgroup.h"

#define ROOM_NS (5 * NS_PER_S) /* for the loop to come round, and for a slow disk */
#define BIND_NS (60 * NS_PER_S) /* as a soft offline: who is longer in the kernel does not come back */
#define RECLAIM_NS (20 * NS_PER_S) /* of one page */

/* Which driver the calling thread is: the counters are kept by driver. */
static _Thread_local enum observed_driver thread_driver = OBSERVED_MAX;

static int on_intent(void *context, const char *operation, uint32_t block, enum zone zone)
{
	struct run *run = context;
	const struct topology_block *known = topology_find_block(&run->topology, block);

	bool is_offline = strcmp(operation, "offline") == 0;

	if (is_offline) /* what brings memory back waits for nothing */
		(void)recorder_wait_for_room(run->recorder, ROOM_NS);
	breadcrumb(is_offline ? BREADCRUMB_INFO : BREADCRUMB_DEBUG, "run=%s %s memory%u", run->id,
		   operation, block);
	if (is_offline)
		run_arm_veto(run);
	return record_intent(run->recorder, operation, block, known ? known->node : -1, zone);
}

static void on_offline_done(void *context, const struct offline_event *event)
{
	struct run *run = context;
	struct offline_event told = *event;

	told.veto = run_disarm_veto(run);
	record_offline(run->recorder, &told);
	run_name_block_holders(run, &told);
	(void)pthread_mutex_lock(&run->figures_lock);
	run->figures.attempts++;
	if (event->error == 0) {
		run->figures.succeeded++;
		run->figures.sum_ln_offline_ns += log((double)event->wall_ns + 1);
	} else if (event->ended_by != ENDED_BY_KERNEL) {
		run->figures.censored++;
	} else {
		run->figures.failed++;
	}
	if (event->state_after == BLOCK_OFFLINE) {
		run->figures.is_offline = true;
		run->figures.offline_block = event->block;
	}
	(void)pthread_mutex_unlock(&run->figures_lock);
}

static void on_online_done(void *context, const struct online_event *event)
{
	struct run *run = context;

	record_online(run->recorder, event);
	(void)pthread_mutex_lock(&run->figures_lock);
	if (event->restored)
		run->figures.is_offline = false;
	(void)pthread_mutex_unlock(&run->figures_lock);
}

static void on_refused(void *context, const struct refused_event *event)
{
	struct run *run = context;

	record_refused(run->recorder, event);
	(void)pthread_mutex_lock(&run->figures_lock);
	run->figures.refused++;
	(void)pthread_mutex_unlock(&run->figures_lock);
}

static bool moves_private_pages_only(const struct plan_phase *phase)
{
	for (size_t i = 0; i < phase->n_workers; i++)
		if (phase->workers[i].driven_by == DRIVEN_BY_MOVE_PAGES &&
		    phase->workers[i].kind != KIND_PRIVATE_ANONYMOUS)
			return false;
	return true;
}

static void on_moved(void *context, const struct move_event *event)
{
	struct run *run = context;

	record_move(run->recorder, event, moves_private_pages_only(run->phase));
	run_name_page_holders(run, event);
	(void)pthread_mutex_lock(&run->figures_lock);
	run->figures.moved += event->moved;
	run->figures.not_moved += event->not_moved;
	(void)pthread_mutex_unlock(&run->figures_lock);
}

static void on_called(void *context, const struct caller_event *event)
{
	struct run *run = context;

	record_called(run->recorder, event);
}

static void on_aim(void *context, uint32_t block, uint32_t node, struct drive_aim *ret_aim)
{
	struct run *run = context;
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t n_pfns = run->topology.block_size_bytes / page_size;
	uint64_t available = guard_available_bytes(&run->fs);
	uint64_t node_free = guard_node_free_bytes(&run->fs, node);
	uint64_t reserve = run->reserve_bytes;
	uint64_t budget = available > reserve ? available - reserve : 0;
	struct worker_aim aim = {0};
	struct err e = {0};

	if (budget > node_free)
		budget = node_free;
	*ret_aim = (struct drive_aim){.tried = true};
	if (worker_groups_aim(run->groups, node, block * n_pfns, n_pfns, budget, &aim, &e) < 0)
		record_fault(run->recorder, "aiming at memory%u: %s", block, e.text);
	ret_aim->pages_wanted = aim.pages_wanted;
	ret_aim->pages_in_block = aim.pages_in_block;
	ret_aim->pages_moved = aim.pages_moved;
}

static void on_unaim(void *context)
{
	struct run *run = context;
	uint64_t moved = 0;
	struct err e = {0};

	if (run->stop == RUN_HURRIED)
		return;
	if (worker_groups_unaim(run->groups, &moved, &e) < 0)
		record_fault(run->recorder, "putting the aimed pages back: %s", e.text);
	record_aimed(run->recorder, moved);
}

static void on_counts(void *context, struct drive_counts *ret_counts)
{
	struct run *run = context;
	struct migration_counts counts;

	*ret_counts = (struct drive_counts){0};
	if (thread_driver == OBSERVED_MAX)
		return;
	observer_read_driver(run->observer, thread_driver, &counts);
	ret_counts->has_attempts = counts.attempts.known;
	ret_counts->attempts = counts.attempts.value;
	ret_counts->has_eagain = counts.eagain.known;
	ret_counts->eagain = counts.eagain.value;
}

static void on_thread_started(void *context, const char *driver, pid_t tid)
{
	struct run *run = context;
	struct err e = {0};

	thread_driver = observed_driver_find(driver);
	if (thread_driver != OBSERVED_MAX)
		run->driver_tids[thread_driver] = tid;
	if (thread_driver != OBSERVED_MAX &&
	    observer_attach(run->observer, thread_driver, tid, &e) < 0)
		record_fault(run->recorder, "counting for the %s driver: %s", driver, e.text);
}

static void on_count_thread(void *context, pid_t tid)
{
	struct run *run = context;
	struct err e = {0};

	if (thread_driver != OBSERVED_MAX &&
	    observer_attach_also(run->observer, thread_driver, tid, &e) < 0)
		record_fault(run->recorder, "counting thread %d for the %s driver: %s", (int)tid,
			     observed_driver_name(thread_driver), e.text);
}

static int on_bind_pages(void *context, pid_t pid, uint32_t node)
{
	struct run *run = context;
	uint64_t unused;

	return worker_groups_order(run->groups, pid, WORKER_BIND, 0, node, BIND_NS, &unused);
}

static int on_reclaim_page(void *context, pid_t pid)
{
	struct run *run = context;
	uint64_t unused;

	return worker_groups_order(run->groups, pid, WORKER_RECLAIM, 0, 0, RECLAIM_NS, &unused);
}

static bool on_guard_allows(void *context, uint64_t bytes)
{
	struct run *run = context;
	uint64_t available = guard_available_bytes(&run->fs);

	return available >= bytes && available - bytes >= run->reserve_bytes;
}

static void on_fault(void *context, const char *text)
{
	struct run *run = context;

	record_fault(run->recorder, "%s", text);
}

void run_hooks(struct run *run, struct drive_hooks *ret_hooks)
{
	*ret_hooks = (struct drive_hooks){
		.context = run,
		.intent = on_intent,
		.offline_done = on_offline_done,
		.online_done = on_online_done,
		.refused = on_refused,
		.moved = on_moved,
		.called = on_called,
		.aim = run->profile.offline_aim ? on_aim : NULL,
		.unaim = run->profile.offline_aim ? on_unaim : NULL,
		.counts = on_counts,
		.thread_started = on_thread_started,
		.count_thread = on_count_thread,
		.bind_pages = on_bind_pages,
		.reclaim_page = on_reclaim_page,
		.workers_cgroup = worker_cgroup_folder(run->cgroup),
		.guard_allows = on_guard_allows,
		.fault = on_fault,
		.soft_offline = run->poison.hooks.ledger ? &run->poison.hooks : NULL,
	};
}

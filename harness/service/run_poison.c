// SPDX-License-Identifier: GPL-2.0-or-later
/* Soft offline in a run: what it needs of the host, its books, and the way back. */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/log.h"
#include "base/memory.h"
#include "record/journal.h"
#include "record/record_poison.h"
#include "service/breadcrumb.h"
#include "service/give_back.h"
#include "service/run.h"

#define FAIL "sys/kernel/debug/fail_page_alloc/"
/*
 * A worker that is in the kernel for longer does not come back: the call takes ten passes of
 * migration at most, and each of those waits for locks and writes of other tasks.
 */
#define ANSWER_NS (60 * NS_PER_S)

static const enum worker_task worker_tasks[SOFT_OFFLINE_TASKS] = {
	[SOFT_OFFLINE_TASK_PREPARE] = WORKER_PREPARE,
	[SOFT_OFFLINE_TASK_INJECT] = WORKER_SOFT_OFFLINE,
	[SOFT_OFFLINE_TASK_INJECT_NO_MEMORY] = WORKER_SOFT_OFFLINE_NO_MEMORY,
	[SOFT_OFFLINE_TASK_HOLD] = WORKER_HOLD,
	[SOFT_OFFLINE_TASK_RELEASE] = WORKER_RELEASE,
	[SOFT_OFFLINE_TASK_CHECK] = WORKER_CHECK,
	[SOFT_OFFLINE_TASK_SCRATCH] = WORKER_SCRATCH,
	[SOFT_OFFLINE_TASK_SCRATCH_FREE] = WORKER_SCRATCH_FREE,
};

static int on_ledger(void *context, const struct soft_offline_injection *injection)
{
	struct run *run = context;

	breadcrumb(BREADCRUMB_INFO, "run=%s soft-offline frame %llu", run->id,
		   (unsigned long long)injection->frame);
	return record_soft_offline_intent(run->recorder, injection);
}

static void on_done(void *context, const struct soft_offline_injection *injection)
{
	struct run *run = context;

	record_soft_offline(run->recorder, injection);
}

static int on_ask(void *context, const struct soft_offline_target *target,
		  enum soft_offline_task task, uint64_t address, uint64_t *ret_address)
{
	struct run *run = context;

	return worker_groups_order(run->groups, target->pid, worker_tasks[task], address, 0, ANSWER_NS,
				   ret_address);
}

static void on_fault(void *context, const char *text)
{
	struct run *run = context;

	record_fault(run->recorder, "%s", text);
}

static int32_t on_node_of(void *context, uint64_t frame)
{
	const struct run *run = context;
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	const struct topology_block *block = topology_find_block(
		&run->topology, (uint32_t)(frame * page_size / run->topology.block_size_bytes));

	return block ? block->node : -1;
}

/*
 * Allocations of a thread that has make-it-fail on fail, all of them and of every size, and no
 * other's do (mm/page_alloc.c: __should_fail_alloc_page(), lib/fault-inject.c: should_fail_ex()).
 * The filter comes first and the probability last, and back the other way round.
 */
static int set_fault_injection(struct run *run, struct err *e)
{
	static const struct {
		const char *path, *value;
	} table[] = {
		{FAIL "task-filter", "Y"},   {FAIL "verbose", "0"},
		{FAIL "interval", "1"},	     {FAIL "space", "0"},
		{FAIL "min-order", "0"},     {FAIL "ignore-gfp-wait", "N"},
		{FAIL "times", "-1"},	     {FAIL "ignore-gfp-highmem", "N"},
		{FAIL "probability", "100"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int r = run_change_setting(run, table[i].path, table[i].value, e);

		if (r < 0)
			return r;
	}
	return 0;
}

/* NULL: it can. */
static const char *cannot_fail_why(struct run *run)
{
	if (!fsio_exists(&run->fs, "proc/self/make-it-fail"))
		return "this kernel injects no faults (CONFIG_FAULT_INJECTION)";
	if (!fsio_exists(&run->fs, FAIL "task-filter"))
		return "this kernel injects no faults into page allocation "
		       "(CONFIG_FAIL_PAGE_ALLOC, CONFIG_FAULT_INJECTION_DEBUG_FS)";
	return NULL;
}

int run_prepare_poison(struct run *run, struct err *e)
{
	const struct profile_caller *options = &run->profile.callers[CALLER_SOFT_OFFLINE];
	struct run_poison *p = &run->poison;
	struct err missing = {0};
	struct record_poison now;
	const char *why;
	int r;

	if (!options->is_there)
		return 0;
	p->hooks = (struct soft_offline_hooks){
		.context = run,
		.ledger = on_ledger,
		.done = on_done,
		.ask = on_ask,
		.fault = on_fault,
		.node_of = on_node_of,
	};
	if (prepare_unpoison(&run->fs, run->recorder, &run->prepared, &missing) < 0) {
		(void)snprintf(p->cannot_undo_why, sizeof(p->cannot_undo_why), "%s", missing.text);
		p->hooks.cannot_undo_why = p->cannot_undo_why;
		return 0;
	}
	why = cannot_fail_why(run);
	r = why ? 0 : set_fault_injection(run, e);
	if (r < 0)
		return r;
	p->hooks.can_fail_allocations = !why;
	p->is_begun = true;
	give_back_count(&run->fs, &now);
	record_poison_start(run->recorder, options->pages, (uint64_t)sysconf(_SC_PAGESIZE), why,
			    &now);
	return 0;
}

/* From the books on disk, as "memsoak restore" would. The workers have ended. */
void run_give_back_poison(struct run *run)
{
	cleanup_free char *path = memory_format("%s/events.jsonl", run->directory);
	struct journal_unfinished unfinished = {0};
	struct given_back given = {0};
	struct record_poison now;
	struct err e = {0};

	if (!run->poison.is_begun)
		return;
	record_flush(run->recorder);
	if (journal_unfinished(path, &unfinished, &e) < 0) {
		log_error("%s", e.text);
		run->poison.frames_left = 1;
		return;
	}
	give_back_frames(&run->fs, run->recorder, unfinished.frames, unfinished.n_frames, &given);
	give_back_count(&run->fs, &now);
	record_poison_end(run->recorder, given.left, &now);
	run->poison.frames_left = given.left;
	if (given.left)
		log_error("%llu page frames could not be given back, the first is %llu: %s: "
			  "\"memsoak restore\" tries again",
			  (unsigned long long)given.left, (unsigned long long)given.example,
			  errno_name(given.error));
	journal_unfinished_done(&unfinished);
}

void run_undo_preparations(struct run *run)
{
	struct err e = {0};

	prepare_undo(run->recorder, &run->prepared, &e);
	if (e.code < 0)
		log_error("%s", e.text);
}

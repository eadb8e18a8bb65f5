// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The offline driver's life: its thread goes round the plan's blocks until the phase's bound, a
 * stop, or until it has to give up; never does it end with a block offline that it could bring
 * back.
 */
#include "drive/offline_driver.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"

#define FAILED_INTENTS_MAX 3
#define MISSING_TRIES_MAX 3
#define MISSING_PAUSE_NS NS_PER_S
/*
 * Where nothing may be attempted, or every block fails at once (the stock 6.1 kernel answers
 * EINVAL within 0.1 ms for a block with a hole), the journal must not fill up with that.
 */
#define IN_VAIN_PAUSE_NS (100 * NS_PER_MS)
#define ALL_REFUSED_PAUSE_NS (5 * NS_PER_S)
#define JOIN_TICK_NS (100 * NS_PER_MS)

static bool has_more_to_do(struct offline_driver *d)
{
	bool is_bounded = d->phase->offline_cycles > 0;

	return !atomic_load(&d->has_failed) && !cancel_pause(&d->cancel, 0) &&
	       d->n_gone < d->plan->n_blocks &&
	       !(is_bounded && d->writes >= d->phase->offline_cycles) &&
	       clock_monotonic_ns() < d->end_ns;
}

/* Takes note of what became of an attempt; returns how long to pause before the next. */
static uint64_t settle(struct offline_driver *d, enum attempt_result result)
{
	size_t round = d->plan->n_blocks - d->n_gone;
	uint64_t pause_ns = d->plan->profile->offline_pause_ns;
	uint64_t least_ns = 0;

	d->attempt++;
	if (result == ATTEMPT_SKIPPED)
		return 0;
	d->failed = result == ATTEMPT_FAILED ? d->failed + 1 : 0;
	d->refused = result == ATTEMPT_REFUSED ? d->refused + 1 : 0;
	d->failed_intents = result == ATTEMPT_NO_INTENT ? d->failed_intents + 1 : 0;
	if (result == ATTEMPT_DONE || result == ATTEMPT_FAILED)
		d->writes++;
	if (d->failed_intents == FAILED_INTENTS_MAX) {
		offline_fault(d,
			      "%d intents in a row could not be put on disk: no memory is taken "
			      "offline any more in this phase",
			      FAILED_INTENTS_MAX);
		atomic_store(&d->has_failed, true);
	}
	if (d->refused >= round)
		least_ns = ALL_REFUSED_PAUSE_NS;
	else if (d->failed >= round || d->refused > 0 || d->failed_intents > 0)
		least_ns = IN_VAIN_PAUSE_NS;
	return pause_ns > least_ns ? pause_ns : least_ns;
}

/* Not beyond the phase's end. */
static void pause_until_next(struct offline_driver *d, uint64_t pause_ns)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t left_ns = now_ns < d->end_ns ? d->end_ns - now_ns : 0;

	(void)cancel_pause(&d->cancel, pause_ns < left_ns ? pause_ns : left_ns);
}

static void bring_back_missing(struct offline_driver *d)
{
	struct missing_block missing = d->missing;

	d->missing.tries++;
	offline_bring_back(d, missing.block, missing.attempt, BLOCK_STATE_UNKNOWN);
	if (!d->missing.is_missing)
		d->missing.tries = 0;
}

/* No other block is taken as long as one is missing. */
static void look_for_missing(struct offline_driver *d)
{
	if (d->missing.tries == MISSING_TRIES_MAX) {
		offline_fault(d,
			      "memory%u does not come back online: no memory is taken offline any "
			      "more in this phase",
			      d->missing.block->id);
		atomic_store(&d->has_failed, true);
	} else if (!cancel_pause(&d->cancel, MISSING_PAUSE_NS)) {
		bring_back_missing(d);
	}
}

static void *offline_thread(void *argument)
{
	struct offline_driver *d = argument;
	const struct plan *plan = d->plan;
	enum attempt_result result;

	drive_block_signals();
	if (d->hooks.thread_started)
		d->hooks.thread_started(d->hooks.context, "offline", gettid());
	while (has_more_to_do(d)) {
		if (d->missing.is_missing) {
			look_for_missing(d);
			continue;
		}
		result = offline_attempt(d, &plan->blocks[d->attempt % plan->n_blocks]);
		if (result != ATTEMPT_STOPPED)
			pause_until_next(d, settle(d, result));
	}
	if (d->missing.is_missing)
		bring_back_missing(d);
	if (d->missing.is_missing)
		atomic_store(&d->has_failed, true);
	atomic_store(&d->has_ended, true);
	return NULL;
}

struct offline_driver *offline_driver_start(struct fsio *fs, const struct plan *plan,
					    const struct plan_phase *phase, uint64_t first_attempt,
					    uint64_t block_size_bytes,
					    const struct drive_hooks *hooks, struct err *e)
{
	struct offline_driver *d;
	int r;

	if (plan->n_blocks == 0) {
		(void)err_set(e, -EINVAL,
			      "the plan has no block that may be taken offline: see "
			      "\"memsoak topology\" for the reasons");
		return NULL;
	}
	d = memory_alloc(1, sizeof(*d));
	d->fs = fs;
	d->plan = plan;
	d->phase = phase;
	d->hooks = *hooks;
	d->block_size_bytes = block_size_bytes;
	d->attempt = first_attempt;
	d->is_gone = memory_alloc(plan->n_blocks, sizeof(*d->is_gone));
	d->end_ns = phase->duration_ns ? clock_monotonic_ns() + phase->duration_ns : UINT64_MAX;
	cancel_init(&d->cancel);
	r = pthread_create(&d->thread, NULL, offline_thread, d);
	if (r) {
		(void)err_errno(e, -r, "cannot start the thread of the offline driver");
		cancel_done(&d->cancel);
		free(d->is_gone);
		free(d);
		return NULL;
	}
	return d;
}

void offline_driver_tick(struct offline_driver *d)
{
	cancel_tick(&d->cancel);
}

void offline_driver_stop(struct offline_driver *d)
{
	cancel_stop(&d->cancel);
}

void offline_driver_finish(struct offline_driver *d)
{
	cancel_finish(&d->cancel);
}

bool offline_driver_has_ended(struct offline_driver *d)
{
	return atomic_load(&d->has_ended);
}

bool offline_driver_failed(struct offline_driver *d)
{
	return atomic_load(&d->has_failed);
}

void offline_driver_progress(struct offline_driver *d, struct offline_progress *ret_progress)
{
	cancel_progress(&d->cancel, ret_progress);
}

uint64_t offline_driver_join(struct offline_driver *d)
{
	uint64_t next_attempt;

	while (!atomic_load(&d->has_ended)) {
		cancel_tick(&d->cancel);
		(void)clock_sleep_ns(JOIN_TICK_NS);
	}
	(void)pthread_join(d->thread, NULL);
	next_attempt = d->attempt;
	cancel_done(&d->cancel);
	free(d->is_gone);
	free(d);
	return next_attempt;
}

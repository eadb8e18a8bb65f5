// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One attempt: look, ask the guard, aim, put the intent on disk, write, look again, bring back.
 * Whatever the write answered, the state that is read afterwards decides what has to be undone.
 */
#include "drive/offline_driver.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"
#include "base/fsio.h"
#include "drive/online.h"

void offline_fault(struct offline_driver *d, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	d->hooks.fault(d->hooks.context, text);
}

bool offline_note_gone(struct offline_driver *d, const struct plan_block *target, bool is_gone)
{
	bool *known = &d->is_gone[target - d->plan->blocks];

	if (*known == is_gone)
		return false;
	*known = is_gone;
	d->n_gone += is_gone ? 1 : (size_t)-1;
	return true;
}

/* Plugged in again, and where it was: else it is another one, and none of the plan. */
static bool is_back(struct offline_driver *d, const struct plan_block *target)
{
	struct topology_block block;

	return topology_read_block(d->fs, target->id, &block) == 0 &&
	       block.node == (int32_t)target->node;
}

/* The plan is from the run's start: is it still true? */
static enum block_refusal judge(struct offline_driver *d, const struct plan_block *target)
{
	struct topology_block block = {.node = (int32_t)target->node};
	enum block_refusal refusal;
	int r = drive_read_block(d->fs, target->id, &block);

	if (drive_means_gone(-r) || (d->is_gone[target - d->plan->blocks] && !is_back(d, target)))
		return REFUSED_GONE;
	if (r < 0) {
		offline_fault(d, "memory%u cannot be read any more (%s): not attempted", target->id,
			      errno_name(r));
		return REFUSED_UNREADABLE;
	}
	refusal = topology_judge_block(&block, d->plan->profile->offline_movable_only);
	if (refusal != BLOCK_OFFLINABLE)
		return refusal;
	if (block.n_zones == 0 || (enum zone)block.zones[0] != target->zone) {
		offline_fault(d,
			      "memory%u is in zone %s, it was in %s when the run began: not "
			      "attempted",
			      target->id,
			      zone_name(block.n_zones ? (enum zone)block.zones[0] : ZONE_UNKNOWN),
			      zone_name(target->zone));
		return target->zone == ZONE_MOVABLE ? REFUSED_NOT_MOVABLE : REFUSED_ZONE_UNKNOWN;
	}
	if (d->hooks.guard_allows && !d->hooks.guard_allows(d->hooks.context, d->block_size_bytes))
		return REFUSED_GUARD;
	return BLOCK_OFFLINABLE;
}

static void tell_refused(struct offline_driver *d, const struct plan_block *target,
			 enum block_refusal refusal)
{
	struct refused_event event = {.block = target->id, .refusal = refusal};

	d->hooks.refused(d->hooks.context, &event);
}

static void read_counts(struct offline_driver *d, struct drive_counts *counts)
{
	*counts = (struct drive_counts){0};
	if (d->hooks.counts)
		d->hooks.counts(d->hooks.context, counts);
}

/* What this thread migrated during the write alone: aiming moves pages in this thread as well. */
static struct drive_counts counts_between(const struct drive_counts *before,
					  const struct drive_counts *after)
{
	struct drive_counts c = {
		.has_attempts = before->has_attempts && after->has_attempts,
		.has_eagain = before->has_eagain && after->has_eagain,
	};

	if (c.has_attempts)
		c.attempts = after->attempts - before->attempts;
	if (c.has_eagain)
		c.eagain = after->eagain - before->eagain;
	return c;
}

void offline_bring_back(struct offline_driver *d, const struct plan_block *target, uint64_t attempt,
			enum block_state state)
{
	struct online_event event;

	if (d->hooks.intent(d->hooks.context, "online", target->id, target->zone) < 0)
		offline_fault(d,
			      "the intent to bring memory%u online is not on disk: it is brought "
			      "online all the same",
			      target->id);
	drive_undo_offline(d->fs, target, attempt, state, &event);
	d->hooks.online_done(d->hooks.context, &event);
	if (event.is_gone)
		(void)offline_note_gone(d, target, true);
	else if (!event.restored)
		offline_fault(d, "memory%u is %s in zone %s (%s) and should be online in %s",
			      target->id, block_state_name(event.state_after),
			      zone_name(event.zone_after), errno_name(event.error),
			      zone_name(target->zone));
	/* Online in another zone is memory not lost. */
	if (event.state_after == BLOCK_ONLINE || event.is_gone) {
		d->missing.is_missing = false;
	} else {
		d->missing.is_missing = true;
		d->missing.block = target;
		d->missing.attempt = attempt;
	}
}

static enum attempt_result write_offline(struct offline_driver *d, const struct plan_block *target,
					 const struct drive_aim *aim)
{
	struct drive_counts before, after;
	struct cancel_outcome outcome;
	struct offline_event event;
	enum block_state state;
	uint64_t deadline_ns = d->plan->profile->offline_deadline_ns;
	int r;

	read_counts(d, &before);
	if (!cancel_write_offline(&d->cancel, d->fs, target->id, deadline_ns, &outcome))
		return ATTEMPT_STOPPED;
	read_counts(d, &after);
	r = drive_read_state(d->fs, target->id, &state);
	if (r < 0 && !drive_means_gone(-r))
		offline_fault(d, "memory%u cannot be read after its offline was written (%s)",
			      target->id, errno_name(r));
	/* No file to open, or taken away while it was open (kernfs: ENODEV): nothing was asked. */
	if (r < 0 && drive_means_gone(outcome.error)) {
		(void)offline_note_gone(d, target, true);
		tell_refused(d, target, REFUSED_GONE);
		return ATTEMPT_REFUSED;
	}
	event = (struct offline_event){
		.attempt = d->attempt,
		.block = target->id,
		.node = target->node,
		.zone = target->zone,
		.error = outcome.error,
		.start_ns = outcome.start_ns,
		.wall_ns = outcome.end_ns - outcome.start_ns,
		.deadline_ns = deadline_ns,
		.ended_by = outcome.ended_by,
		.signals = outcome.signals,
		.time_to_return_ns = outcome.time_to_return_ns,
		.stray_signal = outcome.stray_signal,
		.state_after = state,
		.aim = *aim,
		.counts = counts_between(&before, &after),
	};
	d->hooks.offline_done(d->hooks.context, &event);
	if (event.error == 0 || event.state_after != BLOCK_ONLINE)
		offline_bring_back(d, target, d->attempt, state);
	return event.error ? ATTEMPT_FAILED : ATTEMPT_DONE;
}

enum attempt_result offline_attempt(struct offline_driver *d, const struct plan_block *target)
{
	enum block_refusal refusal = judge(d, target);
	enum attempt_result result;
	struct drive_aim aim = {0};

	if (!offline_note_gone(d, target, refusal == REFUSED_GONE) && refusal == REFUSED_GONE)
		return ATTEMPT_SKIPPED;
	if (refusal != BLOCK_OFFLINABLE) {
		tell_refused(d, target, refusal);
		return ATTEMPT_REFUSED;
	}
	if (d->hooks.aim)
		d->hooks.aim(d->hooks.context, target->id, target->node, &aim);
	if (d->hooks.intent(d->hooks.context, "offline", target->id, target->zone) < 0) {
		offline_fault(d,
			      "the intent to take memory%u offline is not on disk: not attempted",
			      target->id);
		result = ATTEMPT_NO_INTENT;
	} else {
		result = write_offline(d, target, &aim);
	}
	if (d->hooks.aim && d->hooks.unaim)
		d->hooks.unaim(d->hooks.context);
	return result;
}

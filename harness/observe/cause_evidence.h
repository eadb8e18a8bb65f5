/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs saw at an EAGAIN (cause_programs.h), and what that means. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "observe/cause_programs.h"

enum eagain_cause {
	/*
	 * Tasks that wait at the migration entry with a reference: they alone have one too many, or
	 * one of them let go of it while the attempt went on. One of them sleeps, or slept, with it.
	 */
	EAGAIN_WAITER,
	/* The same, and none has slept with it: as yet, or because it lets go when it is queued. */
	EAGAIN_QUEUEING_WAITER,
	/*
	 * A task that has looked the page up waits for its lock; or the reference was gone when the
	 * attempt had ended, the page is in the page cache, and no waiter had one.
	 */
	EAGAIN_PAGE_CACHE,
	EAGAIN_BATCH,	     /* it is in a CPU's mlock batch */
	EAGAIN_OTHER_HOLDER, /* somebody else has a reference, and keeps it: a pin, for example */
	EAGAIN_LOCK,	     /* the unmap phase, only: the page's lock was not to be had at once */
	EAGAIN_UNKNOWN,
	EAGAIN_CAUSES,
};

/* "waiter" "queueing_waiter" "page_cache" "batch" "other_holder" "lock" "unknown" */
const char *eagain_cause_name(enum eagain_cause cause);

/* Do waiters on this kernel take references at all? */
enum waiters_hold {
	WAITERS_HOLD_NOTHING,
	WAITERS_HOLD_SEEN, /* one was seen with one */
	/* Only their number is known, and almost all slept while there were as many references. */
	WAITERS_HOLD_ASLEEP,
};

/*
 * Of one EAGAIN of the move phase, by SEEN_... bits. A waiter is blamed only where nobody else is
 * seen to hold the page: so that what a kernel cannot help does not look like the defect.
 */
enum eagain_cause eagain_cause_of(unsigned int seen, enum waiters_hold hold);

enum waiters_hold waiters_hold_references(const struct cause_figures *figures);

/* All that the programs have counted. The sum of @ret_counts is EAGAIN of both phases as they saw
 * it. */
void eagain_causes_count(const struct cause_figures *figures, uint64_t ret_counts[EAGAIN_CAUSES]);

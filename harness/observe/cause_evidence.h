/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs saw at an EAGAIN (cause_programs.h), and what that means. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "observe/cause_programs.h"

enum eagain_cause {
	/*
	 * Tasks that wait at the migration entry with a reference: they alone have one too many, or
	 * one of them let go of it while the attempt went on.
	 */
	EAGAIN_WAITER,
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

/* "waiter" "page_cache" "batch" "other_holder" "lock" "unknown" */
const char *eagain_cause_name(enum eagain_cause cause);

/*
 * Of one EAGAIN of the move phase, by SEEN_... bits. A waiter is blamed only where nobody else is
 * seen to hold the page: so that what a kernel cannot help does not look like the defect.
 * @waiters_hold: on this kernel waiters were seen to take references at all.
 */
enum eagain_cause eagain_cause_of(unsigned int seen, bool waiters_hold);

/*
 * Do they? One was seen with one; or, where only their number is known, almost all of them slept
 * while there were as many references as waiters.
 */
bool waiters_hold_references(const struct cause_figures *figures);

/* All that the programs have counted. The sum of @ret_counts is EAGAIN of both phases as they saw
 * it. */
void eagain_causes_count(const struct cause_figures *figures, uint64_t ret_counts[EAGAIN_CAUSES]);

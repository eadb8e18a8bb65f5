// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/cause_evidence.h"

#include <string.h>

static const char *const names[EAGAIN_CAUSES] = {
	[EAGAIN_WAITER] = "waiter",
	[EAGAIN_QUEUEING_WAITER] = "queueing_waiter",
	[EAGAIN_PAGE_CACHE] = "page_cache",
	[EAGAIN_BATCH] = "batch",
	[EAGAIN_OTHER_HOLDER] = "other_holder",
	[EAGAIN_LOCK] = "lock",
	[EAGAIN_UNKNOWN] = "unknown",
};

const char *eagain_cause_name(enum eagain_cause cause)
{
	return names[cause];
}

static enum eagain_cause of_the_rest(unsigned int seen)
{
	return seen & SEEN_BATCH ? EAGAIN_BATCH : EAGAIN_OTHER_HOLDER;
}

static enum eagain_cause of_the_waiters(unsigned int seen)
{
	return seen & SEEN_SLEEPER ? EAGAIN_WAITER : EAGAIN_QUEUEING_WAITER;
}

/* Who held the page has let go of it by now. */
static enum eagain_cause of_the_gone(unsigned int seen)
{
	if (seen & SEEN_LOOKER)
		return EAGAIN_PAGE_CACHE;
	if (seen & (SEEN_WAITER | SEEN_LET_GO))
		return of_the_waiters(seen);
	return seen & SEEN_CACHED ? EAGAIN_PAGE_CACHE : EAGAIN_UNKNOWN;
}

enum eagain_cause eagain_cause_of(unsigned int seen, enum waiters_hold hold)
{
	switch ((enum cause_held)(seen >> SEEN_HELD_SHIFT)) {
	case HELD_NO:
		return of_the_gone(seen);
	case HELD_EXPLAINED:
		return seen & SEEN_LOOKER ? EAGAIN_PAGE_CACHE : of_the_waiters(seen);
	case HELD_ARRIVING:
		/* Where waiters take no reference, those who arrive will not either. */
		if (hold == WAITERS_HOLD_NOTHING)
			return of_the_rest(seen);
		if (seen & SEEN_LOOKER)
			return EAGAIN_PAGE_CACHE;
		return hold == WAITERS_HOLD_ASLEEP ? EAGAIN_WAITER : of_the_waiters(seen);
	case HELD_BY_OTHERS:
		return of_the_rest(seen);
	}
	return EAGAIN_UNKNOWN;
}

#define FEWEST_SLEEPS 5
#define FREE_SHARE 5 /* one of so many may be counted while it was about to take its reference */

enum waiters_hold waiters_hold_references(const struct cause_figures *figures)
{
	uint64_t sleeps = figures->sleeps_held + figures->sleeps_free;

	if (sleeps >= FEWEST_SLEEPS && figures->sleeps_free * FREE_SHARE < sleeps)
		return WAITERS_HOLD_ASLEEP;
	return figures->holds > 0 ? WAITERS_HOLD_SEEN : WAITERS_HOLD_NOTHING;
}

void eagain_causes_count(const struct cause_figures *figures, uint64_t ret_counts[EAGAIN_CAUSES])
{
	memset(ret_counts, 0, EAGAIN_CAUSES * sizeof(*ret_counts));
	for (unsigned int seen = 0; seen < SEEN_ALL; seen++)
		ret_counts[eagain_cause_of(seen, waiters_hold_references(figures))] +=
			figures->seen[seen];
	ret_counts[EAGAIN_LOCK] += figures->undone_unlocked;
	ret_counts[EAGAIN_UNKNOWN] += figures->unread;
	/* The page was mapped again meanwhile, or is being written back, and its like. */
	if (figures->undone > figures->undone_unlocked)
		ret_counts[EAGAIN_UNKNOWN] += figures->undone - figures->undone_unlocked;
}

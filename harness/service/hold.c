// SPDX-License-Identifier: GPL-2.0-or-later
/* Who holds the pages that would not move: asked in the drivers' threads, not too often. */
#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "observe/holders.h"
#include "service/run.h"

#define MOST_SEARCHES 32 /* of either sort */
#define BETWEEN_NS (5 * NS_PER_S)
#define BUDGET_NS (2 * NS_PER_S) /* it reads every page table there is */

/* True when it is time for another search of a block. */
static bool may_search_block(struct holder_searches *searches)
{
	uint64_t now_ns = clock_monotonic_ns();

	if (searches->n_blocks >= MOST_SEARCHES ||
	    (searches->n_blocks > 0 && now_ns - searches->last_block_ns < BETWEEN_NS))
		return false;
	searches->n_blocks++;
	searches->last_block_ns = now_ns;
	return true;
}

/*
 * The same of a page of that process. Each process has its turn, so that all are named where several
 * hold pages; it is one process that is looked at, which takes no time.
 */
static bool may_search_page(struct holder_searches *searches, pid_t pid)
{
	uint64_t now_ns = clock_monotonic_ns();
	size_t oldest = 0, i;

	for (i = 0; i < ARRAY_SIZE(searches->pages); i++) {
		if (searches->pages[i].pid == pid)
			break;
		if (searches->pages[i].last_ns < searches->pages[oldest].last_ns)
			oldest = i;
	}
	if (searches->n_pages >= MOST_SEARCHES)
		return false;
	if (i == ARRAY_SIZE(searches->pages))
		i = oldest;
	else if (now_ns - searches->pages[i].last_ns < BETWEEN_NS)
		return false;
	searches->n_pages++;
	searches->pages[i].pid = pid;
	searches->pages[i].last_ns = now_ns;
	return true;
}

void run_name_block_holders(struct run *run, const struct offline_event *event)
{
	uint64_t n_frames = run->topology.block_size_bytes / (uint64_t)sysconf(_SC_PAGESIZE);
	bool is_trouble = event->error == EBUSY ||
			  (event->error == EINTR && event->ended_by == ENDED_BY_DEADLINE);
	struct holders found;

	if (!is_trouble || event->veto || run->stop != RUN_GOES_ON ||
	    !may_search_block(&run->searches))
		return;
	holders_find(&run->fs, event->block * n_frames, n_frames, BUDGET_NS, &found);
	record_holders(run->recorder, (int64_t)event->block, &found);
}

void run_name_page_holders(struct run *run, const struct move_event *event)
{
	struct holders found;

	for (size_t i = 0; i < event->n_stuck; i++) {
		if (!may_search_page(&run->searches, event->stuck[i].pid))
			continue;
		holders_of_page(&run->fs, event->stuck[i].pid, event->stuck[i].address, &found);
		record_holders(run->recorder, -1, &found);
	}
}

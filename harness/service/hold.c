// SPDX-License-Identifier: GPL-2.0-or-later
/* Who holds the pages that would not move: asked in the drivers' threads, not too often. */
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "observe/holders.h"
#include "service/run.h"

#define MOST_SEARCHES 32
#define BETWEEN_NS (5 * NS_PER_S)
#define BUDGET_NS (2 * NS_PER_S) /* it reads every page table there is */

/* True when it is time for another one. */
static bool may_search(struct run *run)
{
	uint64_t now_ns = clock_monotonic_ns();
	bool may;

	(void)pthread_mutex_lock(&run->figures_lock);
	may = run->n_searches < MOST_SEARCHES &&
	      (run->n_searches == 0 || now_ns - run->last_search_ns >= BETWEEN_NS);
	if (may) {
		run->n_searches++;
		run->last_search_ns = now_ns;
	}
	(void)pthread_mutex_unlock(&run->figures_lock);
	return may;
}

void run_name_block_holders(struct run *run, const struct offline_event *event)
{
	uint64_t n_frames = run->topology.block_size_bytes / (uint64_t)sysconf(_SC_PAGESIZE);
	bool is_trouble = event->error == EBUSY ||
			  (event->error == EINTR && event->ended_by == ENDED_BY_DEADLINE);
	struct holders found;

	if (!is_trouble || event->veto || run->stop != RUN_GOES_ON || !may_search(run))
		return;
	holders_find(&run->fs, event->block * n_frames, n_frames, BUDGET_NS, &found);
	record_holders(run->recorder, (int64_t)event->block, &found);
}

void run_name_page_holder(struct run *run, const struct move_event *event)
{
	struct holders found;

	if (!event->stuck_pid || !may_search(run))
		return;
	holders_of_page(&run->fs, event->stuck_pid, event->stuck_address, &found);
	record_holders(run->recorder, -1, &found);
}

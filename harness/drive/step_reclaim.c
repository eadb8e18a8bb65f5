// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reclaim of the workers' pages, one page a call: madvise(2) with MADV_PAGEOUT takes the page off
 * its list and has it shrunk at once, in the thread that asks (mm/madvise.c:
 * madvise_cold_or_pageout_pte_range(), mm/vmscan.c: reclaim_pages(), shrink_page_list() or
 * shrink_folio_list(); 5.4 and later). The worker makes the call, in its first thread, of a page
 * that its other threads have made ready. process_madvise(2) would do it from here, and would hang
 * with a worker whose mmap lock hangs.
 *
 * What became of the page the call does not say. The counters that are told are everybody's: of
 * pages given back by MADV_FREE that were dropped, of pages written to swap, and of huge pages that
 * were split, or could not be.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "drive/asked_workers.h"
#include "drive/caller_step.h"

#define CALLS_BETWEEN_COUNTS 64 /* the counters are a second late anyway */
#define NONE_READY_NS (200 * NS_PER_US)

static const char *const counted[] = {"pglazyfreed", "pswpout", "thp_split_page",
				      "thp_split_page_failed", NULL};

static void reclaim_close(struct caller_context *c)
{
	struct asked_workers *workers = c->own;

	asked_workers_done(workers);
	free(workers);
}

static int reclaim_open(struct caller_context *c, struct err *e)
{
	struct asked_workers *workers;

	if (c->n_targets == 0 || !c->hooks->reclaim_page)
		return err_set(
			e, -EINVAL,
			"no worker has pages to reclaim: give the profile a [workers] section "
			"with driven_by = reclaim");
	workers = memory_alloc(1, sizeof(*workers));
	asked_workers_init(workers, c);
	c->own = workers;
	return 0;
}

static int reclaim_call(struct caller_context *c)
{
	struct asked_workers *workers = c->own;
	size_t which = asked_workers_choose(workers);
	int r = c->hooks->reclaim_page(c->hooks->context, c->targets[which].pid);

	if (c->turn % CALLS_BETWEEN_COUNTS == 0)
		caller_tell_host(c);
	if (r == -EAGAIN) {
		caller_add_number(c->event, "calls_without_page", 1);
		(void)clock_sleep_ns(NONE_READY_NS);
		return 0;
	}
	if (r == -ESRCH || r == -ETIMEDOUT)
		asked_workers_drop(workers, c, which, r, "reclaimed");
	else if (r == 0)
		caller_add_number(c->event, "pages_asked_for", 1);
	return -r;
}

const struct caller_step step_reclaim = {
	.open = reclaim_open,
	.begin = caller_count_targets,
	.call = reclaim_call,
	.close = reclaim_close,
	.host_counts = counted,
};

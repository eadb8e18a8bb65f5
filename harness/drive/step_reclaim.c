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
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "drive/caller_step.h"
#include "drive/host_counts.h"

#define CALLS_BETWEEN_COUNTS 64 /* the counters are a second late anyway */
#define NONE_READY_NS (200 * NS_PER_US)

static const char *const counted[] = {"pglazyfreed", "pswpout", "thp_split_page",
				      "thp_split_page_failed", NULL};

struct reclaiming {
	bool *is_gone; /* of each target: it does not answer any more */
	size_t n_alive;
	size_t next;
	struct host_counts counts;
};

static void reclaim_close(struct caller_context *c)
{
	struct reclaiming *own = c->own;

	free(own->is_gone);
	free(own);
}

static int reclaim_open(struct caller_context *c, struct err *e)
{
	struct reclaiming *own;

	if (c->n_targets == 0 || !c->hooks->reclaim_page)
		return err_set(
			e, -EINVAL,
			"no worker has pages to reclaim: give the profile a [workers] section "
			"with driven_by = reclaim");
	own = memory_alloc(1, sizeof(*own));
	own->is_gone = memory_alloc(c->n_targets, sizeof(*own->is_gone));
	own->n_alive = c->n_targets;
	c->own = own;
	return 0;
}

static void reclaim_begin(struct caller_context *c)
{
	struct reclaiming *own = c->own;

	for (size_t i = 0; i < c->n_targets && c->hooks->count_thread; i++)
		c->hooks->count_thread(c->hooks->context, c->targets[i].pid);
	host_counts_start(&own->counts, c->fs, counted);
}

static void drop(struct caller_context *c, size_t target, int error)
{
	struct reclaiming *own = c->own;
	char text[160];

	(void)snprintf(text, sizeof(text),
		       "process %d does not answer (%s): its pages are not reclaimed any more",
		       (int)c->targets[target].pid, errno_name(error));
	if (c->hooks->fault)
		c->hooks->fault(c->hooks->context, text);
	own->is_gone[target] = true;
	own->n_alive--;
	c->is_done = own->n_alive == 0;
}

/* The next one that answers. */
static size_t choose(const struct caller_context *c, struct reclaiming *own)
{
	size_t which;

	do {
		which = own->next;
		own->next = (own->next + 1) % c->n_targets;
	} while (own->is_gone[which]);
	return which;
}

static int reclaim_call(struct caller_context *c)
{
	struct reclaiming *own = c->own;
	size_t which = choose(c, own);
	int r = c->hooks->reclaim_page(c->hooks->context, c->targets[which].pid);

	if (c->turn % CALLS_BETWEEN_COUNTS == 0)
		host_counts_tell(&own->counts, c->fs, c->event);
	if (r == -EAGAIN) {
		caller_add_number(c->event, "calls_without_page", 1);
		(void)clock_sleep_ns(NONE_READY_NS);
		return 0;
	}
	if (r == -ESRCH || r == -ETIMEDOUT)
		drop(c, which, r);
	else if (r == 0)
		caller_add_number(c->event, "pages_asked_for", 1);
	return -r;
}

static void reclaim_end(struct caller_context *c)
{
	struct reclaiming *own = c->own;

	host_counts_tell(&own->counts, c->fs, c->event);
}

const struct caller_step step_reclaim = {
	.open = reclaim_open,
	.begin = reclaim_begin,
	.call = reclaim_call,
	.end = reclaim_end,
	.close = reclaim_close,
};

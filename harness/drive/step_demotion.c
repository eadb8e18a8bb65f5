// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Demotion: instead of dropping a page, reclaim migrates it to a node with slower memory
 * (mm/vmscan.c: shrink_page_list() or shrink_folio_list(), 5.15 and later). Reclaim of the workers'
 * cgroup is asked for by memory.reclaim, and runs in the thread that writes. It is asked for little
 * at a time: the kernel goes on until it has got that, and pages that are touched all the time are
 * not given up at once. When half of the pages are on slower memory, a call has the workers bring
 * them back, by mbind(): those migrations are not counted here.
 *
 * Reclaim of a cgroup demotes since 5.19 (can_demote()), which is also when memory.reclaim came;
 * MADV_PAGEOUT never does (reclaim_pages() sets no_demotion).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "drive/caller_step.h"
#include "drive/memory_tiers.h"
#include "drive/page_places.h"

#define PAGES_AT_ONCE 64
#define SWITCH "sys/kernel/mm/numa/demotion_enabled"

static const char *const counted[] = {"pgdemote_direct", "pgdemote_kswapd", "pgdemote_proactive",
				      NULL};

struct demotion {
	struct memory_tiers tiers;
	struct page_places places;
	char reclaim[512];  /* the file */
	bool is_half_below; /* after the last call */
};

static void demotion_close(struct caller_context *c)
{
	struct demotion *own = c->own;

	page_places_done(&own->places);
	free(own);
}

/* The kernel says "true" or "false". */
static bool is_on(struct fsio *fs)
{
	char text[16] = "";

	(void)fsio_read_text(fs, text, sizeof(text), SWITCH);
	return text[0] == 't' || text[0] == '1';
}

static int find_means(struct caller_context *c, struct demotion *own, struct err *e)
{
	int r;

	if (!fsio_exists(c->fs, SWITCH))
		return err_set(e, -EOPNOTSUPP,
			       "this kernel does not demote pages: there is no /" SWITCH
			       " (5.15 and later, CONFIG_NUMA, CONFIG_MIGRATION)");
	r = memory_tiers_read(c->fs, &own->tiers, e);
	if (r < 0)
		return r;
	if (!is_on(c->fs))
		return err_set(e, -EOPNOTSUPP, "/" SWITCH " could not be turned on");
	if (!c->hooks->workers_cgroup)
		return err_set(e, -EOPNOTSUPP,
			       "the workers are in no cgroup of version 2: their memory alone "
			       "cannot be reclaimed");
	(void)snprintf(own->reclaim, sizeof(own->reclaim), "%s/memory.reclaim",
		       c->hooks->workers_cgroup);
	if (!fsio_exists(c->fs, own->reclaim))
		return err_set(e, -EOPNOTSUPP,
			       "there is no /%s (5.19 and later): before it reclaim of a cgroup "
			       "demotes nothing",
			       own->reclaim);
	return 0;
}

static int demotion_open(struct caller_context *c, struct err *e)
{
	struct demotion *own;
	int r;

	if (c->n_targets == 0 || !c->hooks->bind_pages)
		return err_set(
			e, -EINVAL,
			"no worker has pages to demote: give the profile a [workers] section "
			"with driven_by = demotion");
	own = memory_alloc(1, sizeof(*own));
	r = find_means(c, own, e);
	if (r < 0) {
		free(own);
		return r;
	}
	page_places_init(&own->places, NULL);
	c->own = own;
	return 0;
}

static bool is_lower(const void *context, uint32_t node)
{
	const struct memory_tiers *tiers = context;

	return node < MEMORY_TIERS_MAX_NODES && tiers->is_lower[node];
}

/* Pages in all, their bytes, and those that are on slower memory; a process that is gone has none.
 */
static void look(struct caller_context *c, uint64_t *ret_pages, uint64_t *ret_bytes,
		 uint64_t *ret_below)
{
	struct demotion *own = c->own;

	*ret_pages = *ret_bytes = *ret_below = 0;
	for (size_t i = 0; i < c->n_targets; i++) {
		uint64_t below;

		if (page_places_count(&own->places, &c->targets[i], is_lower, &own->tiers, &below) <
		    0)
			continue;
		*ret_pages += c->targets[i].pages;
		*ret_bytes += c->targets[i].pages * c->targets[i].page_size;
		*ret_below += below;
	}
}

static int bring_back(struct caller_context *c)
{
	struct demotion *own = c->own;
	int error = 0;

	for (size_t i = 0; i < c->n_targets; i++) {
		int r = c->hooks->bind_pages(c->hooks->context, c->targets[i].pid,
					     own->tiers.first_top);

		if (r < 0)
			error = -r;
		c->is_done |= r == -ETIMEDOUT;
	}
	caller_add_number(c->event, "calls_back", 1);
	own->is_half_below = false;
	return error;
}

static int reclaim(struct caller_context *c)
{
	struct demotion *own = c->own;
	uint64_t pages, bytes, wanted, before, after;
	char text[32];
	int r;

	look(c, &pages, &bytes, &before);
	if (bytes == 0) { /* all have ended */
		c->is_done = true;
		return ESRCH;
	}
	wanted = pages < PAGES_AT_ONCE ? bytes : bytes / pages * PAGES_AT_ONCE;
	(void)snprintf(text, sizeof(text), "%" PRIu64, wanted);
	r = fsio_write_text(c->fs, text, "%s", own->reclaim);
	look(c, &pages, &bytes, &after);
	own->is_half_below = 2 * after >= pages;
	caller_tell_host(c);
	caller_add_number(c->event, "calls_to_reclaim", 1);
	caller_add_number(c->event, "pages_demoted", after > before ? after - before : 0);
	return r < 0 ? -r : 0;
}

static int demotion_call(struct caller_context *c)
{
	const struct demotion *own = c->own;

	return own->is_half_below ? bring_back(c) : reclaim(c);
}

const struct caller_step step_demotion = {
	.open = demotion_open,
	.call = demotion_call,
	.close = demotion_close,
	.host_counts = counted,
};

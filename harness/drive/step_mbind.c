// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mbind(2) with MPOL_MF_MOVE: the pages of one process after the other go to one node, then to the
 * other. The call acts on its own process, so the worker makes it, in its first thread, and that
 * thread is counted.
 *
 * Up to 6.6 the call holds the mmap lock for writing while it migrates (mm/mempolicy.c:
 * do_mbind()): threads of the same process wait for that lock, and only other processes, which
 * share the pages, for the migration entries.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/memory.h"
#include "drive/asked_workers.h"
#include "drive/caller_step.h"
#include "drive/page_places.h"

struct binding {
	struct page_places places;
	struct asked_workers workers;
};

static void mbind_close(struct caller_context *c)
{
	struct binding *own = c->own;

	page_places_done(&own->places);
	asked_workers_done(&own->workers);
	free(own);
}

static int mbind_open(struct caller_context *c, struct err *e)
{
	struct binding *own;

	if (!c->plan->can_move)
		return err_set(e, -EOPNOTSUPP, "pages cannot be bound to another node: %s",
			       c->plan->cannot_move_why);
	if (c->n_targets == 0 || !c->hooks->bind_pages)
		return err_set(
			e, -EINVAL,
			"no worker has pages for mbind: give the profile a [workers] section "
			"with driven_by = mbind");
	own = memory_alloc(1, sizeof(*own));
	page_places_init(&own->places, NULL);
	asked_workers_init(&own->workers, c);
	c->own = own;
	return 0;
}

static bool is_node(const void *context, uint32_t node)
{
	return node == *(const uint32_t *)context;
}

/* What it answers is believed as little as move_pages(): where the pages are is asked before and
 * after. */
static int mbind_call(struct caller_context *c)
{
	struct binding *own = c->own;
	size_t which = asked_workers_choose(&own->workers);
	const struct move_target *target = &c->targets[which];
	/* A round to the second node, one back to the first. */
	uint32_t node = c->plan->move_nodes[own->workers.rounds % 2 == 0];
	uint64_t before = 0, after = 0;
	int asked = page_places_count(&own->places, target, is_node, &node, &before);
	int r = c->hooks->bind_pages(c->hooks->context, target->pid, node);

	if (r == -ESRCH || r == -ETIMEDOUT) {
		asked_workers_drop(&own->workers, c, which, r, "bound");
		return -r;
	}
	if (asked == 0)
		asked = page_places_count(&own->places, target, is_node, &node, &after);
	if (asked < 0) {
		caller_add_number(c->event, "calls_without_places", 1);
		return -r;
	}
	caller_add_number(c->event, "pages_there_already", before);
	caller_add_number(c->event, "pages_moved", after > before ? after - before : 0);
	caller_add_number(c->event, "pages_not_moved", target->pages - after);
	return -r;
}

const struct caller_step step_mbind = {
	.open = mbind_open,
	.begin = caller_count_targets,
	.call = mbind_call,
	.close = mbind_close,
};

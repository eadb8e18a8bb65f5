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
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/memory.h"
#include "drive/caller_step.h"
#include "drive/page_places.h"

struct binding {
	struct page_places places;
	bool *is_gone; /* of each target: it does not answer any more */
	size_t n_alive;
	bool is_away; /* where the calls of this round send them: to the second node */
	size_t next;
};

static void mbind_close(struct caller_context *c)
{
	struct binding *own = c->own;

	page_places_done(&own->places);
	free(own->is_gone);
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
	own->is_gone = memory_alloc(c->n_targets, sizeof(*own->is_gone));
	own->n_alive = c->n_targets;
	own->is_away = true;
	c->own = own;
	return 0;
}

static void mbind_begin(struct caller_context *c)
{
	for (size_t i = 0; i < c->n_targets && c->hooks->count_thread; i++)
		c->hooks->count_thread(c->hooks->context, c->targets[i].pid);
}

static bool is_node(const void *context, uint32_t node)
{
	return node == *(const uint32_t *)context;
}

static void drop(struct caller_context *c, size_t target, int error)
{
	struct binding *own = c->own;
	char text[160];

	(void)snprintf(text, sizeof(text),
		       "process %d does not answer (%s): its pages are not bound any more",
		       (int)c->targets[target].pid, errno_name(error));
	if (c->hooks->fault)
		c->hooks->fault(c->hooks->context, text);
	own->is_gone[target] = true;
	own->n_alive--;
	c->is_done = own->n_alive == 0;
}

/* The next one that answers. */
static size_t choose(struct caller_context *c)
{
	struct binding *own = c->own;

	for (;;) {
		if (own->next == c->n_targets) {
			own->next = 0;
			own->is_away = !own->is_away;
		}
		if (!own->is_gone[own->next++])
			return own->next - 1;
	}
}

/* What it answers is believed as little as move_pages(): where the pages are is asked before and
 * after. */
static int mbind_call(struct caller_context *c)
{
	struct binding *own = c->own;
	size_t which = choose(c);
	const struct move_target *target = &c->targets[which];
	uint32_t node = c->plan->move_nodes[own->is_away];
	uint64_t before = 0, after = 0;
	int asked = page_places_count(&own->places, target, is_node, &node, &before);
	int r = c->hooks->bind_pages(c->hooks->context, target->pid, node);

	if (r == -ESRCH || r == -ETIMEDOUT) {
		drop(c, which, r);
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
	.begin = mbind_begin,
	.call = mbind_call,
	.close = mbind_close,
};

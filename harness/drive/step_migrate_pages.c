// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * migrate_pages(2): all pages of a process that lie on one node go to the other, then back; one
 * process after the other. It answers with the number of pages that it gave up on.
 */
#include <errno.h>
#include <numaif.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "drive/caller_step.h"

#define BITS (8 * sizeof(unsigned long))

struct migration {
	unsigned long *masks[2]; /* a bit for either node */
	unsigned long max_node;	 /* as the call wants it: one more than there are bits */
};

static void migrate_close(struct caller_context *c)
{
	struct migration *own = c->own;

	for (size_t i = 0; i < ARRAY_SIZE(own->masks); i++)
		free(own->masks[i]);
	free(own);
}

static int migrate_open(struct caller_context *c, struct err *e)
{
	struct migration *own;
	size_t words;

	if (!c->plan->can_move)
		return err_set(e, -EOPNOTSUPP, "pages cannot be migrated between nodes: %s",
			       c->plan->cannot_move_why);
	if (c->n_targets == 0)
		return err_set(e, -EINVAL,
			       "no worker has pages for migrate_pages: give the profile a [workers] "
			       "section with driven_by = migrate_pages");
	words = c->plan->move_nodes[1] / BITS + 1; /* the second is the greater one */
	own = memory_alloc(1, sizeof(*own));
	own->max_node = words * BITS + 1;
	for (size_t i = 0; i < ARRAY_SIZE(own->masks); i++) {
		uint32_t node = c->plan->move_nodes[i];

		own->masks[i] = memory_alloc(words, sizeof(*own->masks[i]));
		own->masks[i][node / BITS] = 1UL << node % BITS;
	}
	c->own = own;
	return 0;
}

static int migrate_call(struct caller_context *c)
{
	const struct migration *own = c->own;
	const struct move_target *target = &c->targets[c->turn % c->n_targets];
	size_t to = c->turn / c->n_targets % 2 ? 0 : 1;
	long left = migrate_pages(target->pid, own->max_node, own->masks[!to], own->masks[to]);

	if (left < 0)
		return errno;
	caller_add_number(c->event, "pages_not_migrated", (uint64_t)left);
	return 0;
}

const struct caller_step step_migrate_pages = {
	.open = migrate_open,
	.call = migrate_call,
	.close = migrate_close,
};

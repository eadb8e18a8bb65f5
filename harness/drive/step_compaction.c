// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compaction as root asks for it: every zone, synchronously, whatever it did before
 * (mm/compaction.c: compact_nodes() and compact_node(), 6.1). It migrates pages in the thread that
 * wrote, and unlike move_pages and offlining it does not switch the per-CPU page batches off first
 * (lru_cache_disable(): mm/migrate.c, mm/memory_hotplug.c, since 5.13): a page that waits in one of
 * them is held there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "drive/caller_step.h"

#define COMPACT_ALL "proc/sys/vm/compact_memory"
#define NODES "sys/devices/system/node"

struct compaction {
	uint32_t *nodes; /* to be compacted alone, after a call for all of them; NULL: only that */
	size_t n_nodes;
};

static int add_node(void *context, const char *name)
{
	struct compaction *own = context;
	unsigned int node;
	char rest;

	if (sscanf(name, "node%u%c", &node, &rest) != 1)
		return 0;
	own->nodes = memory_grow(own->nodes, own->n_nodes + 1, sizeof(*own->nodes));
	own->nodes[own->n_nodes++] = node;
	return 0;
}

static void compaction_close(struct caller_context *c)
{
	struct compaction *own = c->own;

	free(own->nodes);
	free(own);
}

static int compaction_open(struct caller_context *c, struct err *e)
{
	struct compaction *own;

	if (!fsio_exists(c->fs, COMPACT_ALL))
		return err_set(e, -EOPNOTSUPP,
			       "memory cannot be compacted here: this kernel has no /" COMPACT_ALL
			       " (CONFIG_COMPACTION)");
	own = memory_alloc(1, sizeof(*own));
	if (c->options->per_node)
		(void)fsio_list(c->fs, NODES, add_node, own);
	c->own = own;
	return 0;
}

static int compaction_call(struct caller_context *c)
{
	const struct compaction *own = c->own;
	size_t which = c->turn % (own->n_nodes + 1);
	int r;

	if (which == 0)
		r = fsio_write_text(c->fs, "1", COMPACT_ALL);
	else
		r = fsio_write_text(c->fs, "1", NODES "/node%u/compact", own->nodes[which - 1]);
	caller_add_number(c->event, which == 0 ? "calls_for_all" : "calls_for_a_node", 1);
	return r < 0 ? -r : 0;
}

const struct caller_step step_compaction = {
	.open = compaction_open,
	.call = compaction_call,
	.close = compaction_close,
};

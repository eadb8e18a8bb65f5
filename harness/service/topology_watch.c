// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/topology_watch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "topology/topology.h"

#define LEAST_PERIOD_NS (NS_PER_S - NS_PER_S / 10) /* the loop's seconds are not exact */
#define COST_PART 100

static void add(struct topology_ids *list, uint32_t id)
{
	if (list->n == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->ids = memory_grow(list->ids, list->room, sizeof(*list->ids));
	}
	list->ids[list->n++] = id;
}

static int by_id(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

bool topology_ids_have(const struct topology_ids *list, uint32_t id)
{
	return list->n > 0 && bsearch(&id, list->ids, list->n, sizeof(id), by_id);
}

struct folder {
	const char *path;
	bool (*parse)(const char *name, uint32_t *ret_id);
};

static const struct folder blocks = {"sys/devices/system/memory", topology_parse_block_name};
static const struct folder nodes = {"sys/devices/system/node", topology_parse_node_name};

struct listing {
	const struct folder *folder;
	struct topology_ids *into; /* NULL: only counted */
	size_t n;
	uint64_t mixed; /* whatever the order: the sum of the ids, each mixed */
};

/* splitmix64's finish: two sets of ids that differ have one sum by accident only. */
static uint64_t mix(uint64_t z)
{
	z += 0x9e3779b97f4a7c15ULL;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static int take_name(void *context, const char *name)
{
	struct listing *l = context;
	uint32_t id;

	if (!l->folder->parse(name, &id))
		return 0;
	l->n++;
	l->mixed += mix(id);
	if (l->into)
		add(l->into, id);
	return 0;
}

static bool is_as_known(const struct topology_ids *known, const struct listing *now)
{
	uint64_t mixed = 0;

	for (size_t i = 0; i < known->n; i++)
		mixed += mix(known->ids[i]);
	return known->n == now->n && mixed == now->mixed;
}

static void compare(const struct topology_ids *before, const struct topology_ids *now,
		    struct topology_change *ret)
{
	size_t b = 0, n = 0;

	while (b < before->n || n < now->n) {
		if (n == now->n || (b < before->n && before->ids[b] < now->ids[n]))
			add(&ret->went, before->ids[b++]);
		else if (b == before->n || now->ids[n] < before->ids[b])
			add(&ret->came, now->ids[n++]);
		else
			b++, n++;
	}
}

static bool look_into(struct fsio *fs, const struct folder *folder, struct topology_ids *known,
		      struct topology_change *change)
{
	struct listing listing = {.folder = folder};
	struct topology_ids now = {0};

	change->came.n = change->went.n = 0;
	if (fsio_list(fs, folder->path, take_name, &listing) < 0 || is_as_known(known, &listing))
		return false;
	listing.into = &now;
	if (fsio_list(fs, folder->path, take_name, &listing) < 0) {
		free(now.ids);
		return false;
	}
	if (now.n > 0)
		qsort(now.ids, now.n, sizeof(*now.ids), by_id);
	compare(known, &now, change);
	free(known->ids);
	*known = now;
	return change->came.n > 0 || change->went.n > 0;
}

bool topology_watch_look(struct topology_watch *w, struct fsio *fs, uint64_t now_ns)
{
	bool blocks_changed, nodes_changed;
	uint64_t took_ns;

	if (!w->is_begun || now_ns < w->next_look_ns)
		return false;
	took_ns = clock_monotonic_ns();
	blocks_changed = look_into(fs, &blocks, &w->blocks, &w->block_change);
	nodes_changed = look_into(fs, &nodes, &w->nodes, &w->node_change);
	took_ns = clock_monotonic_ns() - took_ns;
	w->next_look_ns = now_ns + (took_ns * COST_PART > LEAST_PERIOD_NS ? took_ns * COST_PART
									  : LEAST_PERIOD_NS);
	return blocks_changed || nodes_changed;
}

void topology_watch_begin(struct topology_watch *w, const struct topology *t)
{
	*w = (struct topology_watch){.is_begun = true};
	for (size_t i = 0; i < t->n_blocks; i++)
		add(&w->blocks, t->blocks[i].id);
	for (size_t i = 0; i < t->n_nodes; i++)
		add(&w->nodes, t->nodes[i].id);
}

void topology_watch_done(struct topology_watch *w)
{
	struct topology_ids *const lists[] = {
		&w->blocks,		&w->nodes,	       &w->block_change.came,
		&w->block_change.went, &w->node_change.came, &w->node_change.went,
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		free(lists[i]->ids);
	*w = (struct topology_watch){0};
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole tree, as cheaply as it can be read: a listing of the blocks, one listing of each
 * node, two files of each block. What vanishes meanwhile stays in as unreadable: memory hotplug
 * may go on beside us.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "topology/block.h"
#include "topology/node.h"

static int compare_blocks(const void *a, const void *b)
{
	uint32_t x = ((const struct topology_block *)a)->id;
	uint32_t y = ((const struct topology_block *)b)->id;

	return (x > y) - (x < y);
}

static int compare_nodes(const void *a, const void *b)
{
	uint32_t x = ((const struct topology_node *)a)->id;
	uint32_t y = ((const struct topology_node *)b)->id;

	return (x > y) - (x < y);
}

const struct topology_node *topology_find_node(const struct topology *t, uint32_t id)
{
	const struct topology_node key = {.id = id};

	return t->n_nodes ? bsearch(&key, t->nodes, t->n_nodes, sizeof(key), compare_nodes) : NULL;
}

const struct topology_block *topology_find_block(const struct topology *t, uint32_t id)
{
	const struct topology_block key = {.id = id};

	return t->n_blocks ? bsearch(&key, t->blocks, t->n_blocks, sizeof(key), compare_blocks)
			   : NULL;
}

struct block_list {
	struct topology *t;
	size_t room;
};

static int add_block(void *context, const char *name)
{
	struct block_list *list = context;
	struct topology *t = list->t;
	uint32_t id;

	if (!topology_parse_block_name(name, &id))
		return 0;
	if (t->n_blocks == list->room) {
		list->room = list->room ? list->room * 2 : 256;
		t->blocks = memory_grow(t->blocks, list->room, sizeof(*t->blocks));
	}
	t->blocks[t->n_blocks++] = (struct topology_block){.id = id, .node = -1};
	return 0;
}

/* "memory7" and "memory007" are one block; the kernel writes no zeros, a hand-made tree may. */
static void sort_blocks(struct topology *t)
{
	size_t n = 0;

	if (t->n_blocks == 0)
		return;
	qsort(t->blocks, t->n_blocks, sizeof(*t->blocks), compare_blocks);
	for (size_t i = 0; i < t->n_blocks; i++)
		if (n == 0 || t->blocks[n - 1].id != t->blocks[i].id)
			t->blocks[n++] = t->blocks[i];
	t->n_blocks = n;
}

static int ignore_name(void *context, const char *name)
{
	(void)context;
	(void)name;
	return 1;
}

static int read_block_size(struct fsio *fs, struct topology *t, struct err *e)
{
	uint64_t bytes;
	/* drivers/base/memory.c: block_size_bytes_show(): hexadecimal without 0x. */
	int r = fsio_read_u64(fs, &bytes, 16, MEMORY_FOLDER "/block_size_bytes");

	if (r == -ENOENT && fsio_list(fs, "sys/devices/system", ignore_name, NULL) < 0)
		return err_set(e, -ENODATA,
			       "no sys/devices/system here: mount sysfs, or give --sysroot the folder that holds sys/");
	if (r == -ENOENT)
		return err_set(e, r,
			       "no " MEMORY_FOLDER "/block_size_bytes: this kernel has no memory hotplug (CONFIG_MEMORY_HOTPLUG), there are no blocks to take offline");
	if (r < 0)
		return err_errno(e, r, "cannot read " MEMORY_FOLDER "/block_size_bytes");
	if (bytes == 0 || (bytes & (bytes - 1)) != 0)
		return err_set(e, -EINVAL,
			       MEMORY_FOLDER "/block_size_bytes is 0x%llx, which is no power of two",
			       (unsigned long long)bytes);
	t->block_size_bytes = bytes;
	return 0;
}

static void count_blocks(struct topology *t)
{
	for (size_t i = 0; i < t->n_blocks; i++) {
		struct topology_block *block = &t->blocks[i];
		struct topology_node *node;

		block->refusal = (uint8_t)topology_judge_block(block, true);
		node = block->node < 0 ? NULL
				       : (struct topology_node *)(uintptr_t)topology_find_node(
						 t, (uint32_t)block->node);
		if (!node)
			continue;
		node->n_blocks++;
		if (block->refusal == BLOCK_OFFLINABLE)
			node->n_movable_online++;
	}
}

int topology_read(struct fsio *fs, struct topology *t, struct err *e)
{
	struct topology found = {0};
	struct block_list list = {.t = &found};
	int r = read_block_size(fs, &found, e);

	if (r < 0)
		return r;
	r = fsio_list(fs, MEMORY_FOLDER, add_block, &list);
	if (r < 0)
		r = err_errno(e, r, "cannot list " MEMORY_FOLDER);
	sort_blocks(&found);
	if (r == 0)
		r = node_read_all(fs, &found, e);
	if (r < 0) {
		topology_done(&found);
		return r;
	}
	for (size_t i = 0; i < found.n_blocks; i++)
		(void)block_read_files(fs, found.blocks[i].id, &found.blocks[i]);
	count_blocks(&found);
	*t = found;
	return 0;
}

void topology_done(struct topology *t)
{
	for (size_t i = 0; i < t->n_nodes; i++)
		free(t->nodes[i].cpus);
	free(t->nodes);
	free(t->blocks);
	*t = (struct topology){0};
}

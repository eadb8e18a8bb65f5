// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "topology/block.h"
#include "topology/names.h"

/* While links are being counted: linked by two nodes, so that it belongs to neither. */
#define NODE_SEVERAL (-2)

/* A list of CPUs or node's meminfo is one sysfs file: at most a page; 64 KiB pages exist. */
#define NODE_FILE_SIZE 65536

struct node_list {
	uint32_t *ids;
	size_t n;
};

static int add_node_id(void *context, const char *name)
{
	struct node_list *list = context;
	uint32_t id;

	if (!topology_parse_node_name(name, &id))
		return 0;
	list->ids = memory_grow(list->ids, list->n + 1, sizeof(*list->ids));
	list->ids[list->n++] = id;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* "Node 0 MemTotal:  5073100 kB", or the same without "Node 0" in /proc/meminfo. */
static uint64_t meminfo_bytes(const char *text, const char *name)
{
	const char *found = strstr(text, name);

	return found ? strtoull(found + strlen(name), NULL, 10) * 1024 : 0;
}

/* A file that is not there leaves the node without CPUs, or without memory. */
static void read_figures(struct fsio *fs, struct topology_node *node, const char *cpus_path,
			 const char *meminfo_path)
{
	cleanup_free char *text = memory_alloc(NODE_FILE_SIZE, 1);

	if (fsio_read_text(fs, text, NODE_FILE_SIZE, "%s", meminfo_path) > 0) {
		node->bytes = meminfo_bytes(text, "MemTotal:");
		node->free_bytes = meminfo_bytes(text, "MemFree:");
	}
	if (fsio_read_text(fs, text, NODE_FILE_SIZE, "%s", cpus_path) < 0)
		text[0] = '\0';
	node->cpus = memory_string(text);
	node->has_cpus = text[0] != '\0';
	node->has_memory = node->bytes > 0;
}

struct link_context {
	struct topology *t;
	int32_t node;
};

static int link_block(void *context, const char *name)
{
	struct link_context *link = context;
	struct topology_block *block;
	uint32_t id;

	if (!topology_parse_block_name(name, &id))
		return 0;
	block = (struct topology_block *)(uintptr_t)topology_find_block(link->t, id);
	if (block) /* else it was plugged in, or out, since the blocks were listed */
		block->node = block->node == -1 || block->node == link->node ? link->node
									     : NODE_SEVERAL;
	return 0;
}

static int read_node(struct fsio *fs, struct topology *t, struct topology_node *node,
		     struct err *e)
{
	cleanup_free char *folder = memory_format(NODE_FOLDER "/node%u", node->id);
	cleanup_free char *cpus = memory_format("%s/cpulist", folder);
	cleanup_free char *meminfo = memory_format("%s/meminfo", folder);
	struct link_context link = {.t = t, .node = (int32_t)node->id};
	int r;

	read_figures(fs, node, cpus, meminfo);
	r = fsio_list(fs, folder, link_block, &link);
	if (r < 0 && r != -ENOENT) /* ENOENT: the node went with its last block */
		return err_errno(e, r, "cannot list %s", folder);
	return 0;
}

/* drivers/base/node.c is built with CONFIG_NUMA only; without it all memory is one node. */
static void make_only_node(struct fsio *fs, struct topology *t)
{
	t->nodes = memory_alloc(1, sizeof(*t->nodes));
	t->n_nodes = 1;
	read_figures(fs, &t->nodes[0], "sys/devices/system/cpu/online", "proc/meminfo");
	for (size_t i = 0; i < t->n_blocks; i++)
		t->blocks[i].node = 0;
}

static int read_nodes(struct fsio *fs, struct topology *t, struct node_list *list, struct err *e)
{
	if (list->n > 0)
		qsort(list->ids, list->n, sizeof(*list->ids), compare_ids);
	t->nodes = memory_alloc(list->n, sizeof(*t->nodes));
	for (size_t i = 0; i < list->n; i++) {
		int r;

		if (t->n_nodes > 0 && t->nodes[t->n_nodes - 1].id == list->ids[i])
			continue;
		t->nodes[t->n_nodes].id = list->ids[i];
		r = read_node(fs, t, &t->nodes[t->n_nodes++], e);
		if (r < 0)
			return r;
	}
	return 0;
}

int node_read_all(struct fsio *fs, struct topology *t, struct err *e)
{
	struct node_list list = {0};
	int r = fsio_list(fs, NODE_FOLDER, add_node_id, &list);

	if (r == -ENOENT) {
		make_only_node(fs, t);
		r = 0;
	} else if (r < 0) {
		r = err_errno(e, r, "cannot list %s", NODE_FOLDER);
	} else {
		r = read_nodes(fs, t, &list, e);
	}
	free(list.ids);
	for (size_t i = 0; i < t->n_blocks; i++)
		if (t->blocks[i].node == NODE_SEVERAL)
			t->blocks[i].node = -1;
	return r;
}

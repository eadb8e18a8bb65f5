// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/block.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "topology/names.h"

static enum block_state parse_state(const char *text)
{
	for (unsigned int s = BLOCK_STATE_UNKNOWN + 1; s < BLOCK_STATE_MAX; s++)
		if (strcmp(text, block_state_name((enum block_state)s)) == 0)
			return (enum block_state)s;
	return BLOCK_STATE_UNKNOWN;
}

/* "Normal Movable": words between blanks; what is beyond the last place is left out. */
static void parse_zones(const char *text, struct topology_block *block)
{
	block->n_zones = 0;
	while (block->n_zones < BLOCK_MAX_ZONES) {
		size_t length;

		text += strspn(text, " \n");
		length = strcspn(text, " \n");
		if (length == 0)
			return;
		block->zones[block->n_zones++] = (uint8_t)zone_parse(text, length);
		text += length;
	}
}

int block_read_files(struct fsio *fs, uint32_t id, struct topology_block *block)
{
	char text[128];
	ssize_t n;

	block->state = BLOCK_STATE_UNKNOWN;
	block->n_zones = 0;
	n = fsio_read_text(fs, text, sizeof(text), MEMORY_FOLDER "/memory%u/state", id);
	if (n < 0)
		return (int)n;
	block->state = (uint8_t)parse_state(text);
	n = fsio_read_text(fs, text, sizeof(text), MEMORY_FOLDER "/memory%u/valid_zones", id);
	if (n >= 0)
		parse_zones(text, block);
	return 0;
}

struct node_links {
	uint32_t node;
	unsigned int count;
};

static int count_node_link(void *context, const char *name)
{
	struct node_links *links = context;

	if (names_parse_numbered(name, "node", &links->node))
		links->count++;
	return 0;
}

static int ignore_name(void *context, const char *name)
{
	(void)context;
	(void)name;
	return 1; /* one is enough: the folder is there */
}

int topology_read_block(struct fsio *fs, uint32_t id, struct topology_block *block)
{
	struct topology_block found = {.id = id, .node = -1};
	struct node_links links = {0};
	char path[64];
	int r;

	r = block_read_files(fs, id, &found);
	if (r == 0) {
		(void)snprintf(path, sizeof(path), MEMORY_FOLDER "/memory%u", id);
		r = fsio_list(fs, path, count_node_link, &links);
	}
	/* Unplugged while a file was open: kernfs answers ENODEV. */
	if (r == -ENODEV)
		return -ENOENT;
	if (r < 0)
		return r;
	if (links.count == 1)
		found.node = (int32_t)links.node;
	else if (links.count == 0 && fsio_list(fs, NODE_FOLDER, ignore_name, NULL) == -ENOENT)
		found.node = 0; /* a kernel without NUMA has no node but this one */
	found.refusal = (uint8_t)topology_judge_block(&found, true);
	*block = found;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's memory as sysfs shows it: nodes, memory blocks, zones, and for each block whether
 * it may be taken offline and why not. Reads only; libnuma is not asked (it caches at start).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct fsio;
struct jsonw;

enum zone {
	ZONE_UNKNOWN, /* a name that this program does not know */
	ZONE_NONE,    /* valid_zones says "none": the block spans zones or nodes */
	ZONE_DMA,
	ZONE_DMA32,
	ZONE_NORMAL,
	ZONE_HIGHMEM,
	ZONE_MOVABLE,
	ZONE_DEVICE,
	ZONE_MAX,
};

enum block_state {
	BLOCK_STATE_UNKNOWN,
	BLOCK_ONLINE,
	BLOCK_OFFLINE,
	BLOCK_GOING_OFFLINE,
	BLOCK_STATE_MAX,
};

/* Why a block is not attempted. BLOCK_OFFLINABLE is no reason: it may be. */
enum block_refusal {
	BLOCK_OFFLINABLE,
	REFUSED_NOT_ONLINE,
	REFUSED_SPANS_ZONES,   /* valid_zones is "none": the kernel would answer EINVAL */
	REFUSED_NOT_MOVABLE,   /* another zone, and the profile asks for movable blocks only */
	REFUSED_UNREADABLE,    /* a file of the block could not be read or vanished */
	REFUSED_GONE,	       /* its folder is not there any more: unplugged */
	REFUSED_ZONE_UNKNOWN,
	REFUSED_NO_NODE,
	REFUSED_LAST_OF_NODE,  /* the last movable block of a node with running workers */
	REFUSED_GUARD,	       /* too little memory would be left */
	REFUSED_MAX,
};

#define BLOCK_MAX_ZONES 4

struct topology_block {
	uint32_t id;   /* N of memoryN */
	int32_t node;  /* -1: none or more than one */
	uint8_t state; /* enum block_state */
	uint8_t n_zones;
	uint8_t zones[BLOCK_MAX_ZONES]; /* enum zone; online: exactly one; offline: the choices */
	uint8_t refusal; /* enum block_refusal, with [offline] zones = movable */
};

struct topology_node {
	uint32_t id;
	bool has_cpus, has_memory;
	char *cpus; /* list format "0-3,8"; owned */
	uint64_t bytes; /* MemTotal; 0 for a node without memory */
	uint64_t free_bytes;
	uint32_t n_blocks;
	uint32_t n_movable_online; /* online blocks whose valid_zones is exactly Movable */
};

struct topology {
	uint64_t block_size_bytes;
	struct topology_node *nodes; /* by id */
	size_t n_nodes;
	struct topology_block *blocks; /* by id */
	size_t n_blocks;
};

/*
 * Reads everything below sys/devices/system/{memory,node}. Nodes that are absent, without CPUs
 * or without memory are normal; a block whose files vanish while we read is kept as unreadable.
 * -ENOENT with a reason when the kernel has no memory hotplug.
 */
int topology_read(struct fsio *fs, struct topology *t, struct err *e);
void topology_done(struct topology *t);

/* Reads state, zones and node of one block again. -ENOENT when it is gone. */
int topology_read_block(struct fsio *fs, uint32_t id, struct topology_block *block);

const struct topology_node *topology_find_node(const struct topology *t, uint32_t id);
const struct topology_block *topology_find_block(const struct topology *t, uint32_t id);

/* The refusal by zone and state alone; @movable_only as [offline] zones = movable. */
enum block_refusal topology_judge_block(const struct topology_block *block, bool movable_only);

/* Exactly ^memory[0-9]+$; the number in *ret_id. */
bool topology_parse_block_name(const char *name, uint32_t *ret_id);
/* Exactly ^node[0-9]+$. */
bool topology_parse_node_name(const char *name, uint32_t *ret_id);

const char *zone_name(enum zone zone);		       /* "Movable", "none" ... */
enum zone zone_parse(const char *name, size_t length);
const char *block_state_name(enum block_state state);	 /* as sysfs: "online", "going-offline" */
const char *block_refusal_text(enum block_refusal refusal); /* a sentence for people and JSON */

/* "online", "online_movable" or "online_kernel": what brings a block back to @zone. */
const char *zone_online_keyword(enum zone zone);

/*
 * The report's "topology" object: block_size_bytes, nodes[{id, cpus, bytes, ...}],
 * blocks[{id, state, node, zones[], offlinable, why}], written as a stream (65,536 blocks
 * never stand in memory as a tree). @key as in jsonw_stream_begin().
 */
struct jsonw_stream;
void topology_write_json(const struct topology *t, struct jsonw_stream *stream, const char *key);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory blocks and nodes that come and go while a run goes on: a DIMM is plugged in or out, a
 * hypervisor gives or takes. The two folders of sysfs are listed again and again: no file in them is
 * opened, and what is the same as before costs no memory. (The kernel's uevents would tell it at once,
 * but they can be lost, and the unit's address families do not have to include netlink for this.)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fsio;
struct topology;

struct topology_ids { /* ascending; owned */
	uint32_t *ids;
	size_t n, room;
};

/* What was there at the last look, and is at this one; each is owned by the watch. */
struct topology_change {
	struct topology_ids came, went;
};

struct topology_watch {
	struct topology_ids blocks, nodes;
	struct topology_change block_change, node_change; /* of the last look that found something */
	uint64_t next_look_ns;
	bool is_begun;
};

/* Is @id among them? */
bool topology_ids_have(const struct topology_ids *list, uint32_t id);

/* From what the run has read at its start. */
void topology_watch_begin(struct topology_watch *w, const struct topology *t);
void topology_watch_done(struct topology_watch *w);

/*
 * At most once a second, and on a host with so many blocks that a look takes longer than 10 ms so seldom
 * that it takes 1 % of the time. True: block_change or node_change has something that was not told before.
 * A folder that cannot be listed changes nothing, and before the beginning nothing is looked at.
 */
bool topology_watch_look(struct topology_watch *w, struct fsio *fs, uint64_t now_ns);

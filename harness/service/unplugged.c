// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that is plugged in or out while the run goes on. The plan stays: what is new is not touched,
 * and a block that went is out of the driver's round (drive/offline_attempt.c).
 */
#include "base/log.h"
#include "service/run.h"

static uint64_t count_planned(const struct run *run, const struct topology_ids *went)
{
	uint64_t n = 0;

	for (size_t i = 0; i < run->plan.n_blocks; i++)
		n += topology_ids_have(went, run->plan.blocks[i].id);
	return n;
}

static struct record_ids ids(const struct topology_ids *list)
{
	return (struct record_ids){list->ids, list->n};
}

void run_look_at_topology(struct run *run, uint64_t now_ns)
{
	const struct topology_change *blocks = &run->topology_watch.block_change;
	const struct topology_change *nodes = &run->topology_watch.node_change;
	struct record_topology_change change;

	if (!topology_watch_look(&run->topology_watch, &run->fs, now_ns))
		return;
	change = (struct record_topology_change){
		.blocks_came = ids(&blocks->came),
		.blocks_went = ids(&blocks->went),
		.nodes_came = ids(&nodes->came),
		.nodes_went = ids(&nodes->went),
		.planned_blocks_went = count_planned(run, &blocks->went),
	};
	record_topology_change(run->recorder, &change);
	log_warning("memory has changed: %zu blocks came, %zu went (%llu of the plan), %zu nodes came, %zu went",
		    blocks->came.n, blocks->went.n, (unsigned long long)change.planned_blocks_went,
		    nodes->came.n, nodes->went.n);
	run_begin_settling(run); /* what the figures were on is not what they will be on */
}

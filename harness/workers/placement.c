// SPDX-License-Identifier: GPL-2.0-or-later
#include "workers/placement.h"

#include <numa.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

/* "0-3,8" of the bits that are in both; NULL when there are none. */
static char *common_cpus(const struct bitmask *a, const struct bitmask *b)
{
	unsigned int size = (unsigned int)(a->size < b->size ? a->size : b->size), end;
	char *list = NULL;

	for (unsigned int cpu = 0; cpu < size; cpu++) {
		cleanup_free char *before = NULL;

		if (!numa_bitmask_isbitset(a, cpu) || !numa_bitmask_isbitset(b, cpu))
			continue;
		for (end = cpu; end + 1 < size && numa_bitmask_isbitset(a, end + 1) &&
				numa_bitmask_isbitset(b, end + 1);
		     end++)
			;
		before = list;
		list = end > cpu ? memory_format("%s%s%u-%u", before ? before : "",
						 before ? "," : "", cpu, end)
				 : memory_format("%s%s%u", before ? before : "", before ? "," : "",
						 cpu);
		cpu = end;
	}
	return list;
}

static void add_cpus(struct placement *p, const char *list, const struct bitmask *allowed)
{
	/* NULL: CPUs that this host cannot have; the topology is another one's. */
	struct bitmask *mask = numa_parse_cpustring_all(list);
	char *common = mask ? common_cpus(mask, allowed) : NULL;

	if (mask)
		numa_bitmask_free(mask);
	if (!common)
		return;
	p->cpus = memory_grow(p->cpus, p->n_cpus + 1, sizeof(*p->cpus));
	p->cpus[p->n_cpus++] = common;
}

void placement_init(struct placement *p, const struct topology *t)
{
	bool has_numa = numa_available() >= 0;
	struct bitmask *cpus = numa_allocate_cpumask();
	struct bitmask *mems = has_numa ? numa_get_mems_allowed() : NULL;

	*p = (struct placement){0};
	if (numa_sched_getaffinity(0, cpus) < 0)
		(void)numa_bitmask_setall(cpus);
	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct topology_node *node = &t->nodes[i];

		if (node->has_cpus && node->cpus)
			add_cpus(p, node->cpus, cpus);
		if (node->has_memory && mems && numa_bitmask_isbitset(mems, node->id)) {
			p->nodes = memory_grow(p->nodes, p->n_nodes + 1, sizeof(*p->nodes));
			p->nodes[p->n_nodes++] = (int32_t)node->id;
		}
	}
	numa_bitmask_free(cpus);
	if (mems)
		numa_bitmask_free(mems);
}

void placement_done(struct placement *p)
{
	for (size_t i = 0; i < p->n_cpus; i++)
		free(p->cpus[i]);
	free(p->cpus);
	free(p->nodes);
	*p = (struct placement){0};
}

const char *placement_next_cpus(struct placement *p)
{
	return p->n_cpus ? p->cpus[p->next_cpus++ % p->n_cpus] : NULL;
}

int32_t placement_next_node(struct placement *p)
{
	return p->n_nodes ? p->nodes[p->next_node++ % p->n_nodes] : NO_NODE;
}

int32_t placement_other_node(const struct placement *p, int32_t node)
{
	for (size_t i = 0; i < p->n_nodes; i++)
		if (p->nodes[i] != node)
			return p->nodes[i];
	return NO_NODE;
}

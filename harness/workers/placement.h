/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where workers run and where their pages live: in turn over the nodes that have CPUs, and in
 * turn over the nodes that have memory; both only as far as this process is allowed to use them.
 * A node may have only one of the two, or neither.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "topology/topology.h"

#define NO_NODE (-1)

struct placement {
	char **cpus; /* list format, one for each node with CPUs */
	size_t n_cpus;
	int32_t *nodes; /* with memory */
	size_t n_nodes;
	size_t next_cpus, next_node;
};

void placement_init(struct placement *p, const struct topology *t);
void placement_done(struct placement *p);

const char *placement_next_cpus(struct placement *p); /* NULL: do not pin */
int32_t placement_next_node(struct placement *p);     /* NO_NODE: any */

/* A node with memory that is not @node; NO_NODE: there is none. */
int32_t placement_other_node(const struct placement *p, int32_t node);

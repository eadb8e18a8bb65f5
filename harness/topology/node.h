/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nodes' folders, for this room only. */
#pragma once

#include "topology/topology.h"

/*
 * Fills t->nodes, and the node of each of t->blocks, which are there already, sorted by id: one
 * listing for each node instead of one for each block.
 */
int node_read_all(struct fsio *fs, struct topology *t, struct err *e);

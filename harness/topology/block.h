/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One block's own files, for this room only. */
#pragma once

#include "topology/topology.h"

#define MEMORY_FOLDER "sys/devices/system/memory"
#define NODE_FOLDER "sys/devices/system/node"

/*
 * Fills state and zones. Returns the error of reading `state`; a valid_zones that cannot be read
 * is not one, it leaves n_zones 0.
 */
int block_read_files(struct fsio *fs, uint32_t id, struct topology_block *block);

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a block may be taken offline. `removable` is never asked: in 5.10 and later it tells
 * only how the kernel was built (drivers/base/memory.c: removable_show()). valid_zones of an
 * online block tells its zone, or "none" when offline_pages() would refuse it at once with EINVAL.
 */
#include "topology/topology.h"

enum block_refusal topology_judge_block(const struct topology_block *block, bool movable_only)
{
	enum zone zone = block->n_zones ? (enum zone)block->zones[0] : ZONE_UNKNOWN;

	if (block->state == BLOCK_STATE_UNKNOWN)
		return REFUSED_UNREADABLE;
	if (block->state != BLOCK_ONLINE)
		return REFUSED_NOT_ONLINE;
	if (block->n_zones == 0)
		return REFUSED_UNREADABLE;
	if (block->n_zones > 1 || zone == ZONE_UNKNOWN || zone == ZONE_DEVICE)
		return REFUSED_ZONE_UNKNOWN;
	if (zone == ZONE_NONE)
		return REFUSED_SPANS_ZONES;
	if (block->node < 0)
		return REFUSED_NO_NODE;
	if (movable_only && zone != ZONE_MOVABLE)
		return REFUSED_NOT_MOVABLE;
	return BLOCK_OFFLINABLE;
}

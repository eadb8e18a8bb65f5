// SPDX-License-Identifier: GPL-2.0-or-later
/* What sysfs calls things, both ways. */
#include "topology/names.h"

#include <string.h>

#include "base/cleanup.h"
#include "topology/topology.h"

/*
 * The keyword that brings a block back to its zone. "online" alone leaves the choice to the
 * kernel, whose default policy may make a movable block a normal one (mm/memory_hotplug.c:
 * zone_for_pfn_range(), 5.10 to 6.12), and then it may never go offline again.
 */
static const struct {
	const char *name;
	const char *keyword;
} zones[ZONE_MAX] = {
	[ZONE_UNKNOWN] = {"unknown", "online"},
	[ZONE_NONE] = {"none", "online"},
	[ZONE_DMA] = {"DMA", "online_kernel"},
	[ZONE_DMA32] = {"DMA32", "online_kernel"},
	[ZONE_NORMAL] = {"Normal", "online_kernel"},
	[ZONE_HIGHMEM] = {"HighMem", "online_kernel"},
	[ZONE_MOVABLE] = {"Movable", "online_movable"},
	[ZONE_DEVICE] = {"Device", "online"},
};

static const char *const state_names[BLOCK_STATE_MAX] = {
	[BLOCK_STATE_UNKNOWN] = "unknown",
	[BLOCK_ONLINE] = "online",
	[BLOCK_OFFLINE] = "offline",
	[BLOCK_GOING_OFFLINE] = "going-offline",
};

static const char *const refusal_texts[REFUSED_MAX] = {
	[BLOCK_OFFLINABLE] = "it may be taken offline",
	[REFUSED_NOT_ONLINE] = "it is not online",
	[REFUSED_SPANS_ZONES] = "it spans zones or nodes (valid_zones is \"none\"): the kernel refuses it",
	[REFUSED_NOT_MOVABLE] =
		"its zone is not Movable: the kernel may keep memory there that cannot be moved",
	[REFUSED_UNREADABLE] = "its state or valid_zones could not be read",
	[REFUSED_GONE] = "it is not there any more: it was unplugged",
	[REFUSED_ZONE_UNKNOWN] = "valid_zones does not name the one zone that it must come back to",
	[REFUSED_NO_NODE] = "sysfs links it to no node, or to more than one",
	[REFUSED_LAST_OF_NODE] = "it is the last movable block of a node where workers run",
	[REFUSED_GUARD] = "too little memory would be left (10 % or [guard] reserve)",
};

const char *zone_name(enum zone zone)
{
	return zones[(unsigned int)zone < ZONE_MAX ? zone : ZONE_UNKNOWN].name;
}

const char *zone_online_keyword(enum zone zone)
{
	return zones[(unsigned int)zone < ZONE_MAX ? zone : ZONE_UNKNOWN].keyword;
}

enum zone zone_parse(const char *name, size_t length)
{
	for (unsigned int z = ZONE_UNKNOWN + 1; z < ZONE_MAX; z++)
		if (strlen(zones[z].name) == length && memcmp(zones[z].name, name, length) == 0)
			return (enum zone)z;
	return ZONE_UNKNOWN;
}

const char *block_state_name(enum block_state state)
{
	return state_names[(unsigned int)state < BLOCK_STATE_MAX ? state : BLOCK_STATE_UNKNOWN];
}

const char *block_refusal_text(enum block_refusal refusal)
{
	return (unsigned int)refusal < REFUSED_MAX ? refusal_texts[refusal] : "for an unknown reason";
}

bool names_parse_numbered(const char *name, const char *prefix, uint32_t *ret_number)
{
	size_t length = strlen(prefix);
	uint64_t number = 0;

	if (strncmp(name, prefix, length) != 0 || name[length] == '\0')
		return false;
	for (const char *p = name + length; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		number = number * 10 + (uint64_t)(*p - '0');
		if (number > UINT32_MAX)
			return false;
	}
	*ret_number = (uint32_t)number;
	return true;
}

bool topology_parse_block_name(const char *name, uint32_t *ret_id)
{
	return names_parse_numbered(name, "memory", ret_id);
}

bool topology_parse_node_name(const char *name, uint32_t *ret_id)
{
	return names_parse_numbered(name, "node", ret_id) && *ret_id <= INT32_MAX;
}

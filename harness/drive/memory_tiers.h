/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which nodes have fast memory, and which have the slower one that reclaim can demote pages to. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct fsio;

#define MEMORY_TIERS_MAX_NODES 1024 /* MAX_NUMNODES with CONFIG_NODES_SHIFT=10 */

struct memory_tiers {
	bool is_top[MEMORY_TIERS_MAX_NODES]; /* in the fastest tier */
	bool is_lower[MEMORY_TIERS_MAX_NODES];
	uint32_t first_top;
};

/*
 * As the kernel has them: /sys/devices/virtual/memory_tiering (6.1 and later, mm/memory-tiers.c),
 * before that nodes with CPUs and nodes without (5.15, mm/migrate.c:
 * establish_migration_targets()). -EOPNOTSUPP and the reason where there is one tier only.
 */
int memory_tiers_read(struct fsio *fs, struct memory_tiers *ret, struct err *e);

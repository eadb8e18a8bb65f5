/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our kprobe events. A move is the return of move_to_new_folio() (move_to_new_page() before 6.0):
 * static in mm/migrate.c with two callers, so not inlined, and at the end of every migration
 * attempt that got past the unmap phase, hugetlb included. A wait is the entry of
 * migration_entry_wait(), migration_entry_wait_huge() or pmd_migration_entry_wait().
 *
 * An allocation, where it is asked for, is the entry of alloc_migration_target() (mm/migrate.c, 5.9
 * and later), by which move_pages, migrate_pages(2), offlining, soft offline and demotion get the
 * page that they move to; before, of alloc_new_node_page(), by which the first two did. The first
 * argument is the source page (a folio since 6.3), and the lowest bit of its first word, the flags,
 * is PG_locked (include/linux/page-flags.h). Compaction takes pages from lists of its own, and is
 * not seen.
 */
#pragma once

#include <stddef.h>

#include "observe/observe.h"
#include "observe/symbols.h"

#define PROBE_MAX_WAITS 3
#define PROBE_NAME_SIZE 64

struct probe {
	char name[PROBE_NAME_SIZE]; /* unique on the host: kprobe_profile knows no groups */
	bool is_armed;
	int id; /* for perf */
};

/* One event of ours: @type "p" or "r512", @what "symbol" and what is fetched. A negative errno. */
int probe_arm(struct probe *probe, struct fsio *fs, const char *group, const char *type,
	      const char *what);
void probe_disarm(struct probe *probe, struct fsio *fs, const char *group);

struct probes {
	struct fsio *fs;
	char group[PROBE_NAME_SIZE];
	char symbol[SYMBOL_SIZE]; /* of the move */
	struct probe move;
	struct probe waits[PROBE_MAX_WAITS];
	size_t n_waits;
	struct probe alloc;
	bool has_all_waits; /* every wait function that the kernel has is probed */
};

/*
 * 0, or a negative errno and the reason in @why; nothing is left behind on failure. What of
 * @extras (OBSERVE_...) is missing does not fail: @why has it.
 */
int probes_arm(struct probes *p, struct fsio *fs, const char *group, unsigned int extras,
	       char why[OBSERVER_WHY_SIZE]);
void probes_disarm(struct probes *p);

/* Sum of the misses of our probes; unknown when kprobe_profile cannot be read. */
void probes_misses(const struct probes *p, struct measured *ret);

/* The symbol of the move and those of the waits ("": none). -ENOENT and a reason without a move. */
int probes_symbols(struct fsio *fs, char move[SYMBOL_SIZE],
		   char waits[PROBE_MAX_WAITS][SYMBOL_SIZE], char why[OBSERVER_WHY_SIZE]);

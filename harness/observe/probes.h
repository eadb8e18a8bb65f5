/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our kprobe events: made in a group of our own, told by name, removed again. A move is the
 * return of move_to_new_folio() (move_to_new_page() before 6.1), static in mm/migrate.c with two
 * callers, so it is not inlined and stands at the end of every migration attempt that got past
 * the unmap phase, hugetlb included. A wait is the entry of one of migration_entry_wait(),
 * migration_entry_wait_huge() and pmd_migration_entry_wait().
 */
#pragma once

#include <stddef.h>

#include "observe/observe.h"
#include "observe/symbols.h"

#define PROBE_MAX_WAITS 3
#define PROBE_MOVE "move"

struct probes {
	char group[64];
	char symbol[SYMBOL_SIZE]; /* of the move */
	int move_id;		  /* of the event, for perf */
	char wait_names[PROBE_MAX_WAITS][16];
	int wait_ids[PROBE_MAX_WAITS];
	size_t n_waits;
};

/* The tracing folder ("/sys/kernel/tracing"), without mounting anything; NULL and a reason. */
const char *probes_folder(char why[256]);

/* 0, or a negative errno and the reason in @why; nothing is left behind on failure. */
int probes_arm(struct probes *p, const char *group, char why[256]);
void probes_disarm(struct probes *p);

/* Sum of the misses of our group; unknown when kprobe_profile cannot be read. */
void probes_misses(const struct probes *p, struct measured *ret);

/* Misses of all events whose name begins with @group and "_" or "/", in the text of kprobe_profile. */
bool probes_parse_misses(const char *text, const char *group, uint64_t *ret_misses);

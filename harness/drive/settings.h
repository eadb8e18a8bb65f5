/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel settings that a run changes: old value kept, new one written and read back, put back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct fsio;

#define SETTING_SIZE 128

struct setting {
	char path[SETTING_SIZE]; /* relative to the root: "proc/sys/kernel/numa_balancing" */
	char old_value[SETTING_SIZE];
	char new_value[SETTING_SIZE];
	bool changed;
};

/*
 * Reads the old value; when it differs calls @intent (may be NULL; must put it on disk) and
 * writes the new one, then reads back what the kernel made of it. A file that is not there is no
 * error: returns 0 with changed = false; returns 1 when changed. -EIO: the kernel kept another
 * value; the old one has been put back (should that have failed too, changed is true and
 * setting_restore() can try again).
 *
 * Of a file that lists its choices ("always [madvise] never") the chosen word is the value.
 */
int setting_change(struct fsio *fs, struct setting *s, const char *path, const char *new_value,
		   int (*intent)(void *context, const struct setting *s), void *context,
		   struct err *e);
/*
 * Nothing is changed: setting_restore() puts back what the kernel makes of it meanwhile. 1: it is
 * kept; 0: there is no such file.
 */
int setting_keep(struct fsio *fs, struct setting *s, const char *path, struct err *e);
/*
 * 0: it is as it was before (idempotent; nothing is written when it is so already).
 * 1: somebody else has changed it meanwhile, to a third value: that is left alone, @e says so.
 */
int setting_restore(struct fsio *fs, const struct setting *s, struct err *e);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run makes for a while because it needs it: debugfs mounted, a module loaded, swap. On
 * record before it is made, and undone afterwards, by the run or by "memsoak restore".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct fsio;
struct recorder;

struct prepared {
	bool debugfs, hwpoison, fuse; /* made by us */
	bool zram_module, zsmalloc_module;
	char swap[16]; /* the device's name; "": none */
};

/*
 * Sees to it that page frames can be unpoisoned: debugfs at /sys/kernel/debug, and in it what the
 * module hwpoison-inject puts there. @recorder NULL: nobody keeps a record. -EOPNOTSUPP and what is
 * missing; what was made is in @p then too.
 */
int prepare_unpoison(struct fsio *fs, struct recorder *recorder, struct prepared *p, struct err *e);

/*
 * Loads @module unless it is there, built in or loaded; *ret_is_made: it was not, and is now.
 * -ENOENT: it cannot be loaded (@e is not set); another error: it is not on record, and @e says so.
 */
int prepare_module(struct fsio *fs, struct recorder *recorder, const char *module,
		   bool *ret_is_made, struct err *e);

/*
 * Sees to it that there is FUSE: /dev/fuse can be opened, or can when the module fuse is loaded.
 * -EOPNOTSUPP and what is missing.
 */
int prepare_fuse(struct fsio *fs, struct recorder *recorder, struct prepared *p, struct err *e);

/* Undoes what is in @p, the last first; what could not be undone stays in it, and on record. */
void prepare_undo(struct recorder *recorder, struct prepared *p, struct err *e);

/* One thing by its words on record ("mount" and a path, "module" or "swap" and a name). 0: it is
 * gone. */
int prepare_undo_one(struct recorder *recorder, const char *what, const char *name);

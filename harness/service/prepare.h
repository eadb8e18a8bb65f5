/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run makes for a while because it needs it: debugfs mounted, a module loaded. On record
 * before it is made, and undone afterwards, by the run or by "memsoak restore".
 */
#pragma once

#include <stdbool.h>

struct err;
struct fsio;
struct recorder;

struct prepared {
	bool debugfs, hwpoison; /* made by us */
};

/*
 * Sees to it that page frames can be unpoisoned: debugfs at /sys/kernel/debug, and in it what the
 * module hwpoison-inject puts there. @recorder NULL: nobody keeps a record. -EOPNOTSUPP and what is
 * missing; what was made is in @p then too.
 */
int prepare_unpoison(struct fsio *fs, struct recorder *recorder, struct prepared *p, struct err *e);

/* Undoes what is in @p, the last first; what could not be undone stays in it, and on record. */
void prepare_undo(struct recorder *recorder, struct prepared *p, struct err *e);

/* One thing by its words on record ("mount" and a path, "module" and a name). 0: it is gone. */
int prepare_undo_one(struct recorder *recorder, const char *what, const char *name);

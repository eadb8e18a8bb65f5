/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One move_pages(2) call and the truth about it. The kernel's own answer does not do: it stops at
 * the first batch with a failed page and leaves the status words of that batch, and of all that
 * it did not come to, as they were (mm/migrate.c do_pages_move(), v4.17 to v7.x). So the words
 * are filled with a mark first, and the pages are asked for before and after.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "drive/drive.h"

#define MOVE_UNTOUCHED INT32_MIN

/* As move_pages(2): -1 and errno, 0, or the number of pages given up on. */
typedef long (*move_function)(int pid, unsigned long count, void **pages, const int *nodes,
			      int *status, int flags);

struct move_call {
	move_function function;
	size_t room; /* pages of the greatest call */
	void **pages;
	int *nodes, *status, *before, *after;
};

/* @function NULL: the kernel's. */
void move_call_init(struct move_call *c, size_t max_pages, move_function function);
void move_call_done(struct move_call *c);

/*
 * Where the pages [first, first + count) of @target are now: into c->before. 0 or a negative errno.
 */
int move_call_query(struct move_call *c, const struct move_target *target, uint64_t first,
		    size_t count);

/*
 * Moves the pages that the last move_call_query() asked for to @node and adds what became of it
 * to @event. Returns 0, or the negative errno of the whole call.
 */
int move_call_make(struct move_call *c, const struct move_target *target, size_t count,
		   uint32_t node, struct move_event *event);

/* Notes a call that was not made because the query before it failed. */
void move_call_note_failed_query(struct move_event *event, int error, size_t count);

/*
 * ESRCH: no such process. EINVAL: it has ended and its parent has not noticed yet: find_mm_struct()
 * (mm/migrate.c) finds the task but no memory; our flags give no other cause for it.
 */
bool move_call_process_gone(int error);

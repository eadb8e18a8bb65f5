/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs of causes are made of. Each part writes instructions; registers 1 to 5 and 0
 * are lost in each of them, the ones named below are kept but where a part says that it sets them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "observe/cause_programs.h"

struct bpf_text;

#define R_CONTEXT 6 /* the registers of the probed function */
#define R_TASK 7    /* the task's entry in its table */
#define R_PAGE 8    /* the address of a page */
#define R_RECORD 9  /* the page's entry in its table */

#define TASK(member) ((int)offsetof(struct cause_task, member))
#define PAGE(member) ((int)offsetof(struct cause_page, member))
#define FIGURE(member) ((int)offsetof(struct cause_figures, member))

#define TASK_WAITS 1   /* inside migration_entry_wait() or a twin of it */
#define TASK_ARRIVES 2 /* ... and not yet seen with a page; counted as arriving */
#define TASK_LETS_GO 4 /* its reference ends when it sleeps */
#define TASK_HAS_FRAME                                                                             \
	8 /* its page is a frame's key, and whether it has a reference is not known */
#define TASK_LOOKS_UP 16 /* inside a look-up that is no fault's */
#define TASK_SLEPT 32	 /* with its reference; counted as a sleeper */

/* Sets R_TASK, for this task; jumps to @none when it has no entry. */
void part_find_task(struct bpf_text *t, const struct cause_maps *maps, int none);
/* An entry for this task with the page of R_PAGE. */
void part_put_task(struct bpf_text *t, const struct cause_maps *maps, int32_t flags);
void part_delete_task(struct bpf_text *t, const struct cause_maps *maps);
/* What the task of R_TASK is counted for is taken back. Sets R_PAGE and R_RECORD. */
void part_release(struct bpf_text *t, const struct cause_maps *maps);

/* Sets R_RECORD, for the page of R_PAGE, a new one if need be; jumps to @none when there is no
 * room. */
void part_find_page(struct bpf_text *t, const struct cause_maps *maps, int none);

/*
 * The struct vm_fault that register 3 points to: sets R_PAGE to a key that stands for the place in
 * a file; jumps to @none when it cannot be read.
 */
void part_read_place(struct bpf_text *t, int none);
/* Register @place, a page's number in a file, becomes the key of that place. */
void part_make_place(struct bpf_text *t, int place, int scratch);
/* R_PAGE, over a part that sets it. */
void part_keep_page(struct bpf_text *t);
void part_take_page(struct bpf_text *t);

/* R_PAGE: of a migration entry there, or of a page's address, makes the key of its frame. */
void part_make_frame(struct bpf_text *t);
/* The task of R_TASK goes to sleep: has each waiter of its frame a reference? Sets all registers.
 */
void part_look_at_sleeper(struct bpf_text *t, const struct cause_maps *maps, int end);

/* Sets register 0 to the figures; jumps to @none when there are none. */
void part_find_figures(struct bpf_text *t, const struct cause_maps *maps, int none);
/* Register @to: the 32 bits with a sign that are @offset bytes behind what register @from points to. */
void part_load_signed(struct bpf_text *t, int to, int from, int offset);
void part_add_figure(struct bpf_text *t, const struct cause_maps *maps, int offset, int32_t amount,
		     int none);

/* This thread begins to move the page of R_PAGE, which becomes known to those who wait for its
 * frame. */
void part_put_move(struct bpf_text *t, const struct cause_maps *maps, int end);
/* That has ended with EAGAIN: counts what is to be seen of that page. Sets all registers. */
void part_look(struct bpf_text *t, const struct cause_maps *maps, int none);

/* The page of R_PAGE goes into this CPU's batch; sets R_TASK. The batch of CPU R_TASK is emptied.
 */
void part_add_to_batch(struct bpf_text *t, const struct cause_maps *maps, int none);
void part_drain(struct bpf_text *t, const struct cause_maps *maps, int none);

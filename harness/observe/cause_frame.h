/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the parts of causes keep things on the program's stack, and what they know of the kernel.
 */
#pragma once

#include "observe/cause_parts.h"

/* The frame, from its pointer downwards. */
#define AT_THREAD (-8)	 /* key: process and thread number */
#define AT_PAGE (-16)	 /* key: a page's address */
#define AT_INDEX (-20)	 /* key of an array */
#define AT_VALUE (-72)	 /* a new entry, 48 bytes */
#define AT_BEGAN (-80)	 /* when the attempt began */
#define AT_KNOWN (-88)	 /* references that are known to be held */
#define AT_STRUCT (-152) /* a copy of the struct page */
#define AT_KEPT AT_BEGAN /* a page's address, in programs that look at none */
_Static_assert(sizeof(struct cause_page) == 48 && sizeof(struct cause_task) <= 48 &&
		       sizeof(struct cause_move) <= 48,
	       "AT_VALUE has room");

/* include/linux/mm_types.h, 64 bits */
#define STRUCT_PAGE_SIZE 64
#define STRUCT_PAGE_SHIFT 6
#define STRUCT_PAGE_MAPPING 24
#define STRUCT_PAGE_INDEX 32
#define STRUCT_PAGE_PRIVATE 40
#define STRUCT_PAGE_REFCOUNT 52
#define VM_FAULT_PGOFF 16 /* include/linux/mm.h */
#define MAPPING_FLAGS 3	  /* anonymous, KSM, or a driver's: not the page cache */

/* References of the page cache to a huge page of 2 MiB: one for each small page. */
#define PAGES_OF_HUGE 512

/*
 * A batch that is full is emptied by the one who puts the last page in. 15 pages until 6.9, 31
 * since (include/linux/pagevec.h).
 */
#define BATCH_MAX 31

/* Register 0: the entry of @map_fd by the key at @key of the frame; jumps to @none without one. */
void part_find(struct bpf_text *t, int map_fd, int key, int none);
/* The thread's number goes to AT_THREAD. */
void part_store_thread(struct bpf_text *t);

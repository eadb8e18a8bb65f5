/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On which nodes the pages of a process are, asked of the kernel; nothing is moved. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drive/drive.h"
#include "drive/move_call.h"

struct page_places {
	struct move_call call;
};

/* @function NULL: the kernel's move_pages(2), which tells where pages are when no node is wanted.
 */
void page_places_init(struct page_places *p, move_function function);
void page_places_done(struct page_places *p);

/*
 * How many pages of @target are on a node for which @is_in says yes. A page that is not there
 * just now is on none. 0 or a negative errno.
 */
int page_places_count(struct page_places *p, const struct move_target *target,
		      bool (*is_in)(const void *context, uint32_t node), const void *context,
		      uint64_t *ret_pages);

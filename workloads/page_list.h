/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pages that a request to the placer is about, and where each is just now. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/placer_protocol.h"

struct page_list {
	const struct placer_target *targets; /* borrowed */
	size_t n_targets;
	uint64_t n_pages;
	void **addresses; /* of all pages, target by target */
	uint64_t *frames; /* 0: not there just now */
	int *nodes;	  /* negative: not known; see page_list_ask_nodes() */
};

void page_list_init(struct page_list *list, const struct placer_target *targets, size_t n_targets);
void page_list_done(struct page_list *list);

/* Fills frames, by pagemap. A target that has ended has no frames. */
void page_list_locate(struct page_list *list);

/* Fills nodes. */
void page_list_ask_nodes(struct page_list *list);

uint64_t page_list_count_in(const struct page_list *list, uint64_t first_frame, uint64_t n_frames);

static inline bool frame_is_in(uint64_t frame, uint64_t first_frame, uint64_t n_frames)
{
	return frame >= first_frame && frame - first_frame < n_frames;
}

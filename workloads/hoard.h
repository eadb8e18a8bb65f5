/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory taken on a node for a moment, so that the page frames of one block come into our hands:
 * they become the seats into which pages are moved.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct hoard {
	int node;
	uint64_t first_frame, n_frames; /* the block */
	unsigned char *map;		/* with the slack that aligns base */
	size_t map_length;
	unsigned char *base; /* chunks of CHUNK bytes from here */
	uint64_t limit_bytes, taken_bytes;
	uint64_t zone_first, zone_frames; /* of the block's zone; all frames when not known */
	void **seats;			  /* pages of ours in frames of the block */
	size_t n_seats, seats_room;
	int pagemap_fd, flags_fd;
	cpu_set_t cpus;	  /* for the helping threads: those that we had when it was opened */
	uint64_t *blocks; /* numbers of the blocks that chunks were found in */
	size_t n_blocks;
	uint64_t *firsts;  /* and for each of them the offset of the first chunk in it */
	bool is_exhausted; /* there is no more to be had */
};

int hoard_open(struct hoard *h, int node, uint64_t first_frame, uint64_t n_frames,
	       uint64_t budget_bytes, struct err *e);

/* Takes memory until there are @wanted seats, or the budget or the node is used up, or it is late.
 */
void hoard_grow(struct hoard *h, size_t wanted, uint64_t deadline_ns);

/*
 * Gives @n seats back to the kernel: they lie on top of this CPU's list of free pages then, and
 * the next pages that are allocated here get these frames. Returns how many there were.
 */
size_t hoard_free_seats(struct hoard *h, size_t n);

/*
 * Gives all back, so that the free lists begin with one chunk of each block that was met, and go
 * on in the order that they had: the next block is not far then, whichever it is.
 */
void hoard_release(struct hoard *h);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hot pages of a worker: mapped, filled, on their home node. Word 0 of each page tells which
 * page it is; a page whose word 0 is another one was lost or mixed up on its way (a kernel bug).
 * The words behind belong to one writing thread each.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "workloads/page_kinds.h"

struct err;

#define PAGES_NO_NODE UINT64_MAX
#define PAGES_MAGIC 0x70616765206e756dULL

struct pages {
	unsigned char *base; /* NULL: none */
	/* KSM: the same again, for the kernel to merge; only mapped. NULL: none. */
	unsigned char *twin;
	uint64_t count;
	uint64_t size; /* of one page, bytes */
	bool is_read_only;
	bool is_shared; /* mapped by others, too: they move with MPOL_MF_MOVE_ALL only */
	bool has_file; /* the pages are those of the file behind file_fd, from its beginning */
	int file_fd;   /* borrowed */
};

static inline uint64_t *pages_word(const struct pages *pages, uint64_t page, uint64_t word)
{
	return (uint64_t *)(void *)(pages->base + page * pages->size) + word;
}

static inline uint64_t pages_pattern(uint64_t page)
{
	return page ^ PAGES_MAGIC;
}

/*
 * Addresses for @length bytes from a multiple of @size on (of a page, bytes), which mmap() alone does
 * not promise for huge pages. Nothing is there until the caller maps it, with MAP_FIXED. NULL: errno
 * says why.
 */
void *pages_reserve(uint64_t length, uint64_t size);

/* So many base pages of a mapped range are not in memory; @size: a multiple of theirs. false: not told. */
bool pages_count_absent(void *range, uint64_t size, uint64_t *ret_absent);

/*
 * Maps @count pages of @kind (@memory_fd: the group's memory, for kinds that have one), writes the
 * pattern, and sees to it that all are of that kind and lie on @node (PAGES_NO_NODE: wherever the
 * kernel puts them). Fails when they do not.
 */
int pages_prepare(struct pages *pages, enum page_kind kind, int memory_fd, uint64_t count,
		  uint64_t node, struct err *e);
void pages_done(struct pages *pages);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hot pages of a worker: mapped, filled, on their home node. Word 0 of each page tells which
 * page it is; a page whose word 0 is another one was lost or mixed up on its way (a kernel bug).
 * The words behind belong to one writing thread each.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;

enum page_kind { /* the names are those of the profiles */
		 PAGES_PRIVATE_ANONYMOUS,
		 PAGES_SHARED_MEMFD,
		 PAGES_KINDS,
};
#define PAGES_BIT(kind) (1u << (kind))

#define PAGES_NO_NODE UINT64_MAX
#define PAGES_MAGIC 0x70616765206e756dULL

struct pages {
	unsigned char *base; /* NULL: none */
	uint64_t count;
	uint64_t size; /* of one page, bytes */
};

const char *page_kind_name(enum page_kind kind);
int page_kind_parse(const char *name, enum page_kind *ret_kind, struct err *e);

static inline uint64_t *pages_word(const struct pages *pages, uint64_t page, uint64_t word)
{
	return (uint64_t *)(void *)(pages->base + page * pages->size) + word;
}

static inline uint64_t pages_pattern(uint64_t page)
{
	return page ^ PAGES_MAGIC;
}

/*
 * Maps @count base pages of @kind (@memory_fd: the group's memory, for the shared kind), writes
 * the pattern, and sees to it that all lie on @node (PAGES_NO_NODE: wherever the kernel puts
 * them). Fails when they do not.
 */
int pages_prepare(struct pages *pages, enum page_kind kind, int memory_fd, uint64_t count,
		  uint64_t node, struct err *e);
void pages_done(struct pages *pages);

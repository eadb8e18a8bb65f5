/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of pages that can be hot: one table says what each is made of. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;

enum page_kind { /* the names are those of the profiles */
	PAGES_PRIVATE_ANONYMOUS,
	PAGES_SHARED_MEMFD,
	PAGES_ANONYMOUS_THP,
	PAGES_SHARED_THP,
	PAGES_PRIVATE_HUGETLB,
	PAGES_SHARED_HUGETLB,
	PAGES_MAPPED_FILE,
	PAGES_KSM,
	PAGES_KINDS,
};
#define PAGES_BIT(kind) (1u << (kind))
#define PAGES_ANY_KIND (PAGES_BIT(PAGES_KINDS) - 1)

struct page_kind_traits {
	const char *name;
	bool has_memory_fd; /* the pages are those of the group's memfd */
	bool is_huge;	    /* of the PMD's size, not a base page */
	bool is_hugetlb;
	bool is_read_only; /* a write would make it another kind */
	int advice;	   /* of madvise() */
	bool is_file; /* the memory fd is a file of a file system */
	/*
	 * The bit of /proc/kpageflags (include/uapi/linux/kernel-page-flags.h) that proves the
	 * kind, -1: none is needed. Of files it is that the bit is not set.
	 */
	int proof;
};

const struct page_kind_traits *page_kind_traits(enum page_kind kind);
const char *page_kind_name(enum page_kind kind);
int page_kind_parse(const char *name, enum page_kind *ret_kind, struct err *e);

/* Of one page of @kind, in bytes. -ENOTSUP: this kernel has no such pages. */
int page_kind_size(enum page_kind kind, uint64_t *ret_bytes, struct err *e);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The size of a huge page: one that a single PMD entry maps, for THP and hugetlb alike. */
#pragma once

#include <stdint.h>

struct err;

/*
 * From /sys/kernel/mm/transparent_hugepage/hpage_pmd_size (mm/huge_memory.c, since v4.16), else
 * the only or default size of hugetlb in /proc/meminfo. -ENOTSUP: this kernel has neither.
 */
int huge_page_size(uint64_t *ret_bytes, struct err *e);

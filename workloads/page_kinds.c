// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/page_kinds.h"

#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/huge_page.h"

static const struct page_kind_traits kinds[] = {
	[PAGES_PRIVATE_ANONYMOUS] = {
		.name = "private-anonymous", .advice = MADV_NOHUGEPAGE, .proof = -1},
	[PAGES_SHARED_MEMFD] = {
		.name = "shared-memfd", .has_memory_fd = true, .advice = MADV_NOHUGEPAGE, .proof = -1},
	[PAGES_ANONYMOUS_THP] = {
		.name = "anonymous-thp", .is_huge = true, .advice = MADV_HUGEPAGE, .proof = KPF_THP},
	[PAGES_SHARED_THP] = {
		.name = "shared-thp", .has_memory_fd = true, .is_huge = true,
		.advice = MADV_HUGEPAGE, .proof = KPF_THP},
	[PAGES_PRIVATE_HUGETLB] = {
		.name = "private-hugetlb", .is_huge = true, .is_hugetlb = true,
		.advice = MADV_NORMAL, .proof = KPF_HUGE},
	[PAGES_SHARED_HUGETLB] = {
		.name = "shared-hugetlb", .has_memory_fd = true, .is_huge = true,
		.is_hugetlb = true, .advice = MADV_NORMAL, .proof = KPF_HUGE},
	/* What swap is behind, the pages of tmpfs too, has that bit. */
	[PAGES_MAPPED_FILE] = {
		.name = "mapped-file", .has_memory_fd = true, .is_file = true,
		.advice = MADV_NORMAL, .proof = KPF_SWAPBACKED},
	[PAGES_KSM] = {
		.name = "ksm", .is_read_only = true, .advice = MADV_MERGEABLE, .proof = KPF_KSM},
};
_Static_assert(ARRAY_SIZE(kinds) == PAGES_KINDS, "traits of each kind of pages");

const struct page_kind_traits *page_kind_traits(enum page_kind kind)
{
	return &kinds[kind];
}

const char *page_kind_name(enum page_kind kind)
{
	return kinds[kind].name;
}

int page_kind_parse(const char *name, enum page_kind *ret_kind, struct err *e)
{
	char known[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			*ret_kind = (enum page_kind)i;
			return 0;
		}
		used += (size_t)snprintf(known + used, sizeof(known) - used, " %s", kinds[i].name);
	}
	return err_set(e, -EINVAL, "unknown kind of pages '%s': it is one of%s", name, known);
}

int page_kind_size(enum page_kind kind, uint64_t *ret_bytes, struct err *e)
{
	if (kinds[kind].is_huge)
		return huge_page_size(ret_bytes, e);
	*ret_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	return 0;
}

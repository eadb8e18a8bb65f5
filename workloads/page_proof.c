// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/page_proof.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "workloads/pagemap.h"

/* ksmd merges on its second pass over a page at the earliest (mm/ksm.c: cmp_and_merge_page()). */
#define MERGE_NS (30 * NS_PER_S)
/* Another process of the group may just be moving them home: a page on its way is not there. */
#define MOVED_NS (2 * NS_PER_S)
#define LOOK_NS (100 * NS_PER_MS)

static uint64_t patience_ns(enum page_kind kind)
{
	if (kind == PAGES_KSM)
		return MERGE_NS;
	return page_kind_traits(kind)->has_memory_fd ? MOVED_NS : 0;
}

static const char *const reasons[PAGES_KINDS] = {
	[PAGES_ANONYMOUS_THP] = "is /sys/kernel/mm/transparent_hugepage/enabled 'never', or free memory in pieces?",
	[PAGES_SHARED_THP] = "is /sys/kernel/mm/transparent_hugepage/shmem_enabled 'never' or 'deny', or free memory in pieces?",
	[PAGES_PRIVATE_HUGETLB] = "is the pool of huge pages too small?",
	[PAGES_SHARED_HUGETLB] = "is the pool of huge pages too small?",
	[PAGES_MAPPED_FILE] = "is the run's folder on a tmpfs?",
	[PAGES_KSM] = "is /sys/kernel/mm/ksm/run 1?",
};

static int flags_of(int flags_fd, uint64_t frame, uint64_t *ret_flags)
{
	ssize_t n = pread(flags_fd, ret_flags, sizeof(*ret_flags),
			  (off_t)(frame * sizeof(*ret_flags)));

	return n == (ssize_t)sizeof(*ret_flags) ? 0 : -EIO;
}

int page_proof_count(const struct pages *pages, enum page_kind kind, uint64_t *ret_count,
		     struct err *e)
{
	int bit = page_kind_traits(kind)->proof;
	bool is_file = page_kind_traits(kind)->is_file;
	cleanup_close int map_fd = -1, flags_fd = -1;
	int r;

	*ret_count = pages->count;
	if (bit < 0)
		return 0;
	r = pagemap_check(e);
	if (r < 0)
		return r;
	map_fd = pagemap_open(0, e);
	if (map_fd < 0)
		return map_fd;
	flags_fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	if (flags_fd < 0)
		return err_errno(e, -errno, "cannot open /proc/kpageflags");
	*ret_count = 0;
	for (uint64_t i = 0; i < pages->count; i++) {
		uint64_t entry = 0, flags = 0;

		pagemap_read(map_fd, (uint64_t)(uintptr_t)pages_word(pages, i, 0), &entry, 1);
		if (pagemap_is_present(entry) && flags_of(flags_fd, pagemap_frame(entry), &flags) == 0)
			*ret_count += (flags >> bit & 1) != is_file;
	}
	return 0;
}

int page_proof(const struct pages *pages, enum page_kind kind, struct err *e)
{
	uint64_t until_ns = clock_monotonic_ns() + patience_ns(kind), count;
	int r;

	for (;;) {
		r = page_proof_count(pages, kind, &count, e);
		if (r < 0 || count == pages->count)
			return r;
		if (clock_monotonic_ns() >= until_ns)
			break;
		(void)clock_sleep_ns(LOOK_NS);
	}
	return err_set(e, -ENOTSUP, "only %llu of %llu pages are %s: %s", (unsigned long long)count,
		       (unsigned long long)pages->count, page_kind_name(kind), reasons[kind]);
}

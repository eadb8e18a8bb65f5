// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/pages.h"

#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/migrate.h"
#include "workloads/page_proof.h"

static int check_memory_fd(int memory_fd, uint64_t count, uint64_t length, struct err *e)
{
	struct stat st;

	if (fstat(memory_fd, &st) < 0)
		return err_errno(e, -errno, "the group's memory (--memory-fd %d)", memory_fd);
	if ((uint64_t)st.st_size < length)
		return err_set(e, -EINVAL, "--memory-fd %d holds %lld bytes, %llu pages need %llu",
			       memory_fd, (long long)st.st_size, (unsigned long long)count,
			       (unsigned long long)length);
	return 0;
}

void *pages_reserve(uint64_t length, uint64_t size)
{
	unsigned char *room, *base;

	room = mmap(NULL, length + size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return NULL;
	base = room + (size - (uintptr_t)room % size) % size;
	if (base > room)
		(void)munmap(room, (size_t)(base - room));
	(void)munmap(base + length, (size_t)(room + size - base));
	return base;
}

static int map(struct pages *pages, unsigned char **ret_base, enum page_kind kind, int memory_fd,
	       struct err *e)
{
	const struct page_kind_traits *traits = page_kind_traits(kind);
	uint64_t length = pages->count * pages->size;
	int flags = traits->has_memory_fd ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	void *base;
	int r = 0;

	if (traits->has_memory_fd)
		r = check_memory_fd(memory_fd, pages->count, length, e);
	if (r < 0)
		return r;
	/* The memfd of hugetlb pages has their size; without one the mapping says it. */
	if (traits->is_hugetlb && !traits->has_memory_fd)
		flags |= MAP_HUGETLB | (__builtin_ctzll(pages->size) << MAP_HUGE_SHIFT);
	base = pages_reserve(length, pages->size);
	if (base)
		base = mmap(base, length, PROT_READ | PROT_WRITE, flags | MAP_FIXED,
			    traits->has_memory_fd ? memory_fd : -1, 0);
	if (!base || base == MAP_FAILED)
		return err_errno(e, -errno, "cannot map %llu %s pages",
				 (unsigned long long)pages->count, traits->name);
	*ret_base = base;
	/* EINVAL: a kernel without transparent huge pages has nothing to turn off. */
	if (traits->advice != MADV_NORMAL && madvise(base, length, traits->advice) < 0 &&
	    !(errno == EINVAL && traits->advice == MADV_NOHUGEPAGE))
		return err_errno(e, -errno, "this kernel takes no advice for %s pages",
				 traits->name);
	return 0;
}

/*
 * Preferred, never bound: a policy that is bound to a node which goes offline makes the OOM
 * killer end the worker.
 */
static int prefer_node(const struct pages *pages, int mode, uint64_t node, struct err *e)
{
	struct bitmask *mask = numa_allocate_nodemask();
	int r = 0;

	if (mode == MPOL_PREFERRED)
		(void)numa_bitmask_setbit(mask, (unsigned int)node);
	if (mbind(pages->base, pages->count * pages->size, mode,
		  mode == MPOL_PREFERRED ? mask->maskp : NULL,
		  mode == MPOL_PREFERRED ? mask->size + 1 : 0, 0) < 0)
		r = err_errno(e, -errno, "cannot place pages on node %llu",
			      (unsigned long long)node);
	numa_bitmask_free(mask);
	return r;
}

static void fill(const struct pages *pages)
{
	for (uint64_t i = 0; i < pages->count; i++)
		__atomic_store_n(pages_word(pages, i, 0), pages_pattern(i), __ATOMIC_RELAXED);
}

/* ksmd merges what it finds twice: also a worker alone gets pages of that kind. */
static int make_twin(struct pages *pages, enum page_kind kind, struct err *e)
{
	struct pages twin = *pages;
	int r = map(pages, &pages->twin, kind, -1, e);

	if (r < 0)
		return r;
	twin.base = pages->twin;
	fill(&twin);
	return 0;
}

/* One page that somebody holds for a moment ends the whole call: that is tried again. */
#define HOME_TRIES 20
#define HOME_PAUSE_NS (50 * NS_PER_MS)

static int move_home(const struct pages *pages, uint64_t node, int flags, struct err *e)
{
	cleanup_free void **addresses = memory_alloc(pages->count, sizeof(*addresses));
	cleanup_free int *nodes = memory_alloc(pages->count, sizeof(*nodes));
	uint64_t elsewhere = 0, moved;

	for (uint64_t i = 0; i < pages->count; i++)
		addresses[i] = pages_word(pages, i, 0);
	for (int tries = 0; tries < HOME_TRIES; tries++) {
		int r;

		if (tries > 0)
			(void)clock_sleep_ns(HOME_PAUSE_NS);
		r = migrate_to(0, addresses, pages->count, (int)node, flags, &moved, e);
		if (r == 0)
			r = migrate_query(0, addresses, pages->count, nodes, e);
		if (r < 0)
			return r;
		elsewhere = 0;
		for (uint64_t i = 0; i < pages->count; i++)
			elsewhere += nodes[i] != (int)node;
		if (elsewhere == 0)
			return 0;
	}
	return err_set(e, -ENOMEM, "%llu of %llu pages could not be put on node %llu: is it full?",
		       (unsigned long long)elsewhere, (unsigned long long)pages->count,
		       (unsigned long long)node);
}

int pages_prepare(struct pages *pages, enum page_kind kind, int memory_fd, uint64_t count,
		  uint64_t node, struct err *e)
{
	const struct page_kind_traits *traits = page_kind_traits(kind);
	bool is_placed = node != PAGES_NO_NODE;
	int r;

	*pages = (struct pages){
		.count = count,
		.is_read_only = traits->is_read_only,
		.is_shared = traits->has_memory_fd || kind == PAGES_KSM,
		.has_file = traits->is_file,
		.file_fd = memory_fd,
	};
	r = page_kind_size(kind, &pages->size, e);
	if (r < 0)
		return r;
	if (is_placed && numa_available() < 0)
		return err_set(e, -ENOSYS, "--node: this kernel has no NUMA");
	if (is_placed && node > (uint64_t)numa_max_possible_node())
		return err_set(e, -EINVAL, "--node: there can be no node %llu here",
			       (unsigned long long)node);
	r = map(pages, &pages->base, kind, memory_fd, e);
	if (r == 0 && is_placed)
		r = prefer_node(pages, MPOL_PREFERRED, node, e);
	if (r == 0)
		fill(pages);
	if (r == 0 && kind == PAGES_KSM)
		r = make_twin(pages, kind, e);
	if (r == 0)
		r = page_proof(pages, kind, e);
	if (r == 0 && is_placed)
		r = move_home(pages, node,
			      pages->is_shared ? MPOL_MF_MOVE_ALL : MPOL_MF_MOVE, e);
	if (r == 0 && is_placed)
		r = prefer_node(pages, MPOL_DEFAULT, node, e);
	if (r < 0)
		pages_done(pages);
	return r;
}

void pages_done(struct pages *pages)
{
	if (pages->base)
		(void)munmap(pages->base, pages->count * pages->size);
	if (pages->twin)
		(void)munmap(pages->twin, pages->count * pages->size);
	*pages = (struct pages){0};
}

bool pages_count_absent(void *range, uint64_t size, uint64_t *ret_absent)
{
	uint64_t base_pages = size / (uint64_t)sysconf(_SC_PAGESIZE);
	cleanup_free unsigned char *is_there = memory_alloc(base_pages, 1);

	if (mincore(range, size, is_there) < 0)
		return false;
	*ret_absent = 0;
	for (uint64_t i = 0; i < base_pages; i++)
		*ret_absent += !(is_there[i] & 1);
	return true;
}

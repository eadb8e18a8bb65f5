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
#include "base/err.h"
#include "base/memory.h"
#include "workloads/migrate.h"

static const char *const kind_names[] = {
	[PAGES_PRIVATE_ANONYMOUS] = "private-anonymous",
	[PAGES_SHARED_MEMFD] = "shared-memfd",
};
_Static_assert(ARRAY_SIZE(kind_names) == PAGES_KINDS, "a name for each kind of pages");

const char *page_kind_name(enum page_kind kind)
{
	return kind_names[kind];
}

int page_kind_parse(const char *name, enum page_kind *ret_kind, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(kind_names); i++) {
		if (strcmp(kind_names[i], name) == 0) {
			*ret_kind = (enum page_kind)i;
			return 0;
		}
	}
	return err_set(e, -EINVAL, "unknown kind of pages '%s': private-anonymous or shared-memfd",
		       name);
}

static int map(struct pages *pages, enum page_kind kind, int memory_fd, struct err *e)
{
	uint64_t length = pages->count * pages->size;
	bool is_shared = kind == PAGES_SHARED_MEMFD;
	struct stat st;
	void *base;

	if (is_shared && fstat(memory_fd, &st) < 0)
		return err_errno(e, -errno, "the group's memory (--memory-fd %d)", memory_fd);
	if (is_shared && (uint64_t)st.st_size < length)
		return err_set(e, -EINVAL, "--memory-fd %d holds %lld bytes, %llu pages need %llu",
			       memory_fd, (long long)st.st_size, (unsigned long long)pages->count,
			       (unsigned long long)length);
	base = mmap(NULL, length, PROT_READ | PROT_WRITE,
		    is_shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS,
		    is_shared ? memory_fd : -1, 0);
	if (base == MAP_FAILED)
		return err_errno(e, -errno, "cannot map %llu pages",
				 (unsigned long long)pages->count);
	pages->base = base;
	/* EINVAL: a kernel without transparent huge pages has nothing to turn off. */
	if (madvise(base, length, MADV_NOHUGEPAGE) < 0 && errno != EINVAL)
		return err_errno(e, -errno, "cannot turn huge pages off for the hot pages");
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

static int move_home(const struct pages *pages, uint64_t node, int flags, struct err *e)
{
	cleanup_free void **addresses = memory_alloc(pages->count, sizeof(*addresses));
	cleanup_free int *nodes = memory_alloc(pages->count, sizeof(*nodes));
	uint64_t elsewhere = 0, moved;
	int r;

	for (uint64_t i = 0; i < pages->count; i++)
		addresses[i] = pages_word(pages, i, 0);
	r = migrate_to(0, addresses, pages->count, (int)node, flags, &moved, e);
	if (r == 0)
		r = migrate_query(0, addresses, pages->count, nodes, e);
	if (r < 0)
		return r;
	for (uint64_t i = 0; i < pages->count; i++)
		elsewhere += nodes[i] != (int)node;
	if (elsewhere)
		return err_set(e, -ENOMEM,
			       "%llu of %llu pages could not be put on node %llu: is it full?",
			       (unsigned long long)elsewhere, (unsigned long long)pages->count,
			       (unsigned long long)node);
	return 0;
}

int pages_prepare(struct pages *pages, enum page_kind kind, int memory_fd, uint64_t count,
		  uint64_t node, struct err *e)
{
	bool is_placed = node != PAGES_NO_NODE;
	int flags = kind == PAGES_SHARED_MEMFD ? MPOL_MF_MOVE_ALL : MPOL_MF_MOVE;
	int r;

	*pages = (struct pages){.count = count, .size = (uint64_t)sysconf(_SC_PAGESIZE)};
	if (is_placed && numa_available() < 0)
		return err_set(e, -ENOSYS, "--node: this kernel has no NUMA");
	if (is_placed && node > (uint64_t)numa_max_possible_node())
		return err_set(e, -EINVAL, "--node: there can be no node %llu here",
			       (unsigned long long)node);
	r = map(pages, kind, memory_fd, e);
	if (r == 0 && is_placed)
		r = prefer_node(pages, MPOL_PREFERRED, node, e);
	if (r == 0)
		fill(pages);
	if (r == 0 && is_placed)
		r = move_home(pages, node, flags, e);
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
	*pages = (struct pages){0};
}

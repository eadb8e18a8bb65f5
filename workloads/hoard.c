// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames are handed out from the heads of the buddy allocator's lists. A block that comes online
 * goes to their tails (mm/memory_hotplug.c:generic_online_page with FPI_TO_TAIL, 5.10+), so the
 * block whose test is longest ago is near the head: in a run that takes the blocks in turn
 * little has to be taken to reach it. In the first round it may be all that the zone has free;
 * what is given back is put into an order in which no block that was met is far any more.
 *
 * Memory is taken in huge pages where the kernel gives them (one fault, 512 frames); one that
 * lies in the block is split, because only base pages make seats.
 */
#include "workloads/hoard.h"

#include <errno.h>
#include <fcntl.h>
#include <numa.h>
#include <numaif.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "workloads/migrate.h"
#include "workloads/page_list.h"
#include "workloads/pagemap.h"
#include "workloads/zone_room.h"

#define CHUNK (2ULL << 20)
#define MAX_CHUNK_PAGES (CHUNK / 4096)
#define ALONE_BYTES (16 * CHUNK) /* the block is mostly near: helpers are not worth it */
#define HELPER_BYTES (8 * CHUNK) /* of each helping thread at a time */
#define MAX_HELPERS 16
#define KPF_COMPOUND (3ULL << 15) /* KPF_COMPOUND_HEAD | KPF_COMPOUND_TAIL */

static uint64_t page_bytes(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* 0: this kernel has none. 512 MiB with base pages of 64 KiB: far more than a step may take. */
static uint64_t huge_page_bytes(void)
{
	cleanup_free char *text = NULL;
	size_t length;

	if (file_read_all("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", &text, &length,
			  NULL) < 0)
		return 0;
	return strtoull(text, NULL, 10);
}

/* For what is not taken yet; a kernel without huge pages refuses both, and does the same. */
static void use_huge_pages(const struct hoard *h, bool yes)
{
	(void)madvise(h->map + h->taken_bytes, h->map_length - h->taken_bytes,
		      yes ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

/*
 * Preferred, not bound: when the node is used up pages come from elsewhere, which is seen and
 * ends the growth; with a bound policy the OOM killer would end somebody.
 */
static int map_hoard(struct hoard *h, struct err *e)
{
	struct bitmask *mask;
	int r = 0;

	h->map_length = h->limit_bytes + CHUNK;
	h->map = mmap(NULL, h->map_length, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (h->map == MAP_FAILED) {
		h->map = NULL;
		return err_errno(e, -errno, "cannot reserve %zu bytes of addresses", h->map_length);
	}
	h->base = h->map + (CHUNK - (uintptr_t)h->map % CHUNK) % CHUNK;
	mask = numa_allocate_nodemask();
	(void)numa_bitmask_setbit(mask, (unsigned int)h->node);
	if (mbind(h->map, h->map_length, MPOL_PREFERRED, mask->maskp, mask->size + 1, 0) < 0)
		r = err_errno(e, -errno, "cannot take memory of node %d", h->node);
	numa_bitmask_free(mask);
	use_huge_pages(h, huge_page_bytes() <= CHUNK);
	return r;
}

int hoard_open(struct hoard *h, int node, uint64_t first_frame, uint64_t n_frames,
	       uint64_t budget_bytes, struct err *e)
{
	struct zone_room room = {.n_frames = UINT64_MAX, .pages = UINT64_MAX / page_bytes()};
	int r;

	*h = (struct hoard){
		.node = node,
		.first_frame = first_frame,
		.n_frames = n_frames,
		.flags_fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC),
	};
	(void)sched_getaffinity(0, sizeof(h->cpus), &h->cpus);
	h->pagemap_fd = pagemap_open(0, e);
	r = h->pagemap_fd < 0 ? h->pagemap_fd : 0;
	(void)zone_room_read(node, first_frame, &room);
	h->zone_first = room.first_frame;
	h->zone_frames = room.n_frames;
	h->limit_bytes = room.pages * page_bytes();
	if (h->limit_bytes > budget_bytes)
		h->limit_bytes = budget_bytes;
	h->limit_bytes -= h->limit_bytes % CHUNK;
	if (r == 0)
		r = map_hoard(h, e);
	if (r < 0)
		hoard_release(h);
	return r;
}

static void add_seat(struct hoard *h, void *page)
{
	if (h->n_seats == h->seats_room) {
		h->seats_room = h->seats_room ? h->seats_room * 2 : MAX_CHUNK_PAGES;
		h->seats = memory_grow(h->seats, h->seats_room, sizeof(*h->seats));
	}
	h->seats[h->n_seats++] = page;
}

static bool is_compound(const struct hoard *h, uint64_t frame)
{
	uint64_t flags = 0;

	return pread(h->flags_fd, &flags, sizeof(flags), (off_t)(frame * sizeof(flags))) ==
		       (ssize_t)sizeof(flags) &&
	       (flags & KPF_COMPOUND);
}

static void take_base_pages(unsigned char *chunk, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*(volatile unsigned char *)(chunk + i * page_bytes()) = 1;
}

static bool is_on_node(const struct hoard *h, void *page)
{
	int node = -1;

	return migrate_query(0, &page, 1, &node, NULL) == 0 && node == h->node;
}

/*
 * MADV_FREE on a part of a huge page splits it (mm/huge_memory.c:madvise_free_huge_pmd), and
 * not only the mapping as other calls do: each base page can be freed on its own then. The page
 * that it was called on sits in a per-CPU batch with a reference; it is no seat. Where the split
 * fails (somebody else holds the huge page just now) the next page tries again.
 */
static bool is_seat(const struct hoard *h, unsigned char *page, uint64_t entry)
{
	uint64_t frame = pagemap_frame(entry);

	if (!pagemap_is_present(entry) || !frame_is_in(frame, h->first_frame, h->n_frames))
		return false;
	if (!is_compound(h, frame))
		return true;
	(void)madvise(page, page_bytes(), MADV_FREE);
	return false;
}

/*
 * A CPU whose list of free pages is full (a huge page is enough for that) hands what is freed
 * on to the buddy allocator, where two neighbours become one larger piece, and larger pieces are
 * taken last. So neighbours are never free together: seats are used from the end of the list,
 * first those with even frames, then the others.
 */
static void collect_seats(struct hoard *h, unsigned char *chunk, const uint64_t *entries, size_t n)
{
	bool seats[MAX_CHUNK_PAGES];

	for (size_t i = 0; i < n; i++)
		seats[i] = is_seat(h, chunk + i * page_bytes(), entries[i]);
	for (int odd = 1; odd >= 0; odd--)
		for (size_t i = 0; i < n; i++)
			if (seats[i] && (pagemap_frame(entries[i]) & 1) == (uint64_t)odd)
				add_seat(h, chunk + i * page_bytes());
}

/* Blocks come in long runs: the last one is looked at first. */
static void note_block(struct hoard *h, uint64_t frame, uint64_t offset)
{
	uint64_t block = frame / h->n_frames;

	for (size_t i = h->n_blocks; i-- > 0;)
		if (h->blocks[i] == block)
			return;
	h->blocks = memory_grow(h->blocks, h->n_blocks + 1, sizeof(*h->blocks));
	h->firsts = memory_grow(h->firsts, h->n_blocks + 1, sizeof(*h->firsts));
	h->blocks[h->n_blocks] = block;
	h->firsts[h->n_blocks++] = offset;
}

static void take_chunk(struct hoard *h)
{
	unsigned char *chunk = h->base + h->taken_bytes;
	size_t n = CHUNK / page_bytes();
	uint64_t entries[MAX_CHUNK_PAGES];

	*(volatile unsigned char *)chunk = 1;
	pagemap_read(h->pagemap_fd, (uint64_t)(uintptr_t)chunk, entries, n);
	h->taken_bytes += CHUNK;
	if (!pagemap_is_present(entries[n - 1])) {
		take_base_pages(chunk, n);
		pagemap_read(h->pagemap_fd, (uint64_t)(uintptr_t)chunk, entries, n);
		/* No huge page is free: asking on would make the kernel compact memory for them. */
		use_huge_pages(h, false);
	}
	note_block(h, pagemap_frame(entries[n - 1]), h->taken_bytes - CHUNK);
	if (!frame_is_in(pagemap_frame(entries[n - 1]), h->zone_first, h->zone_frames) ||
	    !is_on_node(h, chunk + (n - 1) * page_bytes()))
		h->is_exhausted = true;
	collect_seats(h, chunk, entries, n);
}

struct helper {
	const struct hoard *hoard;
	uint64_t offset;
	pthread_t id;
	bool is_running;
};

static void *helper_main(void *context)
{
	const struct helper *helper = context;
	const struct hoard *h = helper->hoard;

	(void)sched_setaffinity(0, sizeof(h->cpus), &h->cpus);
	take_base_pages(h->base + helper->offset, HELPER_BYTES / page_bytes());
	return NULL;
}

/*
 * Clearing the pages is what takes the time: threads on all CPUs that we may use touch the next
 * chunks, so that taking them finds them there. How many bytes they have touched.
 */
static uint64_t touch_ahead(const struct hoard *h)
{
	struct helper helpers[MAX_HELPERS] = {0};
	size_t n = (size_t)CPU_COUNT(&h->cpus),
	       room = (h->limit_bytes - h->taken_bytes) / HELPER_BYTES;

	if (n > MAX_HELPERS)
		n = MAX_HELPERS;
	if (n > room)
		n = room;
	for (size_t i = 0; i < n; i++) {
		helpers[i].hoard = h;
		helpers[i].offset = h->taken_bytes + i * HELPER_BYTES;
		helpers[i].is_running =
			pthread_create(&helpers[i].id, NULL, helper_main, &helpers[i]) == 0;
	}
	for (size_t i = 0; i < n; i++)
		if (helpers[i].is_running)
			(void)pthread_join(helpers[i].id, NULL);
	return n * HELPER_BYTES;
}

void hoard_grow(struct hoard *h, size_t wanted, uint64_t deadline_ns)
{
	uint64_t ahead_bytes = 0; /* touched, not yet taken: taken in any case */

	while (ahead_bytes > 0 || (h->n_seats < wanted && !h->is_exhausted)) {
		if (ahead_bytes == 0 && clock_monotonic_ns() >= deadline_ns)
			return;
		if (ahead_bytes == 0 && h->taken_bytes >= ALONE_BYTES)
			ahead_bytes = touch_ahead(h);
		if (h->taken_bytes + CHUNK > h->limit_bytes) {
			h->is_exhausted = true;
			return;
		}
		take_chunk(h);
		ahead_bytes -= ahead_bytes ? CHUNK : 0;
	}
}

size_t hoard_free_seats(struct hoard *h, size_t n)
{
	size_t freed = 0;

	for (; freed < n && h->n_seats > 0; freed++)
		(void)madvise(h->seats[--h->n_seats], page_bytes(), MADV_DONTNEED);
	return freed;
}

static void give_back(const struct hoard *h, uint64_t offset)
{
	(void)madvise(h->base + offset, CHUNK, MADV_DONTNEED);
}

/*
 * What is freed last comes first when memory is taken the next time. The first chunks of the
 * blocks are in ascending order of their offsets.
 */
static void give_all_back(const struct hoard *h)
{
	size_t k = h->n_blocks;

	for (uint64_t end = h->taken_bytes; end >= CHUNK; end -= CHUNK) {
		if (k > 0 && h->firsts[k - 1] == end - CHUNK)
			k--;
		else
			give_back(h, end - CHUNK);
	}
	for (k = h->n_blocks; k > 0; k--)
		give_back(h, h->firsts[k - 1]);
}

void hoard_release(struct hoard *h)
{
	if (h->base)
		give_all_back(h);
	if (h->map)
		(void)munmap(h->map, h->map_length);
	cleanup_closep(&h->pagemap_fd);
	cleanup_closep(&h->flags_fd);
	free(h->seats);
	free(h->blocks);
	free(h->firsts);
	*h = (struct hoard){.pagemap_fd = -1, .flags_fd = -1};
}

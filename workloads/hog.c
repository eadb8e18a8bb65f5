// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that keeps one node at its watermark, so that whoever allocates there has to reclaim
 * first.
 *
 * One thread. It fills the node until the kernel puts its pages elsewhere, then takes some more and
 * goes round over all it has: writes to a stretch, which comes back from swap where it was, and
 * then has the kernel migrate it to the node, all at once. For each page of that another one there
 * has to go, and so many come in a row that kswapd falls behind: it works between two watermarks
 * (0.1 % of the zone, mm/page_alloc.c: __setup_per_zone_wmarks()), and the stretch is larger. Below
 * the lowest one whoever allocates there reclaims himself.
 *
 * It must not hurt anybody else:
 *
 * - The node is preferred, never bound, and pages are forced onto it by move_pages(2) only. That
 *   allocates with __GFP_THISNODE, for which the OOM killer is not called (mm/page_alloc.c:
 *   __alloc_pages_may_oom(), 5.10 and 6.1): it ends with ENOMEM. Should the killer come for another
 *   reason, this process is the one that it takes.
 * - Nothing is taken unless swap is free, since without it nobody could take anything back.
 * - Before each step it is asked what is available on the whole host; below --keep-free something
 *   is given back.
 *
 * Half of each page is noise: zram has to compress it, and keeps half of it. Operations counts
 * pages forced onto the node, touches those that were written.
 */
#include <errno.h>
#include <fcntl.h>
#include <numa.h>
#include <numaif.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "workloads/migrate.h"
#include "workloads/worker.h"

#define STEP_PAGES 64	   /* written between two looks at what is free */
#define FORCE_PAGES 512	   /* of one call: each has all CPUs drain their lists first */
#define CHUNK (2ULL << 20) /* taken between two looks while the node is far from full */
/* Beyond what the node holds: so much, or a 256th of that; half of the free swap at most. */
#define EXTRA_BYTES (64ULL << 20)
#define EXTRA_SHARE 256
#define STRETCHES 8 /* in the extra: one of them is forced in a row */
#define LEAST_SWAP_BYTES (32ULL << 20)
#define PAUSE_NS (100 * NS_PER_MS)
#define REFUSED_PAUSE_NS NS_PER_MS

struct hog {
	struct worker_thread *thread;
	unsigned char *map; /* with the slack that aligns base */
	size_t map_length;
	unsigned char *base;		 /* at a multiple of CHUNK */
	uint64_t page_size, room, taken; /* in pages */
	uint64_t extra;			 /* of those taken, since the node is full */
	uint64_t most_extra;
	uint64_t next;	  /* of the round: written up to here */
	uint64_t pending; /* of these the last ones, that are not forced yet */
	bool is_forcing;
	uint64_t noise;
	uint64_t touches, forced;
	enum { FAR_FROM_FULL, NEARLY_FULL, FULL } node;
};

static uint64_t meminfo_bytes(const char *text, const char *name)
{
	const char *line = strstr(text, name);
	unsigned long long kib;

	return line && sscanf(line + strlen(name), " %llu kB", &kib) == 1 ? kib * 1024 : 0;
}

struct room {
	uint64_t available_bytes,
		swap_bytes; /* 0 when they cannot be read: then nothing is taken */
};

static struct room look_for_room(void)
{
	cleanup_free char *text = NULL;
	size_t length;

	if (file_read_all("/proc/meminfo", &text, &length, NULL) < 0)
		return (struct room){0};
	return (struct room){
		.available_bytes = meminfo_bytes(text, "MemAvailable:"),
		.swap_bytes = meminfo_bytes(text, "SwapFree:"),
	};
}

static int prefer(const struct hog *h, uint64_t node, struct err *e)
{
	struct bitmask *mask = numa_allocate_nodemask();
	int r;

	(void)numa_bitmask_setbit(mask, (unsigned int)node);
	r = mbind(h->base, h->room * h->page_size, MPOL_PREFERRED, mask->maskp, mask->size + 1, 0) <
			    0
		    ? err_errno(e, -errno, "cannot take memory of node %llu",
				(unsigned long long)node)
		    : 0;
	numa_bitmask_free(mask);
	return r;
}

static void be_the_first_to_go(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)file_write_fd(fd, "1000", strlen("1000"));
	(void)close(fd);
}

static int hog_prepare(struct worker_thread *thread, struct err *e)
{
	const struct worker *w = thread->worker;
	struct hog *h;
	int r;

	if (thread->index > 0)
		return err_set(e, -EINVAL, "workload 'hog' has one thread in each process");
	if (w->node == PAGES_NO_NODE)
		return err_set(e, -EINVAL,
			       "workload 'hog' needs --node: which one is to be filled?");
	if (numa_available() < 0)
		return err_set(e, -ENOSYS, "--node: this kernel has no NUMA");
	h = memory_alloc(1, sizeof(*h));
	h->thread = thread;
	h->page_size = w->pages.size;
	h->room = w->pages.count;
	h->noise = 1;
	h->map_length = h->room * h->page_size + CHUNK;
	h->map = mmap(NULL, h->map_length, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (h->map == MAP_FAILED) {
		r = err_errno(e, -errno, "cannot map %llu pages", (unsigned long long)h->room);
		free(h);
		return r;
	}
	h->base = h->map + (CHUNK - (uintptr_t)h->map % CHUNK) % CHUNK;
	/* Filling is 512 times fewer faults with huge pages; reclaim splits them. */
	(void)madvise(h->base, h->room * h->page_size, MADV_HUGEPAGE);
	r = prefer(h, w->node, e);
	if (r < 0) {
		(void)munmap(h->map, h->map_length);
		free(h);
		return r;
	}
	be_the_first_to_go();
	thread->own = h;
	return 0;
}

/* Noise in the first half, so that no two pages are the same and half of each is incompressible. */
static void write_page(struct hog *h, uint64_t page)
{
	uint64_t *words = (uint64_t *)(void *)(h->base + page * h->page_size);

	for (uint64_t i = 0; i < h->page_size / sizeof(*words) / 2; i++) {
		h->noise = h->noise * 6364136223846793005ULL + 1442695040888963407ULL;
		words[i] = h->noise;
	}
	h->touches++;
}

static void addresses_of(const struct hog *h, uint64_t first, uint64_t n, void *addresses[])
{
	for (uint64_t i = 0; i < n; i++)
		addresses[i] = h->base + (first + i) * h->page_size;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Most of the last pages taken: have they landed elsewhere? */
static bool landed_elsewhere(const struct hog *h)
{
	void *addresses[STEP_PAGES];
	int nodes[STEP_PAGES];
	uint64_t n = least(STEP_PAGES, h->taken), elsewhere = 0;

	addresses_of(h, h->taken - n, n, addresses);
	if (migrate_query(0, addresses, n, nodes, NULL) < 0)
		return false;
	for (uint64_t i = 0; i < n; i++)
		elsewhere += nodes[i] != (int)h->thread->worker->node;
	return elsewhere > n / 2;
}

/* Some more. First in large pieces, then, to the watermark, in small ones. */
static void take_step(struct hog *h, const struct room *room)
{
	uint64_t step = h->node == FAR_FROM_FULL ? CHUNK / h->page_size : STEP_PAGES;
	uint64_t n = least(step, h->room - h->taken);

	for (uint64_t i = 0; i < n; i++)
		*(uint64_t *)(void *)(h->base + (h->taken + i) * h->page_size) = h->taken + i;
	h->touches += n;
	h->taken += n;
	if (h->node == FULL)
		h->extra += n;
	else if (landed_elsewhere(h) && ++h->node == NEARLY_FULL)
		(void)madvise(h->base, h->room * h->page_size, MADV_NOHUGEPAGE);
	if (h->node == FULL && h->most_extra == 0)
		h->most_extra = least(room->swap_bytes / 2 / h->page_size,
				      h->taken / EXTRA_SHARE > EXTRA_BYTES / h->page_size
					      ? h->taken / EXTRA_SHARE
					      : EXTRA_BYTES / h->page_size);
}

static void give_back_step(struct hog *h)
{
	uint64_t n = least(STEP_PAGES, h->taken);

	h->taken -= n;
	h->extra -= least(h->extra, n);
	h->next = h->pending = 0;
	h->is_forcing = false;
	(void)madvise(h->base + h->taken * h->page_size, n * h->page_size, MADV_DONTNEED);
}

static void write_step(struct hog *h)
{
	uint64_t n = least(STEP_PAGES, h->taken - h->next);

	for (uint64_t i = 0; i < n; i++)
		write_page(h, h->next + i);
	h->next += n;
	h->pending += n;
	h->is_forcing = h->next == h->taken || h->pending >= h->most_extra / STRETCHES;
}

static void force_step(struct hog *h)
{
	void *addresses[FORCE_PAGES];
	uint64_t n = least(FORCE_PAGES, h->pending), moved = 0;

	addresses_of(h, h->next - h->pending, n, addresses);
	if (migrate_to(0, addresses, n, (int)h->thread->worker->node, MPOL_MF_MOVE, &moved, NULL) <
	    0)
		(void)worker_thread_sleep(h->thread, REFUSED_PAUSE_NS);
	h->forced += moved;
	h->pending -= n;
	h->is_forcing = h->pending > 0;
	if (!h->is_forcing && h->next == h->taken)
		h->next = 0;
}

static void publish(const struct hog *h)
{
	worker_count(&h->thread->slot->touches, h->touches);
	worker_count(&h->thread->slot->operations, h->forced);
}

static bool wants_more(const struct hog *h)
{
	return h->taken < h->room && (h->node != FULL || h->extra < h->most_extra);
}

static void step(struct hog *h)
{
	uint64_t keep_bytes = h->thread->worker->keep_free_bytes;
	struct room room = look_for_room();
	bool has_room = room.available_bytes >= keep_bytes + CHUNK;
	bool has_swap = room.swap_bytes >= LEAST_SWAP_BYTES;

	if (room.available_bytes < keep_bytes && h->taken > 0)
		give_back_step(h);
	else if (has_room && has_swap && wants_more(h))
		take_step(h, &room);
	else if (has_room && h->is_forcing)
		force_step(h);
	else if (has_room && h->node == FULL && h->extra > 0)
		write_step(h);
	else
		(void)worker_thread_sleep(h->thread, PAUSE_NS);
}

static void hog_run(struct worker_thread *thread)
{
	struct hog *h = thread->own;

	while (worker_thread_goes_on(thread)) {
		step(h);
		publish(h);
	}
	(void)munmap(h->map, h->map_length);
	free(h);
}

const struct workload workload_hog = {
	.name = "hog",
	.summary =
		"fill a node and keep it at its watermark, so that allocations there must reclaim",
	.kinds = PAGES_BIT(PAGES_PRIVATE_ANONYMOUS),
	.takes_pages_itself = true,
	.prepare = hog_prepare,
	.run = hog_run,
};

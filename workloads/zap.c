// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that need the locks of shared pages. Each has a mapping of its own of the group's memory,
 * drops one page of it after the other (MADV_DONTNEED) and writes to it again: the fault finds the
 * page in the page cache and takes its lock (mm/shmem.c: shmem_fault(), mm/filemap.c:
 * filemap_fault(); a write is not served by fault-around). Who migrates a page holds that lock, and
 * a fault that comes then sleeps until it is given up.
 *
 * A sweep over all pages, and the pause behind it, are much shorter than a migration that stalls,
 * so every page that stays locked for long is met, however many there are; and the CPUs are left to
 * those who migrate.
 *
 * Only faults that slept go into the histogram: a thread that slept in between two looks at its
 * own switches did so for the page. What made a fault slow without sleeping (being descheduled, an
 * interrupt) is no wait for a page. Operations counts all faults after a drop.
 *
 * The first mapping is left alone, but locked: there the pages are found by whoever migrates them,
 * and they stay in memory when others are swapped out. A fault that had to read its page from swap
 * would look like one that waited for a lock.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/worker.h"

#define PAUSE_NS NS_PER_MS
#define WORD_SIZE sizeof(uint64_t)

struct zapper {
	struct worker_thread *thread;
	struct pages pages; /* this thread's mapping of them */
	uint64_t own_word;  /* 0: none is left for this thread, it only reads */
	uint64_t sweep;
	uint64_t faults, waited, mismatches;
};

static int zap_prepare(struct worker_thread *thread, struct err *e)
{
	const struct worker *w = thread->worker;
	size_t length = w->pages.count * w->pages.size;
	uint64_t writer = w->first_writer + thread->index + 1;
	struct zapper *z;
	void *base;

	if (thread->index == 0 && mlock(w->pages.base, length) < 0)
		return err_errno(e, -errno,
				 "cannot lock %zu bytes of shared pages (mlock, RLIMIT_MEMLOCK)",
				 length);
	base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, w->pages.file_fd, 0);
	if (base == MAP_FAILED)
		return err_errno(e, -errno, "cannot map %zu bytes of shared pages once more",
				 length);
	z = memory_alloc(1, sizeof(*z));
	z->thread = thread;
	z->pages = w->pages;
	z->pages.base = base;
	z->own_word = writer < w->pages.size / WORD_SIZE ? writer : 0;
	thread->own = z;
	return 0;
}

static long slept_times(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw : 0;
}

/* The store is the fault; what it replaces must be what the last sweep has written. */
static void touch(struct zapper *z, uint64_t page)
{
	uint64_t *word = pages_word(&z->pages, page, z->own_word);

	if (z->own_word)
		z->mismatches +=
			__atomic_exchange_n(word, z->sweep + 1, __ATOMIC_RELAXED) != z->sweep;
	z->mismatches += __atomic_load_n(pages_word(&z->pages, page, 0), __ATOMIC_RELAXED) !=
			 pages_pattern(page);
}

static void fault_once(struct zapper *z, uint64_t page)
{
	const struct worker *w = z->thread->worker;
	uint64_t began, ended;
	long slept;

	if (madvise(pages_word(&z->pages, page, 0), z->pages.size, MADV_DONTNEED) < 0)
		return;
	slept = slept_times();
	began = ticks_now();
	touch(z, page);
	ended = ticks_now();
	z->faults++;
	/* Counters of two CPUs may differ by a little: below zero it was no long time. */
	if (slept_times() == slept || ended < began)
		return;
	z->waited++;
	hist_add_shared(&w->shared->slow_latency, ticks_to_ns(&w->ticks, ended - began));
}

static void publish(const struct zapper *z)
{
	struct worker_slot *slot = z->thread->slot;

	worker_count(&slot->touches, z->faults);
	worker_count(&slot->operations, z->faults);
	worker_count(&slot->slow_touches, z->waited);
	worker_count(&slot->mismatches, z->mismatches);
}

static void zap_run(struct worker_thread *thread)
{
	struct zapper *z = thread->own;

	while (worker_thread_goes_on(thread)) {
		for (uint64_t page = 0; page < z->pages.count; page++)
			fault_once(z, page);
		z->sweep++;
		publish(z);
		(void)worker_thread_sleep(thread, PAUSE_NS);
	}
	(void)munmap(z->pages.base, z->pages.count * z->pages.size);
	free(z);
}

const struct workload workload_zap = {
	.name = "zap",
	.summary =
		"drop shared pages and fault them in again, time the faults that waited for a page",
	.kinds = PAGES_BIT(PAGES_SHARED_MEMFD) | PAGES_BIT(PAGES_MAPPED_FILE),
	.prepare = zap_prepare,
	.run = zap_run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locked pages for the kernel to migrate, in memory that is worth compacting. A page of a locked
 * area that leaves its page table for a migration is munlocked: it goes into a batch of its CPU,
 * which holds a reference to it until the batch is full or drained (mm/mlock.c: munlock_page(),
 * 5.18 and later). A migration that does not drain the batch then fails on that reference, EAGAIN.
 *
 * Each thread has a stretch of the pages. A round of it: unlock the stretch, give every other page
 * back, lock the rest and what will come (MLOCK_ONFAULT), note on which frames they are, wait for
 * whoever migrates, see which have other frames now, whether their contents are the same, and touch
 * those that were given back. The next round gives the other half back: so there are always holes.
 *
 * mlock-keep gives nothing back: for callers that look at single pages, and need no holes. It
 * touches its pages all the time instead of waiting: NUMA balancing looks at a task's pages each time
 * that this has run for some time (kernel/sched/fair.c: task_tick_numa()), and at each of them when it
 * is touched.
 *
 * Operations counts mlock2() and munlock() calls. A page that moved was looked at twice, and had
 * been there all the time: it was migrated.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/pagemap.h"
#include "workloads/worker.h"

#define HOLD_NS (300 * NS_PER_MS)
#define HOLDS 3 /* looks at the frames in a round */

struct churner {
	struct worker_thread *thread;
	const struct pages *pages;
	uint64_t first, count; /* the stretch */
	uint64_t round;
	bool gives_back;
	uint64_t touches, operations, mismatches, moved;
	uint64_t *before, *after; /* pagemap entries of the stretch */
	int pagemap_fd;
};

static void churner_free(struct churner *c)
{
	cleanup_closep(&c->pagemap_fd);
	free(c->before);
	free(c->after);
	free(c);
}

static unsigned char *stretch(const struct churner *c)
{
	return c->pages->base + c->first * c->pages->size;
}

static int prepare(struct worker_thread *thread, bool gives_back, struct err *e)
{
	const struct worker *w = thread->worker;
	uint64_t end = w->pages.count * (thread->index + 1) / w->threads;
	struct churner *c = memory_alloc(1, sizeof(*c));
	int r;

	c->thread = thread;
	c->pages = &w->pages;
	c->gives_back = gives_back;
	c->first = w->pages.count * thread->index / w->threads;
	c->count = end - c->first;
	c->before = memory_alloc(c->count, sizeof(*c->before));
	c->after = memory_alloc(c->count, sizeof(*c->after));
	c->pagemap_fd = pagemap_open(0, e);
	r = c->pagemap_fd < 0 ? c->pagemap_fd : 0;
	/* Asked once: later it can only be the limit that has changed. */
	if (r == 0 && c->count && mlock2(stretch(c), c->count * c->pages->size, MLOCK_ONFAULT) < 0)
		r = err_errno(e, -errno,
			      "cannot lock %llu pages of %llu bytes (mlock2, RLIMIT_MEMLOCK)",
			      (unsigned long long)c->count, (unsigned long long)c->pages->size);
	if (r < 0) {
		churner_free(c);
		return r;
	}
	/* Before the worker says that it is ready: who reads the figure knows whether it is one. */
	if (pagemap_check(NULL) == 0)
		worker_word_set(&w->shared->sees_frames, 1);
	thread->own = c;
	return 0;
}

static int churn_prepare(struct worker_thread *thread, struct err *e)
{
	return prepare(thread, true, e);
}

static int keep_prepare(struct worker_thread *thread, struct err *e)
{
	return prepare(thread, false, e);
}

/* The pages that this round gives back: every other one, the other half each time. */
static bool is_given_back(const struct churner *c, uint64_t i)
{
	return c->gives_back && (i + c->round) % 2 == 0;
}

static void check_content(struct churner *c, uint64_t page)
{
	c->touches++;
	c->mismatches += __atomic_load_n(pages_word(c->pages, page, 0), __ATOMIC_RELAXED) !=
			 pages_pattern(page);
}

static void give_back(struct churner *c)
{
	for (uint64_t i = 0; i < c->count; i++)
		if (is_given_back(c, i))
			(void)madvise(stretch(c) + i * c->pages->size, c->pages->size,
				      MADV_DONTNEED);
}

static void lock(struct churner *c, bool is_on)
{
	size_t length = c->count * c->pages->size;

	if ((is_on ? mlock2(stretch(c), length, MLOCK_ONFAULT) : munlock(stretch(c), length)) == 0)
		c->operations++;
}

static void look(const struct churner *c, uint64_t *ret_entries)
{
	pagemap_read(c->pagemap_fd, (uint64_t)(uintptr_t)stretch(c), ret_entries, c->count);
}

/* A page in the middle of its migration is not present: what became of it the next look sees. */
static void count_moved(struct churner *c)
{
	look(c, c->after);
	for (uint64_t i = 0; i < c->count; i++) {
		if (is_given_back(c, i) || !pagemap_is_present(c->after[i]))
			continue;
		c->moved += pagemap_is_present(c->before[i]) &&
			    pagemap_frame(c->before[i]) != pagemap_frame(c->after[i]);
		c->before[i] = c->after[i];
	}
}

/* What was given back comes as a new page, into a locked area. */
static void touch_again(struct churner *c)
{
	for (uint64_t i = 0; i < c->count; i++) {
		uint64_t page = c->first + i;

		if (is_given_back(c, i))
			__atomic_store_n(pages_word(c->pages, page, 0), pages_pattern(page),
					 __ATOMIC_RELAXED);
		else
			check_content(c, page);
	}
}

/* False when it is time to end. */
static bool wait_for_movers(struct churner *c)
{
	uint64_t end_ns = clock_monotonic_ns() + HOLD_NS;

	if (c->gives_back)
		return worker_thread_sleep(c->thread, HOLD_NS);
	do {
		if (!worker_thread_goes_on(c->thread))
			return false;
		touch_again(c);
	} while (clock_monotonic_ns() < end_ns);
	return true;
}

static void publish(const struct churner *c)
{
	struct worker_slot *slot = c->thread->slot;

	worker_count(&slot->touches, c->touches);
	worker_count(&slot->operations, c->operations);
	worker_count(&slot->mismatches, c->mismatches);
	worker_count(&slot->moved, c->moved);
}

static void churn_run(struct worker_thread *thread)
{
	struct churner *c = thread->own;

	while (worker_thread_goes_on(thread) && c->count > 0) {
		lock(c, false);
		give_back(c);
		lock(c, true);
		look(c, c->before);
		for (int i = 0; i < HOLDS && wait_for_movers(c); i++) {
			count_moved(c);
			publish(c);
		}
		touch_again(c);
		publish(c);
		c->round++;
	}
	churner_free(c);
}

const struct workload workload_mlock_keep = {
	.name = "mlock-keep",
	.summary = "lock and unlock the hot pages, keep all of them, see which were migrated",
	.kinds = PAGES_BIT(PAGES_PRIVATE_ANONYMOUS),
	.prepare = keep_prepare,
	.run = churn_run,
};

const struct workload workload_mlock_churn = {
	.name = "mlock-churn",
	.summary = "lock and unlock the hot pages, give half of them back, see which were migrated",
	.kinds = PAGES_BIT(PAGES_PRIVATE_ANONYMOUS),
	.prepare = churn_prepare,
	.run = churn_run,
};

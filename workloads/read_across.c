// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that read across huge pages while these are reclaimed. Reclaim locks a huge page and
 * splits it: for as long as that takes there are migration entries for all of its base pages, and
 * who meets one waits for the lock of a page that is freed a moment later (mm/huge_memory.c:
 * split_huge_page_to_list(), mm/migrate.c: migration_entry_wait(), mm/vmscan.c:
 * shrink_page_list()).
 *
 * The first thread, the keeper, fills one page after the other and has it reclaimed by whoever
 * gives the order (orders.c). Three of four are given back first, as far as the kernel wants them
 * (MADV_FREE): up to 5.10 at least such a page is split as it is, and dropped without being
 * written. Of the fourth the last base page is dropped, so that the page is mapped by base pages:
 * such are split by later kernels, too, and written to swap.
 *
 * Where a page was split there is a page table, and no huge page comes there again. So each page
 * has a place of its own in a large area, which is mapped anew when it is used up. To map it takes
 * the mmap lock for writing, and all who come behind would hang with a reader that sleeps for good
 * in a fault: so it is done only when all readers have said that they are outside.
 *
 * The others read a page without pause from the moment on that it is taken until its reclaim is
 * over, each in its own order. So long as its CPU knows the way to the page, a reader does not mark
 * it as used; once reclaim has seen a page's mark and wiped it off, which on x86 leaves the CPUs'
 * knowledge alone (arch/x86/mm/pgtable.c: pmdp_clear_flush_young()), the next try takes the page
 * from under the readers' eyes, and they meet the split in its first moment. They find what was
 * written, or 0 where it was dropped. The keeper looks at a page once more before it gives it up:
 * what was swapped out must be there.
 *
 * Operations counts base pages that were dropped; slow touches those that took long, most of them
 * for a wait or for a page from swap.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/random.h"
#include "workloads/worker.h"

#define PLACES 1024 /* in the area */
#define TAKEN_NS                                                                                   \
	(100 * NS_PER_MS) /* so long a page waits to be reclaimed; nobody may give the order */
#define LOOK_NS (200 * NS_PER_US)
#define OUTSIDE_NS NS_PER_S
#define IDLE_NS (20 * NS_PER_MS) /* a reader wakes up so often even when no page is taken */
#define TURNS_BETWEEN_USAGE 64
#define KINDS_OF_PLACES 4 /* one of so many is not given back */
#define BASE_PAGES_BETWEEN_LOOKS 16

struct area {		     /* what the threads share */
	unsigned char *base; /* the first place, at a multiple of a page's size */
	uint64_t filled;     /* places, from the first on */
	uint32_t is_closed;  /* readers are to go outside */
	uint32_t n_outside;
};

struct reader {
	struct worker_thread *thread;
	struct area *area;
	uint64_t size, live;		/* of a page, bytes; pages that are there at a time */
	uint64_t base_size, base_pages; /* of a base page, bytes; base pages in a page */
	uint64_t random;
	uint32_t seen; /* pages taken so far */
	uint64_t turns, touches, slow_touches, mismatches, dropped;
	uint64_t slow_ticks;
};

static int map_area(struct area *a, void *at, uint64_t size, struct err *e)
{
	void *base = mmap(at, PLACES * size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);

	if (base == MAP_FAILED || madvise(base, PLACES * size, MADV_HUGEPAGE) < 0)
		return err_errno(e, -errno, "cannot map room for %d huge pages", PLACES);
	a->base = base;
	return 0;
}

static int make_area(struct worker *w, struct err *e)
{
	struct area *a = memory_alloc(1, sizeof(*a));
	void *room = pages_reserve(PLACES * w->pages.size, w->pages.size);

	w->common = a;
	if (!room)
		return err_errno(e, -errno, "cannot map room for %d huge pages", PLACES);
	return map_area(a, room, w->pages.size, e);
}

static int read_across_prepare(struct worker_thread *thread, struct err *e)
{
	struct worker *w = thread->worker;
	struct reader *r;
	int error = 0;

	if (w->threads < 2)
		return err_set(e, -EINVAL,
			       "workload 'read-across' needs two threads: one fills pages, the "
			       "others read them");
	if (thread->index == 0)
		error = make_area(w, e);
	if (error < 0)
		return error;
	r = memory_alloc(1, sizeof(*r));
	r->thread = thread;
	r->area = w->common;
	r->size = w->pages.size;
	r->live = w->pages.count < PLACES ? w->pages.count : PLACES;
	r->base_size = (uint64_t)sysconf(_SC_PAGESIZE);
	r->base_pages = r->size / r->base_size;
	r->random = random_seed(thread->index);
	r->slow_ticks = ticks_from_ns(&w->ticks, WORKER_SLOW_TOUCH_NS);
	thread->own = r;
	return 0;
}

static unsigned char *place_at(const struct reader *r, uint64_t place)
{
	return r->area->base + place * r->size;
}

static uint64_t *word_of(const struct reader *r, uint64_t place, uint64_t base_page)
{
	return (uint64_t *)(void *)(place_at(r, place) + base_page * r->base_size);
}

static uint64_t pattern_of(uint64_t place, uint64_t base_page)
{
	return pages_pattern(place) + base_page;
}

static uint64_t touch(struct reader *r, uint64_t place, uint64_t base_page)
{
	uint64_t began = ticks_now();
	uint64_t value = __atomic_load_n(word_of(r, place, base_page), __ATOMIC_RELAXED);

	r->slow_touches +=
		worker_take_slow_touch(r->thread->worker, r->slow_ticks, ticks_now() - began);
	r->touches++;
	r->mismatches += value != 0 && value != pattern_of(place, base_page);
	return value;
}

static void publish(struct reader *r)
{
	struct worker_slot *slot = r->thread->slot;
	struct rusage usage;

	worker_count(&slot->touches, r->touches);
	worker_count(&slot->slow_touches, r->slow_touches);
	worker_count(&slot->mismatches, r->mismatches);
	worker_count(&slot->operations, r->dropped);
	if (r->turns++ % TURNS_BETWEEN_USAGE == 0 && getrusage(RUSAGE_THREAD, &usage) == 0)
		worker_count(&slot->minor_faults, (uint64_t)usage.ru_minflt);
}

static bool is_given_back(uint64_t place)
{
	return place % KINDS_OF_PLACES != 0;
}

static void fill(struct reader *r, uint64_t place)
{
	for (uint64_t i = 0; i < r->base_pages; i++)
		__atomic_store_n(word_of(r, place, i), pattern_of(place, i), __ATOMIC_RELAXED);
	if (is_given_back(place))
		(void)madvise(place_at(r, place), r->size, MADV_FREE);
	else
		(void)madvise(word_of(r, place, r->base_pages - 1), r->base_size, MADV_DONTNEED);
}

/* What was read meanwhile is there as a page of zeroes: so this is the least that was dropped. */
static void count_dropped(struct reader *r, uint64_t place)
{
	uint64_t absent;

	if (pages_count_absent(place_at(r, place), r->size, &absent))
		r->dropped += absent;
}

static void give_up(struct reader *r, uint64_t place)
{
	if (is_given_back(place))
		count_dropped(r, place);
	else
		for (uint64_t i = 0; i + 1 < r->base_pages; i += BASE_PAGES_BETWEEN_LOOKS)
			r->mismatches += touch(r, place, i) == 0;
	(void)madvise(place_at(r, place), r->size, MADV_DONTNEED);
}

/* False: nobody has taken it in time, or it is the end. */
static bool wait_until_taken(const struct reader *r)
{
	const uint64_t *ready = &r->thread->worker->shared->ready_address;

	for (uint64_t ns = 0; ns < TAKEN_NS; ns += LOOK_NS) {
		if (__atomic_load_n(ready, __ATOMIC_ACQUIRE) == 0)
			return true;
		if (!worker_thread_sleep(r->thread, LOOK_NS))
			break;
	}
	return false;
}

/* False: one of the readers does not come. It may be that it never will. */
static bool wait_until_outside(const struct reader *r)
{
	struct area *a = r->area;
	uint32_t n_readers = r->thread->worker->threads - 1;

	for (uint64_t ns = 0; ns < OUTSIDE_NS; ns += LOOK_NS) {
		if (__atomic_load_n(&a->n_outside, __ATOMIC_ACQUIRE) == n_readers)
			return true;
		if (!worker_thread_sleep(r->thread, LOOK_NS))
			break;
	}
	return false;
}

/* A new area, where each place may have a huge page again. */
static void renew(struct reader *r)
{
	struct area *a = r->area;

	worker_word_set(&a->is_closed, 1);
	if (wait_until_outside(r) && map_area(a, a->base, r->size, NULL) == 0)
		__atomic_store_n(&a->filled, 0, __ATOMIC_RELEASE);
	worker_word_set(&a->is_closed, 0);
}

static void keep(struct reader *r)
{
	uint64_t place = r->area->filled;
	uint64_t *ready = &r->thread->worker->shared->ready_address;

	if (place == PLACES) {
		renew(r);
		return;
	}
	fill(r, place);
	__atomic_store_n(&r->area->filled, place + 1, __ATOMIC_RELEASE);
	__atomic_store_n(ready, (uint64_t)(uintptr_t)place_at(r, place), __ATOMIC_RELEASE);
	if (!wait_until_taken(r))
		__atomic_store_n(ready, 0, __ATOMIC_RELEASE);
	if (place + 1 >= r->live)
		give_up(r, place + 1 - r->live);
}

static void stay_outside(const struct reader *r)
{
	struct area *a = r->area;

	(void)__atomic_fetch_add(&a->n_outside, 1, __ATOMIC_ACQ_REL);
	while (worker_word_get(&a->is_closed) && worker_thread_goes_on(r->thread))
		worker_word_wait(&a->is_closed, 1, NS_PER_MS);
	(void)__atomic_fetch_sub(&a->n_outside, 1, __ATOMIC_ACQ_REL);
}

static void read_one(struct reader *r)
{
	const struct worker_shared *shared = r->thread->worker->shared;
	uint32_t taken;
	uint64_t place;

	worker_word_wait(&shared->taken, r->seen, IDLE_NS);
	taken = worker_word_get(&shared->taken);
	if (taken == r->seen)
		return;
	r->seen = taken;
	place = (__atomic_load_n(&shared->taken_address, __ATOMIC_RELAXED) -
		 (uint64_t)(uintptr_t)r->area->base) /
		r->size;
	while (worker_word_get(&shared->reclaimed) != taken &&
	       worker_word_get(&shared->taken) == taken)
		(void)touch(r, place, random_next(&r->random) % r->base_pages);
	publish(r);
}

static void read_across_run(struct worker_thread *thread)
{
	struct reader *r = thread->own;

	while (worker_thread_goes_on(thread)) {
		if (thread->index == 0) {
			keep(r);
			publish(r);
		} else if (worker_word_get(&r->area->is_closed)) {
			stay_outside(r);
		} else {
			read_one(r);
		}
	}
	publish(r);
	free(r);
}

const struct workload workload_read_across = {
	.name = "read-across",
	.summary = "read here and there across huge pages that are to be reclaimed, one after the "
		   "other",
	.kinds = PAGES_BIT(PAGES_ANONYMOUS_THP),
	.takes_pages_itself = true,
	.prepare = read_across_prepare,
	.run = read_across_run,
};

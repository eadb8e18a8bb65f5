// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that do nothing but touch: one word of each hot page, every thread in an order of its
 * own, no system call in the loop. A touch that meets a page under migration waits in the kernel
 * (migration_entry_wait), which is what the harness wants to happen.
 *
 * A touch reads word 0 and compares it with what was written at the start. Every 64th sweep also
 * writes the thread's own word of each page, and finds there what it wrote 64 sweeps ago: what
 * is dirty must survive a migration too.
 *
 * One stamp for each touch; what lies between two stamps is the touch's time. The histogram is
 * of slow touches, whatever made them slow: besides waits in the kernel also being descheduled,
 * where there are more threads than CPUs, and interrupts.
 */
#include <sys/resource.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "workloads/random.h"
#include "workloads/worker.h"

#define TOUCHES_BETWEEN_CHECKS 256
#define SWEEPS_BETWEEN_WRITES 64
#define USAGE_INTERVAL_NS (100 * NS_PER_MS)
#define WORD_SIZE sizeof(uint64_t)

struct toucher {
	struct worker_thread *thread;
	const struct pages *pages;
	uint32_t *order;   /* the pages, shuffled */
	uint64_t own_word; /* 0: none is left for this thread, it only reads */
	uint64_t next;	   /* in order */
	uint64_t sweep, written_sweep;
	uint64_t touches, slow_touches, mismatches;
	uint64_t slow_ticks, usage_interval_ticks;
	uint64_t last_stamp, last_usage;
};

static uint32_t *shuffled(uint64_t n, uint64_t seed)
{
	uint32_t *order = memory_alloc(n, sizeof(*order));
	uint64_t state = random_seed(seed);

	for (uint64_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	for (uint64_t i = n; i > 1; i--) {
		uint64_t k = random_next(&state) % i;
		uint32_t swap = order[i - 1];

		order[i - 1] = order[k];
		order[k] = swap;
	}
	return order;
}

static void refresh_faults(struct toucher *t)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage) == 0)
		worker_count(&t->thread->slot->minor_faults, (uint64_t)usage.ru_minflt);
}

static void publish(struct toucher *t)
{
	worker_count(&t->thread->slot->touches, t->touches);
	worker_count(&t->thread->slot->slow_touches, t->slow_touches);
	worker_count(&t->thread->slot->mismatches, t->mismatches);
}

static void write_own_word(struct toucher *t, uint64_t page)
{
	uint64_t *word = pages_word(t->pages, page, t->own_word);

	t->mismatches += __atomic_load_n(word, __ATOMIC_RELAXED) != t->written_sweep;
	__atomic_store_n(word, t->sweep, __ATOMIC_RELAXED);
}

static inline bool is_write_sweep(const struct toucher *t)
{
	return t->own_word && t->sweep % SWEEPS_BETWEEN_WRITES == 0;
}

static void next_sweep(struct toucher *t)
{
	if (is_write_sweep(t))
		t->written_sweep = t->sweep;
	t->next = 0;
	t->sweep++;
}

/* Touches until it is time to look at the control words: at the latest after one slow touch. */
static void touch_some(struct toucher *t)
{
	uint64_t last = t->last_stamp;

	for (int i = 0; i < TOUCHES_BETWEEN_CHECKS; i++) {
		uint64_t page = t->order[t->next], stamp, span;

		t->mismatches += __atomic_load_n(pages_word(t->pages, page, 0), __ATOMIC_RELAXED) !=
				 pages_pattern(page);
		if (is_write_sweep(t))
			write_own_word(t, page);
		if (++t->next == t->pages->count)
			next_sweep(t);
		t->touches++;
		stamp = ticks_now();
		span = stamp - last;
		last = stamp;
		if (worker_take_slow_touch(t->thread->worker, t->slow_ticks, span)) {
			t->slow_touches++;
			break;
		}
	}
	t->last_stamp = last;
}

static void refault_run(struct worker_thread *thread)
{
	const struct worker *w = thread->worker;
	uint64_t writer = w->first_writer + thread->index + 1;
	cleanup_free uint32_t *order = shuffled(w->pages.count, w->first_writer + thread->index);
	struct toucher t = {
		.thread = thread,
		.pages = &w->pages,
		.order = order,
		.own_word = writer < w->pages.size / WORD_SIZE && !w->pages.is_read_only ? writer : 0,
		.sweep = 1,
		.slow_ticks = ticks_from_ns(&w->ticks, WORKER_SLOW_TOUCH_NS),
		.usage_interval_ticks = ticks_from_ns(&w->ticks, USAGE_INTERVAL_NS),
		.last_usage = ticks_now(),
	};

	while (worker_thread_goes_on(thread)) {
		/* The check's own time is no touch's: the stamp is taken anew. */
		t.last_stamp = ticks_now();
		if (t.last_stamp - t.last_usage > t.usage_interval_ticks) {
			refresh_faults(&t);
			t.last_usage = t.last_stamp = ticks_now();
		}
		touch_some(&t);
		publish(&t);
	}
	refresh_faults(&t);
	publish(&t);
}

const struct workload workload_refault = {
	.name = "refault",
	.summary = "touch the hot pages without pause, check their content, time the slow touches",
	.kinds = PAGES_ANY_KIND,
	.run = refault_run,
};

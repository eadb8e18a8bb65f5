// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages that somebody holds, as long as the worker lives: in pipes (vmsplice()) or by O_DIRECT
 * reads that are not answered (short-term references: the pages stay where they are), or as fixed
 * buffers of an io_uring (a long-term pin: the kernel first moves pages out of ZONE_MOVABLE,
 * mm/gup.c: check_and_migrate_movable_pages(), 5.13 and later). No kernel can migrate any of them.
 *
 * Operations counts the pages held. Each thread holds a stretch of the pages.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/unanswered_read.h"
#include "workloads/worker.h"

#define CHECK_NS (100 * NS_PER_MS)
#define PIPE_PAGES 16 /* what every pipe has room for (fs/pipe.c: PIPE_DEF_BUFFERS) */
#define MAX_PIPES 400
#define RING_ENTRIES 1
#define MAX_READS 64

struct holder {
	const struct pages *pages;
	uint64_t first, count; /* the stretch */
	int ring_fd;	       /* -1: none */
	int (*pipes)[2];
	size_t n_pipes;
	struct unanswered_read **reads;
	size_t n_reads;
};

static void holder_free(struct holder *h)
{
	for (size_t i = 0; i < h->n_pipes; i++) {
		cleanup_closep(&h->pipes[i][0]);
		cleanup_closep(&h->pipes[i][1]);
	}
	for (size_t i = 0; i < h->n_reads; i++)
		unanswered_read_end(h->reads[i]);
	cleanup_closep(&h->ring_fd);
	free(h->reads);
	free(h->pipes);
	free(h);
}

static int hold_in_pipes(struct holder *h, struct err *e)
{
	uint64_t n_pipes = (h->count + PIPE_PAGES - 1) / PIPE_PAGES;

	if (n_pipes > MAX_PIPES)
		return err_set(e, -E2BIG, "%llu pages for a thread: pipes hold at most %d",
			       (unsigned long long)h->count, MAX_PIPES * PIPE_PAGES);
	h->pipes = memory_alloc(n_pipes, sizeof(*h->pipes));
	for (uint64_t at = 0; at < h->count;) {
		uint64_t left = h->count - at, n = left < PIPE_PAGES ? left : PIPE_PAGES;
		struct iovec piece = {pages_word(h->pages, h->first + at, 0), n * h->pages->size};
		int *pipe = h->pipes[h->n_pipes];
		ssize_t bytes;

		if (pipe2(pipe, O_CLOEXEC | O_NONBLOCK) < 0)
			return err_errno(e, -errno, "cannot make a pipe to hold pages with");
		h->n_pipes++;
		bytes = vmsplice(pipe[1], &piece, 1, SPLICE_F_NONBLOCK);
		if (bytes < (ssize_t)h->pages->size)
			return err_errno(e, bytes < 0 ? -errno : -EAGAIN,
					 "a pipe does not take pages (vmsplice)");
		at += (uint64_t)bytes / h->pages->size;
	}
	return 0;
}

static int hold_in_ring(struct holder *h, struct err *e)
{
	struct io_uring_params parameters = {0};
	struct iovec buffer = {pages_word(h->pages, h->first, 0), h->count * h->pages->size};

	h->ring_fd = (int)syscall(SYS_io_uring_setup, RING_ENTRIES, &parameters);
	if (h->ring_fd < 0)
		return err_errno(e, -errno, "this kernel makes no io_uring (kernel.io_uring_disabled?)");
	if (syscall(SYS_io_uring_register, h->ring_fd, IORING_REGISTER_BUFFERS, &buffer, 1) < 0)
		return err_errno(e, -errno, "cannot register %llu pages as a buffer of an io_uring",
				 (unsigned long long)h->count);
	return 0;
}

static int hold_by_reads(struct holder *h, struct err *e)
{
	uint64_t n_reads = (h->count + UNANSWERED_READ_PAGES - 1) / UNANSWERED_READ_PAGES;

	if (n_reads > MAX_READS)
		return err_set(e, -E2BIG, "%llu pages for a thread: reads hold at most %d",
			       (unsigned long long)h->count, MAX_READS * UNANSWERED_READ_PAGES);
	h->reads = memory_alloc(n_reads, sizeof(*h->reads)); /* NOLINT: an array of pointers */
	for (uint64_t at = 0; at < h->count; at += UNANSWERED_READ_PAGES) {
		uint64_t left = h->count - at;
		uint64_t n = left < UNANSWERED_READ_PAGES ? left : UNANSWERED_READ_PAGES;
		int r = unanswered_read_begin(pages_word(h->pages, h->first + at, 0),
					      n * h->pages->size, &h->reads[h->n_reads], e);

		if (r < 0)
			return r;
		h->n_reads++;
	}
	return 0;
}

static int prepare(struct worker_thread *thread, int (*hold)(struct holder *h, struct err *e),
		   struct err *e)
{
	const struct worker *w = thread->worker;
	uint64_t end = w->pages.count * (thread->index + 1) / w->threads;
	struct holder *h = memory_alloc(1, sizeof(*h));
	int r;

	h->pages = &w->pages;
	h->first = w->pages.count * thread->index / w->threads;
	h->count = end - h->first;
	h->ring_fd = -1;
	r = h->count ? hold(h, e) : 0;
	if (r < 0) {
		holder_free(h);
		return r;
	}
	worker_count(&thread->slot->operations, h->count);
	thread->own = h;
	return 0;
}

static int pipe_prepare(struct worker_thread *thread, struct err *e)
{
	return prepare(thread, hold_in_pipes, e);
}

static int ring_prepare(struct worker_thread *thread, struct err *e)
{
	return prepare(thread, hold_in_ring, e);
}

static int direct_prepare(struct worker_thread *thread, struct err *e)
{
	return prepare(thread, hold_by_reads, e);
}

static void hold_run(struct worker_thread *thread)
{
	struct holder *h = thread->own;
	uint64_t touches = 0, mismatches = 0;

	while (worker_thread_goes_on(thread)) {
		for (uint64_t i = 0; i < h->count; i++)
			mismatches += __atomic_load_n(pages_word(h->pages, h->first + i, 0),
						      __ATOMIC_RELAXED) !=
				      pages_pattern(h->first + i);
		touches += h->count;
		worker_count(&thread->slot->touches, touches);
		worker_count(&thread->slot->mismatches, mismatches);
		(void)worker_thread_sleep(thread, CHECK_NS);
	}
	holder_free(h);
}

const struct workload workload_hold_pipe = {
	.name = "hold-pipe",
	.summary = "hold the hot pages in pipes (vmsplice) to the end",
	.kinds = PAGES_BIT(PAGES_PRIVATE_ANONYMOUS) | PAGES_BIT(PAGES_SHARED_MEMFD),
	.prepare = pipe_prepare,
	.run = hold_run,
};

const struct workload workload_hold_ring = {
	.name = "hold-ring",
	.summary = "hold the hot pages as fixed buffers of an io_uring to the end",
	.kinds = PAGES_BIT(PAGES_PRIVATE_ANONYMOUS) | PAGES_BIT(PAGES_SHARED_MEMFD),
	.prepare = ring_prepare,
	.run = hold_run,
};

const struct workload workload_hold_direct = {
	.name = "hold-direct",
	.summary = "hold the hot pages by O_DIRECT reads that are not answered, to the end",
	.kinds = PAGES_BIT(PAGES_PRIVATE_ANONYMOUS) | PAGES_BIT(PAGES_SHARED_MEMFD),
	.prepare = direct_prepare,
	.run = hold_run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The positive control: threads that hold references to the hot pages for a while, again and
 * again, by putting them into a pipe with vmsplice() (get_user_pages under it). A page that is
 * referenced so cannot be migrated: every attempt during that time must meet EAGAIN, on every
 * kernel. Who sees none while this runs does not measure.
 *
 * Operations counts the pages pinned. Each thread has its share of the pages: i, i + threads ...
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/worker.h"

#define HOLD_NS (20 * NS_PER_MS)
#define GAP_NS (5 * NS_PER_MS)
#define MAX_PINNED 256 /* pages in a pipe at a time: 1 MiB, what a pipe may have by default */

struct pinner {
	struct worker_thread *thread;
	const struct pages *pages;
	uint64_t next; /* the page to pin next */
	uint64_t touches, operations, mismatches;
	int pipe[2], null_fd;
	size_t capacity; /* pages that the pipe takes */
};

static void pinner_free(struct pinner *p)
{
	cleanup_closep(&p->pipe[0]);
	cleanup_closep(&p->pipe[1]);
	cleanup_closep(&p->null_fd);
	free(p);
}

static int pin_prepare(struct worker_thread *thread, struct err *e)
{
	struct pinner *p = memory_alloc(1, sizeof(*p));
	int bytes, r = 0;

	*p = (struct pinner){
		.thread = thread,
		.pages = &thread->worker->pages,
		.next = thread->index,
		.pipe = {-1, -1},
	};
	p->null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (p->null_fd < 0)
		r = err_errno(e, -errno, "cannot open /dev/null");
	else if (pipe2(p->pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		r = err_errno(e, -errno, "cannot make a pipe to pin pages with");
	if (r < 0) {
		pinner_free(p);
		return r;
	}
	/* Refused above the user's limit: what the pipe has is enough then. */
	(void)fcntl(p->pipe[1], F_SETPIPE_SZ, (int)(MAX_PINNED * p->pages->size));
	bytes = fcntl(p->pipe[1], F_GETPIPE_SZ);
	p->capacity = bytes > 0 ? (size_t)bytes / p->pages->size : 1;
	if (p->capacity > MAX_PINNED)
		p->capacity = MAX_PINNED;
	thread->own = p;
	return 0;
}

static void check_content(struct pinner *p, uint64_t page)
{
	p->touches++;
	p->mismatches += __atomic_load_n(pages_word(p->pages, page, 0), __ATOMIC_RELAXED) !=
			 pages_pattern(page);
}

/* Puts the thread's next pages into the pipe; how many bytes of it are in use. */
static size_t pin_some(struct pinner *p)
{
	uint32_t stride = p->thread->worker->threads;
	struct iovec pieces[MAX_PINNED];
	size_t n = 0;
	ssize_t bytes;

	if (p->next >= p->pages->count)
		p->next = p->thread->index;
	for (; n < p->capacity && p->next < p->pages->count; p->next += stride) {
		check_content(p, p->next);
		pieces[n++] = (struct iovec){pages_word(p->pages, p->next, 0), p->pages->size};
	}
	bytes = n ? vmsplice(p->pipe[1], pieces, n, SPLICE_F_NONBLOCK) : 0;
	if (bytes <= 0)
		return 0;
	p->operations += (uint64_t)bytes / p->pages->size;
	return (size_t)bytes;
}

static void drain(const struct pinner *p, size_t bytes)
{
	while (bytes) {
		ssize_t n = splice(p->pipe[0], NULL, p->null_fd, NULL, bytes, SPLICE_F_NONBLOCK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes -= (size_t)n;
	}
}

static void publish(const struct pinner *p)
{
	worker_count(&p->thread->slot->touches, p->touches);
	worker_count(&p->thread->slot->operations, p->operations);
	worker_count(&p->thread->slot->mismatches, p->mismatches);
}

static void pin_run(struct worker_thread *thread)
{
	struct pinner *p = thread->own;

	while (worker_thread_goes_on(thread)) {
		size_t bytes = pin_some(p);

		publish(p);
		(void)worker_thread_sleep(thread, HOLD_NS);
		drain(p, bytes);
		(void)worker_thread_sleep(thread, GAP_NS);
	}
	pinner_free(p);
}

const struct workload workload_pin = {
	.name = "pin",
	.summary = "hold references to the hot pages for 20 of every 25 ms (positive control)",
	.kinds = PAGES_BIT(PAGES_PRIVATE_ANONYMOUS) | PAGES_BIT(PAGES_SHARED_MEMFD),
	.prepare = pin_prepare,
	.run = pin_run,
};

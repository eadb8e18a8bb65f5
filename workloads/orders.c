// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/orders.h"

#include <errno.h>
#include <fcntl.h>
#include <numaif.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/make_it_fail.h"
#include "workloads/worker.h"

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101 /* include/uapi/asm-generic/mman-common.h, v2.6.33 */
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21 /* the same, v5.4 */
#endif

#define WORD_SIZE sizeof(uint64_t)
#define BIND_NODES 1024 /* the most that a kernel can have (MAX_NUMNODES, CONFIG_NODES_SHIFT=10) */
#define RECLAIM_TRIES 16
#define MASK_BITS (8 * sizeof(unsigned long))

static size_t base_page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void *at(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static uint64_t content_of(uint64_t address, uint64_t word)
{
	return (address / WORD_SIZE + word) * 0x9e3779b97f4a7c15ULL ^ PAGES_MAGIC;
}

/*
 * The second half of a base page: the first belongs to the touching threads. The content tells
 * which page it is, and for all processes that share it the same, wherever they have mapped it.
 */
static uint64_t *checked_half(const struct pages *pages, uint64_t base_page)
{
	return (uint64_t *)(void *)(pages->base + base_page * base_page_size()) +
	       base_page_size() / WORD_SIZE / 2;
}

static bool half_is_intact(const struct pages *pages, uint64_t base_page)
{
	const uint64_t *half = checked_half(pages, base_page);
	size_t words = base_page_size() / WORD_SIZE / 2;

	for (size_t i = 0; i < words; i++)
		if (__atomic_load_n(&half[i], __ATOMIC_RELAXED) !=
		    content_of(base_page * base_page_size(), i))
			return false;
	return true;
}

/* Which of the base pages among the hot ones. */
static uint64_t base_page_of(const struct pages *pages, uint64_t address)
{
	return (address - (uint64_t)(uintptr_t)pages->base) / base_page_size();
}

static int prepare(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	const struct worker *w = o->worker;
	uint64_t base_page = base_page_of(&w->pages, address);
	size_t words = base_page_size() / WORD_SIZE / 2;

	(void)ret_answer;
	if (w->pages.is_read_only)
		return -EROFS;
	/* Word 0, and behind it one for each thread that writes (refault.c). */
	if (w->first_writer + w->threads + 1 > words)
		return -E2BIG;
	for (size_t i = 0; i < words; i++)
		__atomic_store_n(&checked_half(&w->pages, base_page)[i],
				 content_of(base_page * base_page_size(), i), __ATOMIC_RELAXED);
	return 0;
}

static int soft_offline(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	(void)o;
	(void)ret_answer;
	return madvise(at(address), base_page_size(), MADV_SOFT_OFFLINE) < 0 ? -errno : 0;
}

static int soft_offline_no_memory(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	int r;

	if (o->switch_fd < 0)
		o->switch_fd = make_it_fail_open();
	if (o->switch_fd < 0)
		return o->switch_fd;
	r = make_it_fail_set(o->switch_fd, 1);
	if (r < 0)
		return r;
	r = soft_offline(o, address, ret_answer);
	(void)make_it_fail_set(o->switch_fd, 0);
	return r;
}

static int release(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	(void)address;
	(void)ret_answer;
	for (size_t i = 0; i < ARRAY_SIZE(o->pipe); i++) {
		cleanup_closep(&o->pipe[i]);
		o->pipe[i] = -1;
	}
	return 0;
}

static int hold(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	struct iovec piece = {at(address), base_page_size()};

	(void)release(o, address, ret_answer);
	if (pipe2(o->pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	if (vmsplice(o->pipe[1], &piece, 1, SPLICE_F_NONBLOCK) == (ssize_t)piece.iov_len)
		return 0;
	(void)release(o, address, ret_answer);
	return -EAGAIN;
}

static int check(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	const struct pages *pages = &o->worker->pages;
	uint64_t base_page = base_page_of(pages, address);
	uint64_t page = base_page * base_page_size() / pages->size;

	(void)ret_answer;
	if (__atomic_load_n(pages_word(pages, page, 0), __ATOMIC_RELAXED) != pages_pattern(page))
		return -EILSEQ;
	return half_is_intact(pages, base_page) ? 0 : -EILSEQ;
}

static int scratch_free(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	(void)address;
	(void)ret_answer;
	if (o->scratch && munmap(at(o->scratch), base_page_size()) < 0)
		return -errno;
	o->scratch = 0;
	return 0;
}

static int scratch(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	const struct pages *pages = &o->worker->pages;
	off_t behind = (off_t)(pages->count * pages->size); /* the file has a page more */
	size_t size = base_page_size();
	void *page;
	int r = scratch_free(o, address, ret_answer);

	if (r < 0)
		return r;
	page = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    pages->has_file ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS,
		    pages->has_file ? pages->file_fd : -1, pages->has_file ? behind : 0);
	if (page == MAP_FAILED)
		return -errno;
	/* A write, so that it is a page of its own and not the zero page. */
	__atomic_store_n((uint64_t *)page, PAGES_MAGIC, __ATOMIC_RELAXED);
	o->scratch = *ret_answer = (uint64_t)(uintptr_t)page;
	/* A clean page of a file, so that the kernel can drop it once it is not mapped. */
	if (pages->has_file && sync_file_range(pages->file_fd, behind, (off_t)size,
					       SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
						       SYNC_FILE_RANGE_WAIT_AFTER) < 0)
		return -errno;
	return 0;
}

/*
 * As a program would that wants its memory on another node: the policy changes, and what lies
 * elsewhere is moved. STRICT makes a page that could not be moved an EIO (mm/mempolicy.c: do_mbind()).
 * Preferred, never bound, for what pages.c: prefer_node() says. The migrations run in this thread.
 */
static int bind_to_node(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	const struct pages *pages = &o->worker->pages;
	uint64_t node = o->worker->shared->order.argument;
	unsigned int flags = pages->is_shared ? MPOL_MF_MOVE_ALL : MPOL_MF_MOVE;
	unsigned long mask[BIND_NODES / MASK_BITS] = {0};

	(void)address;
	(void)ret_answer;
	if (node >= BIND_NODES)
		return -EINVAL;
	mask[node / MASK_BITS] = 1UL << node % MASK_BITS;
	if (mbind(pages->base, pages->count * pages->size, MPOL_PREFERRED, mask, BIND_NODES + 1,
		  flags | MPOL_MF_STRICT) < 0)
		return -errno;
	return 0;
}

/* Is a part of the page not in memory? */
static bool has_gone(uint64_t address, uint64_t size)
{
	uint64_t absent;

	return !pages_count_absent(at(address), size, &absent) || absent > 0;
}

/*
 * Takes the page off its list and has it reclaimed at once (5.4 and later), in this thread. A page that
 * is in use is only seen to be that, and put back: the next try finds whether it still is
 * (mm/vmscan.c: page_check_references()). Answers with the tries.
 *
 * It has no advantage over the threads that read meanwhile: in a kernel that can be preempted they come
 * between its steps.
 */
static int reclaim(struct orders *o, uint64_t address, uint64_t *ret_answer)
{
	struct worker_shared *shared = o->worker->shared;
	uint64_t size = o->worker->pages.size;
	int nice = getpriority(PRIO_PROCESS, 0), r = 0;

	address = __atomic_load_n(&shared->ready_address, __ATOMIC_ACQUIRE);
	if (address == 0)
		return -EAGAIN;
	__atomic_store_n(&shared->taken_address, address, __ATOMIC_RELAXED);
	__atomic_store_n(&shared->ready_address, 0, __ATOMIC_RELEASE);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	worker_word_set(&shared->taken, shared->taken + 1);
	for (*ret_answer = 0; r == 0 && *ret_answer < RECLAIM_TRIES; (*ret_answer)++) {
		r = madvise(at(address), size, MADV_PAGEOUT) < 0 ? -errno : 0;
		if (has_gone(address, size))
			break;
	}
	worker_word_set(&shared->reclaimed, shared->taken);
	(void)setpriority(PRIO_PROCESS, 0, nice);
	return r;
}

static const struct {
	int (*obey)(struct orders *o, uint64_t address, uint64_t *ret_answer);
	bool is_of_page; /* address must be that of a base page of the hot ones */
} tasks[WORKER_TASKS] = {
	[WORKER_PREPARE] = {prepare, true},
	[WORKER_SOFT_OFFLINE] = {soft_offline, true},
	[WORKER_SOFT_OFFLINE_NO_MEMORY] = {soft_offline_no_memory, true},
	[WORKER_HOLD] = {hold, true},
	[WORKER_RELEASE] = {release, false},
	[WORKER_CHECK] = {check, true},
	[WORKER_SCRATCH] = {scratch, false},
	[WORKER_SCRATCH_FREE] = {scratch_free, false},
	[WORKER_BIND] = {bind_to_node, false},
	[WORKER_RECLAIM] = {reclaim, false},
};

static bool is_hot(const struct pages *pages, uint64_t address)
{
	uint64_t base = (uint64_t)(uintptr_t)pages->base;

	return address >= base && address - base < pages->count * pages->size &&
	       address % base_page_size() == 0;
}

void orders_begin(struct orders *o, const struct worker *worker)
{
	*o = (struct orders){.worker = worker, .pipe = {-1, -1}, .switch_fd = -1};
}

void orders_serve(struct orders *o, uint64_t timeout_ns)
{
	struct worker_shared *shared = o->worker->shared;
	struct worker_order *order = &shared->order;
	uint32_t number = worker_word_get(&order->number);
	uint64_t answer = 0;
	int r = -EINVAL;

	/* Stop is read second: who sets it raises the number after it. */
	if (worker_word_get(&shared->stop))
		return;
	if (number == o->last) {
		worker_word_wait(&order->number, number, timeout_ns);
		return;
	}
	if (order->task < WORKER_TASKS &&
	    (!tasks[order->task].is_of_page || is_hot(&o->worker->pages, order->address)))
		r = tasks[order->task].obey(o, order->address, &answer);
	o->last = number;
	order->error = r;
	order->answer = answer;
	worker_word_set(&order->done, number);
}

void orders_end(struct orders *o)
{
	(void)release(o, 0, NULL);
	(void)scratch_free(o, 0, NULL);
	cleanup_closep(&o->switch_fd);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/orders.h"

/* A parked thread wakes up so often even when nobody tells it to. */
#define PARKED_NS (100 * NS_PER_MS)
#define ORDERS_NICE (-10)

bool worker_thread_goes_on(const struct worker_thread *thread)
{
	const struct worker_shared *shared = thread->worker->shared;

	for (;;) {
		uint32_t active = worker_word_get(&shared->active_threads);

		/* Stop is read second: who sets it wakes the word that was read first. */
		if (worker_word_get(&shared->stop))
			return false;
		if (thread->index < active)
			return true;
		worker_word_wait(&shared->active_threads, active, PARKED_NS);
	}
}

bool worker_thread_sleep(const struct worker_thread *thread, uint64_t ns)
{
	worker_word_wait(&thread->worker->shared->stop, 0, ns);
	return worker_word_get(&thread->worker->shared->stop) == 0;
}

int worker_shared_map(int fd, struct worker_shared **ret_shared, struct err *e)
{
	struct worker_shared *shared;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(e, -errno, "--control-fd %d", fd);
	if ((uint64_t)st.st_size < sizeof(*shared))
		return err_set(e, -EINVAL,
			       "--control-fd %d: %lld bytes, a worker's shared memory has %zu", fd,
			       (long long)st.st_size, sizeof(*shared));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		return err_errno(e, -errno, "--control-fd %d: cannot map it", fd);
	if (shared->magic != WORKER_SHARED_MAGIC || shared->struct_size != sizeof(*shared)) {
		(void)munmap(shared, sizeof(*shared));
		return err_set(e, -EINVAL,
			       "--control-fd %d: not the shared memory of this version's workers",
			       fd);
	}
	*ret_shared = shared;
	return 0;
}

static void *thread_main(void *context)
{
	struct worker_thread *thread = context;

	thread->worker->workload->run(thread);
	return NULL;
}

static void announce(struct worker *w)
{
	struct worker_shared *shared = w->shared;

	shared->pid = (int32_t)getpid();
	shared->threads = w->threads;
	shared->base_address = (uint64_t)(uintptr_t)w->pages.base;
	shared->pages = w->pages.count;
	shared->page_size = w->pages.size;
	worker_word_set(&shared->state, WORKER_READY);
}

static int start_thread(struct worker *w, struct worker_thread *thread, uint32_t index,
			struct err *e)
{
	int r = 0;

	*thread = (struct worker_thread){
		.worker = w, .slot = &w->shared->slots[index], .index = index};
	if (w->workload->prepare)
		r = w->workload->prepare(thread, e);
	if (r < 0)
		return r;
	r = -pthread_create(&thread->id, NULL, thread_main, thread);
	return r < 0 ? err_errno(e, r, "cannot start thread %u of %u", index + 1, w->threads) : 0;
}

int worker_run(struct worker *w, struct err *e)
{
	cleanup_free struct worker_thread *threads = memory_alloc(w->threads, sizeof(*threads));
	struct orders orders;
	uint32_t started = 0;
	int r = 0;

	while (r == 0 && started < w->threads) {
		r = start_thread(w, &threads[started], started, e);
		started += r == 0;
	}
	if (r == 0)
		announce(w);
	else
		worker_word_set(&w->shared->stop, 1);
	/* Whoever gives an order waits for it, and should not wait behind the threads that touch
	 * pages. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), ORDERS_NICE);
	orders_begin(&orders, w);
	while (worker_word_get(&w->shared->stop) == 0)
		orders_serve(&orders, NS_PER_S);
	orders_end(&orders);
	for (uint32_t i = 0; i < started; i++)
		(void)pthread_join(threads[i].id, NULL);
	free(w->common);
	w->common = NULL;
	return r;
}

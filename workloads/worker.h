/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a workload's threads get to see of their process. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "workloads/pages.h"
#include "workloads/registry.h"
#include "workloads/shared.h"
#include "workloads/ticks.h"

struct err;

struct worker_options {
	const char *workload, *kind;
	const char *cpus; /* list format, NULL: do not pin */
	uint64_t pages, threads;
	uint64_t node;	       /* PAGES_NO_NODE: any */
	uint64_t keep_free;    /* bytes that must stay available on the host */
	uint64_t first_writer; /* the word (behind word 0) that the first thread may write */
	uint64_t control_fd, memory_fd, command_fd; /* WORKER_NO_FD: none */
	bool list;
};

#define WORKER_NO_FD UINT64_MAX

struct worker {
	const struct workload *workload;
	struct worker_shared *shared;
	struct pages pages;
	struct ticks ticks;
	uint32_t threads;
	uint64_t first_writer;
	uint64_t node, keep_free_bytes; /* as the options of that name */
	void *common; /* what the workload's threads share; freed when all have ended */
};

struct worker_thread {
	struct worker *worker;
	struct worker_slot *slot; /* written by this thread alone */
	uint32_t index;
	pthread_t id;
	void *own; /* of the workload */
};

/* Sleeps while the thread is one too many (active_threads); false when it is to end. */
bool worker_thread_goes_on(const struct worker_thread *thread);

/* Sleeps, but not beyond the end: false when the thread is to end. */
bool worker_thread_sleep(const struct worker_thread *thread, uint64_t ns);

/*
 * A touch that took @span ticks: into the histogram when it was a slow one. Counters of two CPUs may
 * differ by a little: a span below zero is no slow touch.
 */
static inline bool worker_take_slow_touch(const struct worker *w, uint64_t slow_ticks, uint64_t span)
{
	if (span <= slow_ticks || span >= UINT64_MAX / 2)
		return false;
	hist_add_shared(&w->shared->slow_latency, ticks_to_ns(&w->ticks, span));
	return true;
}

static inline void worker_count(uint64_t *slot_field, uint64_t value)
{
	__atomic_store_n(slot_field, value, __ATOMIC_RELAXED);
}

/* Maps the shared memory behind @fd; a wrong file is told from a right one. */
int worker_shared_map(int fd, struct worker_shared **ret_shared, struct err *e);

/* Runs the threads until the end is asked for. @w has its pages; the state becomes READY. */
int worker_run(struct worker *w, struct err *e);

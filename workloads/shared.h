/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker process and the daemon share: one memfd, mapped by both. The daemon writes the
 * control words, the worker writes the rest; every field is a naturally aligned word, read and
 * written with atomics; nobody locks. Who waits for a word to change waits on a futex, with a
 * timeout: a lost wake-up costs time only. This header is the whole protocol.
 */
#pragma once

#include <linux/futex.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/hist.h"

#define WORKER_SHARED_MAGIC 0x6d656d736f616b31ULL /* "memsoak1" */
#define WORKER_MAX_THREADS 256
/* A touch that takes longer goes into the histogram; shorter ones are only counted. */
#define WORKER_SLOW_TOUCH_NS 2000

enum worker_state {
	WORKER_STARTING,
	WORKER_READY,  /* pages are mapped and touched, addresses below are valid */
	WORKER_FAILED, /* see error and error_text */
};

/* What a process can be asked to do once, besides its threads' work: orders.c. */
enum worker_task {
	WORKER_PREPARE, /* the page gets the content that WORKER_CHECK looks for */
	WORKER_SOFT_OFFLINE,
	WORKER_SOFT_OFFLINE_NO_MEMORY, /* while this thread can allocate no page */
	WORKER_HOLD,		       /* puts the page into a pipe */
	WORKER_RELEASE,		       /* and takes it out; no page is held: nothing */
	WORKER_CHECK,		       /* -EILSEQ: the content is another */
	WORKER_SCRATCH,		       /* maps a further page of the kind, clean if it is a file's */
	WORKER_SCRATCH_FREE,	       /* unmaps it */
	WORKER_BIND,		       /* mbind() of all hot pages to node argument, moving them there */
	WORKER_RECLAIM,		       /* MADV_PAGEOUT of the page at ready_address until it has gone; -EAGAIN: none is */
	WORKER_TASKS,
};

struct worker_order {
	/* written by the daemon */
	uint32_t number; /* raised last: an order is there */
	uint32_t task;	 /* enum worker_task */
	uint64_t address; /* of a base page among the hot ones */
	uint64_t argument; /* what else the task needs */
	/* written by the worker */
	uint32_t done; /* raised last: the number of the last order that was obeyed */
	int32_t error; /* negative errno: what the system call answered, or -EINVAL */
	uint64_t answer;
};

struct worker_slot { /* one for each thread, a cache line of its own */
	uint64_t touches;
	uint64_t slow_touches;
	uint64_t minor_faults; /* of this thread, by getrusage; refreshed about every 100 ms */
	uint64_t operations;   /* of workloads that do more than touch: pins made, ... */
	uint64_t mismatches;   /* pages whose content was not what was written */
	uint64_t moved; /* pages found on another frame than before (sees_frames) */
	uint64_t padding[2];
} __attribute__((aligned(64)));

struct worker_shared {
	uint64_t magic;
	uint32_t struct_size;

	/* control: written by the daemon */
	uint32_t stop;		 /* 1: end now */
	uint32_t active_threads; /* so many of the threads work, the others sleep; 0 pauses all */

	/* written by the worker */
	uint32_t state; /* enum worker_state */
	int32_t error;	/* negative errno */
	int32_t pid;
	uint32_t threads;
	uint32_t sees_frames; /* 1: the workload looks at its page frames, and may */
	/* WORKER_RECLAIM and the threads that make pages ready for it (read_across.c). */
	uint64_t ready_address; /* of a page that is to be reclaimed now; 0: none is */
	uint64_t taken_address; /* of the last one */
	uint32_t taken;		/* so many so far; raised last, just before the reclaim begins */
	uint32_t reclaimed;	/* the same when it is over */
	uint64_t base_address; /* the first hot page in the worker's address space */
	uint64_t pages;
	uint64_t page_size;
	char error_text[512];
	struct worker_order order;
	struct worker_slot slots[WORKER_MAX_THREADS];
	struct hist slow_latency; /* touches slower than WORKER_SLOW_TOUCH_NS, all threads */
};

static inline uint32_t worker_word_get(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Sets one of the control words or the state, and wakes whoever waits for it to change. */
static inline void worker_word_set(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	(void)syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

/* Waits while *word is @value, for @timeout_ns at most; may also return earlier. */
static inline void worker_word_wait(const uint32_t *word, uint32_t value, uint64_t timeout_ns)
{
	struct timespec timeout = {
		.tv_sec = (time_t)(timeout_ns / 1000000000ULL),
		.tv_nsec = (long)(timeout_ns % 1000000000ULL),
	};

	(void)syscall(SYS_futex, word, FUTEX_WAIT, value, &timeout, NULL, 0);
}

/* Whatever waits in the worker waits for one of these words. */
static inline void worker_tell_to_stop(struct worker_shared *shared)
{
	worker_word_set(&shared->stop, 1);
	worker_word_set(&shared->active_threads, 0);
	worker_word_set(&shared->order.number, worker_word_get(&shared->order.number) + 1);
}

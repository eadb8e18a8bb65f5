/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The workloads: one file each, all of them in one table. A new one is a file with a
 * "const struct workload workload_NAME" and a line in WORKLOADS.
 */
#pragma once

#include <stddef.h>

#include "workloads/pages.h"

struct err;
struct worker;
struct worker_thread;

#define WORKLOADS(X)                                                                               \
	X(refault) X(pin) X(mlock_churn) X(mlock_keep) X(hold_pipe) X(hold_ring) X(hold_direct)    \
	X(zap) X(hog) X(text) X(read_across) X(placer)

struct workload {
	const char *name;
	const char *summary; /* one line, for --list */
	unsigned int kinds;  /* of pages that it can work on: PAGES_BIT(kind) ored */
	bool takes_pages_itself; /* none are prepared for it, count and size are only told */
	/*
	 * Either: what a thread needs (optional; keeps it in thread->own, which run() releases),
	 * and its work, until worker_thread_goes_on() says no.
	 */
	int (*prepare)(struct worker_thread *thread, struct err *e);
	void (*run)(struct worker_thread *thread);
	/* Or: no threads and no pages; answers what comes over --command-fd until that is closed.
	 */
	int (*serve)(int command_fd, struct err *e);
};

#define WORKLOAD_DECLARE(name) extern const struct workload workload_##name;
WORKLOADS(WORKLOAD_DECLARE)
#undef WORKLOAD_DECLARE

size_t workload_count(void);
const struct workload *workload_at(size_t i);
const struct workload *workload_find(const char *name); /* NULL: there is none */

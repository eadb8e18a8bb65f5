/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders that a worker process obeys besides the work of its threads, one at a time, in its first
 * thread: what only the process that owns the pages can do to them (shared.h: struct worker_order).
 */
#pragma once

#include <stdint.h>

#include "workloads/shared.h"

struct worker;

struct orders {
	const struct worker *worker;
	uint32_t last;	  /* number of the last one */
	int pipe[2];	  /* that a page is held by; -1 */
	int switch_fd;	  /* make-it-fail; -1: not opened yet */
	uint64_t scratch; /* address of the scratch page; 0: none */
};

void orders_begin(struct orders *o, const struct worker *worker);

/* Obeys the order that is there, or waits for one, or for the end, for @timeout_ns at most. */
void orders_serve(struct orders *o, uint64_t timeout_ns);
void orders_end(struct orders *o);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf events in counting mode: exact, without a buffer that could overrun. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

struct perf_count {
	int *fds; /* one for each CPU, or one for a thread; owned */
	size_t n_fds;
};

/*
 * Counts hits of event @id: of thread @tid wherever it runs, or (tid -1) of everybody on every
 * CPU that is online now. @filter NULL: all hits.
 */
int perf_count_open(struct perf_count *c, int id, pid_t tid, const char *filter, struct err *e);
void perf_count_close(struct perf_count *c);

/* false when the kernel did not count all the time (multiplexed): then it is no exact figure. */
bool perf_count_read(const struct perf_count *c, uint64_t *ret_value);

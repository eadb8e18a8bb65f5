/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf events in counting mode: exact, without a buffer that could overrun. Put the event that
 * counts the most first: no other is ever read greater.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cpu_list;
struct err;

#define PERF_COUNT_MAX_EVENTS 8

struct perf_count_event {
	uint32_t type; /* PERF_TYPE_TRACEPOINT ... */
	uint64_t config;
	const char *filter; /* "ret == -11"; NULL: every hit */
};

struct perf_count_group {
	int fds[PERF_COUNT_MAX_EVENTS];
	uint32_t cpu;
	uint64_t enabled_ns; /* at the last read */
};

struct perf_count {
	struct perf_count_group *groups; /* one for each CPU, or one for a thread; owned */
	size_t n_groups, n_events;
	bool is_by_cpu;
	bool is_incomplete; /* a CPU was online that we did not count: no exact figure any more */
	uint64_t last_read_ns;
};

/* Everybody's hits on the CPUs of @online; or those of thread @tid wherever it runs. */
int perf_count_open_cpus(struct perf_count *c, const struct perf_count_event *events, size_t n,
			 const struct cpu_list *online, struct err *e);
int perf_count_open_thread(struct perf_count *c, const struct perf_count_event *events, size_t n,
			   pid_t tid, struct err *e);
void perf_count_close(struct perf_count *c); /* zeroed memory is fine */

/*
 * The hits so far of each event. false: not an exact figure, because the kernel did not count all
 * the time, or because a CPU has come online (again) meanwhile that was not counted. @online: the
 * CPUs that are online now; NULL for a thread.
 */
bool perf_count_read(struct perf_count *c, const struct cpu_list *online, uint64_t ret_values[]);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cgroup that the workers live in, with bounds on their memory, tasks, CPUs and nodes; the daemon
 * stays outside. Made by libcgroup where there are cgroups that are ours to divide: version 2 (the
 * unit's own, delegated, or the root's where no service manager is), or the controllers of version 1.
 * Anywhere else the workers stay where we are, and why is told. No effect is believed: each is read
 * back. All calls come from the main thread, since libcgroup keeps its state for itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workers/workers.h"

struct recorder;
struct worker_cgroup;

struct worker_bounds {
	uint64_t memory_bytes;
	uint64_t tasks;
	const char *cpus, *nodes; /* lists: "0-3,5" */
};

/* Never fails: without cgroups the run goes on. Call it before there is another thread or child. */
struct worker_cgroup *worker_cgroup_open(const struct worker_bounds *bounds);
/* Puts on record what was made of it, since "memsoak restore" has to find it after a SIGKILL. */
void worker_cgroup_record(const struct worker_cgroup *c, struct recorder *recorder);
/* ... and that it is gone. */
void worker_cgroup_record_end(const struct worker_cgroup *c, struct recorder *recorder);
/* Kills what is left in it, and removes it. NULL is fine. */
void worker_cgroup_close(struct worker_cgroup *c);

/* NULL: none. */
const struct worker_home *worker_cgroup_home(const struct worker_cgroup *c);
/* Its folder without the leading slash, when it is of version 2; NULL: it is not, or there is none. */
const char *worker_cgroup_folder(const struct worker_cgroup *c);
/* "" when there is one, else why there is none. */
const char *worker_cgroup_why(const struct worker_cgroup *c);
/* "v2: memory.max 1048576, ...", as the kernel keeps it, or "none: why"; the caller's. */
char *worker_cgroup_describe(const struct worker_cgroup *c);

/* How many of @pids are in it now. */
size_t worker_cgroup_holds(const struct worker_cgroup *c, const pid_t *pids, size_t n);
/* Workers that were killed since the last call because the group's memory ran out. */
uint64_t worker_cgroup_oom_kills(struct worker_cgroup *c);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of the room: what a phase's groups consist of. */
#pragma once

#include "base/process.h"
#include "workers/placement.h"
#include "workers/placer_client.h"
#include "workers/workers.h"
#include "workloads/shared.h"

struct worker_process {
	pid_t pid;
	struct worker_shared *shared;
	int32_t home_node; /* NO_NODE: any */
	uint32_t alive;	   /* written by the main thread, also read by the one that aims */
};

struct worker_group {
	struct profile_workers config;
	struct worker_process *processes;
	size_t n_processes; /* that were started */
	int memory_fd;	    /* of a shared group's pages; -1 */
};

struct worker_groups {
	struct worker_group *groups;
	size_t n_groups;
	struct placement placement;
	struct placer_client placer;
	uint64_t page_size;
	uint64_t keep_free_bytes; /* the guard's: no worker may take more */
	struct worker_home home;
	bool has_ended;
};

static inline uint32_t worker_is_alive(const struct worker_process *process)
{
	return __atomic_load_n(&process->alive, __ATOMIC_ACQUIRE);
}

/* As waitpid(WNOHANG): true when the process has ended; it is not alive any more then. */
bool worker_process_reap(struct worker_process *process, int *ret_status);

/* Starts one more process of @group; it does nothing until its active_threads are raised. */
int worker_process_spawn(struct worker_groups *groups, struct worker_group *group,
			 const char *program, int32_t home_node, struct err *e);

/* Waits until the process is ready; its own words when it failed. */
int worker_process_wait_ready(const struct worker_group *group, struct worker_process *process,
			      uint64_t deadline_ns, struct err *e);

/* Everything of a group's process but the process itself, which has ended. */
void worker_process_done(struct worker_process *process);

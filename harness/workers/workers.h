/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worker processes of a phase: started (exec'd memsoak-worker), pinned over the nodes,
 * watched, sampled through shared memory, aimed at blocks, ended. All calls come from one thread
 * but worker_groups_aim(), _unaim() and _order(), which drivers' threads call while nobody starts
 * or stops groups.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/hist.h"
#include "plan/plan.h"
#include "topology/topology.h"
#include "workloads/shared.h"

struct err;
struct worker_groups; /* opaque: all groups of a phase */

struct worker_totals { /* over all processes of a group, since it started */
	uint32_t processes, threads, alive;
	uint64_t pages; /* hot pages of the group, each counted once */
	uint64_t touches, slow_touches, minor_faults, operations, mismatches;
	bool sees_frames; /* all of them: then this is a figure */
	uint64_t moved;	  /* pages found on another frame than before */
};

/* One process that ended when nobody had asked it to. */
struct worker_exit {
	pid_t pid;
	const char *group; /* borrowed */
	int status;	   /* as wait(2) */
};

/* Where groups live; all of it is borrowed. */
struct worker_home {
	const int *cgroup_fds; /* of cgroup.procs files, for the processes */
	size_t n_cgroup_fds;
	const char *file_folder; /* for the files of mapped-file groups; NULL: /var/tmp */
};

/*
 * Starts every group of @phase and waits until all are ready (pages placed on their home node)
 * or 60 s have passed. @program: the path of memsoak-worker. @home NULL: they stay in our cgroup;
 * the placer does in each case, since it takes a node's memory for a moment.
 */
int worker_groups_start(const struct topology *t, const struct plan *plan,
			const struct plan_phase *phase, const char *program,
			const struct worker_home *home, struct worker_groups **ret_groups,
			struct err *e);

/*
 * Tells all to end, kills after 5 s what has not, reaps. What is alive after another 5 s sleeps in the
 * kernel and takes no signal: the groups' totals have it, and nobody waits for it any more.
 */
void worker_groups_end(struct worker_groups *groups);

/* As worker_groups_end(), unless that was done, and frees. NULL is fine. */
void worker_groups_stop(struct worker_groups *groups);

size_t worker_groups_count(const struct worker_groups *groups);
const struct profile_workers *worker_group_config(const struct worker_groups *groups, size_t i);
void worker_group_totals(const struct worker_groups *groups, size_t i, struct worker_totals *ret);

/* The group's processes that are alive; @ret_pids is owned by the caller. */
size_t worker_group_pids(const struct worker_groups *groups, size_t i, pid_t **ret_pids);

/* @into += the group's histogram of slow touches (cumulative since the group started). */
void worker_group_latency(const struct worker_groups *groups, size_t i, struct hist *into);

/* Call on SIGCHLD or a readable pidfd: fills @exits with unexpected ends; returns how many. */
size_t worker_groups_reap(struct worker_groups *groups, struct worker_exit *exits, size_t max);

/* Targets for move_pages: one for each private process, one for a shared group. Owned by the caller. */
struct worker_target {
	pid_t pid;
	uint64_t base_address, pages, page_size;
	int32_t home_node; /* NO_NODE: any */
	const struct profile_workers *config; /* of its group; lives as long as the groups */
};
size_t worker_groups_targets(const struct worker_groups *groups, enum driven_by driven_by,
			     struct worker_target **ret_targets);

/*
 * Has process @pid obey an order, and waits for what came of it: 0 or what its system call
 * answered. -ESRCH: it has ended, -ETIMEDOUT: it does not answer within @timeout_ns, and must not
 * be asked again. From any thread, but each process from one only, while nobody starts or stops groups.
 */
int worker_groups_order(struct worker_groups *groups, pid_t pid, enum worker_task task,
			uint64_t address, uint64_t argument, uint64_t timeout_ns,
			uint64_t *ret_answer);

struct worker_aim {
	uint64_t pages_wanted;
	uint64_t pages_in_block; /* by /proc/PID/pagemap, after all moves */
	uint64_t pages_moved;	 /* successful page moves that were needed */
	uint64_t hoard_bytes;	 /* memory taken for a moment to reach the block */
};

/*
 * Puts the pages of the groups that offline drives into block @block (pages with page frames in
 * [first_pfn, first_pfn + n_pfns)) of @node; @budget_bytes bounds what may be taken for it.
 * Pages that could not be put there stay where they are: the counts say so. Returns 0 also then.
 */
int worker_groups_aim(struct worker_groups *groups, uint32_t node, uint64_t first_pfn,
		      uint64_t n_pfns, uint64_t budget_bytes, struct worker_aim *ret_aim,
		      struct err *e);

/* Puts them back to their home nodes. *ret_moved: page moves made. */
int worker_groups_unaim(struct worker_groups *groups, uint64_t *ret_moved, struct err *e);

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NUMA balancing, the kernel's own migrator: it unmaps pages for a moment, sees in the fault on
 * which node they are used, and migrates them there, one page a fault, in the thread that has
 * faulted (mm/memory.c: do_numa_page(), mm/migrate.c: migrate_misplaced_page() or _folio(), 3.8 and
 * later). A call here sends the workers' threads to the CPUs of the other node; what the kernel
 * makes of that comes in the pause that follows. Like compaction it leaves the CPUs' page batches
 * on.
 *
 * The workers' threads are counted, all of them. That it is on for them is the service's part.
 */
#include <errno.h>
#include <numa.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "drive/caller_step.h"

#define SWITCH "proc/sys/kernel/numa_balancing"

static const char *const counted[] = {"numa_hint_faults", "numa_pages_migrated", NULL};

struct balancing {
	struct bitmask *cpus[2]; /* of either node */
	pid_t *threads;		 /* of all targets */
	size_t n_threads;
};

static void balancing_close(struct caller_context *c)
{
	struct balancing *own = c->own;

	for (size_t i = 0; i < ARRAY_SIZE(own->cpus); i++)
		if (own->cpus[i])
			numa_bitmask_free(own->cpus[i]);
	free(own->threads);
	free(own);
}

static int add_thread(void *context, const char *name)
{
	struct balancing *own = context;
	int tid;
	char rest;

	if (sscanf(name, "%d%c", &tid, &rest) != 1)
		return 0;
	own->threads = memory_grow(own->threads, own->n_threads + 1, sizeof(*own->threads));
	own->threads[own->n_threads++] = tid;
	return 0;
}

static int find_cpus(struct caller_context *c, struct balancing *own, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(own->cpus); i++) {
		uint32_t node = c->plan->move_nodes[i];
		char list[1024] = "";

		(void)fsio_read_text(c->fs, list, sizeof(list),
				     "sys/devices/system/node/node%u/cpulist", node);
		own->cpus[i] = list[0] ? numa_parse_cpustring_all(list) : NULL;
		if (!own->cpus[i])
			return err_set(e, -EOPNOTSUPP,
				       "the kernel balances between nodes that have CPUs: node %u "
				       "has none",
				       node);
	}
	return 0;
}

static int balancing_open(struct caller_context *c, struct err *e)
{
	struct balancing *own;
	uint64_t mode;
	int r;

	if (!c->plan->can_move)
		return err_set(e, -EOPNOTSUPP, "the kernel has no nodes to balance between: %s",
			       c->plan->cannot_move_why);
	if (c->n_targets == 0)
		return err_set(
			e, -EINVAL,
			"no worker has pages for NUMA balancing: give the profile a [workers] "
			"section with driven_by = numa_balancing");
	if (fsio_read_u64(c->fs, &mode, 10, SWITCH) < 0)
		return err_set(e, -EOPNOTSUPP,
			       "this kernel does not balance: there is no /" SWITCH
			       " (CONFIG_NUMA_BALANCING)");
	if (!(mode & 1))
		return err_set(e, -EOPNOTSUPP,
			       "/" SWITCH " is %llu: balancing could not be turned on",
			       (unsigned long long)mode);
	own = memory_alloc(1, sizeof(*own));
	c->own = own;
	r = find_cpus(c, own, e);
	for (size_t i = 0; r == 0 && i < c->n_targets; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "proc/%d/task", (int)c->targets[i].pid);
		(void)fsio_list(c->fs, path, add_thread, own);
	}
	if (r < 0)
		balancing_close(c);
	return r;
}

static void balancing_begin(struct caller_context *c)
{
	struct balancing *own = c->own;

	for (size_t i = 0; i < own->n_threads && c->hooks->count_thread; i++)
		c->hooks->count_thread(c->hooks->context, own->threads[i]);
}

/* The pages start on the first of the two nodes: so the threads go to the second one first. */
static int balancing_call(struct caller_context *c)
{
	struct balancing *own = c->own;
	struct bitmask *cpus = own->cpus[c->turn % 2 == 0];
	size_t n_sent = 0;
	int error = 0;

	caller_tell_host(c);
	for (size_t i = 0; i < own->n_threads; i++) {
		if (numa_sched_setaffinity(own->threads[i], cpus) == 0)
			n_sent++;
		else
			error = errno;
	}
	caller_add_number(c->event, "threads_sent", n_sent);
	c->is_done = n_sent == 0 && error == ESRCH;
	return error;
}

const struct caller_step step_numa_balancing = {
	.open = balancing_open,
	.begin = balancing_begin,
	.call = balancing_call,
	.close = balancing_close,
	.host_counts = counted,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In the guest: starts one group of workers and aims its pages at each Movable block of the last
 * node in turn; prints what each aim reached and what it took. With --cycle each block goes
 * offline and comes back after its aim, as in a run. Ends 1 when less than 95 % were placed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/fsio.h"
#include "base/log.h"
#include "base/options.h"
#include "topology/topology.h"
#include "workers/groups.h"

#define ENOUGH_PERCENT 95

struct arguments {
	const char *worker, *workload;
	uint64_t processes, threads, pages, rounds;
	uint64_t budget_bytes;
	bool shared, cycle, reverse;
};

#define FIELD(f) offsetof(struct arguments, f)

static const struct option_spec specs[] = {
	{"worker", 0, OPTION_STRING, FIELD(worker), 0, 0, "PATH", "memsoak-worker"},
	{"workload", 0, OPTION_STRING, FIELD(workload), 0, 0, "NAME", "what the pages' owners do"},
	{"processes", 0, OPTION_NUMBER, FIELD(processes), 1, 64, "N", "worker processes"},
	{"threads", 0, OPTION_NUMBER, FIELD(threads), 0, 64, "N", "threads of each"},
	{"pages", 0, OPTION_NUMBER, FIELD(pages), 1, 65536, "N", "hot pages"},
	{"rounds", 0, OPTION_NUMBER, FIELD(rounds), 1, 100, "N", "times through the blocks"},
	{"budget", 0, OPTION_BYTES, FIELD(budget_bytes), 0, 0, "BYTES", "what may be taken"},
	{"shared", 0, OPTION_FLAG, FIELD(shared), 0, 0, NULL, "shared-memfd, not private"},
	{"cycle", 0, OPTION_FLAG, FIELD(cycle), 0, 0, NULL, "offline and online after each aim"},
	{"reverse", 0, OPTION_FLAG, FIELD(reverse), 0, 0, NULL, "the highest block first"},
};

static const struct option_command command = {
	.program = "placer_check",
	.usage = "[options]",
	.summary = "Aims workers' pages at memory blocks; for a lab guest only.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

struct totals {
	uint64_t aims, wanted, in_block, moved, ns, max_ns;
};

static int write_state(uint32_t block, const char *word)
{
	char path[64];
	int fd, error = 0;

	(void)snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%u/state", block);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, word, strlen(word)) < 0)
		error = -errno;
	(void)close(fd);
	return error;
}

static void cycle_block(uint32_t block)
{
	uint64_t begin_ns = clock_monotonic_ns();
	int error = write_state(block, "offline");
	uint64_t ns = clock_monotonic_ns() - begin_ns;

	printf("  memory%u offline: %s after %.1f ms\n", block, error ? errno_name(error) : "OK",
	       (double)ns / 1e6);
	if (error == 0 && write_state(block, "online_movable") < 0)
		printf("  memory%u does not come back\n", block);
}

static int aim_at(struct worker_groups *groups, const struct arguments *a, const struct topology *t,
		  const struct topology_block *block, struct totals *totals, struct err *e)
{
	uint64_t frames = t->block_size_bytes / (uint64_t)sysconf(_SC_PAGESIZE), home = 0, ns;
	uint64_t begin_ns = clock_monotonic_ns();
	struct worker_aim aim = {0};
	int r = worker_groups_aim(groups, (uint32_t)block->node, block->id * frames, frames,
				  a->budget_bytes, &aim, e);

	if (r < 0)
		return r;
	ns = clock_monotonic_ns() - begin_ns;
	totals->aims++;
	totals->wanted += aim.pages_wanted;
	totals->in_block += aim.pages_in_block;
	totals->moved += aim.pages_moved;
	totals->ns += ns;
	if (ns > totals->max_ns)
		totals->max_ns = ns;
	printf("memory%u: %llu of %llu, %llu moves, hoard %llu MiB, %.1f ms\n", block->id,
	       (unsigned long long)aim.pages_in_block, (unsigned long long)aim.pages_wanted,
	       (unsigned long long)aim.pages_moved, (unsigned long long)(aim.hoard_bytes >> 20),
	       (double)ns / 1e6);
	if (a->cycle)
		cycle_block(block->id);
	begin_ns = clock_monotonic_ns();
	r = worker_groups_unaim(groups, &home, e);
	if (r == 0)
		printf("  home: %llu moves, %.1f ms\n", (unsigned long long)home,
		       (double)(clock_monotonic_ns() - begin_ns) / 1e6);
	return r;
}

/* The last node with a Movable block; -1: there is none. */
static int32_t choose_node(const struct topology *t)
{
	int32_t node = -1;

	for (size_t i = 0; i < t->n_blocks; i++)
		if (t->blocks[i].node > node &&
		    topology_judge_block(&t->blocks[i], true) == BLOCK_OFFLINABLE)
			node = t->blocks[i].node;
	return node;
}

static int aim_at_all(struct worker_groups *groups, const struct arguments *a,
		      const struct topology *t, struct totals *totals, struct err *e)
{
	int32_t node = choose_node(t);
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < a->rounds * t->n_blocks; i++) {
		uint64_t k = i % t->n_blocks;
		const struct topology_block *block =
			&t->blocks[a->reverse ? t->n_blocks - 1 - k : k];

		if (block->node == node && topology_judge_block(block, true) == BLOCK_OFFLINABLE)
			r = aim_at(groups, a, t, block, totals, e);
	}
	return r;
}

static int check(const struct arguments *a, struct err *e)
{
	struct profile profile = {.name = "placer_check"};
	struct plan plan = {.profile = &profile};
	struct plan_phase phase = {.name = "aim", .rung = -1, .offline = true, .n_workers = 1};
	struct worker_groups *groups;
	struct totals totals = {0};
	uint64_t again;
	struct worker_totals seen;
	struct topology t;
	struct fsio fs;
	int r;

	phase.workers[0] = (struct profile_workers){
		.name = "aimed",
		.kind = a->shared ? KIND_SHARED_MEMFD : KIND_PRIVATE_ANONYMOUS,
		.driven_by = DRIVEN_BY_OFFLINE,
		.processes = (uint32_t)a->processes,
		.threads = (uint32_t)a->threads,
		.pages = (uint32_t)a->pages,
	};
	(void)snprintf(phase.workers[0].workload, sizeof(phase.workers[0].workload), "%s",
		       a->workload);
	r = fsio_open(&fs, NULL, e);
	if (r < 0)
		return r;
	r = topology_read(&fs, &t, e);
	fsio_close(&fs);
	if (r < 0)
		return r;
	r = worker_groups_start(&t, &plan, &phase, a->worker, NULL, &groups, e);
	if (r == 0) {
		r = aim_at_all(groups, a, &t, &totals, e);
		worker_group_totals(groups, 0, &seen);
		/* Each aim asks the placer once, its end asks once; what is more are second tries.
		 */
		again = groups->placer.last_id - 2 * totals.aims;
		worker_groups_stop(groups);
		printf("%llu aims, %llu of %llu placed, mean %.1f ms, max %.1f ms, %llu touches, "
		       "%llu slow, %llu mismatches, %llu second tries\n",
		       (unsigned long long)totals.aims, (unsigned long long)totals.in_block,
		       (unsigned long long)totals.wanted,
		       totals.aims ? (double)totals.ns / 1e6 / (double)totals.aims : 0.0,
		       (double)totals.max_ns / 1e6, (unsigned long long)seen.touches,
		       (unsigned long long)seen.slow_touches, (unsigned long long)seen.mismatches,
		       (unsigned long long)again);
	}
	topology_done(&t);
	if (r < 0)
		return r;
	return totals.aims && totals.in_block * 100 >= totals.wanted * ENOUGH_PERCENT &&
			       seen.mismatches == 0
		       ? EXIT_PASS
		       : EXIT_KERNEL_FAILED;
}

int main(int argc, char *argv[])
{
	struct arguments a = {
		.worker = "/usr/bin/memsoak-worker",
		.workload = "refault",
		.processes = 1,
		.threads = 1,
		.pages = 64,
		.rounds = 2,
		.budget_bytes = 1ULL << 40,
	};
	struct err e = {0};
	int r = options_parse(&command, argc, argv, &a, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (r == 0)
		r = check(&a, &e);
	if (r < 0) {
		log_error("%s", e.text);
		return EXIT_CANNOT_JUDGE;
	}
	return r;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the shared memory of the workers tells, added up. */
#include <stdlib.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "workers/groups.h"

size_t worker_groups_count(const struct worker_groups *groups)
{
	return groups->n_groups;
}

const struct profile_workers *worker_group_config(const struct worker_groups *groups, size_t i)
{
	return &groups->groups[i].config;
}

static uint64_t get(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

void worker_group_totals(const struct worker_groups *groups, size_t i, struct worker_totals *ret)
{
	const struct worker_group *group = &groups->groups[i];

	*ret = (struct worker_totals){
		.processes = group->config.processes,
		.threads = group->config.processes * group->config.threads,
		.pages = group->config.pages,
		.sees_frames = group->n_processes > 0,
	};
	if (!workload_kind_is_shared(group->config.kind))
		ret->pages *= group->config.processes;
	for (size_t k = 0; k < group->n_processes; k++) {
		const struct worker_process *process = &group->processes[k];

		ret->alive += worker_is_alive(process);
		ret->sees_frames &= worker_word_get(&process->shared->sees_frames) == 1;
		for (uint32_t n = 0; n < group->config.threads; n++) {
			const struct worker_slot *slot = &process->shared->slots[n];

			ret->touches += get(&slot->touches);
			ret->slow_touches += get(&slot->slow_touches);
			ret->minor_faults += get(&slot->minor_faults);
			ret->operations += get(&slot->operations);
			ret->mismatches += get(&slot->mismatches);
			ret->moved += get(&slot->moved);
		}
	}
}

size_t worker_group_pids(const struct worker_groups *groups, size_t i, pid_t **ret_pids)
{
	const struct worker_group *group = &groups->groups[i];
	size_t n = 0;

	*ret_pids = memory_alloc(group->n_processes, sizeof(**ret_pids));
	for (size_t k = 0; k < group->n_processes; k++)
		if (worker_is_alive(&group->processes[k]))
			(*ret_pids)[n++] = group->processes[k].pid;
	return n;
}

void worker_group_latency(const struct worker_groups *groups, size_t i, struct hist *into)
{
	const struct worker_group *group = &groups->groups[i];

	for (size_t k = 0; k < group->n_processes; k++) {
		struct worker_shared *shared = group->processes[k].shared;

		if (get(&shared->slow_latency.count) == 0)
			continue;
		hist_merge(into, &shared->slow_latency);
		/*
		 * A histogram is nine pages: with hundreds of workers they would be most of the
		 * daemon's memory. The pages stay; only our look at them ends.
		 */
		(void)madvise(shared, sizeof(*shared), MADV_DONTNEED);
	}
}

size_t worker_groups_reap(struct worker_groups *groups, struct worker_exit *exits, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < groups->n_groups; i++) {
		struct worker_group *group = &groups->groups[i];

		for (size_t k = 0; n < max && k < group->n_processes; k++) {
			struct worker_process *process = &group->processes[k];
			int status;

			if (worker_is_alive(process) && worker_process_reap(process, &status))
				exits[n++] = (struct worker_exit){
					.pid = process->pid,
					.group = group->config.name,
					.status = status,
				};
		}
	}
	return n;
}

size_t worker_groups_targets(const struct worker_groups *groups, enum driven_by driven_by,
			     struct worker_target **ret_targets)
{
	struct worker_target *targets = NULL;
	size_t n = 0;

	for (size_t i = 0; i < groups->n_groups; i++) {
		const struct worker_group *group = &groups->groups[i];

		if (group->config.driven_by != driven_by)
			continue;
		for (size_t k = 0; k < group->n_processes; k++) {
			const struct worker_process *process = &group->processes[k];

			if (!worker_is_alive(process))
				continue;
			targets = memory_grow(targets, n + 1, sizeof(*targets));
			targets[n++] = (struct worker_target){
				.pid = process->pid,
				.base_address = process->shared->base_address,
				.pages = process->shared->pages,
				.page_size = process->shared->page_size,
				.home_node = process->home_node,
				.config = &group->config,
			};
			/* The pages are the same in each process of a shared group. */
			if (workload_kind_is_shared(group->config.kind))
				break;
		}
	}
	*ret_targets = targets;
	return n;
}

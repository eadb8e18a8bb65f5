// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "base/clock.h"
#include "workers/groups.h"

/* Between two looks at whether the process still lives. */
#define LOOK_NS (100 * NS_PER_MS)

static struct worker_process *find_process(const struct worker_groups *groups, pid_t pid)
{
	for (size_t i = 0; i < groups->n_groups; i++)
		for (size_t k = 0; k < groups->groups[i].n_processes; k++)
			if (groups->groups[i].processes[k].pid == pid)
				return &groups->groups[i].processes[k];
	return NULL;
}

int worker_groups_order(struct worker_groups *groups, pid_t pid, enum worker_task task,
			uint64_t address, uint64_t argument, uint64_t timeout_ns,
			uint64_t *ret_answer)
{
	uint64_t until_ns = clock_monotonic_ns() + timeout_ns;
	struct worker_process *process = find_process(groups, pid);
	struct worker_order *order;
	uint32_t number, done;

	if (!process || !worker_is_alive(process))
		return -ESRCH;
	order = &process->shared->order;
	number = worker_word_get(&order->number) + 1;
	order->task = task;
	order->address = address;
	order->argument = argument;
	worker_word_set(&order->number, number);
	while ((done = worker_word_get(&order->done)) != number) {
		if (!worker_is_alive(process))
			return -ESRCH;
		if (clock_monotonic_ns() >= until_ns)
			return -ETIMEDOUT;
		worker_word_wait(&order->done, done, LOOK_NS);
	}
	*ret_answer = order->answer;
	return order->error;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* One worker process: its shared memory, its command line, the wait until it is ready. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "workers/groups.h"

#define MAX_ARGUMENTS 32
/* Between two looks at whether a process that is waited for still lives. */
#define LOOK_NS (50 * NS_PER_MS)

struct command_line {
	const char *argv[MAX_ARGUMENTS];
	char *owned[MAX_ARGUMENTS];
	size_t n;
};

static void add_text(struct command_line *line, const char *name, const char *value)
{
	line->argv[line->n++] = name;
	line->argv[line->n++] = value;
}

static void add_number(struct command_line *line, const char *name, uint64_t value)
{
	line->owned[line->n] = memory_format("%llu", (unsigned long long)value);
	add_text(line, name, line->owned[line->n]);
}

static void command_line_done(struct command_line *line)
{
	for (size_t i = 0; i < line->n; i++)
		free(line->owned[i]);
}

static int shared_create(struct worker_shared **ret_shared, int *ret_fd, struct err *e)
{
	cleanup_close int fd = memfd_create("memsoak-worker", MFD_CLOEXEC);
	struct worker_shared *shared;

	if (fd < 0 || ftruncate(fd, sizeof(*shared)) < 0)
		return err_errno(e, -errno, "cannot make shared memory for a worker");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		return err_errno(e, -errno, "cannot map a worker's shared memory");
	shared->magic = WORKER_SHARED_MAGIC;
	shared->struct_size = sizeof(*shared);
	*ret_shared = shared;
	*ret_fd = steal_fd(&fd);
	return 0;
}

static void build_command_line(struct command_line *line, const struct worker_group *group,
			       const char *program, const char *cpus, int32_t home_node,
			       uint64_t keep_free_bytes, int control_fd)
{
	const struct profile_workers *config = &group->config;

	*line = (struct command_line){.argv = {program}, .n = 1};
	add_text(line, "--workload", config->workload);
	add_text(line, "--kind", workload_kind_name(config->kind));
	add_number(line, "--pages", config->pages);
	add_number(line, "--threads", config->threads);
	add_number(line, "--control-fd", (uint64_t)control_fd);
	add_number(line, "--keep-free", keep_free_bytes);
	if (home_node != NO_NODE)
		add_number(line, "--node", (uint64_t)home_node);
	if (cpus)
		add_text(line, "--cpus", cpus);
	if (group->memory_fd >= 0) {
		add_number(line, "--memory-fd", (uint64_t)group->memory_fd);
		/* Every thread of the group writes a word of its own in each page. */
		add_number(line, "--first-writer", (uint64_t)group->n_processes * config->threads);
	}
}

/*
 * On which CPUs; NULL: on all that we may use. A worker that is driven by reclaim asks for it itself:
 * who reclaims and who reads must run at the same time, also where a node has one CPU.
 */
static const char *next_cpus(struct worker_groups *groups, const struct worker_group *group)
{
	return group->config.driven_by == DRIVEN_BY_RECLAIM
		       ? NULL
		       : placement_next_cpus(&groups->placement);
}

int worker_process_spawn(struct worker_groups *groups, struct worker_group *group,
			 const char *program, int32_t home_node, struct err *e)
{
	struct worker_process *process = &group->processes[group->n_processes];
	struct process_options options = {.stdout_fd = -1, .stderr_fd = -1, .new_session = 1};
	struct worker_shared *shared = NULL;
	cleanup_close int control_fd = -1;
	struct command_line line;
	struct process started;
	int keep_fds[2], r;

	r = shared_create(&shared, &control_fd, e);
	if (r < 0)
		return r;
	keep_fds[options.n_keep_fds++] = control_fd;
	if (group->memory_fd >= 0)
		keep_fds[options.n_keep_fds++] = group->memory_fd;
	options.keep_fds = keep_fds;
	options.cgroup_fds = groups->home.cgroup_fds;
	options.n_cgroup_fds = groups->home.n_cgroup_fds;
	build_command_line(&line, group, program, next_cpus(groups, group), home_node,
			   groups->keep_free_bytes, control_fd);
	r = process_spawn(&started, line.argv, &options, e);
	command_line_done(&line);
	if (r < 0) {
		(void)munmap(shared, sizeof(*shared));
		return r;
	}
	/* Hundreds of workers: SIGCHLD tells of their ends, a descriptor each would be too many. */
	cleanup_closep(&started.pidfd);
	*process = (struct worker_process){
		.pid = started.pid, .shared = shared, .home_node = home_node, .alive = 1};
	group->n_processes++;
	return 0;
}

bool worker_process_reap(struct worker_process *process, int *ret_status)
{
	pid_t r;

	do
		r = waitpid(process->pid, ret_status, WNOHANG);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return false;
	if (r < 0) /* reaped by somebody else: how it ended is lost */
		*ret_status = 0;
	__atomic_store_n(&process->alive, 0, __ATOMIC_RELEASE);
	return true;
}

static int ended_too_early(const struct worker_group *group, const struct worker_process *process,
			   int status, struct err *e)
{
	const char *what = WIFSIGNALED(status) ? "signal" : "status";
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);

	if (worker_word_get(&process->shared->state) == WORKER_FAILED)
		return err_set(e, process->shared->error, "workers '%s': %.*s", group->config.name,
			       (int)sizeof(process->shared->error_text) - 1,
			       process->shared->error_text);
	return err_set(e, -ECHILD, "workers '%s': process %d ended with %s %d before it was ready",
		       group->config.name, (int)process->pid, what, number);
}

int worker_process_wait_ready(const struct worker_group *group, struct worker_process *process,
			      uint64_t deadline_ns, struct err *e)
{
	for (;;) {
		uint64_t now_ns = clock_monotonic_ns();
		uint32_t state = worker_word_get(&process->shared->state);
		int status;

		if (state == WORKER_READY)
			return 0;
		if (worker_process_reap(process, &status))
			return ended_too_early(group, process, status, e);
		if (now_ns >= deadline_ns)
			return err_set(e, -ETIMEDOUT,
				       "workers '%s': process %d is not ready in time",
				       group->config.name, (int)process->pid);
		/* A failed one is on its way out: its end is waited for. */
		if (state == WORKER_FAILED)
			(void)clock_sleep_ns(NS_PER_MS);
		else
			worker_word_wait(&process->shared->state, WORKER_STARTING, LOOK_NS);
	}
}

void worker_process_done(struct worker_process *process)
{
	if (process->shared)
		(void)munmap(process->shared, sizeof(*process->shared));
	*process = (struct worker_process){0};
}

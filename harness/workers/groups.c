// SPDX-License-Identifier: GPL-2.0-or-later
/* All groups of a phase: up together, down together. */
#include "workers/groups.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/huge_page.h"
#include "base/memory.h"

#define READY_NS (60 * NS_PER_S)
#define STOP_NS (5 * NS_PER_S)
#define KILLED_NS (5 * NS_PER_S) /* a task in an uninterruptible wait outlives SIGKILL */
#define REAP_PAUSE_NS (2 * NS_PER_MS)

/* Of hugetlb pages of the PMD's size, whatever the default is (memfd_create(2), since v4.14). */
static unsigned int memory_flags(enum workload_kind kind, uint64_t page_size)
{
	unsigned int flags = MFD_CLOEXEC;

	if (workload_kind_is_hugetlb(kind))
		flags |= MFD_HUGETLB |
			 (unsigned int)__builtin_ctzll(page_size) << MFD_HUGE_SHIFT;
	return flags;
}

/* Nobody else sees it: it has no name, or none any more. */
static int make_file(const char *folder, uint64_t bytes)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), r;

	if (fd < 0) { /* not every file system has it */
		cleanup_free char *path = memory_format("%s/pages-XXXXXX", folder);

		fd = mkostemp(path, O_CLOEXEC);
		if (fd < 0)
			return -errno;
		(void)unlink(path);
	}
	/* Room on the disk now: a worker that writes into a hole of a full one gets a SIGBUS. */
	r = -posix_fallocate(fd, 0, (off_t)bytes);
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	return fd;
}

static int create_file(const struct worker_groups *groups, struct worker_group *group,
		       struct err *e)
{
	const char *folder = groups->home.file_folder ? groups->home.file_folder : "/var/tmp";
	/* A page more than are hot: workloads/orders.c, scratch(). */
	uint64_t bytes = (group->config.pages + 1ULL) * groups->page_size;

	group->memory_fd = make_file(folder, bytes);
	if (group->memory_fd < 0)
		return err_errno(e, group->memory_fd,
				 "workers '%s': cannot make a file of %llu bytes in '%s'",
				 group->config.name, (unsigned long long)bytes, folder);
	return 0;
}

static int create_memory(struct worker_groups *groups, struct worker_group *group, struct err *e)
{
	enum workload_kind kind = group->config.kind;
	uint64_t page_size = groups->page_size, bytes;
	int r = workload_kind_is_huge(kind) ? huge_page_size(&page_size, e) : 0;

	if (r < 0)
		return err_wrap(e, "workers '%s'", group->config.name);
	if (!workload_kind_has_memory_fd(kind))
		return 0;
	if (workload_kind_has_file(kind))
		return create_file(groups, group, e);
	bytes = group->config.pages * page_size;
	group->memory_fd = memfd_create("memsoak-pages", memory_flags(kind, page_size));
	if (group->memory_fd < 0 || ftruncate(group->memory_fd, (off_t)bytes) < 0)
		return err_errno(e, -errno, "workers '%s': cannot make %llu bytes of shared pages",
				 group->config.name, (unsigned long long)bytes);
	return 0;
}

/* Pages that are sent to and fro start where that starts; the node they go to is what a hog fills. */
static int32_t choose_home(struct worker_groups *groups, const struct plan *plan,
			   const struct worker_group *group)
{
	enum driven_by driver = group->config.driven_by;
	bool is_sent = driver == DRIVEN_BY_MOVE_PAGES ||
		       (driver >= DRIVEN_BY_CALLER(0) &&
			caller_needs_two_nodes((enum caller)(driver - DRIVEN_BY_CALLER(0))));

	if (is_sent && plan->can_move)
		return (int32_t)plan->move_nodes[0];
	if (strcmp(group->config.workload, "hog") == 0 && plan->can_move)
		return (int32_t)plan->move_nodes[1];
	return placement_next_node(&groups->placement);
}

static int start_group(struct worker_groups *groups, const struct plan *plan,
		       struct worker_group *group, const char *program, struct err *e)
{
	bool is_shared = workload_kind_is_shared(group->config.kind);
	int32_t home = choose_home(groups, plan, group);
	int r = create_memory(groups, group, e);

	group->processes = memory_alloc(group->config.processes, sizeof(*group->processes));
	for (uint32_t i = 0; r == 0 && i < group->config.processes; i++) {
		if (i > 0 && !is_shared)
			home = choose_home(groups, plan, group);
		r = worker_process_spawn(groups, group, program, home, e);
		if (r < 0)
			(void)err_wrap(e, "workers '%s'", group->config.name);
	}
	return r;
}

static int wait_ready(struct worker_groups *groups, struct err *e)
{
	uint64_t deadline_ns = clock_monotonic_ns() + READY_NS;

	for (size_t i = 0; i < groups->n_groups; i++) {
		struct worker_group *group = &groups->groups[i];

		for (size_t k = 0; k < group->n_processes; k++) {
			int r = worker_process_wait_ready(group, &group->processes[k], deadline_ns,
							  e);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* All at once, when the last one's pages are in place. */
static void set_going(struct worker_groups *groups)
{
	for (size_t i = 0; i < groups->n_groups; i++)
		for (size_t k = 0; k < groups->groups[i].n_processes; k++)
			worker_word_set(&groups->groups[i].processes[k].shared->active_threads,
					groups->groups[i].config.threads);
}

int worker_groups_start(const struct topology *t, const struct plan *plan,
			const struct plan_phase *phase, const char *program,
			const struct worker_home *home, struct worker_groups **ret_groups,
			struct err *e)
{
	struct worker_groups *groups = memory_alloc(1, sizeof(*groups));
	int r = 0;

	if (home)
		groups->home = *home;
	groups->n_groups = phase->n_workers;
	groups->groups = memory_alloc(groups->n_groups, sizeof(*groups->groups));
	groups->page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	groups->keep_free_bytes = plan->reserve_bytes;
	placement_init(&groups->placement, t);
	placer_client_init(&groups->placer, program);
	for (size_t i = 0; i < groups->n_groups; i++)
		groups->groups[i] =
			(struct worker_group){.config = phase->workers[i], .memory_fd = -1};
	for (size_t i = 0; r == 0 && i < groups->n_groups; i++)
		r = start_group(groups, plan, &groups->groups[i], program, e);
	if (r == 0)
		r = wait_ready(groups, e);
	if (r < 0) {
		worker_groups_stop(groups);
		return r;
	}
	set_going(groups);
	*ret_groups = groups;
	return 0;
}

/* How many still live at the deadline. */
static size_t reap_all(struct worker_groups *groups, uint64_t deadline_ns)
{
	for (;;) {
		size_t alive = 0;
		int status;

		for (size_t i = 0; i < groups->n_groups; i++)
			for (size_t k = 0; k < groups->groups[i].n_processes; k++) {
				struct worker_process *process = &groups->groups[i].processes[k];

				alive += worker_is_alive(process) &&
					 !worker_process_reap(process, &status);
			}
		if (alive == 0 || clock_monotonic_ns() >= deadline_ns)
			return alive;
		(void)clock_sleep_ns(REAP_PAUSE_NS);
	}
}

static void tell_all_to_stop(struct worker_groups *groups)
{
	for (size_t i = 0; i < groups->n_groups; i++)
		for (size_t k = 0; k < groups->groups[i].n_processes; k++)
			worker_tell_to_stop(groups->groups[i].processes[k].shared);
}

static void kill_all(struct worker_groups *groups)
{
	for (size_t i = 0; i < groups->n_groups; i++)
		for (size_t k = 0; k < groups->groups[i].n_processes; k++)
			if (worker_is_alive(&groups->groups[i].processes[k]))
				(void)kill(groups->groups[i].processes[k].pid, SIGKILL);
}

void worker_groups_end(struct worker_groups *groups)
{
	tell_all_to_stop(groups);
	if (reap_all(groups, clock_monotonic_ns() + STOP_NS) > 0) {
		kill_all(groups);
		(void)reap_all(groups, clock_monotonic_ns() + KILLED_NS);
	}
	groups->has_ended = true;
}

void worker_groups_stop(struct worker_groups *groups)
{
	if (!groups)
		return;
	if (!groups->has_ended)
		worker_groups_end(groups);
	placer_client_done(&groups->placer);
	for (size_t i = 0; i < groups->n_groups; i++) {
		struct worker_group *group = &groups->groups[i];

		for (size_t k = 0; k < group->n_processes; k++)
			worker_process_done(&group->processes[k]);
		free(group->processes);
		cleanup_closep(&group->memory_fd);
	}
	placement_done(&groups->placement);
	free(groups->groups);
	free(groups);
}

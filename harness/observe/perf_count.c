// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/perf_count.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "observe/cpu_list.h"

/*
 * Software and tracepoint events always fit and are never multiplexed (kernel/events/core.c,
 * group_can_go_on()); a share of the time that was not counted would be a tick at least. What is
 * less than that is the moment between making an event and its first scheduling in.
 */
#define NOT_COUNTED_MAX_NS NS_PER_MS

/* A counter of a CPU that is online has to show time going by, if it is looked at again after this.
 */
#define STANDSTILL_NS (20 * NS_PER_MS)

#define SPARE_FDS 64

static int open_event(const struct perf_count_event *event, pid_t tid, int cpu, int leader_fd)
{
	struct perf_event_attr attr = {
		.type = event->type,
		.size = sizeof(attr),
		.config = event->config,
		.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	int fd =
		(int)syscall(SYS_perf_event_open, &attr, tid, cpu, leader_fd, PERF_FLAG_FD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	if (event->filter && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, event->filter) < 0) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	return fd;
}

static void close_group(struct perf_count_group *group, size_t n)
{
	while (n > 0)
		(void)close(group->fds[--n]);
}

/*
 * Of a thread the events are a group of the kernel's: one read takes all at the same moment. Of a
 * CPU they stand alone: when it goes offline a group falls apart, but in 5.10 its leader still
 * says that it has all its siblings (kernel/events/core.c, perf_group_detach() leaves nr_siblings
 * as it was), and no count can be had for them.
 */
static int open_group(struct perf_count_group *group, const struct perf_count_event *events,
		      size_t n, pid_t tid, int cpu)
{
	*group = (struct perf_count_group){.cpu = cpu < 0 ? 0 : (uint32_t)cpu};
	for (size_t i = 0; i < n; i++) {
		int leader_fd = i == 0 || cpu >= 0 ? -1 : group->fds[0];
		int fd = open_event(&events[i], tid, cpu, leader_fd);

		if (fd < 0) {
			close_group(group, i);
			return fd;
		}
		group->fds[i] = fd;
	}
	return 0;
}

/* 300 CPUs with six events each are more than the customary 1024. */
static int allow_fds(size_t n, struct err *e)
{
	struct rlimit limit;
	rlim_t wanted = n + SPARE_FDS;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return err_errno(e, -errno, "cannot read the limit of open files");
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
		return 0;
	limit.rlim_cur = wanted;
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted)
		limit.rlim_max = wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return err_errno(e, -errno, "cannot raise the limit of open files to %llu",
				 (unsigned long long)wanted);
	return 0;
}

int perf_count_open_cpus(struct perf_count *c, const struct perf_count_event *events, size_t n,
			 const struct cpu_list *online, struct err *e)
{
	size_t n_cpus = cpu_list_count(online);
	int r = allow_fds(n_cpus * n, e);

	*c = (struct perf_count){.n_events = n, .is_by_cpu = true};
	if (r < 0)
		return r;
	c->groups = memory_alloc(n_cpus, sizeof(*c->groups));
	for (int cpu = 0; cpu < CPU_LIST_MAX; cpu++) {
		if (!cpu_list_has(online, (uint32_t)cpu))
			continue;
		r = open_group(&c->groups[c->n_groups], events, n, -1, cpu);
		if (r == -ENODEV)
			continue; /* went offline since the list was read */
		if (r < 0) {
			perf_count_close(c);
			return err_errno(e, r, "perf_event_open on CPU %d", cpu);
		}
		c->n_groups++;
	}
	c->last_read_ns = clock_monotonic_ns();
	return 0;
}

/* Threads come one by one: the limit grows when it is reached. */
static bool allow_twice_the_fds(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return false;
	limit.rlim_cur *= 2;
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

int perf_count_open_thread(struct perf_count *c, const struct perf_count_event *events, size_t n,
			   pid_t tid, struct err *e)
{
	int r;

	*c = (struct perf_count){
		.n_events = n,
		.groups = memory_alloc(1, sizeof(*c->groups)),
	};
	r = open_group(&c->groups[0], events, n, tid, -1);
	if (r == -EMFILE && allow_twice_the_fds())
		r = open_group(&c->groups[0], events, n, tid, -1);
	if (r < 0) {
		perf_count_close(c);
		return err_errno(e, r, "perf_event_open on thread %d", (int)tid);
	}
	c->n_groups = 1;
	return 0;
}

void perf_count_close(struct perf_count *c)
{
	for (size_t i = 0; i < c->n_groups; i++)
		close_group(&c->groups[i], c->n_events);
	free(c->groups);
	*c = (struct perf_count){0};
}

struct group_figures {
	uint64_t n, enabled_ns, running_ns, values[PERF_COUNT_MAX_EVENTS];
};

static bool read_figures(int fd, size_t n, struct group_figures *f)
{
	ssize_t got = read(fd, f, sizeof(*f));

	return got >= (ssize_t)offsetof(struct group_figures, values) && f->n == n &&
	       got == (ssize_t)(offsetof(struct group_figures, values) + n * sizeof(uint64_t)) &&
	       f->running_ns <= f->enabled_ns && f->enabled_ns - f->running_ns < NOT_COUNTED_MAX_NS;
}

static bool read_thread(const struct perf_count_group *group, size_t n, uint64_t values[])
{
	struct group_figures f;

	if (!read_figures(group->fds[0], n, &f))
		return false;
	memcpy(values, f.values, n * sizeof(*values));
	return true;
}

/* The first event, which counts the most, is read last: it is never the smaller one. */
static bool read_cpu(const struct perf_count_group *group, size_t n, uint64_t values[],
		     uint64_t *ret_enabled_ns)
{
	struct group_figures f = {0};

	for (size_t i = n; i > 0; i--) {
		if (!read_figures(group->fds[i - 1], 1, &f))
			return false;
		values[i - 1] += f.values[0];
	}
	*ret_enabled_ns = f.enabled_ns;
	return true;
}

static bool read_cpus(struct perf_count *c, const struct cpu_list *online, uint64_t values[])
{
	uint64_t now_ns = clock_monotonic_ns(), enabled_ns = 0;
	bool can_judge = now_ns - c->last_read_ns >= STANDSTILL_NS;
	size_t n_online_counted = 0;

	for (size_t i = 0; i < c->n_groups; i++) {
		struct perf_count_group *group = &c->groups[i];

		if (!read_cpu(group, c->n_events, values, &enabled_ns))
			return false;
		if (cpu_list_has(online, group->cpu)) {
			n_online_counted++;
			/* Away and back: its counters are not taken up again. */
			c->is_incomplete |= can_judge && enabled_ns == group->enabled_ns;
		}
		if (can_judge)
			group->enabled_ns = enabled_ns;
	}
	if (can_judge)
		c->last_read_ns = now_ns;
	c->is_incomplete |= n_online_counted < cpu_list_count(online);
	return !c->is_incomplete;
}

bool perf_count_read(struct perf_count *c, const struct cpu_list *online, uint64_t ret_values[])
{
	memset(ret_values, 0, c->n_events * sizeof(*ret_values));
	if (c->n_groups == 0)
		return false;
	return c->is_by_cpu ? read_cpus(c, online, ret_values)
			    : read_thread(&c->groups[0], c->n_events, ret_values);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/perf_count.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

static int open_one(int id, pid_t tid, int cpu, const char *filter)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = (uint64_t)id,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, tid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	if (filter && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter) < 0) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	return fd;
}

int perf_count_open(struct perf_count *c, int id, pid_t tid, const char *filter, struct err *e)
{
	int n_cpus = tid < 0 ? (int)sysconf(_SC_NPROCESSORS_CONF) : 1;

	*c = (struct perf_count){.fds = memory_alloc((size_t)n_cpus, sizeof(int))};
	for (int i = 0; i < n_cpus; i++) {
		int fd = open_one(id, tid, tid < 0 ? i : -1, filter);

		if (fd == -ENODEV && tid < 0)
			continue; /* that CPU is offline */
		if (fd < 0) {
			perf_count_close(c);
			return err_errno(e, fd, "cannot count with perf_event_open");
		}
		c->fds[c->n_fds++] = fd;
	}
	return 0;
}

void perf_count_close(struct perf_count *c)
{
	for (size_t i = 0; i < c->n_fds; i++)
		(void)close(c->fds[i]);
	free(c->fds);
	*c = (struct perf_count){0};
}

bool perf_count_read(const struct perf_count *c, uint64_t *ret_value)
{
	uint64_t values[3]; /* count, time enabled, time running */

	*ret_value = 0;
	for (size_t i = 0; i < c->n_fds; i++) {
		if (read(c->fds[i], values, sizeof(values)) != (ssize_t)sizeof(values) ||
		    values[1] != values[2])
			return false;
		*ret_value += values[0];
	}
	return c->n_fds > 0;
}

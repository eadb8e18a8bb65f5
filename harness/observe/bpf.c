// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/bpf.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "observe/bpf_text.h"

#define LOG_SIZE 65536
#define LAST_LINE_MAX 160

static int call_bpf(int command, union bpf_attr *attr)
{
	int r = (int)syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : r;
}

int bpf_map_new(const struct bpf_map_shape *shape, struct err *e)
{
	union bpf_attr attr = {
		.map_type = shape->type,
		.key_size = shape->key_bytes,
		.value_size = shape->value_bytes,
		.max_entries = shape->entries,
	};
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	int fd;

	(void)strncpy(attr.map_name, shape->name, sizeof(attr.map_name) - 1);
	fd = call_bpf(BPF_MAP_CREATE, &attr);
	if (fd == -EPERM && setrlimit(RLIMIT_MEMLOCK, &limit) == 0)
		fd = call_bpf(BPF_MAP_CREATE, &attr);
	if (fd == -ENOSYS)
		return err_set(e, fd, "no bpf(2) in this kernel (CONFIG_BPF_SYSCALL)");
	return fd < 0 ? err_errno(e, fd, "no BPF map '%s'", shape->name) : fd;
}

int bpf_map_get(int map_fd, const void *key, void *ret_value)
{
	union bpf_attr attr = {
		.map_fd = (uint32_t)map_fd,
		.key = (uint64_t)(uintptr_t)key,
		.value = (uint64_t)(uintptr_t)ret_value,
	};

	return call_bpf(BPF_MAP_LOOKUP_ELEM, &attr);
}

/* What the verifier complains of is in its last line but the one with the statistics. */
static const char *complaint(char *log)
{
	char *line, *last = log;

	for (line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, "processed ", strlen("processed ")) != 0)
			last = line;
	if (strlen(last) > LAST_LINE_MAX)
		last[LAST_LINE_MAX] = '\0';
	return last;
}

int bpf_program_new(const char *name, const struct bpf_text *text, struct err *e)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_KPROBE,
		.insns = (uint64_t)(uintptr_t)text->insns,
		.insn_cnt = (uint32_t)text->n,
		.license = (uint64_t)(uintptr_t) "GPL", /* bpf_probe_read() is for such only */
	};
	cleanup_free char *log = NULL;
	int fd;

	(void)strncpy(attr.prog_name, name, sizeof(attr.prog_name) - 1);
	fd = call_bpf(BPF_PROG_LOAD, &attr);
	if (fd >= 0)
		return fd;
	log = memory_alloc(1, LOG_SIZE);
	/* Once more, for the reason. */
	attr.log_buf = (uint64_t)(uintptr_t)log;
	attr.log_size = LOG_SIZE;
	attr.log_level = 1;
	fd = call_bpf(BPF_PROG_LOAD, &attr);
	if (fd >= 0)
		return fd;
	return err_errno(e, fd, "no BPF program '%s'%s%s", name, log[0] ? ": " : "",
			 complaint(log));
}

int bpf_attach(int program_fd, int event_id, int cpu, struct err *e)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = (uint64_t)event_id,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	int r;

	if (fd < 0)
		return err_errno(e, -errno, "perf_event_open on CPU %d", cpu);
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, program_fd) == 0)
		return fd;
	r = -errno;
	(void)close(fd);
	return err_errno(e, r, "no BPF program on a kprobe event (CONFIG_BPF_EVENTS?)");
}

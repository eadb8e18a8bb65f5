// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/holder_evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/memory.h"

#define MAX_PIPES 1024

enum { WEIGHT_PINNED = 1, WEIGHT_PIPE, WEIGHT_READ, WEIGHT_RING };

struct look {
	struct fsio *fs;
	struct holder *h;
	uint64_t low, high;
	int pidfd; /* -1: this kernel has none */
	int ring_fd;
	uint64_t ring_bytes;
	uint64_t read_bytes; /* of buffers of unfinished O_DIRECT calls */
	int read_fd;	     /* of the first of them */
	pid_t read_tid;
	const char *read_name;
	char read_path[64];
	uint64_t pipes, pipe_bytes;
	uint64_t seen[MAX_PIPES]; /* inodes: a pipe has two ends */
};

static uint64_t overlap(const struct look *l, uint64_t low, uint64_t length)
{
	uint64_t from = low > l->low ? low : l->low;
	uint64_t to = low + length < l->high ? low + length : l->high;

	return to > from ? to - from : 0;
}

/* "UserBufs:" and then "    0: 0x7f12…/4096" for each (io_uring/fdinfo.c, 5.10 and later). */
static void look_at_ring(struct look *l, const char *fd)
{
	cleanup_free char *path =
		memory_format("proc/%d/fdinfo/%s", (int)l->h->pid, fd);
	cleanup_free char *text = NULL;
	unsigned long long address;
	unsigned int index, length;
	char *line, *next = NULL;
	size_t size;

	if (fsio_read_all(l->fs, &text, &size, path) < 0)
		return;
	line = strstr(text, "UserBufs:");
	for (line = line ? strtok_r(line, "\n", &next) : NULL; line;
	     line = strtok_r(NULL, "\n", &next)) {
		if (sscanf(line, " %u: 0x%llx/%u", &index, &address, &length) != 3)
			continue;
		if (overlap(l, address, length) == 0)
			continue;
		l->ring_bytes += overlap(l, address, length);
		l->ring_fd = (int)strtol(fd, NULL, 10);
	}
}

/* A copy of its descriptor tells how much is in the pipe, and takes nothing out of it. */
static void look_at_pipe(struct look *l, const char *fd, uint64_t inode)
{
	cleanup_close int copy = -1;
	int bytes = 0;

	for (uint64_t i = 0; i < l->pipes; i++)
		if (l->seen[i] == inode)
			return;
	if (l->pidfd < 0 || l->pipes == MAX_PIPES)
		return;
	copy = (int)syscall(SYS_pidfd_getfd, l->pidfd, (int)strtol(fd, NULL, 10), 0);
	if (copy < 0 || ioctl(copy, FIONREAD, &bytes) < 0 || bytes <= 0)
		return;
	l->seen[l->pipes++] = inode;
	l->pipe_bytes += (uint64_t)bytes;
}

static int look_at_fd(void *context, const char *fd)
{
	struct look *l = context;
	cleanup_free char *path = memory_format("proc/%d/fd/%s", (int)l->h->pid, fd);
	char target[64];
	unsigned long long inode;
	ssize_t n = readlinkat(l->fs->root_fd, path, target, sizeof(target) - 1);

	if (n <= 0)
		return 0;
	target[n] = '\0';
	if (strcmp(target, "anon_inode:[io_uring]") == 0)
		look_at_ring(l, fd);
	else if (sscanf(target, "pipe:[%llu]", &inode) == 1)
		look_at_pipe(l, fd, inode);
	return 0;
}

/* "flags:	0140000", octal (fs/proc/fd.c: seq_show()). */
static bool is_direct(struct look *l, int fd)
{
	cleanup_free char *path = memory_format("proc/%d/fdinfo/%d", (int)l->h->pid, fd);
	cleanup_free char *text = NULL;
	const char *flags;
	size_t size;

	if (fsio_read_all(l->fs, &text, &size, path) < 0)
		return false;
	flags = strstr(text, "flags:");
	return flags && strtoul(flags + strlen("flags:"), NULL, 8) & O_DIRECT;
}

static bool is_pipe(const char *path)
{
	return strncmp(path, "pipe:", strlen("pipe:")) == 0;
}

/*
 * A thread that waits in a system call: its number and arguments (fs/proc/base.c:
 * proc_pid_syscall(), "running" of one that does not wait). Those that name a buffer in themselves;
 * what io_submit() and an io_uring have begun is not to be seen here.
 */
static int look_at_thread(void *context, const char *thread)
{
	static const struct {
		long number;
		const char *name;
	} calls[] = {{SYS_pread64, "pread"},
		     {SYS_read, "read"},
		     {SYS_pwrite64, "pwrite"},
		     {SYS_write, "write"}};
	struct look *l = context;
	unsigned long long fd, buffer, length;
	char text[256], path[64], target[64];
	size_t i = 0;
	ssize_t n;
	long number;

	if (fsio_read_text(l->fs, text, sizeof(text), "proc/%d/task/%s/syscall", (int)l->h->pid,
			   thread) < 0 ||
	    sscanf(text, "%ld 0x%llx 0x%llx 0x%llx", &number, &fd, &buffer, &length) != 4)
		return 0;
	while (i < ARRAY_SIZE(calls) && calls[i].number != number)
		i++;
	if (i == ARRAY_SIZE(calls) || overlap(l, buffer, length) == 0 || !is_direct(l, (int)fd))
		return 0;
	(void)snprintf(path, sizeof(path), "proc/%d/fd/%d", (int)l->h->pid, (int)fd);
	n = readlinkat(l->fs->root_fd, path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	/* Of a pipe the flag means packets (pipe(2)), and nothing is held. */
	if (is_pipe(target))
		return 0;
	l->read_bytes += overlap(l, buffer, length);
	if (l->read_tid)
		return 0;
	l->read_tid = (pid_t)strtol(thread, NULL, 10);
	l->read_fd = (int)fd;
	l->read_name = calls[i].name;
	(void)strcpy(l->read_path, target);
	return 0;
}

static uint64_t pinned_bytes(struct fsio *fs, pid_t pid)
{
	cleanup_free char *path = memory_format("proc/%d/status", (int)pid);
	cleanup_free char *text = NULL;
	unsigned long long kib;
	const char *line;
	size_t size;

	if (fsio_read_all(fs, &text, &size, path) < 0)
		return 0;
	line = strstr(text, "\nVmPin:");
	return line && sscanf(line, "\nVmPin: %llu kB", &kib) == 1 ? kib * 1024 : 0;
}

void holder_look(struct fsio *fs, struct holder *h, uint64_t low, uint64_t high)
{
	cleanup_free struct look *l = memory_alloc(1, sizeof(*l));
	cleanup_free char *fds = memory_format("proc/%d/fd", (int)h->pid);
	cleanup_free char *threads = memory_format("proc/%d/task", (int)h->pid);

	*l = (struct look){
		.fs = fs,
		.h = h,
		.low = low,
		.high = high,
		.pidfd = (int)syscall(SYS_pidfd_open, h->pid, 0),
	};
	h->pinned_bytes = pinned_bytes(fs, h->pid);
	(void)fsio_list(fs, fds, look_at_fd, l);
	(void)fsio_list(fs, threads, look_at_thread, l);
	if (l->pidfd >= 0)
		(void)close(l->pidfd);
	if (l->ring_bytes) {
		h->weight = WEIGHT_RING;
		(void)snprintf(h->evidence, sizeof(h->evidence),
			       "fixed buffers of an io_uring (descriptor %d): %llu bytes there",
			       l->ring_fd, (unsigned long long)l->ring_bytes);
	} else if (l->read_bytes) {
		h->weight = WEIGHT_READ;
		(void)snprintf(
			h->evidence, sizeof(h->evidence),
			"unfinished O_DIRECT %s (thread %d, descriptor %d: %s): %llu bytes there",
			l->read_name, (int)l->read_tid, l->read_fd, l->read_path,
			(unsigned long long)l->read_bytes);
	} else if (l->pipe_bytes) {
		h->weight = WEIGHT_PIPE;
		(void)snprintf(h->evidence, sizeof(h->evidence),
			       "%llu pipes with %llu bytes unread: pages that were spliced into them (vmsplice) are held",
			       (unsigned long long)l->pipes, (unsigned long long)l->pipe_bytes);
	} else if (h->pinned_bytes) {
		h->weight = WEIGHT_PINNED;
		(void)snprintf(h->evidence, sizeof(h->evidence),
			       "the process has pinned memory (VmPin), not known where");
	}
}

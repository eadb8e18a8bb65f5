// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/unanswered_read.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/mount.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

#define REQUEST_BYTES (FUSE_MIN_READ_BUFFER + 4096)
#define MINOR 31 /* Linux 5.4: what is used here is older, and the kernel serves every minor */
#define WAIT_MS 10000
#define OPENS 2

struct unanswered_read {
	int fuse_fd;  /* the file system's side */
	int mount_fd; /* its root, which is the file; mounted nowhere */
	void *buffer;
	size_t bytes;
	pthread_t reader;
	bool has_reader;
	int error; /* of the reader's open or read, negative; read after it was joined */
};

static int set_option(int fs_fd, const char *name, const char *value)
{
	return syscall(SYS_fsconfig, fs_fd, FSCONFIG_SET_STRING, name, value, 0) < 0 ? -errno : 0;
}

/* Regular files may be roots (fs/fuse/inode.c: fuse_parse_param(), rootmode): no name to look up.
 */
static int mount_file(struct unanswered_read *read)
{
	cleanup_close int fs_fd = (int)syscall(SYS_fsopen, "fuse", FSOPEN_CLOEXEC);
	char fd[16], mode[16];
	int r;

	if (fs_fd < 0)
		return -errno;
	(void)snprintf(fd, sizeof(fd), "%d", read->fuse_fd);
	(void)snprintf(mode, sizeof(mode), "%o", S_IFREG | 0400);
	r = set_option(fs_fd, "fd", fd);
	if (r == 0)
		r = set_option(fs_fd, "rootmode", mode);
	if (r == 0)
		r = set_option(fs_fd, "user_id", "0");
	if (r == 0)
		r = set_option(fs_fd, "group_id", "0");
	if (r < 0)
		return r;
	if (syscall(SYS_fsconfig, fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	read->mount_fd = (int)syscall(SYS_fsmount, fs_fd, FSMOUNT_CLOEXEC,
				      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	return read->mount_fd < 0 ? -errno : 0;
}

/*
 * Opening waits for an answer, too, and so has to be done in the thread that reads. It opens twice:
 * a close asks for a flush and waits for the answer even in a task that was killed, when nobody is
 * left to give it (fs/fuse/file.c: fuse_flush(), args.force). The first is answered ENOSYS, and
 * then the kernel asks for no other.
 */
static void *read_for_ever(void *argument)
{
	struct unanswered_read *read = argument;
	cleanup_close int fd = -1;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", read->mount_fd);
	for (int i = 0; i < OPENS; i++) {
		cleanup_closep(&fd);
		fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	}
	if (fd < 0 || pread(fd, read->buffer, read->bytes, 0) < 0)
		read->error = -errno;
	return NULL;
}

static int answer(const struct unanswered_read *read, uint64_t unique, int error, void *body,
		  size_t size)
{
	struct fuse_out_header header = {
		.len = (uint32_t)(sizeof(header) + size), .error = error, .unique = unique};
	struct iovec pieces[] = {{&header, sizeof(header)}, {body, size}};

	return writev(read->fuse_fd, pieces, size ? 2 : 1) < 0 ? -errno : 0;
}

/* 1: the file has been opened; 0: something else was answered. */
static int serve_one(const struct unanswered_read *read, char *request)
{
	const struct fuse_in_header *header = (const void *)request;
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION,
		.minor = MINOR,
		.flags = FUSE_MAX_PAGES,
		.max_write = 4096,
		.time_gran = 1,
		.max_pages = UNANSWERED_READ_PAGES,
	};
	/* No page cache, so that the read asks for nothing else before (its size, say). */
	struct fuse_open_out opened = {.fh = 1, .open_flags = FOPEN_DIRECT_IO};
	ssize_t n = syscall(SYS_read, read->fuse_fd, request, REQUEST_BYTES);

	if (n < (ssize_t)sizeof(*header))
		return n < 0 ? -errno : -EIO;
	switch (header->opcode) {
	case FUSE_INIT:
		return answer(read, header->unique, 0, &init, sizeof(init));
	case FUSE_OPEN: {
		int r = answer(read, header->unique, 0, &opened, sizeof(opened));

		return r < 0 ? r : 1;
	}
	default:
		return answer(read, header->unique, -ENOSYS, NULL, 0);
	}
}

/* A request is there to be read; it is left there. */
static int wait_for_request(const struct unanswered_read *read)
{
	struct pollfd poll_fd = {.fd = read->fuse_fd, .events = POLLIN};
	int n;

	do
		n = poll(&poll_fd, 1, WAIT_MS);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == 0 ? -ETIMEDOUT : poll_fd.revents & POLLIN ? 0 : -EIO;
}

static int serve_until_read(const struct unanswered_read *read)
{
	cleanup_free char *request = memory_alloc(1, REQUEST_BYTES);
	int opens = 0, r = 0;

	while (r >= 0 && opens < OPENS) {
		r = wait_for_request(read);
		if (r == 0)
			r = serve_one(read, request);
		opens += r > 0;
	}
	return r < 0 ? r : wait_for_request(read); /* the read */
}

int unanswered_read_begin(void *buffer, size_t bytes, struct unanswered_read **ret_read,
			  struct err *e)
{
	struct unanswered_read *read = memory_alloc(1, sizeof(*read));
	int r;

	*read = (struct unanswered_read){
		.fuse_fd = open("/dev/fuse", O_RDWR | O_CLOEXEC),
		.mount_fd = -1,
		.buffer = buffer,
		.bytes = bytes,
	};
	if (read->fuse_fd < 0) {
		r = err_errno(e, -errno, "cannot open /dev/fuse");
		unanswered_read_end(read);
		return r;
	}
	r = mount_file(read);
	if (r == 0)
		r = -pthread_create(&read->reader, NULL, read_for_ever, read);
	read->has_reader = r == 0;
	if (r == 0)
		r = serve_until_read(read);
	if (r < 0) {
		unanswered_read_end(read);
		return err_errno(e, r, "cannot keep an O_DIRECT read in flight by FUSE");
	}
	*ret_read = read;
	return 0;
}

void unanswered_read_end(struct unanswered_read *read)
{
	if (!read)
		return;
	/* Nobody serves any more: whatever waits fails (fs/fuse/dev.c: fuse_abort_conn()). */
	cleanup_closep(&read->fuse_fd);
	if (read->has_reader)
		(void)pthread_join(read->reader, NULL);
	cleanup_closep(&read->mount_fd);
	free(read);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/appender.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

int appender_open(struct appender *a, const char *path, bool is_new, struct err *e)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | (is_new ? O_EXCL : 0);
	struct stat st;

	*a = (struct appender){.fd = open(path, flags, 0644)};
	if (a->fd < 0)
		return err_errno(e, -errno, "cannot write '%s'", path);
	if (fstat(a->fd, &st) < 0) {
		int r = err_errno(e, -errno, "cannot look at '%s'", path);

		appender_close(a);
		return r;
	}
	a->size = (uint64_t)st.st_size;
	return 0;
}

void appender_close(struct appender *a)
{
	if (a->fd >= 0)
		(void)close(a->fd);
	a->fd = -1;
}

int appender_cut(struct appender *a, uint64_t size)
{
	if (ftruncate(a->fd, (off_t)size) < 0)
		return -errno;
	a->size = size;
	a->needs_newline = false;
	return 0;
}

/* As write(2), until an error; returns 0 or a negative errno, *ret_written is right in both cases. */
static int write_some(struct appender *a, const char *text, size_t length, size_t *ret_written)
{
	*ret_written = 0;
	while (*ret_written < length) {
		ssize_t n = write(a->fd, text + *ret_written, length - *ret_written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		*ret_written += (size_t)n;
		a->size += (uint64_t)n;
	}
	return 0;
}

static size_t whole_lines(const char *text, size_t length)
{
	const char *newline = length ? memrchr(text, '\n', length) : NULL;

	return newline ? (size_t)(newline - text) + 1 : 0;
}

int appender_write(struct appender *a, const char *text, size_t length, size_t *ret_kept)
{
	size_t written;
	int r;

	*ret_kept = 0;
	if (a->needs_newline) {
		r = write_some(a, "\n", 1, &written);
		if (r < 0)
			return r;
		a->needs_newline = false;
	}
	r = write_some(a, text, length, &written);
	*ret_kept = whole_lines(text, written);
	if (*ret_kept < written && appender_cut(a, a->size - (written - *ret_kept)) < 0)
		a->needs_newline = true;
	return r;
}

int appender_sync(struct appender *a)
{
	return fdatasync(a->fd) < 0 ? -errno : 0;
}

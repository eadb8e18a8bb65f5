// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

static ssize_t real_read(struct fsio *fs, const char *path, char *buffer, size_t size)
{
	cleanup_close int fd = openat(fs->root_fd, path, O_RDONLY | O_CLOEXEC);
	/* An attribute of sysfs comes whole, if it fits (fs/sysfs/file.c). */
	bool is_whole = strncmp(path, "sys/devices/", 12) == 0;
	size_t used = 0;

	if (fd < 0)
		return -errno;
	while (used < size) {
		size_t asked = size - used;
		ssize_t n = read(fd, buffer + used, asked);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
		if (is_whole && (size_t)n < asked)
			break;
	}
	return (ssize_t)used;
}

static int real_write(struct fsio *fs, const char *path, const char *text)
{
	cleanup_close int fd = openat(fs->root_fd, path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	size_t length = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, length);
	if (n < 0)
		return -errno;
	return (size_t)n == length ? 0 : -EIO;
}

static int real_list(struct fsio *fs, const char *path,
		     int (*each)(void *context, const char *name), void *context)
{
	cleanup_close int fd = openat(fs->root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *dir = NULL;
	struct dirent *entry;
	int r;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	(void)steal_fd(&fd);
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = each(context, entry->d_name);
		if (r)
			return r;
	}
}

const struct fsio_ops fsio_real_ops = {
	.read = real_read,
	.write = real_write,
	.list = real_list,
};

int fsio_open(struct fsio *fs, const char *root, struct err *e)
{
	int fd;

	if (!root)
		root = "/";
	fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, -errno, "cannot open the root directory '%s'", root);
	*fs = (struct fsio){
		.ops = &fsio_real_ops,
		.root_fd = fd,
		.is_real_root = strcmp(root, "/") == 0,
	};
	return 0;
}

void fsio_close(struct fsio *fs)
{
	if (fs->root_fd >= 0)
		(void)close(fs->root_fd);
	fs->root_fd = -1;
}

__attribute__((format(printf, 2, 0)))
static int format_path(char path[PATH_MAX], const char *format, va_list args)
{
	int n = vsnprintf(path, PATH_MAX, format, args);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static ssize_t read_path(struct fsio *fs, char *buffer, size_t size, const char *path)
{
	ssize_t n = fs->ops->read(fs, path, buffer, size - 1);

	if (n < 0)
		return n;
	while (n > 0 && (buffer[n - 1] == '\n' || buffer[n - 1] == ' '))
		n--;
	buffer[n] = '\0';
	return n;
}

ssize_t fsio_read_text(struct fsio *fs, char *buffer, size_t size, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	int r;

	va_start(args, format);
	r = format_path(path, format, args);
	va_end(args);
	return r < 0 ? r : read_path(fs, buffer, size, path);
}

int fsio_read_all(struct fsio *fs, char **ret_text, size_t *ret_size, const char *path)
{
	size_t room = 16384;
	cleanup_free char *text = NULL;
	ssize_t n;

	for (;;) {
		text = memory_grow(text, room + 1, 1);
		n = fs->ops->read(fs, path, text, room);
		if (n < 0)
			return (int)n;
		if ((size_t)n < room)
			break;
		room *= 2;
	}
	text[n] = '\0';
	if (ret_size)
		*ret_size = (size_t)n;
	*ret_text = steal_ptr(&text);
	return 0;
}

int fsio_read_u64(struct fsio *fs, uint64_t *ret_value, int base, const char *format, ...)
{
	char path[PATH_MAX], text[64], *end;
	unsigned long long value;
	va_list args;
	ssize_t n;
	int r;

	va_start(args, format);
	r = format_path(path, format, args);
	va_end(args);
	if (r < 0)
		return r;
	n = read_path(fs, text, sizeof(text), path);
	if (n < 0)
		return (int)n;
	errno = 0;
	value = strtoull(text, &end, base);
	if (n == 0 || *end != '\0' || text[0] == '-')
		return -EINVAL;
	if (errno)
		return -errno;
	*ret_value = value;
	return 0;
}

int fsio_write_text(struct fsio *fs, const char *text, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	int r;

	va_start(args, format);
	r = format_path(path, format, args);
	va_end(args);
	return r < 0 ? r : fs->ops->write(fs, path, text);
}

bool fsio_exists(struct fsio *fs, const char *path)
{
	struct stat unused;

	return fstatat(fs->root_fd, path, &unused, 0) == 0;
}

int fsio_list(struct fsio *fs, const char *path, int (*each)(void *context, const char *name),
	      void *context)
{
	return fs->ops->list(fs, path, each, context);
}

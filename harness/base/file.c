// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

int file_read_all(const char *path, char **ret_text, size_t *ret_length, struct err *e)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	size_t used = 0, room = 65536;

	if (fd < 0)
		return err_errno(e, -errno, "cannot read '%s'", path);
	text = memory_alloc(room + 1, 1);
	for (;;) {
		ssize_t n = read(fd, text + used, room - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, -errno, "cannot read '%s'", path);
		if (n == 0)
			break;
		used += (size_t)n;
		if (used == room) {
			room *= 2;
			text = memory_grow(text, room + 1, 1);
		}
	}
	text[used] = '\0';
	*ret_length = used;
	*ret_text = steal_ptr(&text);
	return 0;
}

int file_write_fd(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		length -= (size_t)n;
	}
	return 0;
}

static void sync_parent(const char *path)
{
	cleanup_free char *copy = memory_string(path);
	cleanup_close int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)fsync(fd); /* some file systems refuse it on a directory: nothing to do then */
}

/* A device, a FIFO: a rename would put a regular file in its place (even of /dev/null, for root). */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int write_special(const char *path, const char *text, size_t length, struct err *e)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : file_write_fd(fd, text, length);

	return r < 0 ? err_errno(e, r, "cannot write '%s'", path) : 0;
}

static int write_regular(const char *path, const char *text, size_t length, struct err *e)
{
	cleanup_free char *temporary = memory_format("%s.tmp.%d", path, (int)getpid());
	cleanup_close int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int r;

	if (fd < 0)
		return err_errno(e, -errno, "cannot write '%s'", path);
	r = file_write_fd(fd, text, length);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(temporary);
		return err_errno(e, r, "cannot write '%s'", path);
	}
	sync_parent(path);
	return 0;
}

int file_write_atomic(const char *path, const char *text, size_t length, struct err *e)
{
	if (is_special(path))
		return write_special(path, text, length, e);
	return write_regular(path, text, length, e);
}

bool file_is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int file_make_directories(const char *path, struct err *e)
{
	cleanup_free char *copy = memory_string(path);

	for (char *p = copy + 1;; p++) {
		char old = *p;

		if (old != '/' && old != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return err_errno(e, -errno, "cannot make the folder '%s'", copy);
		*p = old;
		if (old == '\0')
			return 0;
	}
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

#define OPEN_FOLDERS 16 /* of a deeper tree nftw() opens them again */

int file_remove_tree(const char *path)
{
	if (nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0)
		return -errno;
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? -ENOTEMPTY : 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every access to /sys and /proc goes through a struct fsio: a root directory ("/" or a
 * captured tree, --sysroot) and a table of operations, which tests replace to script faults.
 * Paths are relative to the root and have no leading slash: "sys/devices/system/memory".
 * All functions return 0 or a count, or a negative errno; none retries, none prints.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct fsio;

struct fsio_ops {
	/* Reads up to @size bytes from the start of the file; returns the number read. */
	ssize_t (*read)(struct fsio *fs, const char *path, char *buffer, size_t size);
	/* One open, one write(2) of the whole text, one close: EINTR and friends come back as is. */
	int (*write)(struct fsio *fs, const char *path, const char *text);
	/* Calls @each for every name but "." and ".."; a nonzero result of it stops and is returned. */
	int (*list)(struct fsio *fs, const char *path,
		    int (*each)(void *context, const char *name), void *context);
};

struct fsio {
	const struct fsio_ops *ops;
	int root_fd;	   /* O_PATH; owned */
	bool is_real_root; /* false under --sysroot: nothing there may be written */
	void *context;	   /* for the test's operations */
};

/* The operations on a real directory tree. */
extern const struct fsio_ops fsio_real_ops;

/* @root NULL or "/" is this machine. Writes below any other root are allowed (fixtures are files). */
int fsio_open(struct fsio *fs, const char *root, struct err *e);
void fsio_close(struct fsio *fs);

/* Text of at most @size - 1 bytes, NUL-terminated, trailing newlines and spaces cut. */
ssize_t fsio_read_text(struct fsio *fs, char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The whole file of any size, NUL-terminated, owned by the caller. */
int fsio_read_all(struct fsio *fs, char **ret_text, size_t *ret_size, const char *path);

/* A number in @base (10, 16, or 0 for a 0x prefix); -EINVAL when the file holds something else. */
int fsio_read_u64(struct fsio *fs, uint64_t *ret_value, int base, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

int fsio_write_text(struct fsio *fs, const char *text, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

bool fsio_exists(struct fsio *fs, const char *path);

int fsio_list(struct fsio *fs, const char *path, int (*each)(void *context, const char *name),
	      void *context);

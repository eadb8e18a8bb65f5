/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ordinary files: read whole, write so that a reader sees the old or the new text, never half. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;

/* *ret_text is NUL-terminated and owned by the caller. */
int file_read_all(const char *path, char **ret_text, size_t *ret_length, struct err *e);

/*
 * Temporary file beside @path, fsync, rename, fsync of the folder. What is there and no regular
 * file (a device, a FIFO) is written to as it is.
 */
int file_write_atomic(const char *path, const char *text, size_t length, struct err *e);

/* A link to a folder is one, too. */
bool file_is_folder(const char *path);

/* mkdir -p */
int file_make_directories(const char *path, struct err *e);

/*
 * rm -r: links are not followed, no other file system is entered. What cannot be removed stays, and
 * the rest goes all the same: -ENOTEMPTY. Another errno: @path itself is none that can be read.
 */
int file_remove_tree(const char *path);

/* All of it, across partial writes and EINTR. */
int file_write_fd(int fd, const char *text, size_t length);

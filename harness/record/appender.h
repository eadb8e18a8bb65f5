/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that only grows, line by line, and never holds half a line: what a full disk or a limit
 * cut off is taken back before anything else is written.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

struct appender {
	int fd; /* owned */
	uint64_t size;
	bool needs_newline; /* half a line could not be taken back: it is at least closed off */
};

int appender_open(struct appender *a, const char *path, bool is_new, struct err *e);
void appender_close(struct appender *a);

/*
 * @text is whole lines. 0, or a negative errno; *ret_kept: the bytes of @text that are in the
 * file, always whole lines.
 */
int appender_write(struct appender *a, const char *text, size_t length, size_t *ret_kept);

/* On disk when it returns 0. */
int appender_sync(struct appender *a);

/* Takes back all that was written behind @size. */
int appender_cut(struct appender *a, uint64_t size);

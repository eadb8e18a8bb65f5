/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's console: kept in a file, and watched for a panic. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct console {
	int fd; /* the file */
	char line[512];
	size_t n_line;
	bool is_panic;
	char panic[512]; /* "Kernel panic - not syncing: ..." */
	char last[512];	 /* the last line that was not empty, for one that only stopped */
};

void console_feed(struct console *c, const char *bytes, size_t n);

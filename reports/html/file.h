/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdio.h>

struct err;

/*
 * Writes what @write makes into the file @path, whole or not at all; "-" is standard output.
 * Returns 0 or a negative errno.
 */
int html_to_file(const char *path, int (*write)(void *context, FILE *out, struct err *e),
		 void *context, struct err *e);

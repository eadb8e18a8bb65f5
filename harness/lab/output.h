/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's second serial line: the command's output, passed on line by line, and between it
 * the lines by which the guest's /init says where the boot stands (guest/init).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct output {
	int fd; /* where the output goes */
	char *pending;
	size_t n_pending;
	bool is_up;	   /* user space was reached */
	bool is_running;   /* the command was started */
	char *release;	   /* the guest's uname -r, once it is up */
	char *complaint;   /* why /init could not run the command */
	bool is_fd_broken; /* nobody reads any more */
};

void output_feed(struct output *o, const char *bytes, size_t n);
void output_flush(struct output *o); /* passes on a last line without newline */
void output_done(struct output *o);

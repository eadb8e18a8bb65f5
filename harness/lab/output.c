// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/output.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"

#define PENDING_MAX 4096 /* a longer line is passed on in parts */

static const char mark[] = "\036memsoak ";

static void pass_on(struct output *o, size_t n)
{
	if (!o->is_fd_broken && file_write_fd(o->fd, o->pending, n) < 0)
		o->is_fd_broken = true;
	o->n_pending -= n;
	memmove(o->pending, o->pending + n, o->n_pending);
}

static void mind(struct output *o, const char *text)
{
	if (strncmp(text, "up ", 3) == 0) {
		const char *release = strchr(text + 3, ' ');

		o->is_up = true;
		if (release && !o->release)
			o->release = memory_string(release + 1);
	} else if (strcmp(text, "run") == 0) {
		o->is_running = true;
	} else if (strncmp(text, "fail ", 5) == 0 && !o->complaint) {
		o->complaint = memory_string(text + 5);
	}
}

/* Takes the first @n bytes, a whole line: the host's own or the command's. */
static void take_line(struct output *o, size_t n)
{
	size_t length = strlen(mark);

	/* Once the command runs, its output is its own, whatever it looks like. */
	if (!o->is_running && n > length && memcmp(o->pending, mark, length) == 0) {
		cleanup_free char *text =
			memory_format("%.*s", (int)(n - length - 1), o->pending + length);

		mind(o, text);
		o->n_pending -= n;
		memmove(o->pending, o->pending + n, o->n_pending);
		return;
	}
	pass_on(o, n);
}

void output_feed(struct output *o, const char *bytes, size_t n)
{
	if (!o->pending)
		o->pending = memory_alloc(PENDING_MAX, 1);
	for (size_t i = 0; i < n; i++) {
		o->pending[o->n_pending++] = bytes[i];
		if (bytes[i] == '\n')
			take_line(o, o->n_pending);
		else if (bytes[i] == '\r' || o->n_pending == PENDING_MAX)
			pass_on(o, o->n_pending);
	}
}

void output_flush(struct output *o)
{
	if (o->n_pending)
		pass_on(o, o->n_pending);
}

void output_done(struct output *o)
{
	free(o->pending);
	free(o->release);
	free(o->complaint);
	*o = (struct output){.fd = -1};
}

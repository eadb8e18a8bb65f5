// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "record/journal_parse.h"

#define READ_SIZE 262144

struct journal {
	char *path;
	int fd;
	char *buffer; /* [begin, end) is what was read and not used yet */
	size_t room, begin, end;
	uint64_t offset; /* in the file, of buffer[begin] */
	uint64_t limit;	 /* nothing of the file beyond this is read */
	bool is_at_end;	 /* of the file */
	bool is_skipping; /* within a line that is too long */
	struct journal_line line;
	struct journal_figures figures;
	uint64_t corrupt_before; /* figures.corrupt when the last record was read */
};

int journal_open(const char *path, struct journal **ret_journal, struct err *e)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct journal *j;

	if (fd < 0)
		return err_errno(e, -errno, "cannot read '%s'", path);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	j = memory_alloc(1, sizeof(*j));
	j->path = memory_string(path);
	j->fd = steal_fd(&fd);
	j->room = READ_SIZE;
	j->buffer = memory_alloc(j->room, 1);
	j->limit = UINT64_MAX;
	*ret_journal = j;
	return 0;
}

int journal_reopen(struct journal *j, struct err *e)
{
	cleanup_close int fd = open(j->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(e, -errno, "cannot read '%s'", j->path);
	(void)close(j->fd);
	j->fd = steal_fd(&fd);
	j->begin = j->end = 0;
	j->offset = 0;
	j->limit = UINT64_MAX;
	j->is_at_end = j->is_skipping = false;
	j->figures = (struct journal_figures){0};
	j->corrupt_before = 0;
	return 0;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	(void)close(j->fd);
	journal_line_done(&j->line);
	free(j->buffer);
	free(j->path);
	free(j);
}

void journal_read_until(struct journal *j, uint64_t limit)
{
	j->limit = limit;
	j->is_at_end = false;
}

const struct journal_figures *journal_figures(const struct journal *j)
{
	return &j->figures;
}

static void drop_bytes(struct journal *j, size_t length)
{
	j->begin += length;
	j->offset += length;
}

/* Reads more behind buffer[end]; makes room first. The line that stands there is below the cap. */
static int fill(struct journal *j, struct err *e)
{
	uint64_t left;
	size_t wanted;
	ssize_t n;

	if (j->begin > 0) {
		memmove(j->buffer, j->buffer + j->begin, j->end - j->begin);
		j->end -= j->begin;
		j->begin = 0;
	}
	if (j->room - j->end < READ_SIZE / 2) {
		j->room *= 2;
		j->buffer = memory_grow(j->buffer, j->room, 1);
	}
	wanted = j->room - j->end;
	left = j->limit - j->offset - j->end; /* begin is 0 */
	if (wanted > left)
		wanted = (size_t)left;
	do
		n = read(j->fd, j->buffer + j->end, wanted);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(e, -errno, "cannot read '%s'", j->path);
	j->is_at_end = n == 0;
	j->end += (size_t)n;
	return 0;
}

/* 1: *ret_line is the next line, without its newline; 0: no further one. Lines too long are left out. */
static int next_line(struct journal *j, const char **ret_line, size_t *ret_length, bool *ret_whole,
		     struct err *e)
{
	size_t searched = 0;

	for (;;) {
		char *start = j->buffer + j->begin;
		size_t there = j->end - j->begin;
		char *newline = memchr(start + searched, '\n', there - searched);
		size_t length = newline ? (size_t)(newline - start) : there;
		int r;

		if (newline || (j->is_at_end && there > 0)) {
			bool was_skipping = j->is_skipping || length > JOURNAL_MAX_LINE;

			drop_bytes(j, newline ? length + 1 : length);
			j->is_skipping = false;
			*ret_line = start;
			*ret_length = length;
			*ret_whole = newline != NULL;
			if (!was_skipping)
				return 1;
			j->figures.corrupt++;
			searched = 0;
			continue;
		}
		if (j->is_at_end) {
			j->figures.corrupt += j->is_skipping;
			j->is_skipping = false;
			return 0;
		}
		if (there > JOURNAL_MAX_LINE) {
			j->is_skipping = true;
			drop_bytes(j, there);
			there = 0;
		}
		searched = there;
		r = fill(j, e);
		if (r < 0)
			return r;
	}
}

static void note_boot(struct journal *j, struct journal_event *event)
{
	char boot[JOURNAL_BOOT_SIZE];

	event->is_new_boot = false;
	/* Nearly always the one before: compared where it stands. */
	if (journal_equals(event->object, "boot", j->figures.boot) ||
	    !journal_string(event->object, "boot", boot, sizeof(boot)) ||
	    strcmp(boot, j->figures.boot) == 0)
		return;
	memcpy(j->figures.boot, boot, sizeof(boot));
	j->figures.boots++;
	event->is_new_boot = true;
}

static bool read_event(struct journal *j, const char *text, size_t length,
		       struct journal_event *event)
{
	struct journal_value name;

	if (!journal_line_parse(&j->line, text, length))
		return false;
	event->object = (struct journal_value){.line = &j->line};
	name = journal_get(event->object, "ev");
	if (!journal_is_there(name) || j->line.nodes[name.node].type != JOURNAL_STRING ||
	    !journal_uint(event->object, "seq", &event->seq) ||
	    !journal_uint(event->object, "t", &event->t_ns))
		return false;
	event->name = text + j->line.nodes[name.node].start;
	event->name_length = j->line.nodes[name.node].length;
	return true;
}

static void count_event(struct journal *j, struct journal_event *event)
{
	struct journal_figures *f = &j->figures;

	/*
	 * A corrupt line may well be the number that is missing: it has been counted. A file that
	 * begins with totals is not the first one.
	 */
	if (event->seq != f->next_seq && f->corrupt == j->corrupt_before &&
	    !(f->events == 0 && journal_event_is(event, JOURNAL_TOTALS)))
		f->gaps++;
	j->corrupt_before = f->corrupt;
	f->next_seq = event->seq + 1;
	f->events++;
	note_boot(j, event);
}

int journal_next(struct journal *j, struct journal_event *event, struct err *e)
{
	size_t length = 0;
	const char *text;
	bool is_whole;

	for (;;) {
		int r = next_line(j, &text, &length, &is_whole, e);

		if (r <= 0)
			return r;
		if (read_event(j, text, length, event)) {
			count_event(j, event);
			j->figures.end_offset = j->offset;
			j->figures.lacks_newline = !is_whole;
			return 1;
		}
		if (!is_whole) {
			j->figures.torn = true;
			return 0;
		}
		j->figures.corrupt++;
		j->figures.end_offset = j->offset;
	}
}

bool journal_event_is(const struct journal_event *event, const char *name)
{
	return strlen(name) == event->name_length &&
	       memcmp(event->name, name, event->name_length) == 0;
}

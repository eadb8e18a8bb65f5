// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"

/* A record is at most 8 KiB (kernel/printk/: CONSOLE_EXT_LOG_MAX, PRINTK_MESSAGE_MAX). */
#define KMSG_BUFFER 65536

/* As often in a row the ring may be overrun under our hands before we take a rest. */
#define MAX_OVERRUNS 1000

/* Dropping the records that are there takes a few ms; a flood must not make it endless. */
#define DROP_NS (2 * NS_PER_S)

static int drop_old_records(struct kmsg_reader *r, struct err *e)
{
	uint64_t begin_ns = clock_monotonic_ns(), lost;
	struct kmsg_record record;
	int result;

	do {
		result = kmsg_next(r, &record, &lost, e);
	} while (result > 0 && clock_monotonic_ns() - begin_ns < DROP_NS);
	if (result > 0 && lseek(r->fd, 0, SEEK_END) >= 0)
		r->has_sequence = false;
	r->records = 0;
	r->lost = 0;
	return result < 0 ? result : 0;
}

int kmsg_open(struct kmsg_reader *r, const char *path, bool from_now, struct err *e)
{
	const char *name = path ? path : "/dev/kmsg";
	cleanup_close int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int result;

	*r = (struct kmsg_reader){.fd = -1};
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(e, -errno, "cannot read the kernel's log (%s)", name);
	*r = (struct kmsg_reader){
		.fd = steal_fd(&fd),
		.read = read,
		.is_stream = !S_ISCHR(st.st_mode),
		.buffer = memory_alloc(KMSG_BUFFER, 1),
		.text = memory_alloc(KMSG_BUFFER, 1),
	};
	result = from_now ? drop_old_records(r, e) : 0;
	if (result < 0)
		kmsg_close(r);
	return result;
}

void kmsg_close(struct kmsg_reader *r)
{
	if (r->fd >= 0)
		(void)close(r->fd);
	free(r->buffer);
	free(r->text);
	*r = (struct kmsg_reader){.fd = -1};
}

/* A piece of the log: its place in the buffer. */
struct piece {
	const char *bytes;
	size_t length;
};

/*
 * One read of the device is one record. 1, 0 (none now) or a negative errno. *overrun: the ring
 * went over us; the next record is the oldest that is left.
 */
static int read_device(struct kmsg_reader *r, struct piece *piece, bool *overrun)
{
	unsigned int overruns = 0, too_long = 0;

	while (overruns < MAX_OVERRUNS) {
		ssize_t n = r->read(r->fd, r->buffer, KMSG_BUFFER);

		if (n > 0) {
			*piece = (struct piece){r->buffer, (size_t)n};
			return 1;
		}
		if (n == 0 || errno == EAGAIN)
			return 0;
		if (errno == EPIPE) {
			overruns++;
			*overrun = true;
		} else if (errno == EINVAL && too_long == 0) {
			/* Longer than the buffer: the kernel has passed over it, its number tells.
			 */
			too_long++;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

/* The first whole record of what a stream gave. @is_all: nothing more is there at the moment. */
static bool cut_record(struct kmsg_reader *r, bool is_all, struct piece *piece)
{
	const char *begin = r->buffer + r->begin, *end = r->buffer + r->end, *newline = begin;

	for (;;) {
		newline = memchr(newline, '\n', (size_t)(end - newline));
		if (!newline)
			return false;
		newline++;
		if (newline == end && !is_all)
			return false;
		if (newline == end || *newline != ' ')
			break;
	}
	*piece = (struct piece){begin, (size_t)(newline - begin)};
	r->begin += piece->length;
	return true;
}

/* More of the stream into the buffer. 1, 0 (none now) or a negative errno. */
static int fill_buffer(struct kmsg_reader *r)
{
	ssize_t n;

	memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
	r->end -= r->begin;
	r->begin = 0;
	if (r->end == KMSG_BUFFER) {
		r->end = 0;
		r->is_skipping = true;
	}
	do {
		n = r->read(r->fd, r->buffer + r->end, KMSG_BUFFER - r->end);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	r->end += (size_t)n;
	return n > 0;
}

static int read_stream(struct kmsg_reader *r, struct piece *piece)
{
	int filled = 1;

	for (;;) {
		if (cut_record(r, filled == 0, piece)) {
			if (!r->is_skipping)
				return 1;
			r->is_skipping = false; /* that was the rest of it */
			continue;
		}
		if (filled <= 0)
			return filled;
		filled = fill_buffer(r);
	}
}

int kmsg_next(struct kmsg_reader *r, struct kmsg_record *record, uint64_t *ret_lost, struct err *e)
{
	bool overrun = false;
	struct piece piece = {0};
	int result;

	*ret_lost = 0;
	do {
		result = r->is_stream ? read_stream(r, &piece) : read_device(r, &piece, &overrun);
		if (result < 0)
			return err_errno(e, result, "cannot read the kernel's log");
		if (result == 0)
			return 0;
	} while (!kmsg_parse(piece.bytes, piece.length, r->text, record));
	if (r->has_sequence && record->sequence > r->next_sequence)
		*ret_lost = record->sequence - r->next_sequence;
	else if (!r->has_sequence && overrun)
		*ret_lost = 1;
	r->has_sequence = true;
	r->next_sequence = record->sequence + 1;
	r->records++;
	r->lost += *ret_lost;
	return 1;
}

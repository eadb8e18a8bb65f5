// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kmsg.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

/* CONSOLE_EXT_LOG_MAX is 8 KiB (kernel/printk/printk.c); a smaller buffer answers EINVAL. */
#define KMSG_BUFFER 65536

int kmsg_open(struct kmsg_reader *r, const char *path, bool from_now, struct err *e)
{
	const char *name = path ? path : "/dev/kmsg";
	cleanup_close int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return err_errno(e, -errno, "cannot read the kernel's log (%s)", name);
	if (from_now && lseek(fd, 0, SEEK_END) < 0 && errno != ESPIPE)
		return err_errno(e, -errno, "cannot go to the end of %s", name);
	*r = (struct kmsg_reader){
		.fd = steal_fd(&fd),
		.buffer = memory_alloc(KMSG_BUFFER, 1),
		.text = memory_alloc(KMSG_BUFFER, 1),
	};
	return 0;
}

void kmsg_close(struct kmsg_reader *r)
{
	if (r->fd >= 0)
		(void)close(r->fd);
	free(r->buffer);
	free(r->text);
	r->fd = -1;
	r->buffer = NULL;
	r->text = NULL;
}

/* A decimal number up to @stop; false when there is none. */
static bool take_number(const char **at, const char *end, char stop, uint64_t *ret)
{
	const char *p = *at;
	uint64_t value = 0;

	while (p < end && isdigit((unsigned char)*p)) {
		if (value > (UINT64_MAX - 9) / 10)
			return false;
		value = value * 10 + (uint64_t)(*p++ - '0');
	}
	if (p == *at || p == end || *p != stop)
		return false;
	*at = p + 1;
	*ret = value;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The kernel writes \xNN for bytes that are not printable, and for the backslash. */
static size_t unescape(const char *from, const char *end, char *to)
{
	size_t n = 0;

	while (from < end) {
		if (end - from >= 4 && from[0] == '\\' && from[1] == 'x' && hex_digit(from[2]) >= 0 &&
		    hex_digit(from[3]) >= 0) {
			to[n++] = (char)(hex_digit(from[2]) * 16 + hex_digit(from[3]));
			from += 4;
		} else {
			to[n++] = *from++;
		}
	}
	return n;
}

bool kmsg_parse(const char *raw, size_t length, char *text_room, struct kmsg_record *record)
{
	const char *end = raw + length, *at = raw, *text, *newline;
	uint64_t priority, sequence, time_us;

	if (!take_number(&at, end, ',', &priority) || !take_number(&at, end, ',', &sequence) ||
	    !take_number(&at, end, ',', &time_us) || at == end)
		return false;
	text = memchr(at, ';', (size_t)(end - at));
	newline = memchr(at, '\n', (size_t)(end - at));
	if (!text || (newline && newline < text))
		return false;
	*record = (struct kmsg_record){
		.level = (unsigned int)(priority & 7),
		.facility = (unsigned int)(priority >> 3),
		.sequence = sequence,
		.time_us = time_us,
		.is_fragment = *at == 'c',
		.text = text_room,
		.raw = raw,
		.raw_length = length,
	};
	/* Lines that begin with a space are KEY=value about the record, no part of the message. */
	text++;
	newline = memchr(text, '\n', (size_t)(end - text));
	record->text_length = unescape(text, newline ? newline : end, text_room);
	return true;
}

int kmsg_next(struct kmsg_reader *r, struct kmsg_record *record, uint64_t *ret_lost, struct err *e)
{
	*ret_lost = 0;
	for (;;) {
		ssize_t n = read(r->fd, r->buffer, KMSG_BUFFER);

		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue; /* EPIPE: overrun; the next record's sequence tells by how much */
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return err_errno(e, -errno, "cannot read the kernel's log");
		if (n == 0)
			return 0;
		if (!kmsg_parse(r->buffer, (size_t)n, r->text, record))
			continue;
		if (r->has_sequence && record->sequence > r->next_sequence)
			*ret_lost = record->sequence - r->next_sequence;
		r->has_sequence = true;
		r->next_sequence = record->sequence + 1;
		r->records++;
		r->lost += *ret_lost;
		return 1;
	}
}

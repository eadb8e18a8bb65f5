// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The form of a record: Documentation/ABI/testing/dev-kmsg. A record is a line, and behind it lines
 * that begin with a space and tell KEY=value about it; flags and, with PRINTK_CALLER, caller=T1
 * stand between the time and the semicolon.
 */
#include "observe/kmsg.h"

#include <stddef.h>
#include <string.h>

/* Facility and level of a record fit in 11 bits (kernel/printk/printk.c, devkmsg_write()). */
#define PRIORITY_MAX 2047

/* A decimal number up to @stop; false when there is none. */
static bool take_number(const char **at, const char *end, char stop, uint64_t *ret)
{
	const char *p = *at;
	uint64_t value = 0;

	while (p < end && *p >= '0' && *p <= '9') {
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
		const char *escape = memchr(from, '\\', (size_t)(end - from));
		size_t plain = (size_t)((escape ? escape : end) - from);

		memcpy(to + n, from, plain);
		n += plain;
		from += plain;
		if (end - from >= 4 && from[1] == 'x' && hex_digit(from[2]) >= 0 &&
		    hex_digit(from[3]) >= 0) {
			to[n++] = (char)(hex_digit(from[2]) * 16 + hex_digit(from[3]));
			from += 4;
		} else if (from < end) {
			to[n++] = *from++;
		}
	}
	return n;
}

size_t kmsg_caller(const char *text, size_t length, uint64_t *ret_caller)
{
	const char *p = text + 1;
	uint64_t number = 0;

	if (length < 2 || (*text != 'T' && *text != 'C'))
		return 0;
	for (; p < text + length && p - text < 11 && *p >= '0' && *p <= '9'; p++)
		number = number * 10 + (uint64_t)(*p - '0');
	*ret_caller = number << 1 | (*text == 'C');
	return p - text > 1 ? (size_t)(p - text) : 0;
}

/* Behind the flag: ",caller=T123", and what later kernels may add. */
static void find_caller(const char *at, const char *end, struct kmsg_record *record)
{
	static const char key[] = ",caller=";
	const char *found;

	/* Most have a flag there and nothing else. */
	found = end - at > (ptrdiff_t)sizeof(key) ? memmem(at, (size_t)(end - at), key, sizeof(key) - 1) : NULL;
	if (!found)
		return;
	found += sizeof(key) - 1;
	record->has_caller = kmsg_caller(found, (size_t)(end - found), &record->caller) > 0;
}

bool kmsg_parse(const char *raw, size_t length, char *text_room, struct kmsg_record *record)
{
	const char *end = raw + length, *at = raw, *text, *newline;
	uint64_t priority, sequence, time_us;

	if (!take_number(&at, end, ',', &priority) || !take_number(&at, end, ',', &sequence) ||
	    !take_number(&at, end, ',', &time_us) || at == end || priority > PRIORITY_MAX)
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
	find_caller(at, text, record);
	/* Lines that begin with a space are KEY=value about the record, no part of the message. */
	text++;
	newline = memchr(text, '\n', (size_t)(end - text));
	record->text_length = unescape(text, newline ? newline : end, text_room);
	return true;
}

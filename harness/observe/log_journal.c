// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/log_journal.h"

#include <stdlib.h>

#include "base/memory.h"
#include "observe/kmsg_finding.h"
#include "observe/kmsg_text.h"

#define NAME_SIZE 64
#define VALUE_SIZE 16384 /* of longer ones the beginning */

enum journal_state {
	IN_NAME,
	IN_VALUE,  /* up to a newline */
	IN_LENGTH, /* of a binary value */
	IN_BINARY,
	AT_NEWLINE, /* behind a binary value */
};

struct log_journal {
	struct kmsg_classifier *classifier;
	enum journal_state state;
	size_t name_length, value_length;
	unsigned int length_bytes;
	uint64_t length; /* what is left of a binary value */
	char name[NAME_SIZE];

	/* of the entry */
	bool is_kernel, is_foreign, has_time, has_message, is_empty;
	uint64_t time_us;
	size_t message_length;
	char value[VALUE_SIZE], message[VALUE_SIZE];
};

static const char first_name[] = "__CURSOR=";
_Static_assert(sizeof(first_name) - 1 == LOG_JOURNAL_BEGIN_LENGTH, "as the header says");

bool log_journal_begins(const char *bytes, size_t n)
{
	return n >= sizeof(first_name) - 1 && memcmp(bytes, first_name, sizeof(first_name) - 1) == 0;
}

bool log_journal_may_begin(const char *bytes, size_t n)
{
	return memcmp(bytes, first_name, n < sizeof(first_name) - 1 ? n : sizeof(first_name) - 1) == 0;
}

static void begin_entry(struct log_journal *j)
{
	j->is_kernel = j->is_foreign = j->has_time = j->has_message = false;
	j->is_empty = true;
	j->message_length = 0;
}

struct log_journal *log_journal_new(struct kmsg_classifier *classifier)
{
	struct log_journal *j = memory_alloc(1, sizeof(*j));

	j->classifier = classifier;
	begin_entry(j);
	return j;
}

void log_journal_free(struct log_journal *j)
{
	free(j);
}

static void end_field(struct log_journal *j)
{
	struct kmsg_span name = {j->name, j->name + j->name_length};
	struct kmsg_span value = {j->value, j->value + j->value_length}, s = value;
	uint64_t number;

	j->state = IN_NAME;
	j->is_empty = false;
	if (span_take(&name, "_TRANSPORT")) {
		j->is_kernel = span_length(s) == 6 && span_take(&s, "kernel");
	} else if (span_take(&name, "SYSLOG_FACILITY")) {
		/* What a program wrote to /dev/kmsg comes by the kernel, too, but not as facility 0. */
		j->is_foreign |= !span_take_number(&s, UINT32_MAX, &number) || number != 0;
	} else if (span_take(&name, "_SOURCE_MONOTONIC_TIMESTAMP")) {
		j->has_time = span_take_number(&s, UINT64_MAX / 1000, &number);
		if (j->has_time)
			j->time_us = number;
	} else if (span_take(&name, "MESSAGE") && name.at == name.end) {
		memcpy(j->message, j->value, j->value_length);
		j->message_length = j->value_length;
		j->has_message = true;
	}
	j->name_length = j->value_length = 0;
}

static uint64_t end_entry(struct log_journal *j)
{
	struct kmsg_line line = {
		.text = j->message,
		.length = j->message_length,
		.has_time = j->has_time,
		.time_ns = j->has_time ? j->time_us * 1000 : 0,
	};
	bool was_empty = j->is_empty;

	if (j->is_kernel && !j->is_foreign && j->has_message)
		kmsg_classify_message(j->classifier, &line);
	begin_entry(j);
	j->name_length = j->value_length = 0;
	j->state = IN_NAME;
	return was_empty ? 0 : 1;
}

static void add_value(struct log_journal *j, const char *bytes, size_t n)
{
	size_t room = sizeof(j->value) - j->value_length;

	if (n > room)
		n = room;
	memcpy(j->value + j->value_length, bytes, n);
	j->value_length += n;
}

static uint64_t take_name_byte(struct log_journal *j, char c)
{
	if (c == '=') {
		j->state = IN_VALUE;
	} else if (c != '\n') {
		if (j->name_length < sizeof(j->name))
			j->name[j->name_length++] = c;
	} else if (j->name_length == 0) {
		return end_entry(j);
	} else {
		j->state = IN_LENGTH;
		j->length_bytes = 0;
		j->length = 0;
	}
	return 0;
}

/* Is this the beginning of a name that end_field() knows? There are some twenty fields to an entry. */
static bool may_matter(const char *name)
{
	return *name == 'M' || *name == 'S' || (*name == '_' && (name[1] == 'T' || name[1] == 'S'));
}

/* A text field that is all there, as most are. NULL: it is not, or is no text field. */
static const char *take_whole_field(struct log_journal *j, const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at)), *equals;

	equals = newline ? memchr(at, '=', (size_t)(newline - at)) : NULL;
	if (!equals)
		return NULL;
	if (may_matter(at)) {
		j->name_length = (size_t)(equals - at) < sizeof(j->name) ? (size_t)(equals - at)
									 : sizeof(j->name);
		memcpy(j->name, at, j->name_length);
		add_value(j, equals + 1, (size_t)(newline - equals - 1));
		end_field(j);
	}
	j->is_empty = false;
	return newline + 1;
}

static void take_length_byte(struct log_journal *j, char c)
{
	j->length |= (uint64_t)(unsigned char)c << (8 * j->length_bytes++);
	if (j->length_bytes == 8)
		j->state = j->length ? IN_BINARY : AT_NEWLINE;
}

uint64_t log_journal_feed(struct log_journal *j, const char *bytes, size_t n)
{
	const char *at = bytes, *end = bytes + n, *newline, *next;
	uint64_t entries = 0;
	size_t part;

	while (at < end) {
		switch (j->state) {
		case IN_NAME:
			next = j->name_length == 0 ? take_whole_field(j, at, end) : NULL;
			if (!next)
				entries += take_name_byte(j, *at++);
			else
				at = next;
			break;
		case IN_VALUE:
			newline = memchr(at, '\n', (size_t)(end - at));
			part = (size_t)((newline ? newline : end) - at);
			add_value(j, at, part);
			at += part + (newline != NULL);
			if (newline)
				end_field(j);
			break;
		case IN_LENGTH:
			take_length_byte(j, *at++);
			break;
		case IN_BINARY:
			part = j->length < (uint64_t)(end - at) ? (size_t)j->length : (size_t)(end - at);
			add_value(j, at, part);
			at += part;
			j->length -= part;
			if (j->length == 0)
				j->state = AT_NEWLINE;
			break;
		case AT_NEWLINE:
			at++;
			end_field(j);
			break;
		}
	}
	return entries;
}

uint64_t log_journal_end(struct log_journal *j)
{
	if (j->state == IN_VALUE)
		end_field(j);
	return end_entry(j);
}

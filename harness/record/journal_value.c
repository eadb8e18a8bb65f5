// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking into a record. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "record/journal.h"
#include "record/journal_parse.h"

#define ABSENT UINT32_MAX

static const struct journal_node *node_of(struct journal_value value)
{
	return value.node == ABSENT ? NULL : &value.line->nodes[value.node];
}

static struct journal_value at_node(struct journal_value value, uint32_t node)
{
	return (struct journal_value){.line = value.line, .node = node};
}

bool journal_is_there(struct journal_value value)
{
	return value.node != ABSENT;
}

bool journal_is_object(struct journal_value value)
{
	const struct journal_node *n = node_of(value);

	return n && n->type == JOURNAL_OBJECT;
}

struct journal_value journal_get(struct journal_value object, const char *key)
{
	const struct journal_node *n = node_of(object), *nodes;
	size_t length;

	if (!key)
		return object;
	if (!n || n->type != JOURNAL_OBJECT)
		return at_node(object, ABSENT);
	nodes = object.line->nodes;
	length = strlen(key);
	for (uint32_t i = object.node + 1; i < n->next; i = nodes[i + 1].next)
		if (nodes[i].length == length &&
		    memcmp(object.line->text + nodes[i].start, key, length) == 0)
			return at_node(object, i + 1);
	return at_node(object, ABSENT);
}

/* The digits of an integer node; false when they are more than 64 bits. */
static bool read_digits(const char *text, uint32_t length, uint64_t *ret)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < length; i++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
			return false;
	}
	*ret = value;
	return true;
}

bool journal_uint(struct journal_value object, const char *key, uint64_t *ret)
{
	struct journal_value value = journal_get(object, key);
	const struct journal_node *n = node_of(value);
	const char *text;

	if (!n || n->type != JOURNAL_INTEGER)
		return false;
	text = value.line->text + n->start;
	return text[0] != '-' && read_digits(text, n->length, ret);
}

bool journal_int(struct journal_value object, const char *key, int64_t *ret)
{
	struct journal_value value = journal_get(object, key);
	const struct journal_node *n = node_of(value);
	uint64_t magnitude;
	const char *text;
	bool is_negative;

	if (!n || n->type != JOURNAL_INTEGER)
		return false;
	text = value.line->text + n->start;
	is_negative = text[0] == '-';
	if (!read_digits(text + is_negative, n->length - is_negative, &magnitude) ||
	    magnitude > INT64_MAX)
		return false;
	*ret = is_negative ? -(int64_t)magnitude : (int64_t)magnitude;
	return true;
}

bool journal_bool(struct journal_value object, const char *key, bool *ret)
{
	struct journal_value value = journal_get(object, key);
	const struct journal_node *n = node_of(value);

	if (!n || n->type != JOURNAL_BOOLEAN)
		return false;
	*ret = value.line->text[n->start] == 't';
	return true;
}

static uint32_t read_hex(const char *text)
{
	char digits[5] = {text[0], text[1], text[2], text[3], '\0'};

	return (uint32_t)strtoul(digits, NULL, 16);
}

/* At the 'u' of an escape, whose digits have been checked; returns the bytes used up. */
static size_t read_unicode(const char *text, const char *end, uint32_t *ret_code)
{
	uint32_t code = read_hex(text + 1);

	if (code >= 0xd800 && code <= 0xdbff && end - text >= 11 && text[5] == '\\' &&
	    text[6] == 'u') {
		uint32_t low = read_hex(text + 7);

		if (low >= 0xdc00 && low <= 0xdfff) {
			*ret_code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
			return 11;
		}
	}
	*ret_code = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
	return 5;
}

static size_t put_utf8(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = code ? (char)code : ' ';
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* One character or escape of a string; returns the bytes used up. */
static size_t read_character(const char *text, const char *end, char out[4], size_t *ret_length)
{
	static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	uint32_t code;
	size_t used;

	if (text[0] != '\\') {
		out[0] = text[0];
		*ret_length = 1;
		return 1;
	}
	if (text[1] == 'u') {
		used = read_unicode(text + 1, end, &code);
		*ret_length = put_utf8(code, out);
		return used + 1;
	}
	for (size_t i = 0; escapes[i]; i += 2)
		if (escapes[i] == text[1])
			out[0] = escapes[i + 1];
	*ret_length = 1;
	return 2;
}

/* Takes back the start of a character whose end did not fit any more. */
static size_t drop_cut_character(const char *buffer, size_t used)
{
	size_t start = used;
	unsigned char lead;

	while (start > 0 && used - start < 3 && ((unsigned char)buffer[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return used;
	lead = (unsigned char)buffer[--start];
	if ((lead >= 0xc0 && used - start < 2) || (lead >= 0xe0 && used - start < 3) ||
	    (lead >= 0xf0 && used - start < 4))
		return start;
	return used;
}

bool journal_string(struct journal_value object, const char *key, char *buffer, size_t size)
{
	struct journal_value value = journal_get(object, key);
	const struct journal_node *n = node_of(value);
	const char *text, *end;
	size_t used = 0;

	if (!n || n->type != JOURNAL_STRING)
		return false;
	text = value.line->text + n->start;
	end = text + n->length;
	while (text < end) {
		char out[4] = {0};
		size_t length, step = read_character(text, end, out, &length);

		if (used + length > size - 1) {
			used = drop_cut_character(buffer, used);
			break;
		}
		memcpy(buffer + used, out, length);
		used += length;
		text += step;
	}
	buffer[used] = '\0';
	return true;
}

char *journal_string_alloc(struct journal_value object, const char *key)
{
	struct journal_value value = journal_get(object, key);
	const struct journal_node *n = node_of(value);
	char *text;

	if (!n || n->type != JOURNAL_STRING)
		return NULL;
	text = memory_alloc((size_t)n->length + 1, 1); /* undoing escapes never makes it longer */
	(void)journal_string(value, NULL, text, (size_t)n->length + 1);
	return text;
}

bool journal_equals(struct journal_value object, const char *key, const char *text)
{
	struct journal_value value = journal_get(object, key);
	const struct journal_node *n = node_of(value);
	size_t length = strlen(text);

	return n && n->type == JOURNAL_STRING && n->length == length &&
	       memcmp(value.line->text + n->start, text, length) == 0;
}

struct journal_iterator journal_each(struct journal_value container)
{
	const struct journal_node *n = node_of(container);
	struct journal_iterator i = {
		.key = at_node(container, ABSENT),
		.value = at_node(container, ABSENT),
	};

	if (!n || (n->type != JOURNAL_OBJECT && n->type != JOURNAL_ARRAY))
		return i;
	i.end = n->next;
	if (container.node + 1 == n->next)
		return i;
	if (n->type == JOURNAL_OBJECT)
		i.key.node = container.node + 1;
	i.value.node = container.node + (n->type == JOURNAL_OBJECT ? 2 : 1);
	return i;
}

bool journal_more(const struct journal_iterator *i)
{
	return i->value.node != ABSENT;
}

void journal_step(struct journal_iterator *i)
{
	uint32_t next = i->value.line->nodes[i->value.node].next;

	if (next == i->end) {
		i->value.node = ABSENT;
		i->key.node = ABSENT;
		return;
	}
	if (i->key.node != ABSENT)
		i->key.node = next++;
	i->value.node = next;
}

const char *journal_text(struct journal_value object, const char *key, size_t *ret_length)
{
	struct journal_value value = journal_get(object, key);
	const struct journal_node *n = node_of(value);

	if (!n)
		return NULL;
	*ret_length = n->length;
	return value.line->text + n->start;
}

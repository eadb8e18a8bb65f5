/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into a piece of text that need not end with a NUL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct kmsg_span {
	const char *at, *end;
};

static inline size_t span_length(struct kmsg_span s)
{
	return (size_t)(s.end - s.at);
}

static inline bool span_starts(struct kmsg_span s, const char *word)
{
	size_t length;

	if (s.at == s.end || *s.at != *word)
		return false;
	length = strlen(word);
	return span_length(s) >= length && memcmp(s.at, word, length) == 0;
}

static inline bool span_take(struct kmsg_span *s, const char *word)
{
	if (!span_starts(*s, word))
		return false;
	s->at += strlen(word);
	return true;
}

/*
 * The first @word; NULL: it is not there. For lines, which are short, this is faster than memmem();
 * best with a word that begins with a rare letter.
 */
static inline const char *span_find(struct kmsg_span s, const char *word)
{
	size_t length = strlen(word);

	while (span_length(s) >= length) {
		const char *p = memchr(s.at, *word, span_length(s) - length + 1);

		if (!p || memcmp(p, word, length) == 0)
			return p;
		s.at = p + 1;
	}
	return NULL;
}

static inline bool span_skip_past(struct kmsg_span *s, const char *word)
{
	const char *found = span_find(*s, word);

	if (!found)
		return false;
	s->at = found + strlen(word);
	return true;
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool span_take_char(struct kmsg_span *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static inline void span_skip_blanks(struct kmsg_span *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
}

/* A decimal number of at most @max; false, and nothing taken, when there is none. */
static inline bool span_take_number(struct kmsg_span *s, uint64_t max, uint64_t *ret)
{
	const char *p = s->at;
	uint64_t value = 0;

	while (p < s->end && is_digit(*p)) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
		p++;
	}
	if (p == s->at)
		return false;
	s->at = p;
	*ret = value;
	return true;
}

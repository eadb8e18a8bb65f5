/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands before the message in a line of somebody else's log, and what it tells. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "observe/kmsg_text.h"

struct log_prefix {
	struct kmsg_span text; /* the message */
	bool is_foreign;       /* named as a program's, or of another facility than the kernel's */
	bool is_kernel;	       /* named, or stamped, as the kernel's */
	bool is_record;	       /* as /dev/kmsg gives it: the whole line is for kmsg_parse() */
	bool has_time, has_caller;
	uint64_t time_ns, caller;
	struct kmsg_span when; /* a wall clock's stamp, as written; NULL: none */
};

/*
 * dmesg (plain, -x, -r, -T, -d, -e, --time-format), the console with printk.time and PRINTK_CALLER,
 * syslog's and journalctl's short forms, records of /dev/kmsg, stamps of capture programs, and the
 * tags that vendors of phones put in; in any sensible order.
 */
void log_prefix_take_outer(struct kmsg_span line, struct log_prefix *ret); /* up to the kernel's stamp */
void log_prefix_take_inner(struct log_prefix *x);			    /* the kernel's stamp, and what follows */

/* "6,123,4567,-;": the line is a record of /dev/kmsg. */
bool log_is_record(struct kmsg_span line);

/* The same for a stamp with more in it (dmesg -d). */
bool log_take_long_stamp(struct kmsg_span *s, uint64_t *ret_ns);

/* "[    T123]" or "[    C1]", with a space before it where dmesg wrote it. */
bool log_take_caller(struct kmsg_span *text, uint64_t *ret_caller);

/* A digit's value; *is_other is set when it is none. */
static inline uint64_t log_digit(char c, unsigned int *is_other)
{
	unsigned int digit = (unsigned int)(unsigned char)c - '0';

	*is_other |= digit > 9;
	return digit;
}

/* "   12": of five places, filled up with spaces. */
static inline uint64_t log_five_places(const char *p, unsigned int *is_other)
{
	uint64_t value = 0;

	for (int i = 0; i < 5; i++)
		value = value * 10 + (p[i] == ' ' ? 0 : log_digit(p[i], is_other));
	return value;
}

/*
 * "[   12.345678": kernel/printk/printk.c, print_time(): "[%5lu.%06lu]". Every line of a log comes here:
 * the usual width of the seconds is read without a loop that ends who knows when.
 */
static inline bool log_take_time(struct kmsg_span *s, uint64_t *ret_ns)
{
	const char *p = s->at + 1, *end = s->end;
	uint64_t seconds = 0;
	unsigned int is_other = 0;

	if (end - p < 9 || *s->at != '[')
		return false;
	if (end - p > 12 && p[5] == '.') {
		seconds = log_five_places(p, &is_other);
		p += 5;
	} else {
		const char *digits;

		while (p < end && *p == ' ')
			p++;
		for (digits = p; p < end && is_digit(*p); p++)
			seconds = seconds * 10 + (uint64_t)(*p - '0');
		if (p == digits || p - digits > 10)
			return false;
	}
	if (end - p < 8 || *p++ != '.')
		return false;
	*ret_ns = seconds * 1000000000 +
		  (log_digit(p[0], &is_other) * 100000 + log_digit(p[1], &is_other) * 10000 +
		   log_digit(p[2], &is_other) * 1000 + log_digit(p[3], &is_other) * 100 +
		   log_digit(p[4], &is_other) * 10 + log_digit(p[5], &is_other)) * 1000;
	s->at = p + 6;
	return !is_other;
}

/* Is this "[   12.345678]", the stamp of printk? @s is behind it then. */
static inline bool log_take_stamp(struct kmsg_span *s, uint64_t *ret_ns)
{
	struct kmsg_span rest = *s;

	if (!log_take_time(&rest, ret_ns))
		return false;
	if (*rest.at != ']') /* there is a byte: log_take_time() has looked */
		return *rest.at == ' ' && log_take_long_stamp(s, ret_ns);
	s->at = rest.at + 1;
	return true;
}

static inline bool log_is_stamp(struct kmsg_span s)
{
	uint64_t time_ns;

	return log_take_stamp(&s, &time_ns);
}

/* May an outer prefix begin so? Most lines of logs without one do not. */
static inline bool log_may_be_prefix(struct kmsg_span s)
{
	if (span_length(s) < 16)
		return false;
	return *s.at == '[' || *s.at == '<' || *s.at == 0x1b || is_digit(*s.at) ||
	       (*s.at != ' ' && (s.at[3] == ' ' || s.at[6] == ':' || s.at[8] == ':'));
}

/* May this be a vendor's tag ("(3)[12:x]", "[3: x: 12]", "c0 12")? Most lines are none. */
static inline bool log_may_be_tag(struct kmsg_span s)
{
	if (span_length(s) < 4)
		return false;
	if (*s.at == ' ')
		s.at++;
	return *s.at == '(' ? is_digit(s.at[1])
	       : *s.at == '[' ? s.at[1] == ' ' || is_digit(s.at[1])
			      : *s.at == 'c' && is_digit(s.at[1]);
}

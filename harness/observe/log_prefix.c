// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/log_prefix.h"

#include "base/cleanup.h"
#include "observe/kmsg.h"

/* dmesg -d: "[   12.345678 <    0.000012>]" */
static bool take_delta(struct kmsg_span *s)
{
	const char *close;

	if (!span_take(s, " <"))
		return false;
	close = memchr(s->at, '>', span_length(*s));
	if (!close)
		return false;
	s->at = close + 1;
	return span_take_char(s, ']');
}

bool log_take_long_stamp(struct kmsg_span *s, uint64_t *ret_ns)
{
	struct kmsg_span rest = *s;

	if (!log_take_time(&rest, ret_ns) || !take_delta(&rest))
		return false;
	*s = rest;
	return true;
}

/* "[    T123]" or "[    C1]", with a space before it where dmesg wrote it. */
bool log_take_caller(struct kmsg_span *text, uint64_t *ret_caller)
{
	struct kmsg_span s = *text;
	size_t length;

	(void)span_take_char(&s, ' ');
	if (!span_take_char(&s, '['))
		return false;
	span_skip_blanks(&s);
	length = kmsg_caller(s.at, span_length(s), ret_caller);
	s.at += length;
	if (!length || !span_take_char(&s, ']'))
		return false;
	*text = s;
	return true;
}

/* "(3)[1234:comm]", "[3:   comm: 1234]", "c0   1234 ": CPU and task, as some vendors' kernels tell them. */
static void take_vendor_tag(struct log_prefix *x)
{
	struct kmsg_span s = x->text;
	uint64_t number;
	const char *close;

	span_skip_blanks(&s);
	if (span_take_char(&s, 'c')) {
		if (!span_take_number(&s, 4095, &number) || !span_take_char(&s, ' '))
			return;
		span_skip_blanks(&s);
		if (span_take_number(&s, INT32_MAX, &number) && span_take_char(&s, ' '))
			x->text = s;
		return;
	}
	if (span_take_char(&s, '(') &&
	    (!span_take_number(&s, 4095, &number) || !span_take_char(&s, ')')))
		return;
	if (!span_take_char(&s, '['))
		return;
	span_skip_blanks(&s);
	if (!span_take_number(&s, INT32_MAX, &number) || !span_take_char(&s, ':'))
		return;
	close = memchr(s.at, ']', span_length(s) < 48 ? span_length(s) : 48);
	if (!close)
		return;
	s.at = close + 1;
	(void)span_take_char(&s, ' ');
	x->text = s;
}

/* journalctl -o short-monotonic has a host's name behind the stamp. */
static void take_host_kernel(struct log_prefix *x)
{
	struct kmsg_span s = x->text;
	size_t length = span_length(s);
	const char *blank = length ? memchr(s.at, ' ', length < 64 ? length : 64) : NULL;

	if (!blank)
		return;
	s.at = blank + 1;
	if (span_take(&s, "kernel: "))
		x->text = s;
}

/* The stamp is there: what may stand between it and the message. */
static void take_behind_stamp(struct log_prefix *x)
{
	x->has_caller = log_take_caller(&x->text, &x->caller);
	(void)span_take_char(&x->text, ' ');
	if (log_may_be_tag(x->text))
		take_vendor_tag(x);
	else
		take_host_kernel(x);
}

static const char months[][5] = {
	"Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ",
};
static const char weekdays[][5] = {"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};

/* One of @words, of 4 bytes the last of which is a space. */
static bool is_of(const char words[][5], size_t n, struct kmsg_span s)
{
	if (span_length(s) < 4 || s.at[3] != ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		if (memcmp(s.at, words[i], 4) == 0)
			return true;
	return false;
}

/* "12:34" */
static bool is_clock(struct kmsg_span s)
{
	return span_length(s) >= 5 && is_digit(s.at[0]) && is_digit(s.at[1]) && s.at[2] == ':' &&
	       is_digit(s.at[3]) && is_digit(s.at[4]);
}

/* "2024-01-31" or "2024/01/31" */
static bool is_date(struct kmsg_span s)
{
	static const char shape[] = "dddd-dd-dd";

	if (span_length(s) < sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == 'd' ? !is_digit(s.at[i]) : s.at[i] != '-' && s.at[i] != '/')
			return false;
	return true;
}

static bool take_word(struct kmsg_span *s)
{
	while (s->at < s->end && *s->at != ' ')
		s->at++;
	if (s->at == s->end)
		return false;
	span_skip_blanks(s);
	return true;
}

static void note_when(struct log_prefix *x, const char *begin, const char *end)
{
	while (end > begin && end[-1] == ' ')
		end--;
	x->when = (struct kmsg_span){begin, end};
}

/*
 * Behind a stamp of syslog or the journal: "host kernel: message", "host kern.warn kernel: ...",
 * "host kernel - - - message", "host program[1]: ...".
 */
static void take_origin(struct log_prefix *x)
{
	struct kmsg_span s = x->text;

	for (int i = 0; i < 4; i++) {
		struct kmsg_span word = s, inner;

		if (!take_word(&s))
			break;
		word.end = s.at;
		while (word.end > word.at && word.end[-1] == ' ')
			word.end--;
		inner = word;
		if (span_take(&inner, "kernel") && inner.at == inner.end) {
			while (span_take(&s, "- "))
				;
		} else if (word.end == word.at || word.end[-1] != ':') {
			continue;
		}
		inner = word;
		x->is_kernel = span_take(&inner, "kernel") && (inner.at == inner.end || *inner.at == ':');
		x->is_foreign = !x->is_kernel;
		x->text = s;
		return;
	}
}

/* "kern  :warn  : " of dmesg -x (sys-utils/dmesg.c: "%-6s:%-6s: ") */
static bool take_decoded(struct log_prefix *x)
{
	struct kmsg_span s = x->text;
	bool is_kernel = span_starts(s, "kern  :");
	size_t colon;

	if (span_length(s) < 18)
		return false;
	colon = s.at[6] == ':' ? 13 : 15; /* "authpriv" has eight letters */
	if (s.at[colon - 7] != ':' || s.at[colon] != ':' || s.at[colon + 1] != ' ')
		return false;
	for (const char *p = s.at; p < s.at + colon; p++)
		if ((*p < 'a' || *p > 'z') && *p != ' ' && *p != ':' && !is_digit(*p))
			return false;
	s.at += colon + 2;
	x->text = s;
	x->is_kernel |= is_kernel;
	x->is_foreign |= !is_kernel;
	return true;
}

/* "[Thu Jan  9 14:28:48 2018] ", "[Jan 9 14:28] ", "[  +0.000012] ", "[2018-01-09 14:28:48] " */
static bool take_bracketed(struct log_prefix *x)
{
	struct kmsg_span s = x->text, inner = s;
	size_t length = span_length(s);
	const char *close = memchr(s.at, ']', length < 48 ? length : 48);
	bool is_dmesg;

	if (!close)
		return false;
	inner.at++;
	inner.end = close;
	span_skip_blanks(&inner);
	is_dmesg = is_of(months, ARRAY_SIZE(months), inner) ||
		   is_of(weekdays, ARRAY_SIZE(weekdays), inner) ||
		   (span_length(inner) > 2 && *inner.at == '+' && is_digit(inner.at[1]));
	if (!is_dmesg && !is_date(inner) && !is_clock(inner))
		return false;
	note_when(x, inner.at, close);
	s.at = close + 1;
	x->text = s;
	x->is_kernel |= is_dmesg;
	if (is_dmesg)
		take_behind_stamp(x);
	else
		(void)span_take_char(&x->text, ' ');
	return true;
}

bool log_is_record(struct kmsg_span s)
{
	uint64_t number;

	return span_take_number(&s, 2047, &number) && span_take_char(&s, ',') &&
	       span_take_number(&s, UINT64_MAX, &number) && span_take_char(&s, ',') &&
	       span_take_number(&s, UINT64_MAX, &number) && span_take_char(&s, ',') &&
	       memchr(s.at, ';', span_length(s));
}

/* "2018-01-09T14:28:48,123456+01:00 message" is dmesg's; with anything but the comma a host follows. */
static bool take_date(struct log_prefix *x)
{
	struct kmsg_span s = x->text;
	const char *begin = s.at, *comma;
	bool has_slash = begin[4] == '/';

	if (!take_word(&s))
		return false;
	comma = memchr(begin, ',', (size_t)(s.at - begin));
	if (is_clock(s) && !take_word(&s))
		return false;
	note_when(x, begin, s.at);
	x->text = s;
	if (comma)
		x->is_kernel = true;
	else if (!has_slash)
		take_origin(x);
	return true;
}

/* "1515508128.123456 host kernel: ..." */
static bool take_seconds(struct log_prefix *x)
{
	struct kmsg_span s = x->text;
	const char *begin = s.at;
	uint64_t seconds, us;

	if (!span_take_number(&s, UINT64_MAX, &seconds) || s.at - begin < 9 ||
	    !span_take_char(&s, '.') || !span_take_number(&s, UINT64_MAX, &us) ||
	    !span_take_char(&s, ' '))
		return false;
	note_when(x, begin, s.at);
	x->text = s;
	take_origin(x);
	return true;
}

/* "Jan  9 14:28:48 host kernel: ...", "Tue 2018-01-09 14:28:48 UTC host kernel: ..." */
static bool take_syslog(struct log_prefix *x)
{
	struct kmsg_span s = x->text;
	const char *begin = s.at;
	bool has_zone = is_of(weekdays, ARRAY_SIZE(weekdays), s);

	if ((!has_zone && !is_of(months, ARRAY_SIZE(months), s)) || !take_word(&s) ||
	    (has_zone ? !is_date(s) : !is_digit(*s.at)) || !take_word(&s) || !is_clock(s) ||
	    !take_word(&s) || (has_zone && !take_word(&s)))
		return false;
	note_when(x, begin, s.at);
	x->text = s;
	take_origin(x);
	return true;
}

/* "<6>": facility * 8 + level */
static bool take_priority(struct log_prefix *x)
{
	struct kmsg_span s = x->text;
	uint64_t priority;

	if (!span_take_char(&s, '<') || !span_take_number(&s, 2047, &priority) ||
	    !span_take_char(&s, '>'))
		return false;
	/* "<4>1 2018-...": syslog's newer protocol has a version there */
	if (span_starts(s, "1 ") && is_digit(s.at[2 < span_length(s) ? 2 : 0]))
		s.at += 2;
	x->text = s;
	x->is_foreign |= priority >> 3 != 0;
	return true;
}

static bool take_clock(struct log_prefix *x)
{
	struct kmsg_span s = x->text;
	const char *begin = s.at;

	if (!is_clock(s) || !take_word(&s))
		return false;
	note_when(x, begin, s.at);
	x->text = s;
	return true;
}

static bool take_piece(struct log_prefix *x)
{
	char c = span_length(x->text) > 4 ? *x->text.at : '\0';

	if (c == '<')
		return take_priority(x);
	if (c == '[')
		return take_bracketed(x);
	if (is_digit(c)) {
		x->is_record = log_is_record(x->text);
		if (x->is_record)
			return false;
		return is_date(x->text) ? take_date(x) : take_clock(x) || take_seconds(x);
	}
	if (c >= 'A' && c <= 'Z')
		return take_syslog(x);
	return c >= 'a' && c <= 'z' && take_decoded(x);
}

void log_prefix_take_outer(struct kmsg_span line, struct log_prefix *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->text = line;
	/* A priority, a capture's stamp, syslog's: each may be there once. */
	for (int i = 0; i < 4 && !ret->is_foreign && !log_is_stamp(ret->text) && take_piece(ret); i++)
		;
}

void log_prefix_take_inner(struct log_prefix *x)
{
	if (x->is_foreign || !log_take_stamp(&x->text, &x->time_ns))
		return;
	x->has_time = true;
	x->is_kernel = true;
	take_behind_stamp(x);
}

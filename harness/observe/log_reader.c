// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/log_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/memory.h"
#include "observe/kmsg.h"
#include "observe/log_journal.h"
#include "observe/log_line.h"
#include "observe/log_prefix.h"

/* A longer line is looked at in pieces. */
#define BUFFER_SIZE (128u << 10)

enum log_form {
	FORM_UNKNOWN, /* nothing read yet */
	FORM_LINES,
	FORM_JOURNAL,
};

struct log_reader {
	struct kmsg_classifier *classifier;
	enum log_form form;
	unsigned int host_checks;
	char outer[96]; /* the prefix of the last line, up to the kernel's stamp */
	size_t outer_length;
	struct kmsg_span outer_when; /* within it */
	char seconds[8];	     /* "[   12.": of the last stamp */
	uint64_t seconds_ns;
	bool has_stamps;   /* this log's kernel lines have stamps: one without is not the kernel's */
	bool has_returns;  /* carriage returns, in this part of it */
	bool is_in_record; /* the last line was a record of /dev/kmsg: lines with a space are its tail */
	bool is_in_line;   /* what comes is the rest of a line that did not fit */
	struct log_figures figures;
	struct log_journal *journal; /* owned; NULL: no journal */
	size_t length; /* in the buffer */
	char *buffer, *scratch; /* owned; of BUFFER_SIZE */
};

struct log_reader *log_reader_new(struct kmsg_classifier *classifier)
{
	struct log_reader *r = memory_alloc(1, sizeof(*r));

	r->classifier = classifier;
	r->buffer = memory_alloc(BUFFER_SIZE, 1);
	r->scratch = memory_alloc(BUFFER_SIZE, 1);
	return r;
}

void log_reader_free(struct log_reader *r)
{
	if (!r)
		return;
	log_journal_free(r->journal);
	free(r->buffer);
	free(r->scratch);
	free(r);
}

const struct log_figures *log_reader_figures(const struct log_reader *r)
{
	return &r->figures;
}

static void give(struct log_reader *r, const struct log_prefix *x, struct kmsg_span text,
		 bool is_continued)
{
	struct kmsg_line line = {
		.text = text.at,
		.length = span_length(text),
		.has_time = x->has_time,
		.time_ns = x->time_ns,
		.has_caller = x->has_caller,
		.caller = x->caller,
		.is_continued = is_continued,
		.is_bare = !x->is_kernel && r->has_stamps,
		.when = x->when.at,
		.when_length = span_length(x->when),
	};

	kmsg_classify_line(r->classifier, &line);
}

static void take_record(struct log_reader *r, struct kmsg_span line)
{
	struct kmsg_record record;

	if (line.at != r->scratch && kmsg_parse(line.at, span_length(line), r->scratch, &record))
		kmsg_classify_record(r->classifier, &record);
	r->is_in_record = true;
}

/* Many lines have the same prefix as the one before, up to the kernel's stamp: syslog's for a second. */
static void remember_outer(struct log_reader *r, struct kmsg_span line, const struct log_prefix *outer)
{
	size_t length = (size_t)(outer->text.at - line.at);

	r->outer_length = 0;
	if (!outer->is_kernel || length == 0 || length > sizeof(r->outer))
		return;
	memcpy(r->outer, line.at, length);
	r->outer_length = length;
	r->outer_when = (struct kmsg_span){0};
	if (outer->when.at)
		r->outer_when = (struct kmsg_span){r->outer + (outer->when.at - line.at),
						   r->outer + (outer->when.end - line.at)};
}

/* Escapes are looked for once: what is left of them after that is text. */
static void take_line(struct log_reader *r, struct kmsg_span line, bool is_continued,
		      bool may_have_escapes)
{
	struct log_prefix x;
	const char *next;
	bool has_escapes;

	for (line = log_trim(line); line.at < line.end; line.at = next) {
		has_escapes = *line.at == LOG_ESCAPE;
		log_prefix_take_outer(line, &x);
		if (x.is_foreign)
			return;
		remember_outer(r, line, &x);
		log_prefix_take_inner(&x);
		if (x.is_record && !is_continued) {
			take_record(r, line);
			return;
		}
		next = has_escapes ? NULL : log_find_stamp(x.text, &has_escapes);
		if (has_escapes && may_have_escapes) {
			take_line(r, log_without_escapes(line, r->scratch), is_continued, false);
			return;
		}
		r->has_stamps |= x.has_time;
		r->is_in_record &= !x.is_kernel;
		if (r->is_in_record && *line.at == ' ')
			return;
		x.text.end = next ? next : line.end;
		give(r, &x, x.text, is_continued && !x.is_kernel);
		is_continued = false;
		if (!next)
			return;
	}
}

/* Of that many lines it is looked whether a host's name stands behind the stamp. */
#define MAX_HOST_CHECKS 64

static bool has_host(struct log_reader *r, struct kmsg_span text)
{
	if (r->host_checks == MAX_HOST_CHECKS)
		return false;
	if (span_find(text, "kernel: "))
		return true; /* and with one of them, all are looked at */
	r->host_checks++;
	return false;
}

static bool has_same_outer(const struct log_reader *r, struct kmsg_span line)
{
	return r->outer_length && span_length(line) > r->outer_length && *line.at == r->outer[0] &&
	       memcmp(line.at, r->outer, r->outer_length) == 0;
}

#define STAMP_LENGTH 14 /* of the usual "[   12.345678]" */
#define SECONDS_LENGTH 7

/*
 * A stamp; of the same second as the line before nothing but its shape is looked at, and *ret_ns is that
 * second.
 */
static bool take_similar_stamp(struct log_reader *r, struct kmsg_span *s, uint64_t *ret_ns)
{
	const char *at = s->at;

	if (span_length(*s) > STAMP_LENGTH && at[STAMP_LENGTH - 1] == ']' &&
	    memcmp(at, r->seconds, 4) == 0 &&
	    memcmp(at + SECONDS_LENGTH - 4, r->seconds + SECONDS_LENGTH - 4, 4) == 0) {
		s->at += STAMP_LENGTH;
		*ret_ns = r->seconds_ns;
		return true;
	}
	if (!log_take_stamp(s, ret_ns))
		return false;
	if (s->at - at == STAMP_LENGTH) {
		memcpy(r->seconds, at, SECONDS_LENGTH);
		r->seconds_ns = *ret_ns;
	}
	return true;
}

static bool may_be_split(const struct log_reader *r, struct kmsg_span s)
{
	return r->has_returns && memchr(s.at, '\r', span_length(s));
}

/* A record of /dev/kmsg, or a line of its tail, of which there are as many as of records. */
static bool take_plain_record(struct log_reader *r, struct kmsg_span s)
{
	const char *text;
	bool is_tail = r->is_in_record && *s.at == ' ';

	if ((!is_tail && (!is_digit(*s.at) || !log_is_record(s))) || may_be_split(r, s))
		return false;
	r->outer_length = 0;
	if (is_tail)
		return true;
	text = memchr(s.at, ';', span_length(s));
	text++; /* behind it */
	if (kmsg_classifier_wants(r->classifier, text, (size_t)(s.end - text)))
		take_record(r, s);
	r->is_in_record = true;
	return true;
}

/*
 * The line as most are: the prefix of the one before, or none; a stamp, a message, nothing else. false:
 * it is not so simple, and nothing was done. This is what makes a large log fast.
 */
static bool take_plain_line(struct log_reader *r, struct kmsg_span s)
{
	struct kmsg_line line;
	struct kmsg_span stamp;
	uint64_t time_ns = 0, caller = 0;
	bool has_caller = false, has_escapes = false, has_time, has_outer = has_same_outer(r, s);

	if (s.at < s.end && take_plain_record(r, s))
		return true;
	if (has_outer)
		s.at += r->outer_length;
	stamp = s;
	has_time = take_similar_stamp(r, &s, &time_ns);
	if (s.at == s.end)
		return false;
	if (has_time) {
		if (*s.at == '[' || (s.end - s.at > 1 && s.at[1] == '['))
			has_caller = log_take_caller(&s, &caller);
		(void)span_take_char(&s, ' ');
		if (log_may_be_tag(s) || has_host(r, s))
			return false;
		r->has_stamps = true;
	} else if (!has_outer &&
		   (r->is_in_record || log_may_be_prefix(s) || may_be_split(r, s))) {
		return false;
	}
	if (log_find_stamp(s, &has_escapes) || has_escapes)
		return false;
	r->is_in_record = false;
	if (!kmsg_classifier_wants(r->classifier, s.at, span_length(s)))
		return true;
	if (has_time && kmsg_classifier_may_begin(r->classifier, s.at, span_length(s)) &&
	    !log_take_stamp(&stamp, &time_ns))
		return false;
	line = (struct kmsg_line){
		.text = s.at,
		.length = span_length(s),
		.has_time = has_time,
		.time_ns = time_ns,
		.has_caller = has_caller,
		.caller = caller,
		.is_bare = !has_time && !has_outer && r->has_stamps,
		.when = has_outer ? r->outer_when.at : NULL,
		.when_length = has_outer ? span_length(r->outer_when) : 0,
	};
	kmsg_classify_line(r->classifier, &line);
	return true;
}

/* A line without a stamp may have been written over: each carriage return begins it anew. */
static void take_raw_line(struct log_reader *r, struct kmsg_span line, bool is_continued)
{
	const char *cr;

	line = log_trim(line);
	if (line.at < line.end && *line.at == LOG_ESCAPE && !may_be_split(r, line)) {
		line = log_without_escapes(line, r->scratch);
		if (is_continued || !take_plain_line(r, line))
			take_line(r, line, is_continued, false);
		return;
	}
	if (!is_continued && take_plain_line(r, line))
		return;
	if (line.at < line.end && *line.at == '[') {
		take_line(r, line, is_continued, true);
		return;
	}
	while (line.at < line.end && (cr = memchr(line.at, '\r', span_length(line)))) {
		take_line(r, (struct kmsg_span){line.at, cr}, is_continued, true);
		line.at = cr + 1;
		is_continued = false;
	}
	take_line(r, line, is_continued, true);
}

/* How much was taken; the rest waits for its newline. */
static size_t take_lines(struct log_reader *r, const char *bytes, size_t n)
{
	const char *at = bytes, *end = bytes + n, *newline;

	r->has_returns = memchr(bytes, '\r', n) != NULL;
	while (at < end && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		if (newline > at)
			take_raw_line(r, (struct kmsg_span){at, newline}, r->is_in_line);
		r->is_in_line = false;
		r->figures.lines++;
		at = newline + 1;
	}
	return (size_t)(at - bytes);
}

static void take_buffer(struct log_reader *r)
{
	size_t taken;

	if (r->form == FORM_UNKNOWN) {
		if (r->length < LOG_JOURNAL_BEGIN_LENGTH && r->length < BUFFER_SIZE &&
		    log_journal_may_begin(r->buffer, r->length))
			return; /* not enough to tell */
		r->form = log_journal_begins(r->buffer, r->length) ? FORM_JOURNAL : FORM_LINES;
		if (r->form == FORM_JOURNAL)
			r->journal = log_journal_new(r->classifier);
	}
	if (r->form == FORM_JOURNAL) {
		r->figures.lines += log_journal_feed(r->journal, r->buffer, r->length);
		r->length = 0;
		return;
	}
	taken = take_lines(r, r->buffer, r->length);
	if (taken == 0 && r->length == BUFFER_SIZE) {
		take_raw_line(r, (struct kmsg_span){r->buffer, r->buffer + r->length}, r->is_in_line);
		r->is_in_line = true;
		taken = r->length;
	}
	r->length -= taken;
	memmove(r->buffer, r->buffer + taken, r->length);
}

void log_reader_feed(struct log_reader *r, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t room = BUFFER_SIZE - r->length, part = n < room ? n : room;

		memcpy(r->buffer + r->length, bytes, part);
		r->length += part;
		r->figures.bytes += part;
		bytes += part;
		n -= part;
		take_buffer(r);
	}
}

void log_reader_end(struct log_reader *r)
{
	if (r->form == FORM_UNKNOWN && r->length)
		r->form = FORM_LINES; /* less than tells a journal */
	if (r->form == FORM_LINES && r->length) {
		take_lines(r, r->buffer, r->length);
		take_raw_line(r, (struct kmsg_span){r->buffer, r->buffer + r->length}, r->is_in_line);
		r->figures.lines++;
	}
	r->length = 0;
	if (r->journal)
		r->figures.lines += log_journal_end(r->journal);
	kmsg_classify_flush(r->classifier);
}

int log_reader_read(struct log_reader *r, int fd, struct err *e)
{
	for (;;) {
		ssize_t n = read(fd, r->buffer + r->length, BUFFER_SIZE - r->length);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, -errno, "cannot read the log");
		r->length += (size_t)n;
		r->figures.bytes += (size_t)n;
		take_buffer(r);
	}
	log_reader_end(r);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The writer: folder, files, sequence numbers, buffering, and what happens when the disk is full. */
#include "record/recorder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"

void record_text_add(struct record_text *t, const char *bytes, size_t length)
{
	while (t->room - t->length < length) {
		t->room = t->room ? t->room * 2 : RECORD_WRITE_AT;
		t->bytes = memory_grow(t->bytes, t->room, 1);
	}
	memcpy(t->bytes + t->length, bytes, length);
	t->length += length;
}

void record_text_drop(struct record_text *t, size_t length)
{
	if (length == 0)
		return;
	t->length -= length;
	memmove(t->bytes, t->bytes + length, t->length);
}

void recorder_note_trouble(struct recorder *r, int error, const char *file)
{
	r->is_failing = true;
	if (!r->trouble[0])
		(void)snprintf(r->trouble, sizeof(r->trouble), "cannot write %s: %s", file,
			       strerror(-error));
}

void recorder_lose(struct recorder *r)
{
	r->lost++;
	r->lost_untold++;
}

void recorder_compose(const struct recorder *r, struct record_text *into, uint64_t seq,
		      const char *line, size_t length)
{
	char head[128];
	int n = snprintf(head, sizeof(head), "{\"seq\":%" PRIu64 ",\"boot\":\"%s\",", seq, r->boot);

	record_text_add(into, head, (size_t)n);
	record_text_add(into, line, length);
}

size_t recorder_count_lines(const char *text, size_t length)
{
	size_t n = 0;

	for (const char *at = text; (at = memchr(at, '\n', length - (size_t)(at - text))); at++)
		n++;
	return n;
}

/* Where the first @n lines of the pending text end. */
static size_t length_of_lines(const struct record_text *t, size_t n)
{
	size_t length = 0;

	while (n-- > 0)
		length = (size_t)((char *)memchr(t->bytes + length, '\n', t->length - length) -
				  t->bytes) + 1;
	return length;
}

/* Writes what is pending; what does not get through stays. */
static int write_pending(struct recorder *r)
{
	size_t kept = 0, n_lines;
	uint64_t seq = r->next_seq;
	int error;

	if (r->pending.length == 0)
		return 0;
	r->lines.length = 0;
	for (size_t at = 0; at < r->pending.length;) {
		const char *line = r->pending.bytes + at;
		size_t length = (size_t)((const char *)memchr(line, '\n', r->pending.length - at) -
					 line) + 1;

		recorder_compose(r, &r->lines, seq++, line, length);
		at += length;
	}
	error = appender_write(&r->events, r->lines.bytes, r->lines.length, &kept);
	n_lines = recorder_count_lines(r->lines.bytes, kept);
	r->next_seq += n_lines;
	record_text_drop(&r->pending, length_of_lines(&r->pending, n_lines));
	if (error)
		recorder_note_trouble(r, error, "events.jsonl");
	return error;
}

void recorder_add_line(struct record_text *t, struct jsonw *event)
{
	size_t length;
	const char *text = jsonw_text(event, &length);
	char head[40];
	int n = snprintf(head, sizeof(head), "\"t\":%" PRIu64 ",", clock_monotonic_ns());

	record_text_add(t, head, (size_t)n);
	record_text_add(t, text + 1, length - 1);
	record_text_add(t, "\n", 1);
}

static struct jsonw *make_fault(const char *what)
{
	struct jsonw *event = record_new("fault");

	jsonw_set_string(event, "what", what);
	return event;
}

/* Once the disk takes lines again: says how many it did not. */
static void tell_lost(struct recorder *r)
{
	cleanup_free char *what = NULL;
	struct jsonw *event;

	if (r->lost_untold == 0)
		return;
	what = memory_format("%" PRIu64 " records were lost: %s", r->lost_untold, r->trouble);
	event = make_fault(what);
	recorder_add_line(&r->pending, event);
	jsonw_free(event);
	r->lost_untold = 0;
	(void)write_pending(r);
}

int recorder_flush(struct recorder *r)
{
	int error;

	r->is_failing = false;
	recorder_write_kmsg(r);
	error = write_pending(r);
	if (error == 0)
		tell_lost(r);
	return error;
}

struct jsonw *record_new(const char *name)
{
	struct jsonw *event = jsonw_object();

	jsonw_set_string(event, "ev", name);
	return event;
}

void record_put(struct recorder *r, struct jsonw *event)
{
	(void)pthread_mutex_lock(&r->lock);
	if (r->pending.length >= RECORD_PENDING_MAX)
		recorder_lose(r);
	else
		recorder_add_line(&r->pending, event);
	if (r->pending.length >= RECORD_WRITE_AT && !r->is_failing)
		(void)recorder_flush(r);
	(void)pthread_mutex_unlock(&r->lock);
	jsonw_free(event);
}

/* The line is on disk when this returns 0; otherwise it is not in the file at all. */
static int put_line_through(struct recorder *r, struct jsonw *event)
{
	struct record_text line = {0};
	uint64_t size;
	size_t kept = 0;
	int error = recorder_flush(r);

	if (error == 0 && r->pending.length > 0)
		error = -EIO;
	if (error)
		return error;
	recorder_add_line(&line, event);
	r->lines.length = 0;
	recorder_compose(r, &r->lines, r->next_seq, line.bytes, line.length);
	free(line.bytes);
	size = r->events.size;
	error = appender_write(&r->events, r->lines.bytes, r->lines.length, &kept);
	if (error == 0)
		error = appender_sync(&r->events);
	if (error == 0) {
		r->next_seq++;
		return 0;
	}
	recorder_note_trouble(r, error, "events.jsonl");
	/* Synced or not, a line that stays takes its number. */
	if (kept > 0 && appender_cut(&r->events, size) < 0)
		r->next_seq++;
	return error;
}

int record_put_through(struct recorder *r, struct jsonw *event)
{
	int error;

	(void)pthread_mutex_lock(&r->lock);
	error = put_line_through(r, event);
	if (error)
		recorder_lose(r);
	(void)pthread_mutex_unlock(&r->lock);
	jsonw_free(event);
	return error;
}

void record_flush(struct recorder *r)
{
	(void)pthread_mutex_lock(&r->lock);
	(void)recorder_flush(r);
	(void)pthread_mutex_unlock(&r->lock);
}

void record_fault(struct recorder *r, const char *format, ...)
{
	char what[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	record_put(r, make_fault(what));
}

uint64_t recorder_lost(struct recorder *r)
{
	uint64_t lost;

	(void)pthread_mutex_lock(&r->lock);
	lost = r->lost;
	(void)pthread_mutex_unlock(&r->lock);
	return lost;
}

const char *recorder_trouble(struct recorder *r)
{
	const char *trouble;

	(void)pthread_mutex_lock(&r->lock);
	trouble = r->trouble[0] ? r->trouble : NULL; /* once written it stays as it is */
	(void)pthread_mutex_unlock(&r->lock);
	return trouble;
}

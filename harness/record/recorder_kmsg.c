// SPDX-License-Identifier: GPL-2.0-or-later
/* kmsg.log, and the file before it: what the kernel said last is worth more than what it said first. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "record/recorder.h"

static void tell_dropped(struct recorder *r, uint64_t records)
{
	struct jsonw *event;

	if (records == 0)
		return;
	event = record_new("kmsg_dropped");
	jsonw_set_uint(event, "records", records);
	recorder_add_line(&r->pending, event);
	jsonw_free(event);
}

/* Half of the limit for this file, half for the one before. What fails is tried again later. */
static void rotate(struct recorder *r)
{
	cleanup_free char *log = memory_format("%s/kmsg.log", r->directory);
	cleanup_free char *before = memory_format("%s/kmsg.log.1", r->directory);
	cleanup_free char *new = memory_format("%s/kmsg.log.new", r->directory);
	struct appender next;

	(void)unlink(new);
	if (appender_open(&next, new, true, NULL) < 0)
		return;
	/* Between the two there is no kmsg.log: whoever goes on with the run makes one. */
	if (rename(log, before) < 0 || rename(new, log) < 0) {
		appender_close(&next);
		return;
	}
	appender_close(&r->kmsg);
	r->kmsg = next;
	tell_dropped(r, r->kmsg_lines_before);
	r->kmsg_lines_before = r->kmsg_lines;
	r->kmsg_lines = 0;
}

void recorder_write_kmsg(struct recorder *r)
{
	size_t kept = 0;
	int error;

	if (r->kmsg_pending.length == 0)
		return;
	if (r->limit && r->kmsg.size > 0 && r->kmsg.size + r->kmsg_pending.length > r->limit / 2)
		rotate(r);
	error = appender_write(&r->kmsg, r->kmsg_pending.bytes, r->kmsg_pending.length, &kept);
	r->kmsg_lines += recorder_count_lines(r->kmsg_pending.bytes, kept);
	record_text_drop(&r->kmsg_pending, kept);
	if (error)
		recorder_note_trouble(r, error, "kmsg.log");
}

void record_kmsg(struct recorder *r, const struct kmsg_record *record)
{
	size_t length = record->raw_length;

	while (length > 0 && record->raw[length - 1] == '\n')
		length--;
	(void)pthread_mutex_lock(&r->lock);
	if (r->kmsg_pending.length >= RECORD_PENDING_MAX) {
		recorder_lose(r);
	} else {
		record_text_add(&r->kmsg_pending, record->raw, length);
		record_text_add(&r->kmsg_pending, "\n", 1);
	}
	if (r->kmsg_pending.length >= RECORD_WRITE_AT && !r->is_failing)
		recorder_write_kmsg(r);
	(void)pthread_mutex_unlock(&r->lock);
}

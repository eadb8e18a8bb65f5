/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recorder's inside, for the files of this room that put events into words. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/jsonw.h"
#include "record/appender.h"
#include "record/record.h"

/* Bytes, growing. */
struct record_text {
	char *bytes; /* owned */
	size_t length, room;
};

void record_text_add(struct record_text *t, const char *bytes, size_t length);
void record_text_drop(struct record_text *t, size_t length); /* its first bytes */

#define RECORD_WRITE_AT 65536
/* What waits for a disk that is full; further lines are lost, and counted. */
#define RECORD_PENDING_MAX 1048576

struct recorder {
	pthread_mutex_t lock; /* over all below but the rung */
	pthread_cond_t has_room; /* on the monotonic clock: told after each rotation */
	char *directory;
	char boot[64];
	struct appender events, kmsg;
	/*
	 * Lines that are not on disk yet, without their sequence number: only a line that gets there
	 * takes one, so that a full disk leaves no gap.
	 */
	struct record_text pending;
	struct record_text kmsg_pending;
	struct record_text lines; /* what is handed to write(2) */
	uint64_t next_seq;
	uint64_t lost, lost_untold;
	bool is_failing; /* the last write did not get through */
	char trouble[256];
	uint64_t limit;	    /* of each of the two, with the file before it; 0: none */
	uint64_t head_size; /* of the totals that events.jsonl begins with */
	uint64_t failed_at; /* the size at which a rotation last failed; 0: it did not */
	uint64_t kmsg_lines, kmsg_lines_before; /* in kmsg.log, in kmsg.log.1 */
	atomic_int rung;
};

/* The writer's parts; all but the first three want the lock held. */
size_t recorder_count_lines(const char *text, size_t length);
/* "t":NS,"ev":... and a newline, at the end of @t. */
void recorder_add_line(struct record_text *t, struct jsonw *event);
void recorder_sync_folder(const char *path);
/* @line as in the pending text, from its "t" on and with its newline. */
void recorder_compose(const struct recorder *r, struct record_text *into, uint64_t seq,
		      const char *line, size_t length);
int recorder_flush(struct recorder *r);
void recorder_write_kmsg(struct recorder *r);
void recorder_note_trouble(struct recorder *r, int error, const char *file);
void recorder_lose(struct recorder *r);

/* {"ev": name}, to be filled and handed to one of the two below. */
struct jsonw *record_new(const char *name);
/* Both take @event. */
void record_put(struct recorder *r, struct jsonw *event);
int record_put_through(struct recorder *r, struct jsonw *event);

void record_set_rung(struct recorder *r, struct jsonw *event);
void record_set_measured(struct jsonw *object, const char *key, const struct measured *m);
/* Into what record_counts() has made; nothing, when nothing is known. */
void record_set_causes(struct jsonw *counts, const struct cause_counts *causes);
/* @by_driver and @probe_misses may be NULL. */
struct jsonw *record_counts(const struct migration_counts *total,
			    const struct migration_counts *by_driver,
			    const struct measured *probe_misses);
struct jsonw *record_vmstat(const struct vmstat *v);

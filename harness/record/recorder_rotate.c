// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A journal that would become too large goes on in a new file: the totals of all that was before are
 * its first records, and the file before it is kept as events.jsonl.1. After each single step of this
 * events.jsonl is one of two whole files, the one or the other, and each of them is all that a reader
 * needs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "record/recorder.h"

struct head {
	struct recorder *r;
	struct record_text text, line;
	uint64_t records;
};

static void put_total(void *context, struct jsonw *record)
{
	struct head *h = context;

	h->line.length = 0;
	recorder_add_line(&h->line, record);
	recorder_compose(h->r, &h->text, h->r->next_seq + h->records++, h->line.bytes, h->line.length);
	jsonw_free(record);
}

/* On disk before it gets its name. */
static int write_new(const char *path, const struct head *h, struct appender *ret, struct err *e)
{
	size_t kept;
	int r;

	(void)unlink(path); /* of a rotation that did not come to its end */
	r = appender_open(ret, path, true, e);
	if (r < 0)
		return r;
	r = appender_write(ret, h->text.bytes, h->text.length, &kept);
	if (r == 0)
		r = appender_sync(ret);
	if (r == 0)
		return 0;
	appender_close(ret);
	(void)unlink(path);
	return err_errno(e, r, "cannot write '%s'", path);
}

/* A file system without links keeps no file before: the totals have its figures. */
static void keep_before(const char *journal, const char *before)
{
	(void)unlink(before);
	(void)!link(journal, before);
}

static int change_files(struct recorder *r, const struct head *h, struct err *e)
{
	cleanup_free char *journal = memory_format("%s/events.jsonl", r->directory);
	cleanup_free char *before = memory_format("%s/events.jsonl.1", r->directory);
	cleanup_free char *new = memory_format("%s/events.jsonl.new", r->directory);
	struct appender next;
	int error = write_new(new, h, &next, e);

	if (error)
		return error;
	keep_before(journal, before);
	if (rename(new, journal) < 0) {
		error = err_errno(e, -errno, "cannot rename '%s'", new);
		appender_close(&next);
		(void)unlink(new);
		return error;
	}
	recorder_sync_folder(r->directory);
	appender_close(&r->events);
	r->events = next;
	r->head_size = next.size;
	r->next_seq += h->records;
	return 0;
}

static int rotate(struct recorder *r, const struct recorder_totals *totals, struct err *e)
{
	struct head h = {.r = r};
	int error = recorder_flush(r);

	if (error == 0 && (r->pending.length > 0 || r->events.needs_newline))
		error = -EIO;
	if (error)
		return err_errno(e, error, "cannot write events.jsonl");
	error = totals->take(totals->context, r->events.size, e);
	if (error == 0) {
		totals->put(totals->context, put_total, &h);
		error = change_files(r, &h, e);
	}
	free(h.text.bytes);
	free(h.line.bytes);
	return error;
}

uint64_t recorder_whole_bytes(struct recorder *r)
{
	uint64_t size;

	(void)pthread_mutex_lock(&r->lock);
	size = r->events.needs_newline ? 0 : r->events.size;
	(void)pthread_mutex_unlock(&r->lock);
	return size;
}

void recorder_set_limit(struct recorder *r, uint64_t bytes)
{
	(void)pthread_mutex_lock(&r->lock);
	r->limit = bytes;
	(void)pthread_cond_broadcast(&r->has_room);
	(void)pthread_mutex_unlock(&r->lock);
}

/*
 * In sixteenths of the limit. Two files that are each below half of it are within it: a new one is
 * begun at 6, who makes many records waits from 7 on, and the rest is for all that cannot wait.
 */
#define ROTATE_AT 6
#define WAIT_AT 7

/* Totals that are large themselves must not make a new file of each line. */
static bool is_full(const struct recorder *r)
{
	uint64_t room = r->limit / 16 * ROTATE_AT, least = r->head_size + r->limit / 8;

	return r->limit && r->events.size >= room && r->events.size >= least &&
	       r->events.size >= r->failed_at + r->limit / 8;
}

bool recorder_wait_for_room(struct recorder *r, uint64_t most_ns)
{
	uint64_t until_ns = clock_monotonic_ns() + most_ns;
	const struct timespec until = {
		.tv_sec = (time_t)(until_ns / NS_PER_S),
		.tv_nsec = (long)(until_ns % NS_PER_S),
	};
	int error = 0;

	(void)pthread_mutex_lock(&r->lock);
	while (error == 0 && is_full(r) && r->events.size >= r->limit / 16 * WAIT_AT)
		error = pthread_cond_timedwait(&r->has_room, &r->lock, &until);
	(void)pthread_mutex_unlock(&r->lock);
	return error == 0;
}

int recorder_rotate(struct recorder *r, const struct recorder_totals *totals, struct err *e)
{
	bool is_due;
	int error;

	(void)pthread_mutex_lock(&r->lock);
	is_due = is_full(r);
	(void)pthread_mutex_unlock(&r->lock);
	if (!is_due)
		return 0;
	/* The long part of it, and nobody has to wait: who else changes the file is this thread. */
	(void)appender_sync(&r->events);
	(void)pthread_mutex_lock(&r->lock);
	error = rotate(r, totals, e);
	r->failed_at = error ? r->events.size : 0;
	(void)pthread_cond_broadcast(&r->has_room);
	(void)pthread_mutex_unlock(&r->lock);
	return error < 0 ? error : 1;
}

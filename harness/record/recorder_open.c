// SPDX-License-Identifier: GPL-2.0-or-later
/* A run folder's beginning and end: making it, finding where another process stopped, closing it. */
#include "record/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "record/journal.h"

int recorder_write_run(struct recorder *r, struct jsonw *run, struct err *e)
{
	cleanup_free char *path = memory_format("%s/run.json", r->directory);
	struct record_text text = {0};
	size_t length;
	const char *json = jsonw_text(run, &length);
	int error;

	record_text_add(&text, json, length);
	record_text_add(&text, "\n", 1);
	jsonw_free(run);
	error = file_write_atomic(path, text.bytes, text.length, e);
	free(text.bytes);
	return error;
}

void recorder_sync_folder(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)fsync(fd); /* some file systems refuse it on a folder: nothing to do then */
}

static void init_locks(struct recorder *r)
{
	pthread_condattr_t attributes;

	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&r->has_room, &attributes);
	(void)pthread_condattr_destroy(&attributes);
}

static struct recorder *recorder_new(const char *directory)
{
	struct recorder *r = memory_alloc(1, sizeof(*r));
	cleanup_free char *boot = NULL;
	size_t length = 0;

	init_locks(r);
	atomic_init(&r->rung, -1);
	r->directory = memory_string(directory);
	r->events.fd = -1;
	r->kmsg.fd = -1;
	if (file_read_all("/proc/sys/kernel/random/boot_id", &boot, &length, NULL) == 0)
		(void)snprintf(r->boot, sizeof(r->boot), "%.*s", (int)strcspn(boot, "\n\"\\"), boot);
	return r;
}

static int open_files(struct recorder *r, bool is_new, struct err *e)
{
	cleanup_free char *events = memory_format("%s/events.jsonl", r->directory);
	cleanup_free char *kmsg = memory_format("%s/kmsg.log", r->directory);
	cleanup_free char *parent = memory_format("%s/..", r->directory);
	int error = appender_open(&r->events, events, is_new, e);

	if (error == 0)
		error = appender_open(&r->kmsg, kmsg, false, e);
	/* An intent is not on disk as long as the folders do not know the file. */
	recorder_sync_folder(r->directory);
	recorder_sync_folder(parent);
	return error;
}

int recorder_open(const char *directory, struct recorder **ret_recorder, struct err *e)
{
	cleanup_free char *run = memory_format("%s/run.json", directory);
	struct recorder *r;
	int error = file_make_directories(directory, e);

	if (error)
		return error;
	if (access(run, F_OK) == 0)
		return err_set(e, -EEXIST, "'%s' holds a run already: name another folder",
			       directory);
	r = recorder_new(directory);
	error = open_files(r, true, e);
	if (error) {
		recorder_close(r);
		return error == -EEXIST
			       ? err_set(e, error, "'%s' holds a run already: name another folder",
					 directory)
			       : error;
	}
	*ret_recorder = r;
	return 0;
}

/* Goes on behind the last whole line: half a line is what the crash left. */
static int find_end(struct recorder *r, struct err *e)
{
	cleanup_free char *path = memory_format("%s/events.jsonl", r->directory);
	cleanup_free char *new = memory_format("%s.new", path); /* of a rotation that was cut short */
	struct journal_unfinished before;
	int error = journal_unfinished(path, &before, e);

	(void)unlink(new);
	if (error)
		return error;
	r->next_seq = before.figures.next_seq;
	if (before.figures.end_offset < r->events.size)
		error = appender_cut(&r->events, before.figures.end_offset);
	r->events.needs_newline = before.figures.lacks_newline;
	journal_unfinished_done(&before);
	return error ? err_errno(e, error, "cannot cut the torn last line of '%s'", path) : 0;
}

int recorder_reopen(const char *directory, struct recorder **ret_recorder, struct err *e)
{
	struct recorder *r = recorder_new(directory);
	int error;

	if (access(directory, F_OK) < 0)
		error = err_errno(e, -errno, "cannot go on with the run '%s'", directory);
	else
		error = open_files(r, false, e);
	if (error == 0)
		error = find_end(r, e);
	if (error) {
		recorder_close(r);
		return error;
	}
	*ret_recorder = r;
	return 0;
}

void recorder_close(struct recorder *r)
{
	if (!r)
		return;
	if (r->events.fd >= 0 && r->kmsg.fd >= 0)
		record_flush(r);
	appender_close(&r->events);
	appender_close(&r->kmsg);
	(void)pthread_cond_destroy(&r->has_room);
	(void)pthread_mutex_destroy(&r->lock);
	free(r->pending.bytes);
	free(r->kmsg_pending.bytes);
	free(r->lines.bytes);
	free(r->directory);
	free(r);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* A journal that goes on in another file: numbers, the bound, open intents, the kernel's log. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "record/record.h"
#include "record/test_record.h"
#include "record/test_rotate.h"

#define LIMIT 65536ULL

static int take(void *context, uint64_t size, struct err *e)
{
	struct test_rotation *t = context;
	struct journal_event event;
	int r = t->journal ? 0 : journal_open(t->path, &t->journal, e);

	if (r < 0)
		return r;
	journal_read_until(t->journal, size);
	while ((r = journal_next(t->journal, &event, e)) > 0) {
		journal_unfinished_take(&t->unfinished, &event);
		t->events += !journal_event_is(&event, JOURNAL_TOTALS);
	}
	return r;
}

static void put(void *context, void (*put_one)(void *to, struct jsonw *record), void *to)
{
	const struct test_rotation *t = context;
	struct jsonw *begin = journal_totals("begin");

	jsonw_set_uint(begin, "events", t->events);
	put_one(to, begin);
	journal_unfinished_put(&t->unfinished, put_one, to);
}

struct test_rotation test_rotation_new(const char *folder)
{
	return (struct test_rotation){.path = test_path(folder, "events.jsonl")};
}

int test_rotate_if_full(struct test_rotation *t, struct recorder *r)
{
	const struct recorder_totals totals = {take, put, t};
	int error = recorder_rotate(r, &totals, NULL);

	if (error == 1) {
		journal_close(t->journal);
		t->journal = NULL;
	}
	return error;
}

void test_rotation_done(struct test_rotation *t)
{
	journal_close(t->journal);
	journal_unfinished_done(&t->unfinished);
	free(t->path);
}

static uint64_t size_of(const char *folder, const char *name)
{
	cleanup_free char *path = test_path(folder, name);
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void check_whole(const char *path)
{
	struct journal_figures f = test_figures(path);

	assert_int_equal(f.corrupt + f.gaps + f.torn, 0);
}

static void test_bound(void **state)
{
	char *folder = test_folder(), *before;
	struct test_rotation t = test_rotation_new(folder);
	struct recorder *r = NULL;
	uint64_t written = 0, most = 0;
	unsigned int rotations = 0;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	recorder_set_limit(r, LIMIT);
	assert_int_equal(record_intent(r, "offline", 5, 1, ZONE_MOVABLE), 0);
	assert_int_equal(record_setting(r, "proc/x", "1", "0"), 0);
	for (unsigned int i = 0; i < 20000; i++) {
		record_aimed(r, i);
		if (i % 50 != 0)
			continue;
		record_flush(r);
		rotations += test_rotate_if_full(&t, r) == 1;
		written = size_of(folder, "events.jsonl") + size_of(folder, "events.jsonl.1");
		most = written > most ? written : most;
	}
	record_flush(r);
	assert_true(rotations > 20);
	assert_true(most > LIMIT * 3 / 4);
	assert_true(most <= LIMIT);
	check_whole(t.path);
	before = test_path(folder, "events.jsonl.1");
	check_whole(before);
	assert_int_equal(take(&t, recorder_whole_bytes(r), NULL), 0);
	assert_int_equal(t.events, 20002);
	recorder_close(r);
	test_check_open(t.path, 5, 1);
	free(before);
	test_rotation_done(&t);
	test_folder_done(folder);
}

/* What was open long ago is in the newest file alone. */
void test_check_open(const char *path, uint32_t block, size_t n_settings)
{
	struct journal_unfinished u;

	assert_int_equal(journal_unfinished(path, &u, NULL), 0);
	assert_int_equal(u.n_blocks, 1);
	assert_int_equal(u.blocks[0].block, block);
	assert_string_equal(u.blocks[0].zone, "Movable");
	assert_int_equal(u.n_settings, n_settings);
	journal_unfinished_done(&u);
}

static void fill(struct recorder *r, uint64_t bytes)
{
	while (recorder_whole_bytes(r) < bytes) {
		record_aimed(r, 1);
		record_flush(r);
	}
}

/* Without room for the new file the record goes on in the old one, and is bounded again later. */
static void test_full_disk(void **state)
{
	char *folder = test_folder(), *new;
	struct test_rotation t = test_rotation_new(folder);
	struct rlimit limit;
	struct recorder *r = NULL;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	recorder_set_limit(r, LIMIT);
	assert_int_equal(record_intent(r, "offline", 7, 0, ZONE_MOVABLE), 0);
	fill(r, LIMIT / 2);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 100;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_true(test_rotate_if_full(&t, r) < 0);
	assert_int_equal(test_rotate_if_full(&t, r), 0); /* not on every tick */
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	new = test_path(folder, "events.jsonl.new");
	assert_true(access(new, F_OK) < 0);
	check_whole(t.path);
	fill(r, LIMIT / 2 + LIMIT / 8 + 200);
	assert_int_equal(test_rotate_if_full(&t, r), 1);
	check_whole(t.path);
	recorder_close(r);
	test_check_open(t.path, 7, 0);
	free(new);
	test_rotation_done(&t);
	test_folder_done(folder);
}

/* Each part of what a run has not given back, through two files and more than one record. */
static void test_all_that_is_open(void **state)
{
	enum { FRAMES = 70000 };
	char *folder = test_folder();
	struct test_rotation t = test_rotation_new(folder);
	struct journal_unfinished u;
	struct recorder *r = NULL;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	recorder_set_limit(r, LIMIT);
	fill(r, LIMIT / 2);
	t.unfinished.frames = memory_alloc(FRAMES, sizeof(uint64_t));
	for (uint64_t i = 0; i < FRAMES; i++)
		t.unfinished.frames[i] = i * 3;
	t.unfinished.n_frames = t.unfinished.room_frames = FRAMES;
	t.unfinished.prepared = memory_alloc(1, sizeof(*t.unfinished.prepared));
	t.unfinished.n_prepared = 1;
	(void)strcpy(t.unfinished.prepared[0].what, "mount");
	(void)strcpy(t.unfinished.prepared[0].name, "/sys/kernel/debug");
	assert_int_equal(test_rotate_if_full(&t, r), 1);
	assert_int_equal(test_rotate_if_full(&t, r), 0); /* totals alone fill no file */
	recorder_close(r);
	assert_int_equal(journal_unfinished(t.path, &u, NULL), 0);
	assert_int_equal(u.n_frames, FRAMES);
	for (uint64_t i = 0; i < FRAMES; i++)
		assert_int_equal(u.frames[i], i * 3);
	assert_int_equal(u.n_prepared, 1);
	assert_string_equal(u.prepared[0].name, "/sys/kernel/debug");
	journal_unfinished_done(&u);
	test_rotation_done(&t);
	test_folder_done(folder);
}

/* A run that was killed is gone on with in its last file, with its numbers. */
static void test_gone_on_with(void **state)
{
	char *folder = test_folder();
	struct test_rotation t = test_rotation_new(folder);
	struct recorder *r = NULL;
	uint64_t next_seq;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	recorder_set_limit(r, LIMIT);
	assert_int_equal(record_intent(r, "offline", 9, 0, ZONE_MOVABLE), 0);
	fill(r, LIMIT / 2);
	assert_int_equal(test_rotate_if_full(&t, r), 1);
	recorder_close(r);
	next_seq = test_figures(t.path).next_seq;
	assert_int_equal(recorder_reopen(folder, &r, NULL), 0);
	record_restore(r, 0, NULL, 0, true);
	recorder_close(r);
	check_whole(t.path);
	assert_int_equal(test_figures(t.path).next_seq, next_seq + 1);
	test_rotation_done(&t);
	test_folder_done(folder);
}

static void test_kernel_log(void **state)
{
	static const char raw[] = "6,1,2,-;a line of the kernel";
	const struct kmsg_record record = {.raw = raw, .raw_length = strlen(raw)};
	char *folder = test_folder(), *events = test_path(folder, "events.jsonl");
	struct recorder *r = NULL;
	uint64_t there, lines = 20000, dropped = 0;
	struct journal_event event;
	struct journal *j = NULL;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	recorder_set_limit(r, LIMIT);
	for (uint64_t i = 0; i < lines; i++) {
		record_kmsg(r, &record);
		if (i % 50 == 0)
			record_flush(r);
	}
	recorder_close(r);
	there = size_of(folder, "kmsg.log") + size_of(folder, "kmsg.log.1");
	assert_true(there > LIMIT / 2 && there <= LIMIT);
	assert_int_equal(journal_open(events, &j, NULL), 0);
	while (journal_next(j, &event, NULL) > 0) {
		uint64_t records = 0;

		assert_true(journal_uint(event.object, "records", &records));
		dropped += records;
	}
	journal_close(j);
	assert_int_equal(dropped + there / sizeof(raw), lines);
	free(events);
	test_folder_done(folder);
}

/* Without a limit, and below it, nothing is done. */
static void test_no_need(void **state)
{
	char *folder = test_folder(), *before = test_path(folder, "events.jsonl.1");
	struct test_rotation t = test_rotation_new(folder);
	struct recorder *r = NULL;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	fill(r, LIMIT);
	assert_int_equal(test_rotate_if_full(&t, r), 0);
	recorder_set_limit(r, 4 * LIMIT);
	assert_int_equal(test_rotate_if_full(&t, r), 0);
	assert_true(access(before, F_OK) < 0);
	recorder_close(r);
	free(before);
	test_rotation_done(&t);
	test_folder_done(folder);
}

struct hasty {
	struct recorder *r;
	bool waits;
	atomic_bool has_ended;
};

static void *write_in_haste(void *context)
{
	struct hasty *h = context;

	for (unsigned int i = 0; i < 20000; i++) {
		if (h->waits && !recorder_wait_for_room(h->r, 60 * NS_PER_S))
			break;
		record_aimed(h->r, i);
		record_flush(h->r);
	}
	atomic_store(&h->has_ended, true);
	return NULL;
}

/* The most on disk beside a thread that writes much faster than anybody looks. */
static uint64_t most_in_haste(bool waits)
{
	char *folder = test_folder();
	struct test_rotation t = test_rotation_new(folder);
	struct hasty h = {.waits = waits};
	uint64_t most = 0, now;
	pthread_t thread;

	assert_int_equal(recorder_open(folder, &h.r, NULL), 0);
	recorder_set_limit(h.r, LIMIT);
	assert_int_equal(pthread_create(&thread, NULL, write_in_haste, &h), 0);
	while (!atomic_load(&h.has_ended)) {
		(void)clock_sleep_ns(20 * NS_PER_MS);
		now = size_of(folder, "events.jsonl") + size_of(folder, "events.jsonl.1");
		most = now > most ? now : most;
		(void)test_rotate_if_full(&t, h.r);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(take(&t, recorder_whole_bytes(h.r), NULL), 0);
	assert_int_equal(t.events, 20000);
	recorder_close(h.r);
	check_whole(t.path);
	test_rotation_done(&t);
	test_folder_done(folder);
	return most;
}

static void test_who_waits_stays_within(void **state)
{
	uint64_t most = most_in_haste(true);

	(void)state;
	assert_true(most > LIMIT * 3 / 4 && most <= LIMIT);
	assert_true(most_in_haste(false) > LIMIT);
}

/* Nobody who begins a new file: the wait ends all the same, and without a limit there is none. */
static void test_nobody_rotates(void **state)
{
	char *folder = test_folder();
	struct recorder *r = NULL;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	recorder_set_limit(r, LIMIT);
	assert_true(recorder_wait_for_room(r, 60 * NS_PER_S));
	fill(r, LIMIT / 2);
	assert_false(recorder_wait_for_room(r, 5 * NS_PER_MS));
	recorder_set_limit(r, 0);
	assert_true(recorder_wait_for_room(r, 60 * NS_PER_S));
	recorder_close(r);
	test_folder_done(folder);
}

const struct CMUnitTest rotate_tests[] = {
	cmocka_unit_test(test_bound),	      cmocka_unit_test(test_full_disk),
	cmocka_unit_test(test_all_that_is_open), cmocka_unit_test(test_gone_on_with),
	cmocka_unit_test(test_kernel_log),    cmocka_unit_test(test_no_need),
	cmocka_unit_test(test_who_waits_stays_within),
	cmocka_unit_test(test_nobody_rotates),
};
const size_t n_rotate_tests = ARRAY_SIZE(rotate_tests);

// SPDX-License-Identifier: GPL-2.0-or-later
/* What is recorded can be read back, in order, and is on disk when it has to be. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "record/record.h"
#include "record/test_record.h"

static char *folder, *events;

static int set_up(void **state)
{
	(void)state;
	folder = test_folder();
	events = test_path(folder, "events.jsonl");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(events);
	test_folder_done(folder);
	return 0;
}

static struct recorder *open_new(void)
{
	struct recorder *r = NULL;

	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	return r;
}

/* The only record of that name, parsed by the strict parser; owned by the caller. */
static struct jsonw *only(const char *name)
{
	struct jsonw *found = NULL;
	char *text, *line, *rest;
	size_t length;

	text = test_read(events, &length);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct jsonw *event = NULL;

		assert_int_equal(jsonw_parse(line, strlen(line), &event, NULL), 0);
		if (strcmp(jsonw_get_string(event, "ev"), name) != 0) {
			jsonw_free(event);
			continue;
		}
		assert_null(found);
		found = event;
	}
	assert_non_null(found);
	free(text);
	return found;
}

static void record_all(struct recorder *r)
{
	static struct hist latency;
	struct plan_phase phase = {.name = "rung-3", .rung = 2, .faulters = 3, .n_workers = 1};
	struct record_worker_figures figures = {.config = &phase.workers[0]};
	struct record_sample sample = {.elapsed_ns = 5, .touches = 6, .rss_bytes = 7};
	struct record_end end = {.ended = "completed", .elapsed_ns = 9, .kmsg_records = 4};
	struct offline_event offline = {.block = 33, .node = 1, .zone = ZONE_MOVABLE, .error = EBUSY,
					.wall_ns = 12, .state_after = BLOCK_ONLINE};
	struct online_event online = {.attempt = UINT64_MAX, .block = 33, .zone_wanted = ZONE_MOVABLE,
				      .zone_after = ZONE_MOVABLE, .state_after = BLOCK_ONLINE,
				      .restored = true};
	static struct move_event move;
	struct vmstat vmstat = {.known[VMSTAT_pgmigrate_success] = true,
				.value[VMSTAT_pgmigrate_success] = 17};
	const uint32_t left[] = {33};
	struct stuck_suspect suspect = {.who = "offline", .has_block = true, .block = 33};
	struct stuck_sample stuck = {.suspect = &suspect, .state.letter = 'D'};

	hist_add(&latency, 1000);
	(void)snprintf(phase.workers[0].name, PROFILE_NAME_SIZE, "workers");
	sample.total.eagain = (struct measured){.known = true, .value = 3};
	end.last = sample;
	end.vmstat = vmstat;
	move = (struct move_event){.calls = 2, .pages = 10, .moved = 6, .not_moved = 3,
				   .already_there = 1, .failed_call_pages = 1, .gave_up = 1,
				   .n_status = 3};
	move.by_status[0].count = 6;
	move.by_status[1].status = -EAGAIN;
	move.by_status[1].count = 2;
	move.by_status[2].status = INT32_MIN;
	move.by_status[2].count = 1;
	figures.latency = latency;
	record_start(r, SOURCE_PERF_KPROBE, "move_to_new_folio", NULL, &vmstat);
	assert_int_equal(record_setting(r, "proc/x", "1", "0"), 0);
	record_phase(r, &phase);
	assert_int_equal(record_intent(r, "offline", 33, 1, ZONE_MOVABLE), 0);
	record_offline(r, &offline);
	record_online(r, &online);
	record_aimed(r, 77);
	record_move(r, &move, true);
	record_sample(r, &sample);
	record_phase_end(r, &phase, 55, &figures, 1, &sample.total);
	record_refused(r, &(struct refused_event){.block = 34, .refusal = REFUSED_GUARD});
	record_kmsg_lost(r, 6);
	record_stuck(r, &stuck);
	record_worker_exit(r, &(struct worker_exit){.pid = 5, .group = "workers", .status = SIGKILL});
	record_not_ended(r, "workers", 2);
	record_fault(r, "%s", "a fault");
	record_setting_restored(r, "proc/x", "1", EPERM);
	record_restore(r, 1, left, 1, false);
	record_end(r, &end);
}

static void test_every_event(void **state)
{
	static const char *const names[] = {
		"start", "setting", "phase", "intent", "offline", "online", "aimed", "move", "sample",
		"phase_end", "refused", "kmsg_lost", "stuck", "worker_exit", "not_ended", "fault",
		"setting_restored", "restore", "end",
	};
	struct recorder *r = open_new();
	struct journal_figures f;

	(void)state;
	record_all(r);
	assert_int_equal(recorder_lost(r), 0);
	assert_null(recorder_trouble(r));
	recorder_close(r);
	f = test_figures(events);
	assert_int_equal(f.events, ARRAY_SIZE(names));
	assert_int_equal(f.corrupt + f.gaps + f.torn, 0);
	assert_int_equal(f.boots, 1);
	assert_int_equal(strlen(f.boot), 36);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		jsonw_free(only(names[i]));
}

static void test_words(void **state)
{
	struct recorder *r = open_new();
	struct jsonw *e;

	(void)state;
	record_all(r);
	recorder_close(r);
	e = only("offline");
	assert_string_equal(jsonw_get_string(e, "error"), "EBUSY");
	assert_int_equal(jsonw_get_int(e, "errno"), EBUSY);
	assert_int_equal(jsonw_get_int(e, "rung"), 2);
	assert_false(jsonw_has(e, "attempts")); /* not measured: absent */
	assert_false(jsonw_has(e, "time_to_return_ns"));
	jsonw_free(e);
	e = only("online");
	assert_false(jsonw_has(e, "attempt"));
	assert_true(jsonw_get_bool(e, "restored"));
	jsonw_free(e);
	e = only("move");
	assert_int_equal(jsonw_get_uint(jsonw_get(e, "by_status"), "moved"), 6);
	assert_int_equal(jsonw_get_uint(jsonw_get(e, "by_status"), "EAGAIN"), 2);
	assert_int_equal(jsonw_get_uint(jsonw_get(e, "by_status"), "untouched"), 1);
	assert_int_equal(jsonw_get_uint(jsonw_get(e, "private_anonymous"), "pages"), 7);
	assert_int_equal(jsonw_get_uint(jsonw_get(e, "private_anonymous"), "not_moved"), 1);
	jsonw_free(e);
	e = only("sample");
	assert_int_equal(jsonw_get_uint(jsonw_get(e, "migration"), "eagain"), 3);
	assert_false(jsonw_has(jsonw_get(e, "migration"), "waits"));
	assert_int_equal(jsonw_get_int(e, "rung"), 2);
	jsonw_free(e);
	e = only("worker_exit");
	assert_int_equal(jsonw_get_int(e, "signal"), SIGKILL);
	assert_false(jsonw_has(e, "status"));
	jsonw_free(e);
	e = only("not_ended");
	assert_string_equal(jsonw_get_string(e, "group"), "workers");
	assert_int_equal(jsonw_get_int(e, "processes"), 2);
	jsonw_free(e);
	e = only("setting_restored");
	assert_string_equal(jsonw_get_string(e, "error"), "EPERM");
	jsonw_free(e);
	e = only("restore");
	assert_int_equal(jsonw_length(jsonw_get(e, "left_offline")), 1);
	jsonw_free(e);
	e = only("end");
	assert_int_equal(jsonw_get_uint(jsonw_get(e, "vmstat"), "pgmigrate_success"), 17);
	assert_int_equal(jsonw_get_uint(jsonw_get(e, "kmsg"), "records"), 4);
	jsonw_free(e);
}

static void test_unread_log(void **state)
{
	struct recorder *r = open_new();
	struct jsonw *e;

	(void)state;
	record_end(r, &(struct record_end){.ended = "aborted", .kmsg_unread = true});
	recorder_close(r);
	e = only("end");
	assert_false(jsonw_has(e, "kmsg"));
	jsonw_free(e);
}

static void test_intent_is_on_disk(void **state)
{
	struct recorder *r = open_new();
	struct journal_figures f;
	struct jsonw *e;

	(void)state;
	record_aimed(r, 1);
	record_aimed(r, 2);
	assert_int_equal(test_figures(events).events, 0); /* buffered */
	assert_int_equal(record_intent(r, "offline", 40, 0, ZONE_MOVABLE), 0);
	f = test_figures(events);
	assert_int_equal(f.events, 3); /* it, and what came before it */
	e = only("intent");
	assert_int_equal(jsonw_get_uint(e, "seq"), 2);
	jsonw_free(e);
	record_aimed(r, 3);
	record_flush(r);
	assert_int_equal(test_figures(events).events, 4);
	recorder_close(r);
}

static void test_witnesses(void **state)
{
	static const struct witness_statement statements[] = {
		{"softlockup_count", 1, 3, 0, "it grew"}, {"taint_die", 0, 0, 0, NULL},
	};
	struct recorder *r = open_new();
	struct jsonw *e;

	(void)state;
	record_witnesses(r, statements, 2);
	recorder_close(r);
	e = only("witnesses");
	assert_int_equal(jsonw_length(jsonw_get(e, "list")), 2);
	assert_int_equal(jsonw_get_uint(jsonw_at(jsonw_get(e, "list"), 0), "after"), 3);
	assert_string_equal(jsonw_get_string(jsonw_at(jsonw_get(e, "list"), 0), "disagreement"), "it grew");
	assert_false(jsonw_has(jsonw_at(jsonw_get(e, "list"), 1), "disagreement"));
	jsonw_free(e);
}

static void test_hostile_text(void **state)
{
	static const char text[] = "a\xff\x1b[31m\"\\\n\0b\xed\xa0\x80";
	struct kmsg_record record = {.text = text, .text_length = sizeof(text) - 1, .time_us = 5,
				     .raw = text, .raw_length = sizeof(text) - 1};
	struct kmsg_finding finding = {
		.kind = KMSG_HUNG_TASK, .comm = "x\"\xfe", .pid = 7, .has_pid = true,
		.time_ns = 5000, .has_time = true, .frames = "f\xff\0g", .n_frames = 2,
		.text = text, .text_length = sizeof(text) - 1, .same = 0xab, .in_migration = true,
	};
	struct recorder *r = open_new();
	char *log = test_path(folder, "kmsg.log"), *raw;
	struct jsonw *e;
	size_t length;

	(void)state;
	record_finding(r, &finding);
	record_fault(r, "%s", "what \x01\xff");
	record_kmsg(r, &record);
	recorder_close(r);
	e = only("finding"); /* strict, UTF-8 and all */
	assert_string_equal(jsonw_get_string(e, "kind"), "hung_task");
	assert_int_equal(jsonw_get_uint(e, "time_ns"), 5000);
	assert_int_equal(jsonw_length(jsonw_get(e, "frames")), 2);
	assert_string_equal(jsonw_as_string(jsonw_at(jsonw_get(e, "frames"), 1)), "g");
	assert_true(jsonw_get_bool(e, "in_migration"));
	assert_string_equal(jsonw_get_string(e, "same"), "00000000000000ab");
	assert_false(jsonw_has(e, "cpu") || jsonw_has(e, "seconds")); /* not told: no figure */
	jsonw_free(e);
	assert_int_equal(test_figures(events).corrupt, 0);
	raw = test_read(log, &length); /* as it was */
	assert_int_equal(length, sizeof(text));
	assert_memory_equal(raw, text, sizeof(text) - 1);
	free(raw);
	free(log);
}

static void test_folder_in_use(void **state)
{
	struct recorder *r = open_new(), *second = NULL;
	struct jsonw *run = jsonw_object();
	char *path = test_path(folder, "run.json"), *text;
	size_t length;

	(void)state;
	assert_int_equal(recorder_open(folder, &second, NULL), -EEXIST);
	jsonw_set_uint(run, "x", 1);
	assert_int_equal(recorder_write_run(r, run, NULL), 0);
	text = test_read(path, &length);
	assert_string_equal(text, "{\"x\":1}\n");
	recorder_close(r);
	(void)remove(events);
	assert_int_equal(recorder_open(folder, &second, NULL), -EEXIST); /* run.json alone */
	free(text);
	free(path);
}

/* After a cut at any byte, going on never glues, jumps or repeats. */
static void test_reopen_after_every_cut(void **state)
{
	char *whole;
	size_t length;
	struct recorder *r = open_new();

	(void)state;
	record_aimed(r, 1);
	record_fault(r, "%s", "x");
	record_aimed(r, 2);
	recorder_close(r);
	whole = test_read(events, &length);
	for (size_t cut = 0; cut <= length; cut++) {
		struct journal_figures before, after;

		test_write(events, whole, cut);
		before = test_figures(events);
		assert_int_equal(recorder_reopen(folder, &r, NULL), 0);
		record_restore(r, 0, NULL, 0, true);
		recorder_close(r);
		after = test_figures(events);
		assert_int_equal(after.events, before.events + 1);
		assert_int_equal(after.corrupt + after.gaps + after.torn, 0);
		assert_false(after.lacks_newline);
	}
	free(whole);
}

static void test_reopen_nothing(void **state)
{
	struct recorder *r = NULL;

	(void)state;
	assert_int_equal(recorder_reopen("/nowhere/at/all", &r, NULL), -ENOENT);
	assert_null(r);
}

#define THREADS 4
#define LINES 3000

static void *record_many(void *context)
{
	for (uint64_t i = 0; i < LINES; i++) {
		if (i % 500 == 0)
			assert_int_equal(record_intent(context, "offline", 1, 0, ZONE_MOVABLE), 0);
		else
			record_aimed(context, i);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct recorder *r = open_new();
	pthread_t threads[THREADS];
	struct journal_figures f;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, record_many, r), 0);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	recorder_close(r);
	f = test_figures(events);
	assert_int_equal(f.events, THREADS * LINES);
	assert_int_equal(f.corrupt + f.gaps + f.torn, 0);
	assert_int_equal(test_count(events, "intent"), THREADS * 6);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

const struct CMUnitTest recorder_tests[] = {
	TEST(test_every_event),	   TEST(test_words),
	TEST(test_unread_log),	   TEST(test_intent_is_on_disk),
	TEST(test_hostile_text), TEST(test_witnesses),  TEST(test_folder_in_use),
	TEST(test_reopen_after_every_cut), TEST(test_reopen_nothing),
	TEST(test_threads),
};
const size_t n_recorder_tests = ARRAY_SIZE(recorder_tests);

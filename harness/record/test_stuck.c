// SPDX-License-Identifier: GPL-2.0-or-later
/* A task that does not get on, in words: what is not known of it is not there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "record/record.h"
#include "record/test_record.h"

/* The record of one sample, parsed by the strict parser; owned by the caller. */
static struct jsonw *recorded(const struct stuck_sample *sample)
{
	char *folder = test_folder(), *events = test_path(folder, "events.jsonl"), *text;
	struct jsonw *event = NULL;
	struct recorder *r = NULL;
	size_t length;

	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	record_stuck(r, sample);
	recorder_close(r);
	text = test_read(events, &length);
	assert_int_equal(jsonw_parse(text, length, &event, NULL), 0);
	assert_string_equal(jsonw_get_string(event, "ev"), "stuck");
	free(text);
	free(events);
	test_folder_done(folder);
	return event;
}

static void an_offline(void **state)
{
	struct stuck_suspect suspect = {.who = "offline", .has_block = true, .block = 33, .pid = 7};
	struct stuck_sample sample = {.suspect = &suspect, .tid = 8, .since_ns = 5, .number = 1,
				      .state.letter = 'D', .place.n_frames = 2};
	struct jsonw *e;

	(void)state;
	memcpy(sample.place.frames, "migrate_pages\0offline_pages", 28);
	e = recorded(&sample);
	assert_string_equal(jsonw_get_string(e, "who"), "offline");
	assert_int_equal(jsonw_get_uint(e, "block"), 33);
	assert_int_equal(jsonw_get_uint(e, "pid"), 7);
	assert_int_equal(jsonw_get_uint(e, "tid"), 8);
	assert_string_equal(jsonw_get_string(e, "state"), "D");
	assert_int_equal(jsonw_get_uint(e, "since_ns"), 5);
	assert_int_equal(jsonw_get_uint(e, "number"), 1);
	assert_string_equal(jsonw_text(jsonw_get(e, "frames"), NULL), "[\"migrate_pages\",\"offline_pages\"]");
	assert_false(jsonw_has(e, "wchan") || jsonw_has(e, "syscall") || jsonw_has(e, "group") ||
		     jsonw_has(e, "comm") || jsonw_has(e, "no_frames") || jsonw_has(e, "is_last"));
	jsonw_free(e);
}

/* A stack that could not be read is no empty one. */
static void a_worker_without_a_stack(void **state)
{
	struct stuck_suspect suspect = {.who = "worker", .group = "hot", .pid = 7};
	struct stuck_sample sample = {.suspect = &suspect, .tid = 9, .is_last = true,
				      .state.letter = 'D', .place.stack_error = EPERM,
				      .place.has_syscall = true, .place.syscall = -1};
	struct jsonw *e;

	(void)state;
	(void)strcpy(sample.place.wchan, "folio_wait_bit");
	(void)strcpy(sample.place.comm, "a\033[31m\xff");
	e = recorded(&sample);
	assert_string_equal(jsonw_get_string(e, "group"), "hot");
	assert_string_equal(jsonw_get_string(e, "no_frames"), "EPERM");
	assert_string_equal(jsonw_get_string(e, "wchan"), "folio_wait_bit");
	assert_int_equal(jsonw_get_int(e, "syscall"), -1);
	assert_true(jsonw_get_bool(e, "is_last"));
	assert_null(strstr(jsonw_get_string(e, "comm"), "\xff"));
	assert_false(jsonw_has(e, "frames") || jsonw_has(e, "block"));
	jsonw_free(e);
}

const struct CMUnitTest stuck_tests[] = {
	cmocka_unit_test(an_offline),
	cmocka_unit_test(a_worker_without_a_stack),
};
const size_t n_stuck_tests = sizeof(stuck_tests) / sizeof(stuck_tests[0]);

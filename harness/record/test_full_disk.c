// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk that takes no more: RLIMIT_FSIZE cuts writes at any byte as a full disk does (a short
 * write first, then an errno), and can be lifted again.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "record/appender.h"
#include "record/record.h"
#include "record/test_record.h"

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int lift_limit(void **state)
{
	(void)state;
	limit_files(RLIM_INFINITY);
	return 0;
}

/* At every byte: what is on disk is whole lines without a gap, and nothing is lost for good. */
static void test_full_at_every_byte(void **state)
{
	(void)state;
	for (rlim_t limit = 0; limit < 600; limit++) {
		char *folder = test_folder(), *events = test_path(folder, "events.jsonl");
		struct recorder *r = NULL;
		struct journal_figures f;

		assert_int_equal(recorder_open(folder, &r, NULL), 0);
		limit_files(limit);
		for (int i = 0; i < 6; i++)
			record_aimed(r, 1);
		record_flush(r);
		f = test_figures(events);
		assert_true(f.events < 6);
		assert_int_equal(f.corrupt + f.gaps + f.torn, 0);
		assert_non_null(recorder_trouble(r));
		limit_files(RLIM_INFINITY);
		record_aimed(r, 2);
		recorder_close(r);
		f = test_figures(events);
		assert_int_equal(f.events, 7);
		assert_int_equal(f.corrupt + f.gaps + f.torn, 0);
		free(events);
		test_folder_done(folder);
	}
}

static void test_intent_is_refused(void **state)
{
	unsigned int accepted = 0, refused = 0;

	(void)state;
	for (rlim_t limit = 1; limit < 400; limit++) {
		char *folder = test_folder(), *events = test_path(folder, "events.jsonl");
		struct recorder *r = NULL;
		bool is_on_disk;

		assert_int_equal(recorder_open(folder, &r, NULL), 0);
		limit_files(limit);
		is_on_disk = record_intent(r, "offline", 9, 0, ZONE_MOVABLE) == 0;
		limit_files(RLIM_INFINITY);
		assert_int_equal(test_count(events, "intent"), is_on_disk);
		assert_int_equal(test_figures(events).corrupt, 0);
		accepted += is_on_disk;
		refused += !is_on_disk;
		recorder_close(r);
		free(events);
		test_folder_done(folder);
	}
	assert_true(accepted > 0);
	assert_true(refused > 0);
}

/* More than may wait: lines are lost, counted, and the count is told in the journal later. */
static void test_lost_lines_are_told(void **state)
{
	enum { LINES = 60000 };
	char *folder = test_folder(), *events = test_path(folder, "events.jsonl"), *text, *told;
	struct recorder *r = NULL;
	struct journal_figures f;
	unsigned long long lost;
	size_t length;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	limit_files(1000);
	for (int i = 0; i < LINES; i++)
		record_aimed(r, 1);
	record_flush(r);
	lost = recorder_lost(r);
	assert_true(lost > 0 && lost < LINES);
	limit_files(RLIM_INFINITY);
	record_flush(r);
	record_aimed(r, 2); /* the record goes on */
	recorder_close(r);
	f = test_figures(events);
	assert_int_equal(f.corrupt + f.gaps + f.torn, 0);
	assert_int_equal(f.events, LINES - lost + 2);
	assert_int_equal(test_count(events, "fault"), 1);
	text = test_read(events, &length);
	told = strstr(text, "\"what\":\"");
	assert_non_null(told);
	assert_int_equal(strtoull(told + 8, NULL, 10), lost);
	free(text);
	free(events);
	test_folder_done(folder);
}

static void test_full_kernel_log(void **state)
{
	static const char raw[] = "6,1,2,-;hello";
	struct kmsg_record record = {.raw = raw, .raw_length = strlen(raw)};
	char *folder = test_folder(), *log = test_path(folder, "kmsg.log"), *text;
	struct recorder *r = NULL;
	size_t length;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	limit_files(20);
	for (int i = 0; i < 3; i++)
		record_kmsg(r, &record);
	record_flush(r);
	text = test_read(log, &length);
	assert_string_equal(text, "6,1,2,-;hello\n");
	free(text);
	limit_files(RLIM_INFINITY);
	recorder_close(r);
	text = test_read(log, &length);
	assert_string_equal(text, "6,1,2,-;hello\n6,1,2,-;hello\n6,1,2,-;hello\n");
	free(text);
	free(log);
	test_folder_done(folder);
}

/* Where half a line cannot be taken back, the next one still begins on a line of its own. */
static void test_half_a_line_that_stays(void **state)
{
	struct appender a = {.fd = memfd_create("half", MFD_ALLOW_SEALING | MFD_CLOEXEC)};
	char text[32] = "";
	size_t kept;

	(void)state;
	assert_int_equal(fcntl(a.fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	limit_files(6);
	assert_true(appender_write(&a, "one\ntwo\n", 8, &kept) < 0);
	assert_int_equal(kept, 4);
	assert_true(a.needs_newline);
	limit_files(RLIM_INFINITY);
	assert_int_equal(appender_write(&a, "three\n", 6, &kept), 0);
	assert_int_equal(kept, 6);
	assert_int_equal(pread(a.fd, text, sizeof(text) - 1, 0), 13);
	assert_string_equal(text, "one\ntw\nthree\n");
	appender_close(&a);
}

#define TEST(f) cmocka_unit_test_teardown(f, lift_limit)

const struct CMUnitTest full_disk_tests[] = {
	TEST(test_full_at_every_byte), TEST(test_intent_is_refused), TEST(test_lost_lines_are_told),
	TEST(test_full_kernel_log),    TEST(test_half_a_line_that_stays),
};
const size_t n_full_disk_tests = ARRAY_SIZE(full_disk_tests);

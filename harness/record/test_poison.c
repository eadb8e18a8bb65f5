// SPDX-License-Identifier: GPL-2.0-or-later
/* The books about poisoned frames: what is written, and what "memsoak restore" reads in it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/record.h"
#include "record/record_poison.h"
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

static const struct soft_offline_target target = {
	.pid = 77, .group = "hot", .kind = "private-anonymous"};

static struct soft_offline_injection injection_of(uint64_t frame)
{
	return (struct soft_offline_injection){
		.number = frame,
		.which = SOFT_OFFLINE_PLAIN,
		.way = SOFT_OFFLINE_SYSFS,
		.target = &target,
		.address = 4096,
		.frame = frame,
		.node = 1,
		.knows_corrupted = true,
		.corrupted_before_bytes = 8192,
		.corrupted_after_bytes = 12288,
		.knows_poisoned = true,
		.is_poisoned = true,
		.new_frame = 9,
		.is_checked = true,
		.is_intact = true,
	};
}

static bool holds(const char *text)
{
	cleanup_free char *all = NULL;
	size_t length;

	all = test_read(events, &length);
	return strstr(all, text) != NULL;
}

static void the_entry_is_on_disk_before(void **state)
{
	struct recorder *r = open_new();
	struct soft_offline_injection i = injection_of(5);

	(void)state;
	assert_int_equal(record_soft_offline_intent(r, &i), 0);
	assert_true(holds("\"ev\":\"soft_offline_intent\",\"number\":5,\"case\":\"plain\","
			  "\"way\":\"sysfs\",\"expected\":\"poisoned\",\"frame\":5,\"node\":1,"
			  "\"pid\":77,\"address\":4096,\"group\":\"hot\","
			  "\"kind\":\"private-anonymous\",\"was_poisoned\":false,"
			  "\"was_huge\":false}"));
	recorder_close(r);
}

static void what_came_of_it_is_told(void **state)
{
	struct soft_offline_injection i = injection_of(5), unknown = {.number = 6, .node = -1};
	struct recorder *r = open_new();

	(void)state;
	i.error = EBUSY;
	record_soft_offline(r, &i);
	record_flush(r);
	assert_true(holds("\"error\":\"EBUSY\",\"errno\":16,\"wall_ns\":0,"
			  "\"corrupted_before_bytes\":8192,\"corrupted_after_bytes\":12288,"
			  "\"is_poisoned\":true,\"new_frame\":9,\"is_intact\":true}"));
	/* What was not measured is absent. */
	assert_int_equal(record_soft_offline_intent(r, &unknown), 0);
	record_soft_offline(r, &unknown);
	record_flush(r);
	assert_true(holds("\"expected\":\"poisoned\",\"frame\":0,\"was_poisoned\":false"));
	assert_true(holds("\"number\":6,\"frame\":0,\"error\":\"OK\",\"errno\":0,\"wall_ns\":0}"));
	recorder_close(r);
}

static void the_frame_of_the_books_is_told(void **state)
{
	const struct record_poison start = {.knows_corrupted = true, .corrupted_bytes = 4096};
	const struct record_poison end = {.knows_memory_failures = true, .memory_failures = 2};
	struct recorder *r = open_new();

	(void)state;
	record_poison_start(r, 500, 4096, "no such file", &start);
	record_poison_end(r, 3, &end);
	record_flush(r);
	assert_true(holds("\"ev\":\"poison_start\",\"budget\":500,\"page_size\":4096,"
			  "\"no_fault_injection\":\"no such file\",\"corrupted_bytes\":4096}"));
	assert_true(holds("\"ev\":\"poison_end\",\"frames_left\":3,\"memory_failures\":2}"));
	recorder_close(r);
}

static struct journal_unfinished look(struct recorder *r)
{
	struct journal_unfinished u;

	record_flush(r);
	assert_int_equal(journal_unfinished(events, &u, NULL), 0);
	return u;
}

static void assert_left(struct recorder *r, size_t n, const uint64_t frames[])
{
	struct journal_unfinished u = look(r);

	assert_int_equal(u.n_frames, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(u.frames[i], frames[i]);
	journal_unfinished_done(&u);
}

static void frames_are_left_until_they_are_given_back(void **state)
{
	struct recorder *r = open_new();
	struct soft_offline_injection i;

	(void)state;
	assert_left(r, 0, NULL);
	for (uint64_t frame = 300; frame >= 100; frame -= 100) {
		i = injection_of(frame);
		assert_int_equal(record_soft_offline_intent(r, &i), 0);
	}
	/* Killed between the entry and what came of it: it may be poisoned. */
	assert_left(r, 3, (const uint64_t[]){100, 200, 300});
	i = injection_of(200);
	record_soft_offline(r, &i);
	assert_left(r, 3, (const uint64_t[]){100, 200, 300});
	/* It was not: nothing is to be given back. */
	i = injection_of(100);
	i.is_poisoned = false;
	record_soft_offline(r, &i);
	assert_left(r, 2, (const uint64_t[]){200, 300});
	/* It could not be read: it may be. */
	i = injection_of(300);
	i.knows_poisoned = i.is_poisoned = false;
	record_soft_offline(r, &i);
	assert_left(r, 2, (const uint64_t[]){200, 300});
	record_unpoison(r, 200, -EBUSY);
	assert_left(r, 2, (const uint64_t[]){200, 300});
	record_unpoison(r, 200, 0);
	record_unpoison(r, 777, 0);
	assert_left(r, 1, (const uint64_t[]){300});
	record_unpoison(r, 300, 0);
	assert_left(r, 0, NULL);
	recorder_close(r);
}

static void a_frame_that_somebody_else_poisoned_is_not_ours(void **state)
{
	struct soft_offline_injection i = injection_of(100);
	struct recorder *r = open_new();

	(void)state;
	i.was_poisoned = true;
	assert_int_equal(record_soft_offline_intent(r, &i), 0);
	record_soft_offline(r, &i);
	assert_left(r, 0, NULL);
	/* And twice the same is one. */
	i = injection_of(100);
	assert_int_equal(record_soft_offline_intent(r, &i), 0);
	assert_int_equal(record_soft_offline_intent(r, &i), 0);
	assert_left(r, 1, (const uint64_t[]){100});
	recorder_close(r);
}

static void preparations_are_left_until_undone(void **state)
{
	struct recorder *r = open_new();
	struct journal_unfinished u;

	(void)state;
	assert_int_equal(record_prepared(r, "mount", "sys/kernel/debug"), 0);
	assert_int_equal(record_prepared(r, "module", "hwpoison_inject"), 0);
	record_prepared_undone(r, "module", "hwpoison_inject", EBUSY);
	record_prepared_undone(r, "module", "sys/kernel/debug", 0);
	u = look(r);
	assert_int_equal(u.n_prepared, 2);
	assert_string_equal(u.prepared[0].what, "mount");
	assert_string_equal(u.prepared[1].name, "hwpoison_inject");
	journal_unfinished_done(&u);
	record_prepared_undone(r, "mount", "sys/kernel/debug", 0);
	u = look(r);
	assert_int_equal(u.n_prepared, 1);
	assert_string_equal(u.prepared[0].what, "module");
	journal_unfinished_done(&u);
	record_prepared_undone(r, "module", "hwpoison_inject", 0);
	u = look(r);
	assert_int_equal(u.n_prepared, 0);
	journal_unfinished_done(&u);
	recorder_close(r);
}

#define poison_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
const struct CMUnitTest poison_tests[] = {
	poison_test(the_entry_is_on_disk_before),
	poison_test(what_came_of_it_is_told),
	poison_test(the_frame_of_the_books_is_told),
	poison_test(frames_are_left_until_they_are_given_back),
	poison_test(a_frame_that_somebody_else_poisoned_is_not_ours),
	poison_test(preparations_are_left_until_undone),
};
const size_t n_poison_tests = ARRAY_SIZE(poison_tests);

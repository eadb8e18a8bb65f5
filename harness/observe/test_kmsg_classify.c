// SPDX-License-Identifier: GPL-2.0-or-later
/* The classifier on records, live: who is trusted, what time ends, what newlines mean. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "observe/kmsg.h"
#include "observe/test_findings.h"
#include "observe/test_observe.h"

static const char soft[] = "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]";

static void give(struct kmsg_classifier *c, const char *text, unsigned int facility, uint64_t sequence)
{
	struct kmsg_record record = {
		.facility = facility,
		.sequence = sequence,
		.time_us = 5000000 + sequence,
		.text = text,
		.text_length = strlen(text),
	};

	kmsg_classify_record(c, &record);
}

/* Whoever may write /dev/kmsg can say anything, but not as the kernel. */
static void imitations_are_not_trusted(void **state)
{
	struct test_findings t = {0};
	struct kmsg_classifier *c = kmsg_classifier_new(test_findings_add, &t, 250);

	(void)state;
	for (unsigned int facility = 1; facility < 24; facility++)
		give(c, soft, facility, facility);
	kmsg_classify_flush(c);
	assert_int_equal(t.n, 0);
	give(c, soft, 0, 77);
	give(c, "Call Trace:", 0, 78);
	give(c, " not_the_kernels+0x1/0x2", 1, 79);
	give(c, " the_kernels+0x1/0x2", 0, 80);
	kmsg_classify_flush(c);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.items[0].sequence, 77);
	assert_int_equal(t.items[0].time_ns, 5000077000);
	assert_string_equal(test_frames(&t.items[0]), "the_kernels");
	test_findings_done(&t);
	kmsg_classifier_free(c);
}

/* A newline in a message can come from a name that a user has chosen. */
static void only_the_first_line_is_a_header(void **state)
{
	static const char *const imitations[] = {
		"EXT4-fs error: file x\nwatchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]",
		"comm a\nKernel panic - not syncing: x",
	};
	struct test_findings t = {0};
	struct kmsg_classifier *c = kmsg_classifier_new(test_findings_add, &t, 0);
	struct kmsg_record fragment = {.text = soft, .text_length = sizeof(soft) - 1, .is_fragment = true};

	(void)state;
	give(c, imitations[0], 0, 1);
	give(c, imitations[1], 0, 2);
	kmsg_classify_record(c, &fragment);
	kmsg_classify_flush(c);
	assert_int_equal(t.n, 0);
	give(c, "\nINFO: task x:1 blocked for more than 120 seconds.\n      Not tainted 6.1.0 #1\n", 0, 3);
	kmsg_classify_flush(c);
	assert_int_equal(t.n, 1);
	test_assert_text(&t.items[0],
			 "INFO: task x:1 blocked for more than 120 seconds.\n      Not tainted 6.1.0 #1");
	test_findings_done(&t);
	kmsg_classifier_free(c);
}

/* A finding is told when nothing more comes, and at the latest when it is a second old. */
static void time_ends_a_finding(void **state)
{
	struct test_findings t = {0};
	struct kmsg_classifier *c = kmsg_classifier_new(test_findings_add, &t, 0);
	uint64_t now_ns = 100 * NS_PER_S;

	(void)state;
	kmsg_classify_tick(c, now_ns);
	give(c, soft, 0, 1);
	kmsg_classify_tick(c, now_ns += 100 * NS_PER_MS);
	assert_int_equal(t.n, 0);
	kmsg_classify_tick(c, now_ns += 400 * NS_PER_MS);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
	/* Its trace goes on and on. */
	give(c, soft, 0, 2);
	for (int i = 0; i < 11 && !t.n; i++) {
		kmsg_classify_tick(c, now_ns += 100 * NS_PER_MS);
		give(c, " f+0x1/0x2", 0, 3);
	}
	assert_int_equal(t.n, 1);
	assert_in_range(t.items[0].n_frames, 8, 10);
	/* What comes after that belongs to nothing. */
	give(c, " f+0x1/0x2", 0, 4);
	kmsg_classify_flush(c);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
	kmsg_classifier_free(c);
}

static void callers_are_told_apart(void **state)
{
	static const char raw[] =
		"0,1,10,-,caller=C1;watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]\n"
		"4,2,11,-,caller=T9;WARNING: CPU: 0 PID: 9 at mm/migrate.c:12 g+0x1/0x2\n"
		"4,3,12,-,caller=C1; of_one+0x1/0x2\n"
		"4,4,13,-,caller=T9; of_nine+0x1/0x2\n"
		"4,5,14,-,caller=T1;unrelated\n"
		"4,6,15,-,caller=C1; of_one_too+0x1/0x2\n";
	struct test_findings t = {0};
	struct kmsg_classifier *c = kmsg_classifier_new(test_findings_add, &t, 0);
	const char *at = raw;

	(void)state;
	while (*at) {
		const char *newline = strchr(at, '\n');
		struct kmsg_record record;
		char room[256];

		assert_true(kmsg_parse(at, (size_t)(newline + 1 - at), room, &record));
		assert_true(record.has_caller);
		kmsg_classify_record(c, &record);
		at = newline + 1;
	}
	kmsg_classify_flush(c);
	assert_int_equal(t.n, 2);
	assert_string_equal(test_frames(&t.items[0]), "of_one of_one_too");
	assert_string_equal(test_frames(&t.items[1]), "of_nine");
	test_findings_done(&t);
	kmsg_classifier_free(c);
}

static void this_kernels_tick(void **state)
{
	uint64_t hz = kmsg_this_hz();

	(void)state;
	assert_true(hz == 100 || hz == 128 || hz == 250 || hz == 256 || hz == 300 || hz == 1000 ||
		    hz == 1024 || hz == 1200);
}

int test_kmsg_classify(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imitations_are_not_trusted),
		cmocka_unit_test(only_the_first_line_is_a_header),
		cmocka_unit_test(time_ends_a_finding),
		cmocka_unit_test(callers_are_told_apart),
		cmocka_unit_test(this_kernels_tick),
	};

	return cmocka_run_group_tests_name("kmsg: findings, live", tests, NULL, NULL);
}

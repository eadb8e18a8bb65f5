// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "observe/log_fold.h"
#include "observe/log_reader.h"
#include "observe/test_observe.h"

static struct log_fold *fold_of(const char *log, size_t length)
{
	struct log_fold *fold = log_fold_new();
	struct kmsg_classifier *c = kmsg_classifier_new(log_fold_add, fold, 0);
	struct log_reader *r = log_reader_new(c);

	log_reader_feed(r, log, length);
	log_reader_end(r);
	log_fold_sort(fold);
	log_reader_free(r);
	kmsg_classifier_free(c);
	return fold;
}

static void repeats_are_one(void **state)
{
	static const char log[] =
		"[   22.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]\n"
		"[   46.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 45s! [x:1]\n"
		"[   46.000000]  offline_pages+0x1/0x2\n"
		"[   46.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 45s! [x:1]\n" /* shown twice */
		"[   50.000000] watchdog: BUG: soft lockup - CPU#2 stuck for 22s! [x:1]\n"
		"[   51.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [y:2]\n"
		"[   52.000000] BUG: Bad page state in process a  pfn:7deea\n"
		"[   53.000000] BUG: Bad page state in process a  pfn:7dfff\n"
		"[   54.000000] WARNING: CPU: 0 PID: 1 at mm/migrate.c:12 f+0x1/0x2\n"
		"[   55.000000] WARNING: CPU: 1 PID: 2 at mm/migrate.c:12 f+0x1/0x2\n"
		"[   56.000000] WARNING: CPU: 1 PID: 2 at mm/migrate.c:13 f+0x1/0x2\n"
		"[   70.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 30s! [x:1]\n";
	static const struct {
		enum kmsg_kind kind;
		uint64_t count, seconds;
	} expected[] = {
		{KMSG_SOFT_LOCKUP, 3, 45}, {KMSG_SOFT_LOCKUP, 1, 22}, {KMSG_SOFT_LOCKUP, 1, 22},
		{KMSG_BAD_PAGE, 2, 0},	   {KMSG_WARNING, 2, 0},      {KMSG_WARNING, 1, 0},
	};
	struct log_fold *fold = fold_of(log, sizeof(log) - 1);

	(void)state;
	assert_int_equal(log_fold_count(fold), 6);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(log_fold_at(fold, i)->kind, expected[i].kind);
		assert_int_equal(log_fold_at(fold, i)->count, expected[i].count);
		assert_int_equal(log_fold_at(fold, i)->seconds, expected[i].seconds);
	}
	assert_int_equal(log_fold_at(fold, 0)->time_ns, 22000000000); /* of the first */
	assert_int_equal(log_fold_last_ns(fold, 0), 70000000000);
	assert_int_equal(log_fold_last_ns(fold, 1), log_fold_at(fold, 1)->time_ns);
	assert_true(log_fold_at(fold, 0)->in_migration);
	assert_int_equal(log_fold_unlisted(fold), 0);
	log_fold_free(fold);
}

/* What differs each time is not in it, also where it stands last. */
static void addresses_are_left_out(void **state)
{
	static const char log[] =
		"[    1.000000] BUG: unable to handle kernel paging request at ffff88002bde1e40\n"
		"[    2.000000] BUG: unable to handle kernel paging request at 00000000ffffff8a\n"
		"[    3.000000] BUG: unable to handle kernel paging request at 8a\n"
		"[    4.000000] BUG: unable to handle page fault for address: 00000000ffffff8a\n";
	struct log_fold *fold = fold_of(log, sizeof(log) - 1);

	(void)state;
	assert_int_equal(log_fold_count(fold), 2);
	assert_int_equal(log_fold_at(fold, 0)->count, 3);
	log_fold_free(fold);
}

/* In the order of the headers, also when a later one is complete first. */
static void order(void **state)
{
	static const char log[] = "[    1.000000][    T1] INFO: task a:1 blocked for more than 120 seconds.\n"
				  "[    1.000001][    T2] WARNING: CPU: 0 PID: 2 at a.c:1 f+0x1/0x2\n"
				  "[    1.000002][    T2] ---[ end trace 0000000000000000 ]---\n"
				  "[    1.000003][    T1]  schedule+0x1/0x2\n";
	struct log_fold *fold = fold_of(log, sizeof(log) - 1);

	(void)state;
	assert_int_equal(log_fold_count(fold), 2);
	assert_int_equal(log_fold_at(fold, 0)->kind, KMSG_HUNG_TASK);
	assert_int_equal(log_fold_at(fold, 1)->kind, KMSG_WARNING);
	log_fold_free(fold);
}

/* As many as there are: the list is bounded, the rest is counted, and what is kept is right. */
static void many(void **state)
{
	struct log_fold *fold = log_fold_new();
	struct kmsg_classifier *c = kmsg_classifier_new(log_fold_add, fold, 0);
	struct log_reader *r = log_reader_new(c);
	size_t bytes = 0;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		char text[4096];
		size_t length;

		length = (size_t)snprintf(text, sizeof(text), "INFO: task x:%d blocked for more than 120 seconds.\n", i);
		for (int k = 0; k < 60; k++)
			length += (size_t)snprintf(text + length, sizeof(text) - length,
						   "  function_number_%d_of_many+0x123/0x456\n", k);
		log_reader_feed(r, text, length);
	}
	log_reader_end(r);
	log_fold_sort(fold);
	assert_int_equal(log_fold_count(fold) + log_fold_unlisted(fold), 5000);
	assert_true(log_fold_count(fold) >= 1000);
	for (size_t i = 0; i < log_fold_count(fold); i++) {
		assert_int_equal(log_fold_at(fold, i)->pid, i);
		bytes += log_fold_at(fold, i)->text_length;
	}
	assert_true(bytes < 6u << 20);
	log_reader_free(r);
	kmsg_classifier_free(c);
	log_fold_free(fold);
}

int test_log_fold(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_are_one),
		cmocka_unit_test(addresses_are_left_out),
		cmocka_unit_test(order),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests_name("log: repeats", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "observe/kmsg.h"
#include "observe/test_observe.h"

#define NO_CPU (-1)
#define NO_TASK (-1)

static const struct {
	const char *text;
	enum kmsg_kind kind;
	int64_t cpu;
	uint64_t seconds;
	const char *comm;
	int64_t pid;
} wordings[] = {
	{"watchdog: BUG: soft lockup - CPU#1 stuck for 134s! [syz-executor2:10431]",
	 KMSG_SOFT_LOCKUP, 1, 134, "syz-executor2", 10431},
	{"watchdog: BUG: soft lockup - CPU#288 stuck for 22s! [kworker/u1028:3:5]",
	 KMSG_SOFT_LOCKUP, 288, 22, "kworker/u1028:3", 5},
	{"NMI watchdog: BUG: soft lockup - CPU#0 stuck for 23s! [systemd-udevd:1234]",
	 KMSG_SOFT_LOCKUP, 0, 23, "systemd-udevd", 1234},
	{"BUG: soft lockup - CPU#3 stuck for 67s! [swapper:0]", KMSG_SOFT_LOCKUP, 3, 67, "swapper",
	 0},
	{"BUG: soft lockup - CPU#3 stuck for 67s! [a] b]c:12]", KMSG_SOFT_LOCKUP, 3, 67, "a] b]c",
	 12},
	{"watchdog: BUG: soft lockup - CPU#3 stuck for 67s!", KMSG_SOFT_LOCKUP, 3, 67, "", NO_TASK},
	{"watchdog: BUG: soft lockup - CPU#3 stuck for 67s! [no number:]", KMSG_SOFT_LOCKUP, 3, 67,
	 "", NO_TASK},
	{"watchdog: BUG: soft lockup - CPU#3 stuck for 67s! [x:99999999999]", KMSG_SOFT_LOCKUP, 3,
	 67, "", NO_TASK},
	{"INFO: task kworker/0:3:7985 blocked for more than 120 seconds.", KMSG_HUNG_TASK, NO_CPU,
	 120, "kworker/0:3", 7985},
	{"INFO: task init:1 blocked for more than 120 seconds.", KMSG_HUNG_TASK, NO_CPU, 120,
	 "init", 1},
	{"INFO: task stress-ng:4711 blocked in I/O wait for more than 241 seconds.", KMSG_HUNG_TASK,
	 NO_CPU, 241, "stress-ng", 4711},
};

static const char *const near_misses[] = {
	"",
	"soft lockup",
	"watchdog: soft lockup - CPU#1 stuck for 22s! [x:1]",
	"watchdog: BUG: soft lockup - CPU#-1 stuck for 22s! [x:1]",
	"watchdog: BUG: soft lockup - CPU# stuck for 22s! [x:1]",
	"watchdog: BUG: soft lockup - CPU#4294967296 stuck for 22s! [x:1]",
	"watchdog: BUG: soft lockup - CPU#1 stuck for 22! [x:1]",
	"watchdog: BUG: soft lockup - CPU#1 stuck for s! [x:1]",
	"watchdog: BUG: soft lockup - CPU#1 stuck for 99999999999999999999999s! [x:1]",
	"Watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]",
	"I saw: watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]",
	" watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]",
	"watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 1",
	"TITLE: BUG: soft lockup in smp_call_function",
	"INFO: task x:1 blocked for more than 120 seconds",
	"INFO: task x:1 blocked for more than 120 minutes.",
	"INFO: task x:1 blocked for more than some seconds.",
	"INFO: task x:1 blocked for more than -3 seconds.",
	"INFO: task x:y blocked for more than 120 seconds.",
	"INFO: task x:1y blocked for more than 120 seconds.",
	"INFO: task x blocked for more than 120 seconds.",
	"INFO: task x:1 is blocked on a mutex likely owned by task y:2.",
	"INFO: lockdep is turned off.",
	"info: task x:1 blocked for more than 120 seconds.",
	"foo INFO: task x:1 blocked for more than 120 seconds.",
	"Future hung task reports are suppressed, see sysctl kernel.hung_task_warnings",
	"\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\" disables this message.",
};

static struct kmsg_record record_of(const char *text, unsigned int facility)
{
	return (struct kmsg_record){
		.facility = facility,
		.text = text,
		.text_length = strlen(text),
	};
}

static void known_wordings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wordings); i++) {
		struct kmsg_record record = record_of(wordings[i].text, 0);
		struct kmsg_finding f;

		print_message("%s\n", wordings[i].text);
		memset(&f, 0xee, sizeof(f));
		assert_true(kmsg_classify(&record, &f));
		assert_int_equal(f.kind, wordings[i].kind);
		assert_int_equal(f.has_cpu, wordings[i].cpu != NO_CPU);
		if (f.has_cpu)
			assert_int_equal(f.cpu, wordings[i].cpu);
		assert_int_equal(f.seconds, wordings[i].seconds);
		assert_string_equal(f.comm, wordings[i].comm);
		if (wordings[i].pid != NO_TASK)
			assert_int_equal(f.pid, wordings[i].pid);
	}
}

static void near_misses_are_nothing(void **state)
{
	struct kmsg_finding f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(near_misses); i++) {
		struct kmsg_record record = record_of(near_misses[i], 0);

		if (kmsg_classify(&record, &f))
			fail_msg("taken for a finding: '%s'", near_misses[i]);
	}
}

/* Whoever may write /dev/kmsg can say anything, but not as the kernel. */
static void imitations_are_not_trusted(void **state)
{
	struct kmsg_finding f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wordings); i++)
		for (unsigned int facility = 1; facility < 24; facility++) {
			struct kmsg_record record = record_of(wordings[i].text, facility);

			assert_false(kmsg_classify(&record, &f));
		}
}

static void hostile_text(void **state)
{
	char text[4096];
	struct kmsg_record record = {.text = text};
	struct kmsg_finding f;

	(void)state;
	/* A comm that is longer than any, and a text that does not end where it should. */
	(void)strcpy(text, "INFO: task ");
	memset(text + 11, 'x', 300);
	(void)strcpy(text + 311, ":12 blocked for more than 120 seconds.");
	record.text_length = strlen(text);
	assert_true(kmsg_classify(&record, &f));
	assert_int_equal(strlen(f.comm), sizeof(f.comm) - 1);
	assert_int_equal(f.pid, 12);
	memset(text + 11, 'x', sizeof(text) - 11);
	record.text_length = sizeof(text);
	assert_false(kmsg_classify(&record, &f));
	/* A NUL in the middle is no end. */
	memcpy(text, "INFO: task a\0b:3 blocked for more than 120 seconds.", 51);
	record.text_length = 51;
	assert_true(kmsg_classify(&record, &f));
	assert_string_equal(f.comm, "a b");
	memcpy(text, "INFO: task a\0b:3 blocked for more than 120 seconds", 50);
	record.text_length = 50;
	assert_false(kmsg_classify(&record, &f));
}

static void kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(kmsg_kind_name(KMSG_SOFT_LOCKUP), "soft_lockup");
	assert_string_equal(kmsg_kind_name(KMSG_HUNG_TASK), "hung_task");
}

int test_kmsg_classify(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_wordings),
		cmocka_unit_test(near_misses_are_nothing),
		cmocka_unit_test(imitations_are_not_trusted),
		cmocka_unit_test(hostile_text),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests_name("kmsg: findings", tests, NULL, NULL);
}

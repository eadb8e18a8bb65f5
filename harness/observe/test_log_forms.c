// SPDX-License-Identifier: GPL-2.0-or-later
/* The same finding in every form of log; and what is in a log but is not the kernel's. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "observe/log_prefix.h"
#include "observe/test_findings.h"
#include "observe/test_observe.h"

#define SOFT "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:77]"

/* What a prefix may be: in front of each of three lines there is one finding with its frame. */
static const struct {
	const char *prefix;
	bool has_time;
	const char *when;
} prefixes[] = {
	{"", false, ""},
	{"[  123.456789] ", true, ""},
	{"[12345.678901] ", true, ""},
	{"[1234567.890123] ", true, ""},
	{"[  123.456789][    C1] ", true, ""},
	{"[  123.456789][ T1234] ", true, ""},
	{"[  123.456789] [   T1234] ", true, ""},
	{"<0>[  123.456789] ", true, ""},
	{"<0>", false, ""},
	{"kern  :emerg : [  123.456789] ", true, ""},
	{"kern  :emerg : [Thu Jan  9 14:28:48 2018] ", false, "Thu Jan  9 14:28:48 2018"},
	{"[Thu Jan  9 14:28:48 2018] ", false, "Thu Jan  9 14:28:48 2018"},
	{"[Jan 9 14:28] ", false, "Jan 9 14:28"},
	{"[  +0.000012] ", false, "+0.000012"},
	{"[  123.456789 <    0.000012>] ", true, ""},
	{"2018-01-09T14:28:48,123456+01:00 ", false, "2018-01-09T14:28:48,123456+01:00"},
	{"Jan  9 14:28:48 myhost kernel: ", false, "Jan  9 14:28:48"},
	{"Jan 19 14:28:48 myhost kernel: [  123.456789] ", true, ""},
	{"<4>Jan 19 14:28:48 myhost kernel: [  123.456789] ", false, NULL}, /* see below */
	{"Jan  1 00:00:10 myhost kern.warn kernel: [  123.456789] ", true, ""},
	{"Jan 09 14:28:48.123456 myhost kernel: ", false, "Jan 09 14:28:48.123456"},
	{"2018-01-09T14:28:48+0000 myhost kernel: ", false, "2018-01-09T14:28:48+0000"},
	{"2018-01-09T14:28:48.123456+00:00 myhost kernel: [  123.456789] ", true, ""},
	{"<4>1 2018-01-09T14:28:48.123456+00:00 myhost kernel - - - [  123.456789] ", true, ""},
	{"Tue 2018-01-09 14:28:48 UTC myhost kernel: ", false, "Tue 2018-01-09 14:28:48 UTC"},
	{"1515508128.123456 myhost kernel: ", false, "1515508128.123456"},
	{"[  123.456789] myhost kernel: ", true, ""},
	{"2018/01/09 14:28:48 ", false, "2018/01/09 14:28:48"},
	{"[2018-01-09 14:28:48] [  123.456789] ", true, ""},
	{"14:28:48.123 [  123.456789] ", true, ""},
	{"[  123.456789]  (3)[1234:comm]", true, ""},
	{"<6>[  123.456789]  [3:   some comm: 1234] ", true, ""},
	{"[  123.456789] c0   1234 ", true, ""},
	{"\x1b[32m[  123.456789] \x1b[0m\x1b[31m", true, ""},
	{"\r[  123.456789] ", true, ""},
	{"executing program [  123.456789] ", true, ""},
	{"myhost login: [  123.456789][    C1] ", true, ""},
	{"** 17 printk messages dropped ** [  123.456789] ", true, ""},
	{"0,1234,123456789,-;", true, ""},
	{"0,1234,123456789,-,caller=C1;", true, ""},
};

static const char *const endings[] = {"\n", "\r\n", "\r\r\n", "\n\r", "  \n", "\x1b[0m\n"};

static void check_one(const char *log, size_t length, bool has_time, const char *when)
{
	struct test_findings t;

	test_findings_of_log(&t, log, length, 0);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.items[0].kind, KMSG_SOFT_LOCKUP);
	assert_int_equal(t.items[0].cpu, 1);
	assert_int_equal(t.items[0].seconds, 22);
	assert_string_equal(t.items[0].comm, "x");
	assert_int_equal(t.items[0].pid, 77);
	assert_string_equal(test_frames(&t.items[0]), "offline_pages");
	assert_int_equal(t.items[0].has_time, has_time);
	if (has_time)
		assert_int_equal(t.items[0].time_ns / 1000 % 1000000 != 0, 1);
	else
		assert_string_equal(t.items[0].when, when);
	test_findings_done(&t);
}

static void prefixes_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		for (size_t k = 0; k < ARRAY_SIZE(endings); k++) {
			const char *p = prefixes[i].prefix, *end = endings[k];
			char log[1024];
			int length;

			if (!prefixes[i].when)
				continue;
			print_message("'%s' with ending %zu\n", p, k);
			length = snprintf(log, sizeof(log), "%snothing of note%s%s" SOFT "%s%sCall Trace:%s%s offline_pages+0x1/0x2%s",
					  p, end, p, end, p, end, p, end);
			check_one(log, (size_t)length, prefixes[i].has_time, prefixes[i].when);
			/* Cut into pieces anywhere it is the same. */
			for (size_t piece = 1; piece < 20; piece += 6) {
				struct test_findings t;

				test_findings_of_pieces(&t, log, (size_t)length, piece);
				assert_int_equal(t.n, 1);
				assert_string_equal(test_frames(&t.items[0]), "offline_pages");
				test_findings_done(&t);
			}
		}
}

/* A program's lines, a user's lines, lines that quote: each is no finding. */
static void not_the_kernels(void **state)
{
	static const char *const lines[] = {
		"Jan  9 14:28:48 myhost myprogram[12]: " SOFT,
		"Jan  9 14:28:48 myhost myprogram[12]: [  123.456789] " SOFT,
		"2018-01-09T14:28:48+0000 myhost kernelish: " SOFT,
		"2018-01-09T14:28:48.1+00:00 myhost test: " SOFT,
		"1515508128.123456 myhost test[1]: " SOFT,
		"Tue 2018-01-09 14:28:48 UTC myhost test[1]: " SOFT,
		"[  123.456789] myhost test[1]: " SOFT,
		"user  :warn  : [  123.456789] " SOFT,
		"daemon:warn  : [  123.456789] " SOFT,
		"authpriv:info  : [  123.456789] " SOFT,
		"local0:info  : [  123.456789] " SOFT,
		"<12>[  123.456789] " SOFT,
		"12,1234,123456789,-;" SOFT,
		"[  123.456789] [U] " SOFT,
		"[  123.456789] test: " SOFT,
		"[  123.456789] \"" SOFT,
		"grep: " SOFT,
		" KEY=" SOFT,
		"{\"MESSAGE\":\"" SOFT "\"}",
		"[  123.45678] " SOFT,
		"[  123.4567890] " SOFT,
		"[abc] " SOFT,
	};
	struct test_findings t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		test_findings_of_log(&t, lines[i], strlen(lines[i]), 0);
		if (t.n)
			fail_msg("taken for the kernel's: '%s'", lines[i]);
	}
}

/* In a log whose kernel lines have stamps a line without one is somebody else's, unless it is unmistakable. */
static void lines_without_stamp(void **state)
{
	static const char loose[] = "[    1.000000] Linux version 6.1.0\n"
				    "BUG: all of it\nWARNING: CPU: 1 PID: 2 at a.c:1 f+0x1/0x2\nOops: 0000 [#1]\n";
	static const char strict[] = "[    1.000000] Linux version 6.1.0\n" SOFT "\n";
	static const char none[] = "Linux version 6.1.0\nWARNING: CPU: 1 PID: 2 at a.c:1 f+0x1/0x2\n";
	struct test_findings t;

	(void)state;
	test_findings_of_log(&t, loose, sizeof(loose) - 1, 0);
	assert_int_equal(t.n, 0);
	test_findings_of_log(&t, strict, sizeof(strict) - 1, 0);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
	test_findings_of_log(&t, none, sizeof(none) - 1, 0);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
}

/* Two CPUs, or a program and the kernel, in one line. */
static void lines_within_lines(void **state)
{
	static const char cut[] = "[  584.319520][   T31] INFO: t[  584.319521][    T1] eth0: up\n"
				  "[  584.319520][   T31] INFO: task udevd:5612 blocked for more than 143 seconds.\n";
	static const char two[] = "[    1.000000] INFO: rcu_preempt self-detec[    1.000001] " SOFT "\n";
	static const char over[] = "25% done\r50% done\rKernel panic - not syncing: x\r\n";
	struct test_findings t;

	(void)state;
	test_findings_of_log(&t, cut, sizeof(cut) - 1, 0);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.items[0].pid, 5612);
	test_findings_done(&t);
	test_findings_of_log(&t, two, sizeof(two) - 1, 0);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.items[0].kind, KMSG_RCU_STALL);
	assert_int_equal(t.items[1].kind, KMSG_SOFT_LOCKUP);
	assert_int_equal(t.items[1].time_ns, 1000001000);
	test_findings_done(&t);
	test_findings_of_log(&t, over, sizeof(over) - 1, 0);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
}

/* Lines of any length, NULs, bytes that are no text. */
static void any_bytes(void **state)
{
	static const char tail[] = "\n[    1.000000] " SOFT "\n";
	static char log[3 << 20];
	struct test_findings t;

	(void)state;
	memset(log, 'x', sizeof(log));
	memcpy(log + sizeof(log) - sizeof(tail) + 1, tail, sizeof(tail) - 1);
	test_findings_of_log(&t, log, sizeof(log), 0);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
	/* All one line, of NULs as a crash leaves them in a file. */
	memset(log, 0, sizeof(log));
	memcpy(log + sizeof(log) - sizeof(tail) + 2, tail + 1, sizeof(tail) - 2);
	test_findings_of_log(&t, log, sizeof(log), 0);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
	/* The second half of a line that is too long is no line. */
	memset(log, ' ', sizeof(log));
	for (size_t at = 0; at + 64 < sizeof(log); at += 64)
		memcpy(log + at, SOFT, sizeof(SOFT) - 1);
	log[0] = 'z';
	test_findings_of_log(&t, log, sizeof(log), 0);
	assert_int_equal(t.n, 0);
	for (size_t i = 0; i < sizeof(log); i++)
		log[i] = (char)(i * 2654435761u >> 13);
	test_findings_of_log(&t, log, sizeof(log), 0);
	test_findings_done(&t);
	test_findings_of_log(&t, "", 0, 0);
	assert_int_equal(t.n, 0);
	test_findings_of_log(&t, "__CURS", 6, 0); /* it might have become a journal */
	assert_int_equal(t.n, 0);
	/* The last line may lack its newline. */
	test_findings_of_log(&t, "[    1.000000] " SOFT, sizeof("[    1.000000] " SOFT) - 1, 0);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
}

static void records_with_their_tails(void **state)
{
	static const char log[] = "6,1,1000,-;hello\n SUBSYSTEM=usb\n DEVICE=+usb:1-1\n"
				  "0,2,2000000,-;" SOFT "\n"
				  "4,3,2000001,-; offline_pages+0x1/0x2\\x0aand more\n KEY=value+0x1/0x2\n"
				  "4,4,2000002,c; continued+0x1/0x2\n";
	struct test_findings t;

	(void)state;
	test_findings_of_log(&t, log, sizeof(log) - 1, 0);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.items[0].sequence, 2);
	assert_int_equal(t.items[0].time_ns, 2000000000);
	assert_string_equal(test_frames(&t.items[0]), "offline_pages continued");
	test_findings_done(&t);
}

/* Of a binary value: 22, 32. */
#define LENGTH_22 "\x16\0\0\0\0\0\0\0"
#define LENGTH_32 "\x20\0\0\0\0\0\0\0"

static void journal_export(void **state)
{
	static const char log[] =
		"__CURSOR=s=1;i=1\n__REALTIME_TIMESTAMP=1515508128123456\n_TRANSPORT=kernel\nPRIORITY=0\n"
		"SYSLOG_FACILITY=0\nSYSLOG_IDENTIFIER=kernel\nMESSAGE=" SOFT "\n_SOURCE_MONOTONIC_TIMESTAMP=2000000\n\n"
		"__CURSOR=s=1;i=2\n_TRANSPORT=kernel\nMESSAGE\n" LENGTH_22 " offline_pages+0x1/0x2\n"
		"SYSLOG_FACILITY=0\n\n"
		/* written to /dev/kmsg by a user, to the journal by a program, and to syslog */
		"__CURSOR=s=1;i=3\n_TRANSPORT=kernel\nSYSLOG_FACILITY=1\nMESSAGE=Kernel panic - not syncing: 1\n\n"
		"__CURSOR=s=1;i=4\n_TRANSPORT=journal\nMESSAGE=Kernel panic - not syncing: 2\n\n"
		"__CURSOR=s=1;i=5\n_TRANSPORT=syslog\nSYSLOG_IDENTIFIER=kernel\nMESSAGE=Kernel panic - not syncing: 3\n\n"
		/* a message of two lines: the second is no header */
		"__CURSOR=s=1;i=6\n_TRANSPORT=kernel\nMESSAGE\n" LENGTH_32 "x\nKernel panic - not syncing: 4\xff\n\n"
		"__CURSOR=s=1;i=7\n_TRANSPORT=kernel\n_SOURCE_MONOTONIC_TIMESTAMP=3000000\n"
		"MESSAGE=INFO: task y:9 blocked for more than 120 seconds.";
	struct test_findings t;

	(void)state;
	for (size_t piece = 1; piece < sizeof(log); piece = piece * 3 + 1) {
		test_findings_of_pieces(&t, log, sizeof(log) - 1, piece);
		assert_int_equal(t.n, 2);
		assert_int_equal(t.items[0].kind, KMSG_SOFT_LOCKUP);
		assert_int_equal(t.items[0].time_ns, 2000000000);
		assert_string_equal(test_frames(&t.items[0]), "offline_pages");
		assert_int_equal(t.items[1].kind, KMSG_HUNG_TASK);
		assert_int_equal(t.items[1].time_ns, 3000000000);
		test_findings_done(&t);
	}
}

/* A length that promises more than there is, or more than there can be. */
static void hostile_journal(void **state)
{
	static const char log[] = "__CURSOR=s=1\n_TRANSPORT=kernel\nMESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff" SOFT "\n\n"
				  "__CURSOR=s=2\n_TRANSPORT=kernel\nMESSAGE=" SOFT "\n\n";
	static const char names[] = "__CURSOR=s=1\n_TRANSPORT=kernel\n"
				    "A_NAME_THAT_IS_LONGER_THAN_ANY_THAT_THE_JOURNAL_WOULD_EVER_ALLOW_TO_BE_WRITTEN_TO_IT=1\n"
				    "=no name\nMESSAGE=" SOFT "\n\n\n\n\n";
	struct test_findings t;

	(void)state;
	test_findings_of_log(&t, log, sizeof(log) - 1, 0);
	assert_int_equal(t.n, 0);
	test_findings_of_log(&t, names, sizeof(names) - 1, 0);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
}

int test_log_forms(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_are_known),
		cmocka_unit_test(not_the_kernels),
		cmocka_unit_test(lines_without_stamp),
		cmocka_unit_test(lines_within_lines),
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(records_with_their_tails),
		cmocka_unit_test(journal_export),
		cmocka_unit_test(hostile_journal),
	};

	return cmocka_run_group_tests_name("log: forms", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* report.json: written, read again, refused; and the page for people. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/report.h"
#include "reports/test_reports.h"

static struct test_run some_run(void)
{
	struct test_run run = test_run_new(NULL);

	test_begin(&run);
	test_event(&run, "phase", "'name':'rung 1','rung':1,'faulters':4,'workers':[{'name':'hot',"
				  "'workload':'refault','kind':'shared-memfd','processes':2,"
				  "'threads':2,'pages':64}]");
	test_exercise(&run);
	test_attempt(&run, 33, "'error':'EINTR','errno':4,'ended_by':'deadline','signals':1,"
			       "'time_to_return_ns':1000000,'state_after':'online'");
	test_event(&run, "refused", "'block':34,'why':'the guard'");
	test_event(&run, "finding", "'kind':'warning','text':'WARNING: at here'");
	test_event(&run, "fault", "'what':'something odd'");
	test_event(&run, "phase_end", "'name':'rung 1','workers':[{'name':'hot','touches':123,"
				      "'slow_touches':2}]");
	test_finish(&run);
	test_fold(&run);
	return run;
}

static char *stream_of(const struct report *report)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_int_equal(report_write_stream(report, out), 0);
	(void)fclose(out);
	return text;
}

static char *screen_of(const struct report *report, bool colour)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	report_print(report, out, colour);
	(void)fclose(out);
	return text;
}

static void test_same_bytes(void **state)
{
	struct test_run run = some_run();
	cleanup_free char *first = memory_string(run.text);

	(void)state;
	test_fold(&run);
	assert_string_equal(run.text, first);
	test_run_done(&run);
}

/* Written, read and written again: the same report, the same page, the same exit. */
static void test_round_trip(void **state)
{
	struct test_run run = some_run();
	cleanup_free char *path = memory_format("%s/report.json", run.folder);
	cleanup_free char *on_disk = NULL, *screen = NULL, *again = NULL;
	struct report *report = NULL;
	struct jsonw *value = NULL;
	size_t length;

	(void)state;
	assert_int_equal(report_fold_run(run.folder, &report, NULL), 0);
	assert_int_equal(report_write(run.folder, report, NULL), 0);
	report_free(report);
	assert_int_equal(file_read_all(path, &on_disk, &length, NULL), 0);
	assert_string_equal(on_disk, run.text);
	assert_int_equal(report_load(path, &report, NULL), 0);
	assert_int_equal(report_exit(report), run.exit);
	screen = screen_of(report, false);
	assert_string_equal(screen, run.screen);
	again = stream_of(report);
	assert_int_equal(jsonw_parse(again, strlen(again), &value, NULL), 0);
	assert_string_equal(jsonw_text(value, NULL), jsonw_text(run.report, NULL));
	jsonw_free(value);
	report_free(report);
	test_run_done(&run);
}

static void test_not_loaded(void **state)
{
	static const struct {
		const char *text;
		int error;
		const char *what;
	} table[] = {
		{"{}", -EBADMSG, "is no report"},
		{"[]", -EBADMSG, "is no report"},
		{"{'schema':{'name':'memsoak-run','major':1}}", -EBADMSG, "is no report"},
		{"{'schema':{'name':'memsoak-report','major':2}}", -EPROTONOSUPPORT,
		 "major version 2, this memsoak reads 1"},
		{"{'schema':{'name':'memsoak-report'}}", -EPROTONOSUPPORT, "major version 0"},
	};
	struct test_run run = test_run_new(NULL);
	cleanup_free char *path = memory_format("%s/report.json", run.folder);
	struct report *report = NULL;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		cleanup_free char *text = test_quoted(table[i].text);

		assert_int_equal(file_write_atomic(path, text, strlen(text), NULL), 0);
		assert_int_equal(report_load(path, &report, &e), table[i].error);
		if (!strstr(e.text, table[i].what) || !strstr(e.text, path))
			fail_msg("%s: %s", table[i].text, e.text);
	}
	assert_int_equal(file_write_atomic(path, "{", 1, NULL), 0);
	assert_true(report_load(path, &report, &e) < 0);
	assert_non_null(strstr(e.text, path));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(report_load(path, &report, &e), -ENOENT);
	assert_null(report);
	test_run_done(&run);
}

/* A report.json that somebody has emptied is printed as what it is: nothing, and no judgement. */
static void test_empty_report(void **state)
{
	static const char text[] = "{\"schema\":{\"name\":\"memsoak-report\",\"major\":1}}";
	struct test_run run = test_run_new(NULL);
	cleanup_free char *path = memory_format("%s/report.json", run.folder);
	cleanup_free char *screen = NULL;
	struct report *report = NULL;

	(void)state;
	assert_int_equal(file_write_atomic(path, text, strlen(text), NULL), 0);
	assert_int_equal(report_load(path, &report, NULL), 0);
	assert_int_equal(report_exit(report), 3);
	screen = screen_of(report, false);
	assert_non_null(strstr(screen, "verdict: none\n"));
	assert_non_null(strstr(screen, "lockups     unmeasured\n"));
	report_free(report);
	report_free(NULL);
	test_run_done(&run);
}

/* No half of a report stays, wherever it cannot be written. */
static void test_not_written(void **state)
{
	struct test_run run = some_run();
	struct report *report = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(report_fold_run(run.folder, &report, NULL), 0);
	assert_int_equal(report_write("/nonexistent/folder", report, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/folder/report.json"));
	report_free(report);
	test_run_done(&run);
}

static void test_full_disk(void **state)
{
	struct test_run run = some_run();
	struct report *report = NULL;
	FILE *full = fopen("/dev/full", "we");

	(void)state;
	assert_non_null(full);
	assert_int_equal(report_fold_run(run.folder, &report, NULL), 0);
	assert_int_equal(report_write_stream(report, full), -EIO);
	(void)fclose(full);
	/* Nothing is left for the last flush: the error was long before. */
	full = fopen("/dev/full", "we");
	assert_non_null(full);
	(void)setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(report_write_stream(report, full), -EIO);
	(void)fclose(full);
	report_free(report);
	test_run_done(&run);
}

/* The page: the verdict first, and each figure with its name. */
static void test_page(void **state)
{
	static const char *const lines[] = {
		"verdict: pass\n  - the harness had 1 faults",
		"run         r1, profile soak, seed 7, 5 s, completed\n",
		"kernel      6.1.0 on h1, virtualisation kvm\n",
		"offline     2 attempts: 1 OK, 1 EINTR (1 ended by the harness)\n",
		"until cancelled: median 1 ms, p99 1 ms, max 1 ms\n",
		"1 refused: the guard\n",
		"move_pages  4 pages in 1 calls: 4 moved, 0 not\n",
		"EAGAIN      2 in 50 migration attempts",
		"counted by perf-kprobe on move_to_new_folio: EAGAIN of the unmap phase is not seen\n",
		"waits       3 on migration entries\n",
		"hot: refault, shared-memfd, 2x2 on 64 pages: 123 touches, 2 slow\n",
		"ladder      rung 1: 4 faulters, EAGAIN 2/50, moved 4/4 (",
		"offline 1/2\n",
		"lockups     1x WARNING: at here\n",
		"memory      all brought back; settings put back\n",
		"faults      1x something odd\n",
		"unmeasured  ",
	};
	struct test_run run = some_run();
	const char *at = run.screen;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *found = strstr(at, lines[i]);

		if (!found)
			fail_msg("no '%s' in its place in:\n%s", lines[i], run.screen);
		else
			at = found;
	}
	assert_int_equal(strncmp(run.screen, "verdict: ", 9), 0);
	test_run_done(&run);
}

static void test_page_of_trouble(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_event(&run, "start", "'source':'tracepoint'");
	test_event(&run, "setting", "'path':'/p','old':'1','new':'0'");
	test_event(&run, "intent", "'operation':'offline','block':41");
	for (int i = 0; i < 9; i++) {
		cleanup_free char *members = memory_format("'kind':'warning','pid':%d,'text':'w%d'",
							   i, i);

		test_event(&run, "finding", members);
	}
	test_fold(&run);
	assert_non_null(strstr(run.screen, "verdict: crashed\n  - crashed: "));
	assert_non_null(strstr(run.screen, "1 blocks LEFT OFFLINE: run \"memsoak restore\"; "
					   "settings NOT PUT BACK\n"));
	assert_non_null(strstr(run.screen, "1x w4\n"));
	assert_null(strstr(run.screen, "w5"));
	assert_non_null(strstr(run.screen, "and 4 more\n"));
	assert_non_null(strstr(run.screen, "EAGAIN      unmeasured"));
	assert_non_null(strstr(run.screen, "waits       unmeasured\n"));
	assert_non_null(strstr(run.screen, "only the last results of calls are seen"));
	test_event(&run, "end", "'ended':'completed'");
	test_fold(&run);
	assert_non_null(strstr(run.screen, "lockups     unmeasured\n"));
	test_run_done(&run);
}

/* No record of a block offline, and no end: that is no word of the memory's state. */
static void test_page_of_no_end(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_event(&run, "start", "'source':'tracepoint'");
	test_fold(&run);
	assert_non_null(strstr(run.screen, "memory      whether all came back is not known"));
	assert_null(strstr(run.screen, "all brought back"));
	test_run_done(&run);
}

/* Colour is the verdict's alone, and ends with it. */
static void test_colour(void **state)
{
	struct test_run run = some_run();
	cleanup_free char *colourful = NULL, *plain = NULL;
	struct report *report = NULL;

	(void)state;
	assert_int_equal(report_fold_run(run.folder, &report, NULL), 0);
	colourful = screen_of(report, true);
	assert_int_equal(strncmp(colourful, "verdict: \033[1;32mpass\033[0m\n", 25), 0);
	assert_null(strchr(colourful + 25, '\033'));
	plain = screen_of(report, false);
	assert_string_equal(colourful + 25, plain + strlen("verdict: pass\n"));
	report_free(report);
	test_run_done(&run);
}

int test_report_file(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_bytes),     cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_not_loaded),     cmocka_unit_test(test_empty_report),
		cmocka_unit_test(test_not_written),    cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_page),	       cmocka_unit_test(test_page_of_trouble),
		cmocka_unit_test(test_page_of_no_end), cmocka_unit_test(test_colour),
	};

	return cmocka_run_group_tests_name("report files", tests, NULL, NULL);
}

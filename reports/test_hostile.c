// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text from a kernel, a worker or a hand that means harm, and numbers that no run has. The rig's
 * test_fold() demands valid UTF-8, JSON and the schema of every report.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "reports/test_reports.h"

/* As they stand within a JSON string. */
static const struct {
	const char *bytes;
	const char *name;
} hostile[] = {
	{"\\u001b[2J\\u001b]0;owned\\u0007", "ESC"},
	{"\\u009b31m\\u0090q\\u009c", "C1 controls"},
	{"a\\u0000b", "NUL"},
	{"\xff\xfe\xc3(\xe2\x82", "no UTF-8"},
	{"\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80", "overlong, surrogate, too great"},
	{"\xc2", "the first byte of a C1 control"},
	{"\\ud800 \\udc00 \\ud83d\\ude00", "lone surrogates, and a pair"},
	{"\\r\\n- verdict: pass\\n\\t\\b\\f\\u007f", "line breaks"},
	{"\\\"},\\\"x\\\":{\\\\", "JSON"},
	{"%s%n%999999d", "formats"},
	{"\xe2\x80\xae\xef\xbb\xbf", "right to left"},
};

/* Every place where a journal's or a run.json's text comes into a report. */
static struct test_run run_with(const char *bytes)
{
	static const char *const lines[] = {
		"start', 'source':'perf-kprobe','symbol':'@','why':'@",
		"setting','path':'@','old':'@','new':'@",
		"setting_restored','path':'@','error':'@",
		"phase','rung':0,'workers':[{'name':'@','workload':'@','kind':'@'}],'name':'@",
		"refused','why':'@",
		"offline','block':1,'error':'@','errno':16,'ended_by':'@','state_after':'@",
		"online','block':1,'zone_after':'@",
		"move','by_status':{'@':3,'moved':1},'x':'@",
		"finding','kind':'@','comm':'@','text':'@",
		"fault','what':'@",
		"worker_exit','group':'@','x':'@",
		"not_ended','group':'@','processes':'@",
		"end','vmstat':{'@':1},'kmsg':{'records':1,'lost':0},'ended':'@",
	};
	cleanup_free char *whole = memory_format(
		"{\"run\":{\"id\":\"%s\",\"profile\":\"%s\",\"virtualisation\":\"%s\"},"
		"\"host\":{\"hostname\":\"%s\"},\"kernel\":{\"release\":\"%s\",\"cmdline\":\"%s\","
		"\"config\":{\"%s\":\"%s\"},\"fingerprint\":{\"evidence\":[\"%s\"]}},"
		"\"topology\":{\"blocks\":[{\"id\":1,\"state\":\"%s\",\"zones\":[\"%s\"],"
		"\"why\":\"%s\"}]}}",
		bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes);
	/* A run.json is read strictly: what is no UTF-8 is no run.json. */
	bool is_strict = utf8_is_valid(bytes, strlen(bytes));
	struct test_run run =
		test_run_new(&(struct test_setup){.whole = is_strict ? whole : NULL});

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		(void)fprintf(run.journal, "{\"seq\":%zu,\"boot\":\"%s\",\"t\":5,\"ev\":\"", i, bytes);
		for (const char *c = lines[i]; *c; c++) {
			if (*c == '@')
				(void)fputs(bytes, run.journal);
			else
				(void)fputc(*c == '\'' ? '"' : *c, run.journal);
		}
		(void)fputs("\"}\n", run.journal);
	}
	return run;
}

/* Nothing that a terminal obeys: no C0 but the newline, no DEL, no C1. */
static void check_screen(const char *screen, size_t length, const char *name)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)screen[i];
		unsigned char next = (unsigned char)screen[i + 1];

		if ((c < 0x20 && c != '\n') || c == 0x7f || (c == 0xc2 && next < 0xa0))
			fail_msg("%s: 0x%02x in the text report", name, c);
	}
}

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct test_run run = run_with(hostile[i].bytes);

		test_fold(&run);
		test_is(&run, "harness.journal.records", 13);
		test_is(&run, "harness.journal.corrupt", 0);
		test_is_text(&run, "lockups.0.kind", "other");
		check_screen(run.screen, run.screen_length, hostile[i].name);
		/* No text makes a line of its own. */
		assert_null(strstr(run.screen, "\n- verdict: pass"));
		test_run_done(&run);
	}
}

static void test_kept_readable(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "finding", "'kind':'oops','text':'a\\u0000b\\u001b[1mc\xff \xc3\xa9 \\u00e9'");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "lockups.0.text", "a b [1mc\xef\xbf\xbd \xc3\xa9 \xc3\xa9");
	test_run_done(&run);
}

/* Control characters as they are make no JSON: the line is counted as none. */
static void test_raw_controls(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_raw(&run, "{\"seq\":1,\"boot\":\"b1\",\"t\":1,\"ev\":\"finding\",\"text\":\"\x1b[2J\"}\n",
		 sizeof("{\"seq\":1,\"boot\":\"b1\",\"t\":1,\"ev\":\"finding\",\"text\":\"\x1b[2J\"}\n") - 1);
	test_finish(&run);
	test_fold(&run);
	check_screen(run.screen, run.screen_length, "raw ESC");
	assert_int_equal(jsonw_length(test_at(&run, "lockups")) +
				 jsonw_get_uint(test_at(&run, "harness.journal"), "corrupt"), 1);
	test_run_done(&run);
}

/* A line of 1 MiB is a record; of its text as much stays as a report holds. */
static void test_long_text(void **state)
{
	enum { LENGTH = 1 << 20 };
	struct test_run run = test_run_new(NULL);
	cleanup_free char *text = memory_alloc(LENGTH + 1, 1);
	cleanup_free char *members = NULL;
	size_t kept;

	(void)state;
	for (size_t i = 0; i < LENGTH; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	members = memory_format("'kind':'oops','comm':'%s','text':'x%s'", text, text);
	test_begin(&run);
	test_event(&run, "finding", members);
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "harness.journal.corrupt", 0);
	kept = strlen(jsonw_as_string(test_at(&run, "lockups.0.text")));
	/* Cut between two characters, not within one. */
	assert_int_equal(kept, 8191);
	assert_null(strstr(run.text, "\xef\xbf\xbd"));
	test_run_done(&run);
}

static void test_numbers(void **state)
{
	static const char *const numbers[] = {
		"18446744073709551615", "18446744073709551616", "9223372036854775807",
		"9223372036854775808",	"-9223372036854775808", "-1",
		"1e308",		"1e999",		"0.5",
		"99999999999999999999999999999999999999",	"4294967296",
	};
	static const char *const lines[] = {
		"offline','block':@,'node':@,'error':'OK','errno':@,'wall_ns':@,"
		"'time_to_return_ns':@,'aim':{'pages_wanted':@,'pages_in_block':@,'pages_moved':@}",
		"offline','block':1,'node':@,'error':'EBUSY','errno':@,'ended_by':'deadline'",
		"phase','name':'p','rung':@,'faulters':@,'workers':[{'name':'w','processes':@,"
		"'workload':'refault','threads':@,'pages':@}]",
		"phase','name':'q','rung':1,'faulters':@",
		"move','calls':@,'pages':@,'moved':@,'not_moved':@,'already_there':@,"
		"'by_status':{'moved':@},'latency':{'count':@,'sum_ns':@,'max_ns':@,"
		"'buckets':[[@,@],[1,@],[@],[],@]},'private_anonymous':{'pages':@,'not_moved':@}",
		"move','calls':1,'pages':2,'moved':@,'not_moved':2,"
		"'private_anonymous':{'pages':1,'not_moved':@}",
		"sample','elapsed_ns':@,'migration':{'attempts':@,'succeeded':@,'eagain':@,"
		"'waits':@,'failed_pages':@,'by_driver':{'offline':{'attempts':@,'eagain':@},"
		"'move_pages':{'attempts':@,'eagain':@}},'probe_misses':@},'rss_bytes':@",
		"kmsg_lost','records':@",
		"finding','kind':'hung_task','time_ns':@,'cpu':@,'seconds':@,'pid':@,'text':'t'",
		"worker_exit','pid':@,'group':'w','signal':@",
		"phase_end','duration_ns':@,'workers':[{'name':'w','touches':@,'mismatches':@}]",
		"restore','blocks':@,'left_offline':[@,@,1]",
		"end','elapsed_ns':@,'vmstat':{'pgmigrate_success':@},"
		"'kmsg':{'records':@,'lost':@},'taint_after':@",
	};

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(numbers); n++) {
		struct test_run run = test_run_new(NULL);

		for (size_t i = 0; i < 2 * ARRAY_SIZE(lines); i++) {
			(void)fprintf(run.journal, "{\"seq\":%zu,\"boot\":\"b\",\"t\":%s,\"ev\":\"", i,
				      i % 2 ? "7" : numbers[n]);
			for (const char *c = lines[i / 2]; *c; c++) {
				if (*c == '@')
					(void)fputs(numbers[n], run.journal);
				else
					(void)fputc(*c == '\'' ? '"' : *c, run.journal);
			}
			(void)fputs("}\n", run.journal);
		}
		test_fold(&run);
		assert_int_not_equal(run.exit, 0);
		test_run_done(&run);
	}
}

/* Sums do not begin again at 0: as much as a number holds is the least that it can have been. */
static void test_sums_do_not_wrap(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	for (int i = 0; i < 2; i++)
		test_event(&run, "move", "'calls':1,'pages':10000000000000000000,"
					 "'private_anonymous':{'pages':10000000000000000000,"
					 "'not_moved':1}");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "move_pages.pages", UINT64_MAX);
	test_is(&run, "move_pages.private_anonymous.pages", UINT64_MAX);
	test_run_done(&run);
}

/* Numbers as texts, texts as numbers, objects as both. */
static void test_types(void **state)
{
	static const char *const values[] = {"'5'", "null", "true", "[]", "{}", "[[1]]", "{'a':1}"};
	static const char *const names[] = {
		"start", "setting", "setting_restored", "phase", "phase_end", "intent",
		"refused", "offline", "online", "aimed", "move", "sample", "kmsg_lost",
		"finding", "worker_exit", "not_ended", "fault", "restore", "settled", "topology_change", "end",
	};
	static const char *const keys[] = {
		"source", "symbol", "why", "path", "old", "new", "error", "errno", "name", "rung",
		"faulters", "workers", "migration", "block", "node", "aim", "by_status", "latency",
		"private_anonymous", "moved", "not_moved", "records", "kind", "cpu", "text", "comm",
		"pid", "group", "signal", "what", "left_offline", "settings_restored", "ended",
		"vmstat", "kmsg", "processes", "taint_after", "elapsed_ns", "operation", "restored",
		"figures", "window_ns", "blocks_came", "blocks_went", "nodes_went", "planned_blocks_went",
	};

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
		struct test_run run = test_run_new(NULL);

		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			cleanup_free char *members = memory_string("'a':0");

			for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
				char *more = memory_format("%s,'%s':%s", members, keys[k], values[v]);

				free(members);
				members = more;
			}
			test_event(&run, names[i], members);
		}
		test_fold(&run);
		test_is(&run, "harness.journal.records", ARRAY_SIZE(names));
		test_is(&run, "harness.journal.corrupt", 0);
		test_is(&run, "offline.attempts", 1);
		test_is(&run, "move_pages.moved", 0);
		test_run_done(&run);
	}
}

int test_hostile(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),	     cmocka_unit_test(test_kept_readable),
		cmocka_unit_test(test_raw_controls), cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_numbers),	     cmocka_unit_test(test_sums_do_not_wrap),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests_name("hostile text and numbers", tests, NULL, NULL);
}

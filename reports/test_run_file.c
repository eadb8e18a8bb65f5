// SPDX-License-Identifier: GPL-2.0-or-later
/* What a report takes from run.json, and run.json files that are none. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/json_scan.h"
#include "reports/report.h"
#include "reports/run_folder.h"
#include "reports/test_reports.h"

static void test_taken_over(void **state)
{
	static const char whole[] =
		"{\"run\":{\"id\":\"r\",\"start\":\"yesterday\",\"further\":1},"
		"\"host\":{\"hostname\":\"h\",\"cpus\":2,\"memory_bytes\":\"many\",\"further\":1,"
		"\"page_size_bytes\":-1},"
		"\"kernel\":{\"release\":\"6\",\"cmdline\":\"a b\",\"taint_before\":512,"
		"\"config\":{\"CONFIG_KPROBES\":\"y\",\"a b\":\"n\",\"CONFIG_HZ\":250},"
		"\"fingerprint\":{\"generation\":\"B\",\"evidence\":[\"e1\",2,\"e2\"],\"x\":1}},"
		"\"topology\":{\"block_size_bytes\":4096,\"nodes\":[{\"id\":0,\"cpus\":\"0-3\","
		"\"bytes\":5,\"x\":1},{\"cpus\":\"4\"}],"
		"\"blocks\":[{\"id\":1,\"state\":\"online\",\"node\":0,\"zones\":[\"DMA\",5],"
		"\"offlinable\":false,\"why\":\"not movable\",\"x\":[]},{\"state\":\"online\"} ]},"
		"\"thresholds\":{\"watchdog_thresh\":10,\"a b\":1,\"float\":1.5},"
		"\"plan\":{\"phases\":[]}}";
	struct test_run run = test_run_new(&(struct test_setup){.whole = whole});

	(void)state;
	test_fold(&run);
	test_is_json(&run, "host", "{'hostname':'h','cpus':2}");
	test_is_json(&run, "kernel",
		     "{'release':'6','cmdline':'a b','taint_before':512,"
		     "'config':{'CONFIG_KPROBES':'y'},"
		     "'fingerprint':{'generation':'B','evidence':['e1','e2']}}");
	test_is_json(&run, "topology",
		     "{'block_size_bytes':4096,'nodes':[{'id':0,'cpus':'0-3','bytes':5}],"
		     "'blocks':[{'id':1,'state':'online','node':0,'offlinable':false,"
		     "'why':'not movable','zones':['DMA']}]}");
	test_is_json(&run, "lockup_exposure.thresholds", "{'watchdog_thresh':10}");
	test_is_unmeasured(&run, "run.start", "does not tell");
	test_is_unmeasured(&run, "run.end", "does not tell");
	test_run_done(&run);
}

/* The least that is a run.json: whatever it does not say is absent, and the report is valid. */
static void test_least(void **state)
{
	struct test_run run = test_run_new(
		&(struct test_setup){.whole = "{\"run\":{\"id\":\"r\"}}"});

	(void)state;
	test_begin(&run);
	test_fold(&run);
	test_is_json(&run, "topology.blocks", "[]");
	test_is_json(&run, "topology.nodes", "[]");
	test_is_absent(&run, "run.seed");
	test_is_unmeasured(&run, "lockup_exposure.cpu_seconds", "number of CPUs");
	test_run_done(&run);
}

static void test_unknown_generation(void **state)
{
	static const char *const words[] = {"'D'", "'AB'", "''", "7"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		cleanup_free char *kernel = memory_format("'fingerprint':{'generation':%s}",
							  words[i]);
		struct test_run run = test_run_new(&(struct test_setup){.kernel = kernel});

		test_fold(&run);
		test_is_text(&run, "kernel.fingerprint.generation", "unknown");
		test_run_done(&run);
	}
}

/* Wall times that are none, or that no four digits hold, make no invalid report. */
static void test_wall_times(void **state)
{
	static const struct {
		const char *start, *end; /* NULL: unmeasured */
	} table[] = {
		{"2026-12-31T23:59:57.500+00:00", "2027-01-01T00:00:02.500+00:00"},
		{"2024-02-28T23:59:59.999-05:30", "2024-02-29T00:00:04.999-05:30"},
		{"9999-12-31T23:59:59.000+00:00", NULL},
		{"0001-01-01T00:00:00.000+00:00", "0001-01-01T00:00:05.000+00:00"},
		{"0000-00-00T00:00:00.000+00:00", NULL},
		{"2026-01-02 03:04:05.678+01:00", NULL},
		{"2026-01-02T03:04:05.678Z", NULL},
		{"2026-01-02T03:04:05.678+01:00 ", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_run run = test_run_new(&(struct test_setup){.start = table[i].start});

		test_begin(&run);
		test_finish(&run);
		test_fold(&run);
		if (table[i].end)
			test_is_text(&run, "run.end", table[i].end);
		else
			test_is_absent(&run, "run.end");
		assert_int_equal(test_unmeasured(&run, "run.end") == NULL, table[i].end != NULL);
		test_run_done(&run);
	}
}

static void test_no_run_files(void **state)
{
	static const struct {
		const char *whole, *what;
	} table[] = {
		{"", "run.json' is no run's run.json"},
		{"{\"run\":{\"id\":\"r\"}", "run.json' is no run's run.json"},
		{"{\"run\":{\"id\":\"r\"}} x", "run.json' is no run's run.json"},
		{"[]", "it has no run.id"},
		{"{}", "it has no run.id"},
		{"{\"run\":{\"id\":7}}", "it has no run.id"},
		{"{\"run\":{\"id\":\"r\"},\"topology\":{\"blocks\":[{\"id\":1},{\"id\"}]}}",
		 "topology.blocks is no list of objects"},
		{"{\"run\":{\"id\":\"r\"},\"topology\":{\"blocks\":[{\"id\":1", "no run's run.json"},
		{"{\"run\":{\"id\":\"r\"},\"topology\":{\"blocks\":[{\"id\":1} {\"id\":2}]}}",
		 "topology.blocks is no list of objects"},
		{"{\"run\":{\"id\":\"r\"},\"topology\":{\"blocks\":[7]}}",
		 "topology.blocks is no list of objects"},
		{"{\"run\":{\"id\":\"\xff\"}}", "run.json' is no run's run.json"},
		{"{\"run\":{\"id\":\"r\"},\"topology\":{\"blocks\":7}}",
		 "topology.blocks is no list of objects"},
		{"{\"run\":{\"id\":\"r\"},\"topology\":{\"blocks\":[{\"id\":1},]}}",
		 "topology.blocks is no list of objects"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_run run =
			test_run_new(&(struct test_setup){.whole = table[i].whole});
		struct report *report = NULL;
		struct err e = {0};

		if (report_fold_run(run.folder, &report, &e) >= 0)
			fail_msg("%s makes a report", table[i].whole);
		assert_null(report);
		if (!strstr(e.text, table[i].what))
			fail_msg("%s: '%s' has no '%s'", table[i].whole, e.text, table[i].what);
		test_run_done(&run);
	}
}

static void test_no_files(void **state)
{
	struct test_run run = test_run_new(NULL);
	cleanup_free char *journal = memory_format("%s/events.jsonl", run.folder);
	cleanup_free char *file = memory_format("%s/run.json", run.folder);
	cleanup_free char *series = memory_format("%s/series.json", run.folder);
	struct report *report = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(unlink(journal), 0);
	assert_int_equal(report_fold_run(run.folder, &report, &e), -ENOENT);
	assert_non_null(strstr(e.text, "events.jsonl"));
	assert_int_equal(unlink(file), 0);
	assert_int_equal(report_fold_run(run.folder, &report, &e), -ENOENT);
	assert_non_null(strstr(e.text, "is no run's folder (no run.json there)"));
	assert_int_equal(file_write_atomic(series, "{}", 2, NULL), 0);
	assert_int_equal(report_fold_run(run.folder, &report, &e), -ENOENT);
	assert_non_null(strstr(e.text, "is the folder of a series"));
	assert_int_equal(unlink(series), 0);
	assert_int_equal(run_folder_check(series, &e), -ENOENT);
	assert_non_null(strstr(e.text, "it does not exist"));
	assert_int_equal(run_folder_check("/dev/null", &e), -ENOTDIR);
	assert_non_null(strstr(e.text, "it is no folder"));
	assert_null(report);
	test_run_done(&run);
}

static bool scan(const char *text, const char *key, const char *expected)
{
	struct json_piece piece = {text, text + strlen(text)}, value;

	if (!json_scan_member(piece, key, &value))
		return expected == NULL;
	return expected && strlen(expected) == (size_t)(value.end - value.begin) &&
	       memcmp(value.begin, expected, strlen(expected)) == 0;
}

static void test_scan_members(void **state)
{
	(void)state;
	assert_true(scan("{\"a\":1,\"b\":2}", "b", "2"));
	assert_true(scan(" { \"a\" : [1,{\"b\":3}] , \"b\" : { } } ", "b", "{ }"));
	assert_true(scan("{\"a\":\"}\\\",{\\\\\",\"b\":\"x\"}", "b", "\"x\""));
	assert_true(scan("{\"bb\":1,\"b\":2}", "b", "2"));
	assert_true(scan("{\"a\":{\"b\":2}}", "b", NULL));
	assert_true(scan("{}", "b", NULL));
	assert_true(scan("[\"b\",1]", "b", NULL));
	assert_true(scan("", "b", NULL));
	assert_true(scan("{\"b\"", "b", NULL));
	assert_true(scan("{\"b\":", "b", NULL));
	assert_true(scan("{\"b\":[1", "b", NULL));
	assert_true(scan("{\"b\":\"x\\", "b", NULL));
}

static void test_scan_elements(void **state)
{
	static const char text[] = "[ 1 , [2,3],\"a,]\" ,{\"k\":[4]}]";
	static const char *const expected[] = {"1", "[2,3]", "\"a,]\"", "{\"k\":[4]}"};
	struct json_piece array = {text, text + strlen(text)}, element;
	const char *at = NULL;
	size_t n = 0;

	(void)state;
	for (; json_scan_next(array, &at, &element); n++)
		assert_memory_equal(element.begin, expected[n], strlen(expected[n]));
	assert_int_equal(n, ARRAY_SIZE(expected));
	array = (struct json_piece){text, text};
	at = NULL;
	assert_false(json_scan_next(array, &at, &element));
}

static bool is_over(const char *text)
{
	struct json_piece array = {text, text + strlen(text)}, element;
	const char *at = NULL;

	while (json_scan_next(array, &at, &element))
		;
	return json_scan_is_over(array, at);
}

static void test_scan_ends(void **state)
{
	(void)state;
	assert_true(is_over("[]"));
	assert_true(is_over("[ ]"));
	assert_true(is_over("[1, 2 ]"));
	assert_false(is_over(""));
	assert_false(is_over("["));
	assert_false(is_over("7"));
	assert_false(is_over("[1"));
	assert_false(is_over("[1,]"));
	assert_false(is_over("[1 2]"));
	assert_false(is_over("[1]]"));
}

int test_run_file(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken_over),
		cmocka_unit_test(test_least),
		cmocka_unit_test(test_unknown_generation),
		cmocka_unit_test(test_wall_times),
		cmocka_unit_test(test_no_run_files),
		cmocka_unit_test(test_no_files),
		cmocka_unit_test(test_scan_members),
		cmocka_unit_test(test_scan_elements),
		cmocka_unit_test(test_scan_ends),
	};

	return cmocka_run_group_tests_name("run.json", tests, NULL, NULL);
}

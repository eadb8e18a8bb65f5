// SPDX-License-Identifier: GPL-2.0-or-later
/* What each format says of each verdict. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "reports/export/test_fixture.h"

static const struct {
	const char *result;
	int exit;
	const char *sentence;
	const char *ktap, *junit, *kcidb, *lava;
} verdicts[] = {
	{"pass", 0, "every rule held", "ok 1 memsoak.smoke", NULL, "PASS", "pass"},
	{"fail", 1, "never-ending offline: x", "not ok 1 memsoak.smoke # failed: never-ending offline: x",
	 "<failure type=\"fail\" message=\"never-ending offline: x\"/>", "FAIL", "fail"},
	{"error", 3, "not exercised: x", "not ok 1 memsoak.smoke # ERROR not exercised: x",
	 "<error type=\"error\" message=\"not exercised: x\"/>", "ERROR", "unknown"},
	{"skip", 4, "nothing testable: x", "ok 1 memsoak.smoke # SKIP nothing testable: x",
	 "<skipped message=\"nothing testable: x\"/>", "SKIP", "skip"},
	{"aborted", 5, "aborted: x", "not ok 1 memsoak.smoke # ERROR aborted: x",
	 "<error type=\"aborted\" message=\"aborted: x\"/>", "MISS", "unknown"},
	{"crashed", 1, "crashed: x", "not ok 1 memsoak.smoke # crashed: crashed: x",
	 "<failure type=\"crash\" message=\"crashed: x\"/>", "FAIL", "fail"},
};

static struct jsonw *report_of(size_t i)
{
	const char *const why[] = {verdicts[i].sentence, NULL};
	struct jsonw *report = fixture_report();

	fixture_judge(report, verdicts[i].result, verdicts[i].exit, why);
	return report;
}

static void verdicts_in_ktap(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		struct jsonw *report = report_of(i);
		cleanup_free char *text = fixture_export("ktap", report);

		assert_has_line(text, verdicts[i].ktap);
		jsonw_free(report);
	}
}

static void verdicts_in_junit(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		struct jsonw *report = report_of(i);
		cleanup_free char *text = fixture_export("junit", report);

		if (verdicts[i].junit)
			assert_has(text, verdicts[i].junit);
		else
			assert_has(text, "failures=\"0\" errors=\"0\" skipped=\"0\"");
		jsonw_free(report);
	}
}

static void verdicts_in_kcidb(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		struct jsonw *report = report_of(i), *document = NULL;
		cleanup_free char *text = fixture_export("kcidb", report);
		const struct jsonw *whole;

		assert_int_equal(jsonw_parse(text, strlen(text), &document, NULL), 0);
		whole = jsonw_at(jsonw_get(document, "tests"), 0);
		assert_string_equal(jsonw_get_string(whole, "status"), verdicts[i].kcidb);
		assert_string_equal(jsonw_get_string(whole, "path"), "memsoak.smoke");
		assert_string_equal(jsonw_get_string(whole, "id"), "memsoak:r-1");
		jsonw_free(document);
		jsonw_free(report);
	}
}

static void verdicts_in_lava(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		struct jsonw *report = report_of(i);
		cleanup_free char *text = fixture_export("lava", report);
		char line[120];

		(void)snprintf(line, sizeof(line), "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=verdict RESULT=%s>",
			       verdicts[i].lava);
		assert_has_line(text, line);
		jsonw_free(report);
	}
}

static void prometheus_tells_verdict_and_time(void **state)
{
	struct jsonw *report = report_of(1);
	cleanup_free char *text = fixture_export("prometheus", report);

	(void)state;
	assert_has_line(text, "memsoak_verdict{result=\"fail\"} 1");
	assert_has_line(text, "memsoak_verdict{result=\"pass\"} 0");
	assert_has_line(text, "memsoak_exit_code 1");
	assert_has_line(text, "memsoak_run_start_timestamp_seconds 1795213265.023");
	assert_has_line(text, "memsoak_last_event_timestamp_seconds 1795213280.128");
	assert_has_line(text, "memsoak_offline_attempts_total{result=\"ebusy\"} 2");
	assert_has_line(text, "memsoak_run_info{run_id=\"r-1\",profile=\"smoke\",kernel=\"6.1.0-1\","
			      "generation=\"\",virtualisation=\"tcg\"} 1");
	jsonw_free(report);
}

static void prometheus_escapes_labels(void **state)
{
	struct jsonw *report = fixture_report();
	cleanup_free char *text = NULL;

	(void)state;
	jsonw_set_string(jsonw_get(report, "run"), "id", "a\"b\\c\nd");
	text = fixture_export("prometheus", report);
	assert_has(text, "{run_id=\"a\\\"b\\\\c d\",profile=");
	jsonw_free(report);
}

static void a_profile_is_one_part_of_a_path(void **state)
{
	struct jsonw *report = fixture_report();
	cleanup_free char *text = NULL;

	(void)state;
	jsonw_set_string(jsonw_get(report, "run"), "profile", "v1.2/x");
	text = fixture_export("kcidb", report);
	assert_has(text, "\"path\":\"memsoak.v1_2_x.offline.ends\"");
	jsonw_free(report);
}

static void prometheus_counts_buckets_up(void **state)
{
	struct jsonw *report = fixture_report();
	cleanup_free char *text = fixture_export("prometheus", report);

	(void)state;
	assert_has_line(text, "memsoak_offline_duration_seconds_bucket{le=\"0.0001\"} 0");
	assert_has_line(text, "memsoak_offline_duration_seconds_bucket{le=\"0.001\"} 1");
	assert_has_line(text, "memsoak_offline_duration_seconds_bucket{le=\"1\"} 2");
	assert_has_line(text, "memsoak_offline_duration_seconds_bucket{le=\"5\"} 3");
	assert_has_line(text, "memsoak_offline_duration_seconds_bucket{le=\"+Inf\"} 3");
	assert_has_line(text, "memsoak_offline_duration_seconds_sum 6");
	assert_has_not(text, "memsoak_move_pages_duration_seconds"); /* was not measured */
	jsonw_free(report);
}

static void lkp_and_csv_tell_figures_and_cases(void **state)
{
	struct jsonw *report = report_of(1);
	cleanup_free char *lkp = fixture_export("lkp", report), *csv = fixture_export("csv", report);

	(void)state;
	assert_has_line(lkp, "memsoak.offline.ends.fail: 1");
	assert_has_line(lkp, "memsoak.offline_success_ratio: 0.7");
	assert_has_line(lkp, "memsoak.offline_attempts.ebusy: 2");
	assert_has_line(csv, "r-1,smoke,6.1.0-1,h1,case,offline.ends,,fail,,never-ending offline: x\r");
	assert_has_line(csv, "r-1,smoke,6.1.0-1,h1,figure,offline_attempts,ebusy,2,,\r");
	assert_has_line(csv, "r-1,smoke,6.1.0-1,h1,figure,run_duration_seconds,,15.105,seconds,\r");
	jsonw_free(report);
}

static void logs_go_where_people_look(void **state)
{
	static const char *const why[] = {"the kernel's log tells of 1 oops", NULL};
	struct jsonw *report = fixture_report();
	cleanup_free char *ktap = NULL, *junit = NULL, *kcidb = NULL;

	(void)state;
	fixture_judge(report, "fail", 1, why);
	fixture_lockup(report, "oops", "BUG: x & y", 1);
	ktap = fixture_export("ktap", report);
	junit = fixture_export("junit", report);
	kcidb = fixture_export("kcidb", report);
	assert_has(ktap, "\n  # BUG: x & y\n  #   migrate_pages+0x10/0x20\n  not ok");
	assert_has(junit, "<system-out>BUG: x &amp; y\n  migrate_pages+0x10/0x20\n</system-out>");
	assert_has(kcidb, "\"log_excerpt\":\"BUG: x & y\\n  migrate_pages+0x10/0x20\\n\"");
	jsonw_free(report);
}

static void the_same_report_gives_the_same_bytes(void **state)
{
	struct jsonw *one = fixture_report(), *two = fixture_report();

	(void)state;
	for (size_t i = 0; i < n_export_formats; i++) {
		cleanup_free char *a = fixture_export(export_formats[i].name, one);
		cleanup_free char *b = fixture_export(export_formats[i].name, two);

		assert_string_equal(a, b);
	}
	jsonw_free(one);
	jsonw_free(two);
}

static void an_empty_report_is_no_pass(void **state)
{
	struct jsonw *report = jsonw_object();

	(void)state;
	for (size_t i = 0; i < n_export_formats; i++) {
		cleanup_free char *text = fixture_export(export_formats[i].name, report);

		assert_true(strlen(text) > 0);
	}
	{
		cleanup_free char *ktap = fixture_export("ktap", report);

		assert_has(ktap, "\nnot ok 1 memsoak._ # ERROR the report gives no reason\n");
	}
	jsonw_free(report);
}

static void an_origin_is_checked(void **state)
{
	static const char *const bad[] = {"", "Big", "a b", "a:b",
					  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	const struct export_format *kcidb = export_format_by_name("kcidb");
	struct jsonw *report = fixture_report();
	struct export_options options = {.origin = "my_lab"};
	cleanup_free char *text = NULL;
	size_t length;

	(void)state;
	assert_int_equal(export_report(kcidb, report, &options, &text, &length, NULL), 0);
	assert_has(text, "\"id\":\"my_lab:r-1\"");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err e = {0};
		char *none = NULL;

		options.origin = bad[i];
		assert_int_equal(export_report(kcidb, report, &options, &none, &length, &e), -EINVAL);
		assert_has(e.text, "origin");
		assert_null(none);
	}
	jsonw_free(report);
}

const struct CMUnitTest format_tests[] = {
	cmocka_unit_test(verdicts_in_ktap),
	cmocka_unit_test(verdicts_in_junit),
	cmocka_unit_test(verdicts_in_kcidb),
	cmocka_unit_test(verdicts_in_lava),
	cmocka_unit_test(prometheus_tells_verdict_and_time),
	cmocka_unit_test(prometheus_escapes_labels),
	cmocka_unit_test(a_profile_is_one_part_of_a_path),
	cmocka_unit_test(prometheus_counts_buckets_up),
	cmocka_unit_test(lkp_and_csv_tell_figures_and_cases),
	cmocka_unit_test(logs_go_where_people_look),
	cmocka_unit_test(the_same_report_gives_the_same_bytes),
	cmocka_unit_test(an_empty_report_is_no_pass),
	cmocka_unit_test(an_origin_is_checked),
};
const size_t n_format_tests = ARRAY_SIZE(format_tests);

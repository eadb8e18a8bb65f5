// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text that a kernel, a host or a profile made up, through every format. Here each output is asked
 * the few things that decide whether a reader can be fooled; harness/tests/export-readers.sh gives
 * the same to real readers.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/utf8.h"
#include "reports/export/test_fixture.h"

/* What the slowest reader takes: nobody passes 1 MiB lines on. */
#define MAX_OUTPUT (1024 * 1024)

static void no_output_has_a_control_character(void **state)
{
	struct jsonw *report = fixture_hostile();

	(void)state;
	for (size_t i = 0; i < n_export_formats; i++) {
		bool is_csv = strcmp(export_formats[i].name, "csv") == 0;
		cleanup_free char *text = fixture_export(export_formats[i].name, report);
		size_t length = strlen(text);

		assert_true(length < MAX_OUTPUT);
		assert_true(utf8_is_valid(text, length));
		for (size_t k = 0; k < length; k++) {
			unsigned char c = (unsigned char)text[k];
			bool is_end = c == '\r' && is_csv && text[k + 1] == '\n';

			if ((c < ' ' && c != '\n' && !is_end) || c == 0x7f)
				fail_msg("%s: byte %02x at %zu", export_formats[i].name, c, k);
		}
		assert_has_not(text, "\xc2\x9b");     /* the CSI of C1 */
		assert_has_not(text, "\xe2\x80\xa8"); /* U+2028 */
		assert_has_not(text, "\xe2\x80\xae"); /* right to left */
		assert_has_not(text, "\xef\xbf\xbe"); /* U+FFFE */
	}
	jsonw_free(report);
}

static size_t count_lines(const char *text, const char *start)
{
	size_t n = 0, length = strlen(start);

	for (const char *line = text; line; line = strchr(line, '\n'), line += line ? 1 : 0)
		n += strncmp(line, start, length) == 0;
	return n;
}

static void ktap_keeps_its_plan(void **state)
{
	struct jsonw *report = fixture_hostile();
	cleanup_free char *text = fixture_export("ktap", report);
	struct case_list list;
	size_t n;

	(void)state;
	case_list_read(&list, report);
	n = count_lines(text, "  ok ") + count_lines(text, "  not ok ");
	assert_int_equal(n, list.n_cases);
	assert_int_equal(count_lines(text, "ok ") + count_lines(text, "not ok "), 1);
	for (const char *at = text; at; at = strchr(at + 1, '\n')) {
		const char *line = *at == '\n' ? at + 1 : at;
		const char *mark = strchr(line, '#');

		/* of a result's text, no second '#', and no directive but ours */
		if (mark && mark < line + strcspn(line, "\n") && strncmp(line, "  # ", 4) != 0) {
			assert_true(strcspn(mark + 1, "#") > strcspn(mark + 1, "\n"));
			assert_true(strncmp(mark, "# failed: ", 10) == 0 || strncmp(mark, "# SKIP ", 7) == 0 ||
				    strncmp(mark, "# ERROR ", 8) == 0);
		}
	}
	case_list_done(&list);
	jsonw_free(report);
}

static void junit_has_no_markup_of_others(void **state)
{
	struct jsonw *report = fixture_hostile();
	cleanup_free char *text = fixture_export("junit", report);

	(void)state;
	assert_has_not(text, "<script");
	assert_has_not(text, "]]>");
	assert_has(text, "]]&gt; &lt;script&gt;");
	jsonw_free(report);
}

static void lava_takes_no_signal_from_the_kernel(void **state)
{
	struct jsonw *report = fixture_hostile();
	cleanup_free char *text = fixture_export("lava", report);

	(void)state;
	assert_has_not(text, "TEST_CASE_ID=x ");
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		assert_int_equal(strncmp(line, "<LAVA_SIGNAL_TEST", 17), 0);
		assert_int_equal(strcspn(line, ">") + 1, strcspn(line, "\n"));
	}
	jsonw_free(report);
}

static void lkp_is_keys_and_numbers(void **state)
{
	struct jsonw *report = fixture_hostile();
	cleanup_free char *text = fixture_export("lkp", report);

	(void)state;
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t key = strcspn(line, ":\n"), rest = strcspn(line + key, "\n");

		assert_int_equal(strncmp(line, "memsoak.", 8), 0);
		assert_int_equal(strcspn(line, " "), key + 1);
		assert_int_equal(strspn(line + key, ": 0123456789.e+-"), rest);
	}
	jsonw_free(report);
}

static void prometheus_has_one_sample_a_line(void **state)
{
	struct jsonw *report = fixture_hostile();
	cleanup_free char *text = fixture_export("prometheus", report);

	(void)state;
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		assert_true(strncmp(line, "memsoak_", 8) == 0 || strncmp(line, "# HELP memsoak_", 15) == 0 ||
			    strncmp(line, "# TYPE memsoak_", 15) == 0);
		assert_true(strcspn(line, "\n") < 2000);
	}
	jsonw_free(report);
}

static void csv_begins_no_formula(void **state)
{
	struct jsonw *report = fixture_report();
	cleanup_free char *text = NULL;

	(void)state;
	jsonw_set_string(jsonw_get(report, "host"), "hostname", "=cmd|' /C calc'!A0");
	jsonw_set_string(jsonw_get(report, "kernel"), "release", "a,\"b\"");
	text = fixture_export("csv", report);
	assert_has(text, "\r\nr-1,smoke,\"a,\"\"b\"\"\",\"'=cmd|' /C calc'!A0\",case,");
	jsonw_free(report);
}

static void kcidb_is_json_with_short_texts(void **state)
{
	struct jsonw *report = fixture_hostile(), *document = NULL;
	cleanup_free char *text = fixture_export("kcidb", report);
	const struct jsonw *tests;

	(void)state;
	assert_int_equal(jsonw_parse(text, strlen(text), &document, NULL), 0);
	tests = jsonw_get(document, "tests");
	assert_true(jsonw_length(tests) > n_figures / 4);
	for (size_t i = 0; i < jsonw_length(tests); i++) {
		const char *log = jsonw_get_string(jsonw_at(tests, i), "log_excerpt");
		const char *path = jsonw_get_string(jsonw_at(tests, i), "path");

		assert_true(!log || strlen(log) <= CASE_MAX_LOG);
		assert_int_equal(strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."),
				 strlen(path));
		assert_has_not(path, "..");
	}
	jsonw_free(document);
	jsonw_free(report);
}

const struct CMUnitTest hostile_tests[] = {
	cmocka_unit_test(no_output_has_a_control_character),
	cmocka_unit_test(ktap_keeps_its_plan),
	cmocka_unit_test(junit_has_no_markup_of_others),
	cmocka_unit_test(lava_takes_no_signal_from_the_kernel),
	cmocka_unit_test(lkp_is_keys_and_numbers),
	cmocka_unit_test(prometheus_has_one_sample_a_line),
	cmocka_unit_test(csv_begins_no_formula),
	cmocka_unit_test(kcidb_is_json_with_short_texts),
};
const size_t n_hostile_tests = ARRAY_SIZE(hostile_tests);

// SPDX-License-Identifier: GPL-2.0-or-later
/* The numbers, and that what was not measured is absent. */
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/export/kinds.h"
#include "reports/export/test_fixture.h"
#include "reports/schema.h"

static void expect(const struct figure_list *list, const char *name, const char *label, const char *want)
{
	const struct figure_sample *sample = figure_list_find(list, name, label);
	char text[FIGURE_TEXT_SIZE];

	if (!sample && want)
		fail_msg("%s{%s} is not there", name, label ? label : "");
	if (sample && !want)
		fail_msg("%s{%s} is there", name, label ? label : "");
	if (!sample)
		return;
	figure_format(sample, text);
	assert_string_equal(text, want);
}

static void figures_are_the_report_s(void **state)
{
	static const struct {
		const char *name, *label, *want;
	} wanted[] = {
		{"offline_attempts", "ok", "7"},
		{"offline_attempts", "ebusy", "2"},
		{"offline_attempts", "eintr", "1"},
		{"offline_success_ratio", NULL, "0.7"},
		{"offline_max_seconds", NULL, "4"},
		{"moved_pages", "not_moved", "8"},
		{"pages_by_status", "EBUSY", "8"},
		{"private_pages_not_moved_ratio", NULL, "0.02"},
		{"migrate_retries", "offline", "4"},
		{"migrate_retry_ratio", NULL, "0.05"},
		{"ladder_success_ratio", "4", "0.75"},
		{"ladder_retry_ratio", "4", "0.1"},
		{"ladder_success_ratio", "8", NULL},
		{"lockups", "soft_lockup", "0"},
		{"worker_touches", NULL, "30"},
		{"worker_faults", NULL, "3"},
		{"harness_faults", NULL, "0"},
		{"blocks", NULL, "16"},
		{"movable_blocks", NULL, "9"},
		{"run_duration_seconds", NULL, "15.105"},
		{"lockup_exposure_cpu_seconds", NULL, "30.5"},
		{"host_memory_bytes", NULL, NULL},
		{"time_to_return_max_seconds", NULL, NULL},
	};
	struct jsonw *report = fixture_report();
	struct figure_list list;

	(void)state;
	figure_list_read(&list, report);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		expect(&list, wanted[i].name, wanted[i].label, wanted[i].want);
	figure_list_done(&list);
	jsonw_free(report);
}

static void nothing_measured_gives_nothing(void **state)
{
	struct jsonw *report = jsonw_object();
	struct figure_list list;

	(void)state;
	figure_list_read(&list, report);
	assert_int_equal(list.n_samples, 0);
	figure_list_done(&list);
	jsonw_free(report);
}

static void unmeasured_is_not_zero(void **state)
{
	struct jsonw *report = fixture_report(), *entry = jsonw_object();
	struct figure_list list;

	(void)state;
	jsonw_set_string(entry, "path", "harness.memory_left_offline");
	jsonw_append(jsonw_get(report, "unmeasured"), entry);
	figure_list_read(&list, report);
	expect(&list, "blocks_left_offline", NULL, NULL);
	expect(&list, "unmeasured_figures", NULL, "2");
	figure_list_done(&list);
	jsonw_free(report);
}

static void retries_of_unknown_drivers_are_told(void **state)
{
	struct jsonw *report = fixture_report();
	struct figure_list list;

	(void)state;
	jsonw_set(figure_at(report, "migration.eagain"), "by_driver", jsonw_object());
	figure_list_read(&list, report);
	expect(&list, "migrate_retries", "unknown", "10");
	expect(&list, "migrate_retries", "offline", NULL);
	figure_list_done(&list);
	jsonw_free(report);
}

static void labels_are_bounded_and_lose_nothing(void **state)
{
	struct jsonw *report = fixture_report(), *statuses = jsonw_object();
	struct figure_list list;
	uint64_t sum = 0, n = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		cleanup_free char *name = memory_format("status-%u", i);

		jsonw_set_uint(statuses, name, 1);
	}
	jsonw_set(jsonw_get(report, "move_pages"), "by_status", statuses);
	figure_list_read(&list, report);
	for (size_t i = 0; i < list.n_samples; i++)
		if (strcmp(list.samples[i].figure->name, "pages_by_status") == 0) {
			sum += list.samples[i].count;
			n++;
		}
	assert_int_equal(n, FIGURE_MAX_LABELS);
	assert_int_equal(sum, 1000);
	expect(&list, "pages_by_status", "other", "953");
	figure_list_done(&list);
	jsonw_free(report);
}

static void equal_labels_are_one_sample(void **state)
{
	struct jsonw *report = fixture_report(), *statuses = jsonw_object();
	struct figure_list list;

	(void)state;
	jsonw_set_uint(statuses, "a\001", 2); /* both are "a " on one line */
	jsonw_set_uint(statuses, "a\002", 3);
	jsonw_set(jsonw_get(report, "move_pages"), "by_status", statuses);
	figure_list_read(&list, report);
	expect(&list, "pages_by_status", "a ", "5");
	figure_list_done(&list);
	jsonw_free(report);
}

/* Of a figure's labels, "x.y" and "x/y" are one word: an id must be an id of one. */
static void words_of_labels_are_unique(void **state)
{
	static const struct {
		const char *label, *word;
	} wanted[] = {{"x.y", "x_y"}, {"x/y", "x_y-2"}, {"x y", "x_y-3"}};
	struct jsonw *report = fixture_report(), *statuses = jsonw_object();
	struct figure_list list;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		jsonw_set_uint(statuses, wanted[i].label, 1);
	jsonw_set(jsonw_get(report, "move_pages"), "by_status", statuses);
	figure_list_read(&list, report);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_string_equal(figure_list_find(&list, "pages_by_status", wanted[i].label)->word,
				    wanted[i].word);
	figure_list_done(&list);
	jsonw_free(report);
}

static void names_are_unique_and_plain(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_figures; i++) {
		size_t length = strlen(figures[i].name);

		assert_int_equal(strspn(figures[i].name, "abcdefghijklmnopqrstuvwxyz0123456789_"), length);
		assert_true(figures[i].help[strlen(figures[i].help) - 1] == '.');
		if (figures[i].unit != FIGURE_PLAIN)
			assert_non_null(strstr(figures[i].name, figure_unit_name(figures[i].unit)));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(figures[i].name, figures[k].name);
	}
}

static void kinds_are_the_schema_s(void **state)
{
	const struct schema *schema = schema_by_name("memsoak-report");
	struct jsonw *rules = NULL;
	const struct jsonw *kinds;

	(void)state;
	assert_int_equal(jsonw_parse(schema->text, strlen(schema->text), &rules, NULL), 0);
	kinds = jsonw_get(figure_at(rules, "$defs.lockup.properties.kind"), "enum");
	assert_int_equal(jsonw_length(kinds), n_lockup_kinds);
	for (size_t i = 0; i < n_lockup_kinds; i++)
		assert_string_equal(jsonw_as_string(jsonw_at(kinds, i)), lockup_kinds[i]);
	jsonw_free(rules);
}

const struct CMUnitTest figure_tests[] = {
	cmocka_unit_test(figures_are_the_report_s),
	cmocka_unit_test(nothing_measured_gives_nothing),
	cmocka_unit_test(unmeasured_is_not_zero),
	cmocka_unit_test(retries_of_unknown_drivers_are_told),
	cmocka_unit_test(labels_are_bounded_and_lose_nothing),
	cmocka_unit_test(equal_labels_are_one_sample),
	cmocka_unit_test(words_of_labels_are_unique),
	cmocka_unit_test(names_are_unique_and_plain),
	cmocka_unit_test(kinds_are_the_schema_s),
};
const size_t n_figure_tests = ARRAY_SIZE(figure_tests);

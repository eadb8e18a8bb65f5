// SPDX-License-Identifier: GPL-2.0-or-later
/* One metric over many reports: order, rows, medians, and runs that did not measure it. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "reports/export/test_fixture.h"
#include "reports/trend.h"

/* A run whose offline_success_ratio is @succeeded of 10; -1: not measured. */
static void add(struct trend *t, const char *start, const char *release, const char *version,
		const char *verdict, int succeeded)
{
	static const char *const why[] = {"x", NULL};
	struct jsonw *report = fixture_report();

	jsonw_set_string(jsonw_get(report, "run"), "start", start);
	jsonw_set_string(jsonw_get(report, "kernel"), "release", release);
	jsonw_set_string(jsonw_get(report, "kernel"), "version", version);
	fixture_judge(report, verdict, 0, why);
	if (succeeded < 0)
		jsonw_set(report, "offline", jsonw_object());
	else
		jsonw_set_int(jsonw_get(report, "offline"), "succeeded", succeeded);
	trend_add(t, report);
	jsonw_free(report);
}

static struct trend new_trend(const char *metric)
{
	struct trend t = {0};
	struct err e = {0};

	if (trend_metric_parse(metric, &t.metric, &e) < 0)
		fail_msg("%s", e.text);
	return t;
}

/* Not in the order of time; two builds of one release. */
static struct trend example(void)
{
	struct trend t = new_trend("offline_success_ratio");

	add(&t, "2026-11-22T01:00:00.000+00:00", "6.1.0-56", "#1", "pass", 9);
	add(&t, "2026-11-21T01:00:00.000+00:00", "6.1.0-9", "#1", "pass", 2);
	add(&t, "2026-11-21T23:30:00.000-01:00", "6.1.0-56", "#1", "fail", 5);
	add(&t, "2026-11-22T02:00:00.000+00:00", "6.1.0-56", "#2", "crashed", -1);
	add(&t, "2026-11-22T03:00:00.000+00:00", "6.1.0-56", "#1", "error", 7);
	return t;
}

static void runs_are_in_the_order_of_time(void **state)
{
	static const double wanted[] = {0.2, 0.5, 0.9, -1, 0.7};
	struct trend t = example();

	(void)state;
	trend_make_rows(&t, TREND_BY_RUN);
	assert_int_equal(t.n_rows, 5);
	for (size_t i = 0; i < t.n_rows; i++) {
		assert_int_equal(t.rows[i].n_runs, 1);
		assert_int_equal(t.rows[i].n_values, wanted[i] < 0 ? 0 : 1);
		if (wanted[i] >= 0)
			assert_true(t.rows[i].median > wanted[i] - 1e-9 && t.rows[i].median < wanted[i] + 1e-9);
	}
	trend_done(&t);
}

static void kernels_are_rows_and_so_are_their_builds(void **state)
{
	struct trend t = example();

	(void)state;
	trend_make_rows(&t, TREND_BY_KERNEL);
	assert_int_equal(t.n_rows, 3);
	assert_string_equal(t.runs[t.rows[0].first].release, "6.1.0-9"); /* before 6.1.0-56 */
	assert_string_equal(t.runs[t.rows[1].first].version, "#1");
	assert_int_equal(t.rows[1].n_runs, 3);
	assert_int_equal(t.rows[1].n_failed, 1);
	assert_true(t.rows[1].min == 0.5 && t.rows[1].max == 0.9 && t.rows[1].median == 0.7);
	assert_string_equal(t.runs[t.rows[2].first].version, "#2");
	assert_int_equal(t.rows[2].n_values, 0);
	assert_int_equal(t.rows[2].n_failed, 1);
	trend_done(&t);
}

static void days_are_those_of_the_host(void **state)
{
	struct trend t = example();

	(void)state;
	trend_make_rows(&t, TREND_BY_DAY);
	assert_int_equal(t.n_rows, 2);
	assert_int_equal(t.rows[0].n_runs, 2);
	assert_int_equal(t.rows[1].n_runs, 3);
	assert_true(t.rows[0].median > 0.349 && t.rows[0].median < 0.351); /* of an even number */
	trend_done(&t);
}

static void plots_have_one_scale(void **state)
{
	char line[TREND_PLOT_WIDTH + 1];
	struct trend t = example();

	(void)state;
	trend_make_rows(&t, TREND_BY_KERNEL);
	assert_true(t.low == 0 && t.high == 0.9);
	trend_plot(&t, &t.rows[1], line);
	assert_int_equal(strlen(line), TREND_PLOT_WIDTH);
	assert_int_equal(strcspn(line, "-o"), 17); /* 0.5 / 0.9 * 31 */
	assert_int_equal(strcspn(line, "o"), 24);
	assert_true(line[TREND_PLOT_WIDTH - 1] == '-');
	trend_plot(&t, &t.rows[2], line);
	assert_int_equal(strspn(line, " "), TREND_PLOT_WIDTH); /* nothing measured, nothing drawn */
	trend_done(&t);
}

static void values_that_are_all_zero_are_drawn(void **state)
{
	char line[TREND_PLOT_WIDTH + 1];
	struct trend t = new_trend("lockups.oops");

	(void)state;
	add(&t, "2026-11-22T01:00:00.000+00:00", "6.1", "#1", "pass", 1);
	trend_make_rows(&t, TREND_BY_RUN);
	trend_plot(&t, &t.rows[0], line);
	assert_true(line[0] == 'o');
	trend_done(&t);
}

static void counters_with_labels_have_a_sum(void **state)
{
	struct trend t = new_trend("offline_attempts");

	(void)state;
	add(&t, "2026-11-22T01:00:00.000+00:00", "6.1", "#1", "pass", 7);
	trend_make_rows(&t, TREND_BY_RUN);
	assert_true(t.rows[0].median == 10); /* 7 ok, 2 EBUSY, 1 EINTR */
	trend_done(&t);
}

static void other_plans_are_noticed(void **state)
{
	struct jsonw *report = fixture_report();
	struct trend t = example();

	(void)state;
	assert_false(trend_has_several_plans(&t));
	jsonw_set_string(jsonw_get(report, "run"), "plan_digest", "cd");
	trend_add(&t, report);
	assert_true(trend_has_several_plans(&t));
	trend_done(&t);
	jsonw_free(report);
}

static void metrics_are_checked(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"dreams", "unknown metric"},
		{"", "unknown metric"},
		{"offline_success", "unknown metric"},
		{"offline_success_ratio.x", "one number"},
		{"ladder_success_ratio", "has no sum"},
	};
	struct trend_metric metric;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err e = {0};

		assert_int_equal(trend_metric_parse(bad[i].text, &metric, &e), -EINVAL);
		assert_has(e.text, bad[i].why);
	}
	assert_int_equal(trend_metric_parse("ladder_success_ratio.8", &metric, NULL), 0);
	assert_string_equal(metric.label, "8");
}

static void values_are_told_with_their_unit(void **state)
{
	struct trend_metric metric = {0};
	char text[TREND_TEXT_SIZE];

	(void)state;
	assert_int_equal(trend_metric_parse("offline_p99_seconds", &metric, NULL), 0);
	trend_format(&metric, 1.25, text);
	assert_string_equal(text, "1.25 s");
	assert_int_equal(trend_metric_parse("harness_memory_max_bytes", &metric, NULL), 0);
	trend_format(&metric, 1536.0 * 1024, text);
	assert_string_equal(text, "1.5 MiB");
	assert_int_equal(trend_metric_parse("migrate_retry_ratio", &metric, NULL), 0);
	trend_format(&metric, 0.0125, text);
	assert_string_equal(text, "0.0125");
}

const struct CMUnitTest trend_tests[] = {
	cmocka_unit_test(runs_are_in_the_order_of_time),
	cmocka_unit_test(kernels_are_rows_and_so_are_their_builds),
	cmocka_unit_test(days_are_those_of_the_host),
	cmocka_unit_test(plots_have_one_scale),
	cmocka_unit_test(values_that_are_all_zero_are_drawn),
	cmocka_unit_test(counters_with_labels_have_a_sum),
	cmocka_unit_test(other_plans_are_noticed),
	cmocka_unit_test(metrics_are_checked),
	cmocka_unit_test(values_are_told_with_their_unit),
};
const size_t n_trend_tests = ARRAY_SIZE(trend_tests);

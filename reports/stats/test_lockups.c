// SPDX-License-Identifier: GPL-2.0-or-later
/* Lockups by kind against the time in which they would have been seen; and what was the threshold. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/schema.h"
#include "reports/stats/test_rig.h"
#include "reports/validate.h"

enum {
	SOFT = 0,
	HUNG = 3,
};

static void fail_at(void *context, const char *path, const char *what)
{
	(void)context;
	fail_msg("%s %s", path, what);
}

static void must_be_valid(const struct compare *c)
{
	const struct schema *schema = schema_by_word("compare");
	struct jsonw *document = compare_describe(c), *rules = NULL;

	assert_int_equal(jsonw_parse(schema->text, strlen(schema->text), &rules, NULL), 0);
	assert_int_equal(validate_document(rules, document, fail_at, NULL), 0);
	jsonw_free(rules);
	jsonw_free(document);
}

static void with_lockups(struct rig *rig, double soft_base, double soft_test, double hung_test)
{
	for (int i = 0; i < 4; i++) {
		bool is_test = i % 2;
		struct compare_run *run = rig_add(rig, is_test ? COMPARE_TEST : COMPARE_BASE);

		run->eagain[COMPARE_MOVE_PAGES] = rig_count(1, 100);
		run->lockups = rig_count(i < 2 ? (is_test ? soft_test + hung_test : soft_base) : 0, 50);
		run->lockups_by_kind[SOFT] = i < 2 ? (is_test ? soft_test : soft_base) : 0;
		run->lockups_by_kind[HUNG] = i < 2 && is_test ? hung_test : 0;
	}
}

static void judge(struct rig *rig, struct compare *ret)
{
	const struct compare_options options = rig_options();

	assert_int_equal(compare_judge(&rig->sides, &options, ret, NULL), 0);
	must_be_valid(ret);
}

static void by_kind(void **state)
{
	struct rig rig = {0};
	const struct compare_lockups *l;
	cleanup_free char *text = NULL;
	struct compare c;
	size_t length;
	FILE *out;

	(void)state;
	with_lockups(&rig, 2, 8, 3);
	judge(&rig, &c);
	assert_int_equal(c.n_lockups, 2);
	l = &c.lockups[0];
	assert_string_equal(l->kind, "soft_lockup");
	assert_near(l->side[COMPARE_BASE].of, 100, 1e-12);
	assert_near(l->side[COMPARE_TEST].rate, 0.08, 1e-12);
	assert_near(l->ratio, 4, 1e-12);
	/* 8 of 10 by Clopper and Pearson, 0.44390 to 0.97479, as odds. */
	assert_near(l->interval.low, 0.79824, 1e-4);
	assert_near(l->interval.high, 38.666, 1e-3);
	/* 2 events: 0.2422 to 7.2247. */
	assert_near(l->side[COMPARE_BASE].bounds.low, 0.002422, 1e-3);
	assert_near(l->side[COMPARE_BASE].bounds.high, 0.072247, 1e-3);
	l = &c.lockups[1];
	assert_string_equal(l->kind, "hung_task");
	assert_false(isfinite(l->ratio));
	assert_true(isinf(l->interval.high) && l->interval.low > 0);
	out = open_memstream(&text, &length);
	compare_print(&c, out);
	(void)fclose(out);
	assert_non_null(strstr(text, "described, not tested"));
	assert_non_null(strstr(text, "0.02 (2/100)"));
	assert_non_null(strstr(text, "x 4 (0.798 to 38.7)"));
	compare_done(&c);
	rig_clear(&rig);
}

/* Two boots a side: a great many lockups of one kind in one boot are described, and decide nothing. */
static void nothing_is_decided_by_a_kind(void **state)
{
	struct rig rig = {0};
	struct compare c;

	(void)state;
	with_lockups(&rig, 0, 0, 500);
	judge(&rig, &c);
	assert_int_equal(c.n_lockups, 1);
	assert_int_equal(c.outcome, COMPARE_NOT_ENOUGH_DATA);
	compare_done(&c);
	rig_clear(&rig);
}

static void without_any_and_without_exposure(void **state)
{
	struct rig rig = {0};
	struct compare c;

	(void)state;
	with_lockups(&rig, 0, 0, 0);
	judge(&rig, &c);
	assert_int_equal(c.n_lockups, 0);
	compare_done(&c);
	rig_clear(&rig);

	with_lockups(&rig, 2, 8, 0);
	for (size_t i = 0; i < rig.n; i++)
		rig.runs[i].lockups.is_known = rig.runs[i].lockups.is_known && i % 2;
	judge(&rig, &c);
	assert_int_equal(c.n_lockups, 0);
	compare_done(&c);
	rig_clear(&rig);
}

/* A report with other thresholds would have told other lockups: that is said. */
static void thresholds_are_held_together(void **state)
{
	struct compare_run runs[4];
	const struct compare_run *base[] = {&runs[0], &runs[1]}, *test[] = {&runs[2], &runs[3]};
	const struct compare_options options = rig_options();
	const struct compare_sides sides = {{base, test}, {2, 2}};
	bool is_told = false;
	struct compare c;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct rig_report report = rig_report_plain;
		char id[] = "r0", boot[] = "b0", name[] = "lockups-0.json";
		cleanup_free char *path = NULL;

		id[1] = boot[1] = name[8] = (char)('0' + i);
		report.id = id;
		report.boot_id = boot;
		report.lockups = 2;
		report.watchdog_thresh = i < 2 ? 10 : 30;
		path = rig_write(name, &report);
		assert_int_equal(compare_read_run(path, &runs[i], NULL), 0);
	}
	assert_near(runs[0].lockups_by_kind[SOFT], 2, 1e-12);
	assert_near(runs[0].lockups_by_kind[HUNG], 0, 1e-12);
	assert_int_equal(compare_judge(&sides, &options, &c, NULL), 0);
	for (size_t i = 0; i < c.n_notes; i++)
		is_told |= strstr(c.notes[i], "thresholds.watchdog_thresh: '10' and '30'") != NULL;
	assert_true(is_told);
	compare_done(&c);
	for (int i = 0; i < 4; i++)
		compare_run_done(&runs[i]);
}

int test_lockup_kinds(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_kind),
		cmocka_unit_test(nothing_is_decided_by_a_kind),
		cmocka_unit_test(without_any_and_without_exposure),
		cmocka_unit_test(thresholds_are_held_together),
	};

	return cmocka_run_group_tests_name("compare: lockups", tests, NULL, rig_files_done);
}

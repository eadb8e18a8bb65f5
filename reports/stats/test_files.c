// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports from files, and those that are refused. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "reports/schema.h"
#include "reports/stats/test_rig.h"

static struct compare_run read_one(const char *name, const struct rig_report *report)
{
	cleanup_free char *path = rig_write(name, report);
	struct compare_run run = {0};
	struct err e = {0};

	if (compare_read_run(path, &run, &e) < 0)
		fail_msg("%s", e.text);
	return run;
}

static void test_figures(void **state)
{
	struct rig_report report = rig_report_plain;
	struct compare_run run;

	(void)state;
	report.rungs = 3;
	report.lockups = 2;
	run = read_one("figures.json", &report);
	assert_string_equal(run.kernel, "6.1.0-lab");
	assert_true(run.has_start);
	assert_true(run.start_ms == 1714972089250); /* 05:08:09.250 UTC */
	assert_near(run.seconds, 13, 1e-12);
	assert_true(run.has_migrated);
	assert_near(run.eagain[COMPARE_MOVE_PAGES].events, 100, 1e-12);
	assert_near(run.eagain[COMPARE_MOVE_PAGES].of, 2000, 1e-12);
	assert_false(run.eagain[COMPARE_OFFLINE].is_known);
	assert_true(run.eagain[COMPARE_EVERYBODY].is_known);
	assert_near(run.not_moved.events, 10, 1e-12);
	assert_near(run.not_moved.of, 1910, 1e-12);
	assert_false(run.offline.is_known);
	assert_false(run.has_first);
	assert_near(run.fault_ns[COMPARE_P50], 1000, 0.01);
	assert_near(run.fault_ns[COMPARE_P99], 100000, 0.01);
	assert_true(run.lockups.events == 2); /* a warning is none */
	assert_near(run.lockups.of, 26.5, 1e-12);
	assert_int_equal(run.n_rungs, 3);
	assert_near(run.rungs[2].moved.events, 98, 1e-12);
	assert_near(run.rungs[2].eagain.events, 20, 1e-12);
	compare_run_done(&run);
}

/* What was not measured is not 0. */
static void test_unmeasured(void **state)
{
	struct rig_report report = rig_report_plain;
	struct compare_run run;

	(void)state;
	report.has_faults = false;
	report.moved = report.not_moved = 0;
	run = read_one("unmeasured.json", &report);
	assert_false(run.has_faults);
	assert_false(run.not_moved.is_known);
	assert_true(run.has_migrated);
	compare_run_done(&run);
}

/* A run that was killed within its first attempt: it is one that did not succeed. */
static void test_first_attempt(void **state)
{
	struct rig_report report = rig_report_plain;
	struct compare_run run;

	(void)state;
	/* Reports of before that figure was added have none. */
	if (!strstr(schema_by_word("report")->text, "first_attempt"))
		skip();
	report.has_first = true;
	report.first_ns = 120000000000;
	report.ended = "crashed";
	run = read_one("killed.json", &report);
	assert_true(run.has_first);
	assert_false(run.first_succeeded);
	assert_near(run.first_seconds, 120, 1e-12);
	assert_true(run.offline.is_known && run.offline.events == 0 && run.offline.of == 1);
	compare_run_done(&run);
	report.first_succeeded = true;
	report.offline_attempts = 3;
	report.offline_succeeded = 2;
	run = read_one("offline.json", &report);
	assert_true(run.first_succeeded);
	assert_near(run.offline.events, 2, 1e-12);
	assert_near(run.offline.of, 3, 1e-12);
	compare_run_done(&run);
}

static void test_folder(void **state)
{
	cleanup_free char *path = rig_write("report.json", &rig_report_plain), *in = rig_folder();
	struct compare_run run = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(compare_read_run(in, &run, &e), 0);
	assert_string_equal(run.id, "run");
	assert_string_equal(run.path, in);
	compare_run_done(&run);
	/* Neither a report nor a run. */
	assert_int_equal(unlink(path), 0);
	assert_true(compare_read_run(in, &run, &e) < 0);
	assert_non_null(strstr(e.text, in));
}

static void refuse_file(const char *name, const char *text, const char *expected)
{
	cleanup_free char *path = rig_write_text(name, text);
	struct compare_run run = {0};
	struct err e = {0};

	assert_true(compare_read_run(path, &run, &e) < 0);
	assert_non_null(strstr(e.text, path));
	if (!strstr(e.text, expected))
		fail_msg("'%s' does not say '%s'", e.text, expected);
	assert_null(strchr(e.text, '\n'));
}

static void test_bad_files(void **state)
{
	cleanup_free char *path = rig_write("whole.json", &rig_report_plain), *text = NULL;
	struct rig_report report = rig_report_plain;
	cleanup_free char *other_path = NULL, *other = NULL, *missing = NULL;
	struct compare_run run = {0};
	size_t length, other_length;
	struct err e = {0};
	char *at;

	(void)state;
	assert_int_equal(file_read_all(path, &text, &length, NULL), 0);
	report.major = 2;
	other_path = rig_write("major.json", &report);
	assert_int_equal(file_read_all(other_path, &other, &other_length, NULL), 0);
	refuse_file("major2.json", other, "major version 2");
	at = strstr(text, "\"ladder\"");
	assert_non_null(at);
	at[1] = 'L';
	refuse_file("invalid.json", text, "no valid report");
	at[1] = 'l';
	for (size_t cut = 1; cut < length; cut += length / 7) {
		cleanup_free char *part = memory_string(text);

		part[cut] = '\0';
		refuse_file("cut.json", part, "");
	}
	refuse_file("empty.json", "", "");
	missing = memory_format("%s.nowhere", path);
	assert_true(compare_read_run(missing, &run, &e) < 0);
}

static void expect(struct rig *rig, bool force, int code, const char *text)
{
	struct compare_options options = rig_options();
	struct err e = {0};

	options.force = force;
	assert_int_equal(compare_check(&rig->sides, &options, &e), code);
	if (text && !strstr(e.text, text))
		fail_msg("'%s' does not say '%s'", e.text, text);
	assert_null(strchr(e.text, '\n'));
}

static void add_aspect(struct compare_run *run, const char *name, const char *value)
{
	run->aspects = memory_grow(run->aspects, run->n_aspects + 1, sizeof(*run->aspects));
	run->aspects[run->n_aspects++] =
		(struct compare_aspect){memory_string(name), memory_string(value)};
}

static void test_different_plans(void **state)
{
	const struct compare_options options = rig_options();
	struct rig rig = {0};
	struct compare c;
	bool has_plans = false, has_node = false;

	(void)state;
	rig_interleave(&rig, 8, 8, 1);
	expect(&rig, false, 0, NULL);
	for (size_t i = 0; i < rig.n; i++)
		add_aspect(&rig.runs[i], "topology.node1.blocks", i == 5 ? "16" : "8");
	/* Another topology alone is no other plan. */
	expect(&rig, false, 0, NULL);
	rig.runs[5].plan_digest[0] = 'f';
	expect(&rig, false, -EINVAL, "different plans");
	expect(&rig, false, -EINVAL, "topology.node1.blocks");
	expect(&rig, true, 0, NULL);
	assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
	for (size_t i = 0; i < c.n_notes; i++) {
		has_plans = has_plans || strstr(c.notes[i], "different plans");
		has_node = has_node || strstr(c.notes[i], "topology.node1.blocks: '");
	}
	assert_true(has_plans && has_node);
	compare_done(&c);
	/* A run that does not tell its plan may have had any. */
	rig.runs[5].plan_digest[0] = '0';
	expect(&rig, false, 0, NULL);
	free(rig.runs[2].plan_digest);
	rig.runs[2].plan_digest = NULL;
	expect(&rig, false, -EINVAL, "unknown");
	rig_clear(&rig);
}

static void test_one_boot(void **state)
{
	struct rig rig = {0};

	(void)state;
	rig_interleave(&rig, 8, 8, 1);
	free(rig.runs[6].boot_id);
	rig.runs[6].boot_id = memory_string("boot1");
	expect(&rig, false, -EINVAL, "'run1' and 'run6' are of one boot");
	expect(&rig, true, -EINVAL, "one boot");
	rig_clear(&rig);
}

static void test_too_little(void **state)
{
	struct rig rig = {0};

	(void)state;
	(void)rig_add(&rig, COMPARE_BASE);
	expect(&rig, false, -EINVAL, "no run was given for --test");
	(void)rig_add(&rig, COMPARE_TEST);
	expect(&rig, false, -ENODATA, "one run for --base");
	(void)rig_add(&rig, COMPARE_BASE);
	expect(&rig, false, -ENODATA, "one run for --test");
	(void)rig_add(&rig, COMPARE_TEST);
	expect(&rig, false, 0, NULL);
	rig.runs[2].has_migrated = false;
	expect(&rig, false, -ENODATA, "'run2' (completed) saw no migration");
	rig_clear(&rig);
}

static void test_zero_migrations(void **state)
{
	struct rig_report report = rig_report_plain;
	struct compare_run run;

	(void)state;
	report.attempts = report.eagain = report.moved = report.not_moved = 0;
	run = read_one("idle.json", &report);
	assert_false(run.has_migrated);
	compare_run_done(&run);
}

int test_read(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figures),	 cmocka_unit_test(test_unmeasured),
		cmocka_unit_test(test_first_attempt),
		cmocka_unit_test(test_folder),	 cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_zero_migrations),
	};

	return cmocka_run_group_tests_name("reading", tests, NULL, rig_files_done);
}

int test_refusals(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_different_plans),
		cmocka_unit_test(test_one_boot),
		cmocka_unit_test(test_too_little),
	};

	return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}

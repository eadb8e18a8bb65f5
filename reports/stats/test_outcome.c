// SPDX-License-Identifier: GPL-2.0-or-later
/* From the metrics to the outcome, and how it is told. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "reports/stats/test_rig.h"
#include "reports/validate.h"

#define SCHEMA "reports/schema/compare-1.schema.json"

/* Every boot has the rate 0.1, but for a little that depends on its place. */
static void fill(struct rig *rig, double test_factor, double spread)
{
	for (size_t i = 0; i < rig->n; i++) {
		bool is_test = strcmp(rig->runs[i].kernel, "6.1.0-test") == 0;
		double wave = 1 + spread * sin(2.4 * (double)i);

		rig->runs[i].eagain[COMPARE_MOVE_PAGES] =
			rig_count(round(10000 * wave * (is_test ? test_factor : 1)), 100000);
	}
}

static enum compare_outcome outcome_of(struct rig *rig, const struct compare_options *options)
{
	enum compare_outcome outcome;
	struct compare c;

	assert_int_equal(compare_judge(&rig->sides, options, &c, NULL), 0);
	assert_true(c.n_why > 0);
	outcome = c.outcome;
	compare_done(&c);
	return outcome;
}

static void test_outcomes(void **state)
{
	struct compare_options options = rig_options();
	struct rig rig = {0};

	(void)state;
	rig_interleave(&rig, 16, 8, 1);
	fill(&rig, 1, 0.05);
	assert_int_equal(outcome_of(&rig, &options), COMPARE_SAME);
	options.margin = 1.001;
	assert_int_equal(outcome_of(&rig, &options), COMPARE_NOT_ENOUGH_DATA);
	options.margin = 1.25;
	fill(&rig, 1, 0.9);
	assert_int_equal(outcome_of(&rig, &options), COMPARE_NOT_ENOUGH_DATA);
	fill(&rig, 2, 0.05);
	assert_int_equal(outcome_of(&rig, &options), COMPARE_DIFFERENT);
	/* A difference is one, however small: the margin does not hide it. */
	fill(&rig, 1.15, 0.01);
	assert_int_equal(outcome_of(&rig, &options), COMPARE_DIFFERENT);
	options.alpha = 1e-4;
	assert_int_equal(outcome_of(&rig, &options), COMPARE_NOT_ENOUGH_DATA);
	rig_clear(&rig);
}

/* Three boots a side cannot reach 0.05 (2 of 20), whatever they show; four can (2 of 70). */
static void test_too_few(void **state)
{
	const struct compare_options options = rig_options();
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 6, 6, 1);
	fill(&rig, 1000, 0.01);
	assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
	assert_int_equal(c.outcome, COMPARE_NOT_ENOUGH_DATA);
	assert_false(c.metrics[0].is_enough);
	assert_non_null(strstr(c.why[0], "give at least 4 + 4"));
	compare_done(&c);
	rig_clear(&rig);
	rig_interleave(&rig, 8, 8, 1);
	fill(&rig, 1000, 0.01);
	assert_int_equal(outcome_of(&rig, &options), COMPARE_DIFFERENT);
	/* Alike, and too few to say so. */
	rig_clear(&rig);
	rig_interleave(&rig, 6, 6, 1);
	fill(&rig, 1, 0.0001);
	assert_int_equal(outcome_of(&rig, &options), COMPARE_NOT_ENOUGH_DATA);
	rig_clear(&rig);
}

/* Two metrics: 4 + 4 boots give 2/70 = 0.029 in each, and 0.057 after the correction. */
static void test_correction(void **state)
{
	const struct compare_options options = rig_options();
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 8, 8, 1);
	fill(&rig, 1000, 0.01);
	for (size_t i = 0; i < rig.n; i++)
		rig.runs[i].not_moved = rig.runs[i].eagain[COMPARE_MOVE_PAGES];
	assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
	assert_near(c.metrics[0].p, 2.0 / 70, 1e-9);
	assert_near(c.metrics[0].p_adjusted, 4.0 / 70, 1e-9);
	assert_int_equal(c.outcome, COMPARE_NOT_ENOUGH_DATA);
	assert_int_equal(c.least_boots, 4);
	assert_int_equal(c.least_boots_corrected, 5);
	compare_done(&c);
	rig_clear(&rig);
}

static void test_stated_block(void **state)
{
	struct compare_options options = rig_options();
	struct rig rig = {0};
	struct err e = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 16, 4, 1);
	fill(&rig, 1, 0.05);
	options.block = 4;
	assert_int_equal(compare_judge(&rig.sides, &options, &c, &e), 0);
	assert_int_equal(c.block, 4);
	compare_done(&c);
	options.block = 6;
	assert_int_equal(compare_judge(&rig.sides, &options, &c, &e), -EINVAL);
	assert_non_null(strstr(e.text, "--block"));
	rig_clear(&rig);
}

static bool has_note(const struct compare *c, const char *text)
{
	for (size_t i = 0; i < c->n_notes; i++)
		if (strstr(c->notes[i], text))
			return true;
	return false;
}

static void test_notes(void **state)
{
	const struct compare_options options = rig_options();
	struct rig rig = {0};
	struct compare c;

	(void)state;
	for (int i = 0; i < 12; i++)
		(void)rig_add(&rig, i < 6 ? COMPARE_BASE : COMPARE_TEST);
	fill(&rig, 1, 0.05);
	free(rig.runs[3].ended);
	rig.runs[3].ended = strdup("crashed");
	assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
	assert_true(c.is_ordered);
	assert_false(c.is_interleaved);
	assert_true(has_note(&c, "not interleaved"));
	assert_true(has_note(&c, "run3 ended crashed"));
	assert_false(has_note(&c, "one release"));
	compare_done(&c);
	rig.runs[3].has_start = false;
	assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
	assert_false(c.is_ordered);
	assert_true(has_note(&c, "unknown"));
	compare_done(&c);
	rig_clear(&rig);
}

static void print_to(const struct compare *c, char **ret_text)
{
	size_t length;
	FILE *out = open_memstream(ret_text, &length);

	assert_non_null(out);
	compare_print(c, out);
	(void)fclose(out);
}

static void print_problem(void *context, const char *path, const char *what)
{
	(void)context;
	print_message("%s %s\n", path, what);
}

/* What was not measured, was not finite, or was: the document fits its schema, the text has all. */
static void check_told(const struct compare *c, const char *verdict)
{
	struct jsonw *document = compare_describe(c), *schema = NULL, *again = NULL;
	cleanup_free char *text = NULL;
	size_t length;
	const char *json = jsonw_text(document, &length);

	assert_int_equal(jsonw_parse_file(SCHEMA, &schema, NULL), 0);
	assert_int_equal(jsonw_parse(json, length, &again, NULL), 0);
	assert_int_equal(validate_document(schema, again, print_problem, NULL), 0);
	print_to(c, &text);
	assert_int_equal(strncmp(text, verdict, strlen(verdict)), 0);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf "));
	jsonw_free(again);
	jsonw_free(schema);
	jsonw_free(document);
}

static void test_telling(void **state)
{
	const struct compare_options options = rig_options();
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 16, 8, 1);
	assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
	check_told(&c, "verdict: not_enough_data\n");
	compare_done(&c);
	fill(&rig, 3, 0.05);
	for (size_t i = 0; i < rig.n; i++) {
		rig.runs[i].lockups = rig_count(strcmp(rig.runs[i].kernel, "6.1.0-test") == 0, 60);
		rig.runs[i].offline = rig_count(0, 1);
		rig.runs[i].has_first = true;
		rig.runs[i].first_seconds = 60;
		rig.runs[i].has_faults = true;
		rig.runs[i].fault_ns[COMPARE_P99] = 1e6 * (double)i;
	}
	assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
	check_told(&c, "verdict: different\n");
	compare_done(&c);
	fill(&rig, 1, 0.05);
	for (size_t i = 0; i < rig.n; i++)
		rig.runs[i].lockups.events = 0;
	assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
	check_told(&c, "verdict: same\n");
	compare_done(&c);
	rig_clear(&rig);
}

/* One seed, one text; another seed changes what is drawn and nothing else. */
static void test_determinism(void **state)
{
	cleanup_free char *first = NULL, *second = NULL, *third = NULL;
	struct compare_options options = rig_options();
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 30, 30, 1);
	fill(&rig, 1.02, 0.1);
	for (int i = 0; i < 3; i++) {
		options.seed = i < 2 ? 1 : 2;
		assert_int_equal(compare_judge(&rig.sides, &options, &c, NULL), 0);
		assert_false(c.is_exact);
		print_to(&c, i == 0 ? &first : i == 1 ? &second : &third);
		compare_done(&c);
	}
	assert_string_equal(first, second);
	assert_string_not_equal(first, third);
	rig_clear(&rig);
}

int test_outcome(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),     cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_correction),   cmocka_unit_test(test_stated_block),
		cmocka_unit_test(test_notes),	     cmocka_unit_test(test_telling),
		cmocka_unit_test(test_determinism),
	};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}

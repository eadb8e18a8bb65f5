// SPDX-License-Identifier: GPL-2.0-or-later
/* Which case a verdict's sentence lands in: asked of the verdict itself, so that neither drifts. */
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/export/case_rules.h"
#include "reports/export/kinds.h"
#include "reports/export/test_fixture.h"
#include "reports/tally.h"
#include "reports/verdict.h"

/* Facts of a run that passes. */
static struct verdict_facts passing(void)
{
	return (struct verdict_facts){
		.has_plan = true, .plans_offline = true, .plans_move_pages = true, .faulters = 4,
		.offline_attempts = 10, .knows_attempts = true, .knows_waits = true, .knows_migrated = true,
		.attempts = 200, .waits = 30, .migrated = 190, .move_calls = 5, .moved = 90,
		.private_pages = 50, .knows_kmsg = true, .knows_taint = true,
	};
}

/* The report of a run that is judged so. */
static struct jsonw *judged(const struct verdict_facts *facts)
{
	struct jsonw *report = fixture_report(), *object = jsonw_object();
	struct verdict v;

	verdict_judge(facts, &v);
	jsonw_set_string(object, "result", verdict_name(v.result));
	jsonw_set_int(object, "exit", v.exit);
	jsonw_set(object, "why", v.why);
	jsonw_set(report, "verdict", object);
	return report;
}

static void expect(const struct verdict_facts *facts, const char *name, enum case_status status,
		   const char *why)
{
	struct jsonw *report = judged(facts);
	struct case_list list;
	const struct test_case *c;

	case_list_read(&list, report);
	c = case_list_find(&list, name);
	assert_non_null(c);
	if (c->status != status)
		fail_msg("case '%s' has status %d, wanted %d (%s)", name, c->status, status,
			 c->why ? c->why : "no reason");
	if (why)
		assert_has(c->why, why);
	if (status == CASE_PASS)
		assert_null(c->why);
	else
		assert_true(c->why[0] != '\0');
	case_list_done(&list);
	jsonw_free(report);
}

static void a_run_that_passed_has_only_passed_cases(void **state)
{
	struct verdict_facts facts = passing();
	struct jsonw *report = judged(&facts);
	struct case_list list;

	(void)state;
	case_list_read(&list, report);
	for (size_t i = 0; i < list.n_cases; i++)
		if (list.cases[i].status != CASE_PASS)
			fail_msg("%s: %s", list.cases[i].name, list.cases[i].why);
	assert_int_equal(list.n_cases, 1 + n_case_rules);
	case_list_done(&list);
	jsonw_free(report);
}

#define EXPECT(member, value, name, status, why)                                                   \
	do {                                                                                       \
		struct verdict_facts f_ = passing();                                               \
		f_.member = (value);                                                               \
		expect(&f_, name, status, why);                                                    \
	} while (0)

static void each_rule_has_its_case(void **state)
{
	(void)state;
	EXPECT(has_crashed, true, "run.completed", CASE_CRASHED, "end record");
	EXPECT(was_aborted, true, "run.completed", CASE_ABORTED, "stopped");
	EXPECT(is_live, true, "run.completed", CASE_ERROR, "going on");
	EXPECT(left_offline, 2, "memory.restored", CASE_FAIL, "memory0");
	EXPECT(never_ending_blocks, 1, "offline.ends", CASE_FAIL, "deadline");
	EXPECT(offline_censored, 10, "offline.ends", CASE_ERROR, "the deadline ended all 10");
	EXPECT(private_not_moved, 40, "pages.migratable", CASE_FAIL, "40 of 50");
	EXPECT(mismatches, 3, "pages.contents", CASE_FAIL, "3 pages");
	EXPECT(corrupt, 1, "harness.journal", CASE_ERROR, "damaged");
	EXPECT(taint_after, 1u << 5, "kernel.taint", CASE_FAIL, "bad page");
	EXPECT(offline_attempts, 0, "exercised.offline", CASE_ERROR, "no offline attempt");
	EXPECT(move_calls, 0, "exercised.move_pages", CASE_ERROR, "never called");
	EXPECT(waits, 0, "exercised.waits", CASE_ERROR, "none ever waited");
	EXPECT(knows_waits, false, "exercised.waits", CASE_SKIP, "not measured");
	EXPECT(plans_nothing, true, "exercised.migration", CASE_SKIP, "no phase");
	EXPECT(knows_kmsg, false, "kernel.log", CASE_SKIP, "not read");
	EXPECT(kmsg_lost, 5, "kernel.log", CASE_SKIP, "5 records");
	EXPECT(faults, 2, "harness.faults", CASE_SKIP, "2 faults");
}

static void nothing_migrated_is_an_error(void **state)
{
	struct verdict_facts facts = passing();

	(void)state;
	facts.attempts = facts.moved = facts.migrated = 0;
	expect(&facts, "exercised.migration", CASE_ERROR, "no migration was seen");
	expect(&facts, "verdict", CASE_ERROR, "no migration was seen");
}

static void each_kind_fails_its_own_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_lockup_kinds; i++) {
		struct verdict_facts facts = passing();
		struct jsonw *report;
		struct tally findings = {0};
		struct case_list list;
		size_t failed;

		tally_add(&findings, lockup_kinds[i], 0, 2);
		facts.findings = &findings;
		report = judged(&facts);
		fixture_lockup(report, lockup_kinds[i], "a line of the log", 2);
		case_list_read(&list, report);
		failed = case_list_count(&list, CASE_FAIL);
		if (strcmp(jsonw_as_string(figure_at(report, "verdict.result")), "fail") == 0) {
			assert_int_equal(failed, 2); /* the verdict, and that kind */
		} else {
			assert_int_equal(failed, 0); /* in the log, but judged by nobody */
			assert_int_equal(case_list_count(&list, CASE_SKIP), 1);
		}
		for (size_t k = 0; k < list.n_cases; k++) {
			bool is_it = strncmp(list.cases[k].name, "kernel.", 7) == 0 &&
				     strcmp(list.cases[k].name + 7, lockup_kinds[i]) == 0;

			if (is_it != (list.cases[k].log != NULL))
				fail_msg("%s: log of %s", lockup_kinds[i], list.cases[k].name);
		}
		case_list_done(&list);
		jsonw_free(report);
		tally_done(&findings);
	}
}

static void lockups_of_an_emulated_guest_are_skipped(void **state)
{
	struct verdict_facts facts = passing();
	struct tally findings = {0};

	(void)state;
	tally_add(&findings, "soft_lockup", 0, 1);
	facts.findings = &findings;
	facts.is_emulated = true;
	expect(&facts, "kernel.soft_lockup", CASE_SKIP, "only reported");
	expect(&facts, "kernel.rcu_stall", CASE_PASS, NULL);
	expect(&facts, "verdict", CASE_PASS, NULL);
	tally_done(&findings);
}

static void a_crash_leaves_the_rest_unjudged(void **state)
{
	struct verdict_facts facts = passing();

	(void)state;
	facts.has_crashed = true;
	expect(&facts, "verdict", CASE_CRASHED, "end record");
	expect(&facts, "kernel.panic", CASE_SKIP, "not judged");
	facts.never_ending_blocks = 1;
	expect(&facts, "offline.ends", CASE_FAIL, "deadline");
}

static void scenarios_are_cases_with_names_of_their_own(void **state)
{
	static const struct {
		const char *name, *verdict, *why, *want;
		enum case_status status;
	} scenarios[] = {
		{"soft offline", "fail", "poison counted", "scenario.soft_offline", CASE_FAIL},
		{"soft offline", "pass", NULL, "scenario.soft_offline-2", CASE_PASS},
		{"prefetch", "not exercised", NULL, "scenario.prefetch", CASE_ERROR},
		{"odd", "different", NULL, "scenario.odd", CASE_SKIP},
	};
	struct jsonw *report = fixture_report(), *array = jsonw_array();
	struct case_list list;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		struct jsonw *s = jsonw_object();

		jsonw_set_string(s, "name", scenarios[i].name);
		jsonw_set_string(s, "verdict", scenarios[i].verdict);
		if (scenarios[i].why)
			jsonw_set_string(s, "why", scenarios[i].why);
		jsonw_append(array, s);
	}
	jsonw_set(report, "scenarios", array);
	case_list_read(&list, report);
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		const struct test_case *c = case_list_find(&list, scenarios[i].want);

		assert_non_null(c);
		assert_int_equal(c->status, scenarios[i].status);
	}
	assert_string_equal(case_list_find(&list, "scenario.soft_offline")->why, "poison counted");
	case_list_done(&list);
	jsonw_free(report);
}

const struct CMUnitTest case_tests[] = {
	cmocka_unit_test(a_run_that_passed_has_only_passed_cases),
	cmocka_unit_test(each_rule_has_its_case),
	cmocka_unit_test(nothing_migrated_is_an_error),
	cmocka_unit_test(each_kind_fails_its_own_case),
	cmocka_unit_test(lockups_of_an_emulated_guest_are_skipped),
	cmocka_unit_test(a_crash_leaves_the_rest_unjudged),
	cmocka_unit_test(scenarios_are_cases_with_names_of_their_own),
};
const size_t n_case_tests = ARRAY_SIZE(case_tests);

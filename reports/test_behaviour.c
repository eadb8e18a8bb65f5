// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/behaviour.h"
#include "reports/test_reports.h"

/* With a control that is long enough. */
static struct behaviour judge(uint64_t eagain, uint64_t waits, uint64_t gave_up)
{
	struct behaviour_counts faulted = {waits + eagain, eagain, waits, gave_up};
	struct behaviour_counts quiet = {.attempts = 50000 + 9 * faulted.attempts};
	struct behaviour b;

	behaviour_judge(&quiet, &faulted, &b);
	return b;
}

/* Boots of the lab's kernels, the most and the least telling ones. */
static void measured_boots(void **state)
{
	static const struct {
		const char *generation;
		uint64_t eagain, waits, gave_up;
	} table[] = {
		{"A", 33720, 19578, 3358}, /* 6.1-waiter-ref */
		{"A", 50, 307, 5},
		{"A", 12211, 14517, 1125}, /* 5.10-without */
		{"A", 556, 5904, 51},
		{"A", 30215 + 9337, 30000, 3000}, /* as fast as the rest of the world may be */
		{"B", 162, 9013, 0},		  /* 5.10-with */
		{"B", 220, 4030, 0},
		{"B", 2146, 58746, 0},
		{"B", 28, 23047, 0}, /* stock-5.10 */
		{"B", 5, 6593, 0},
		{"B", 2, 1237, 0},
		{"C", 0, 75883, 0}, /* stock-6.12 */
		{"C", 0, 4519, 0},
		{"C", 0, 12685, 0}, /* stock */
		{"C", 0, 16157, 0}, /* 6.1-with */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct behaviour b = judge(table[i].eagain, table[i].waits, table[i].gave_up);

		if (strcmp(b.generation, table[i].generation) != 0)
			fail_msg("boot %zu: %s (%s), wanted %s", i, b.generation, b.why,
				 table[i].generation);
		assert_true(b.has_chances);
	}
}

static void says_unknown(const struct behaviour *b, const char *why)
{
	if (strcmp(b->generation, "unknown") != 0 || !strstr(b->why, why))
		fail_msg("%s: %s; wanted unknown: ...%s...", b->generation, b->why, why);
}

/* Nothing is concluded from what says nothing. */
static void unknown_for_a_reason(void **state)
{
	struct behaviour_counts none = {0}, noisy = {.attempts = 50000, .eagain = 1};
	struct behaviour_counts a = {30000, 12000, 14000, 1100};
	struct behaviour b;

	(void)state;
	behaviour_judge(&none, &a, &b);
	says_unknown(&b, "no page was moved in the control");
	assert_false(b.has_chances);
	behaviour_judge(&noisy, &a, &b);
	says_unknown(&b, "1 EAGAIN in 50000 attempts of the control");
	/* Three EAGAIN, and nine attempts in ten were those with faulters. */
	behaviour_judge(&(struct behaviour_counts){.attempts = 1000},
			&(struct behaviour_counts){9000, 3, 8000, 0}, &b);
	says_unknown(&b, "the control's 1000 attempts are too few");
	behaviour_judge(&(struct behaviour_counts){.attempts = 1000},
			&(struct behaviour_counts){9000, 60, 8000, 0}, &b);
	assert_string_equal(b.generation, "B");
	b = judge(0, 0, 0);
	says_unknown(&b, "no thread met a migration entry");
	b = judge(0, 21, 0);
	says_unknown(&b, "generations A (");
	b = judge(0, 1000, 0);
	says_unknown(&b, "generations B (");
	assert_null(strstr(b.why, "A ("));
	/* Too few EAGAIN for A, too many pages given up on for B: pinned by somebody, perhaps. */
	b = judge(30, 20000, 3);
	says_unknown(&b, "like no generation");
}

/* The same rates, seen for longer, never make an answer weaker or another one. */
static void longer_is_surer(void **state)
{
	static const struct {
		const char *generation;
		double eagain, gave_up; /* for each wait */
	} kernels[] = {{"A", 0.5, 0.045}, {"B", 0.005, 0}, {"C", 0, 0}};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(kernels); k++) {
		bool is_known = false;

		for (uint64_t waits = 1; waits < 10000000000; waits *= 2) {
			struct behaviour b =
				judge((uint64_t)((double)waits * kernels[k].eagain), waits,
				      (uint64_t)((double)waits * kernels[k].gave_up));

			if (strcmp(b.generation, kernels[k].generation) == 0)
				is_known = true;
			else if (is_known || strcmp(b.generation, "unknown") != 0)
				fail_msg("%s after %" PRIu64 " waits: %s (%s)",
					 kernels[k].generation, waits, b.generation, b.why);
			for (int g = 0; g < BEHAVIOUR_GENERATIONS; g++)
				assert_true(b.chance[g] >= 0 && b.chance[g] <= 1);
		}
		assert_true(is_known);
	}
}

/* A tenth of all EAGAIN is a page given up on, or none: that tells A from B at the same rate. */
static void what_is_given_up_on_decides(void **state)
{
	(void)state;
	assert_string_equal(judge(800, 8000, 76).generation, "A");
	assert_string_equal(judge(800, 8000, 0).generation, "B");
}

/* The limits are those of the figures above them: of the t distribution with n - 1 degrees. */
static void ranges(void **state)
{
	double low[BEHAVIOUR_GENERATIONS], high[BEHAVIOUR_GENERATIONS];

	(void)state;
	for (int g = 0; g < BEHAVIOUR_GENERATIONS; g++) {
		behaviour_range((enum behaviour_generation)g, &low[g], &high[g]);
		assert_true(low[g] >= 0 && low[g] < high[g]);
	}
	/* Their middles are two orders of magnitude from each other, their ends meet. */
	assert_true(sqrt(low[BEHAVIOUR_A] * high[BEHAVIOUR_A]) >
		    30 * sqrt(low[BEHAVIOUR_B] * high[BEHAVIOUR_B]));
	assert_true(low[BEHAVIOUR_A] > low[BEHAVIOUR_B] && high[BEHAVIOUR_A] > high[BEHAVIOUR_B]);
	assert_true(high[BEHAVIOUR_C] < low[BEHAVIOUR_B] / 10);
	assert_true(low[BEHAVIOUR_C] == 0);
}

#define GROUP                                                                                      \
	"{'name':'hot','workload':'refault','kind':'private-anonymous','driven_by':'move_pages','" \
	"pages':1}"
#define RUNG(faulters, eagain, waits, gave_up)                                                     \
	"{'faulters':" #faulters ",'attempts':40000,'eagain':" #eagain ",'waits':" #waits          \
	",'gave_up':" #gave_up ",'moved':39000,'not_moved':" #gave_up ",'offline_attempts':0}"
#define LADDER                                                                                     \
	RUNG(0, 0, 0, 0) "," RUNG(1, 20, 4000, 0) "," RUNG(2, 0, 5000, 0) "," RUNG(3, 9, 999, 0)

/* The answer's JSON of a report with these parts; NULL: none is given. */
static struct jsonw *describe(const char *generation, const char *groups, const char *rungs)
{
	cleanup_free char *text = memory_format(
		"{'kernel':{'fingerprint':{'generation':'%s'}},'workers':[%s],'ladder':[%s]}",
		generation, groups, rungs);
	struct jsonw *report = test_json(text), *object = behaviour_describe(report);

	jsonw_free(report);
	return object;
}

static void from_a_report(void **state)
{
	struct jsonw *object = describe("B", GROUP, LADDER);

	(void)state;
	assert_string_equal(jsonw_get_string(object, "generation"), "B");
	assert_false(jsonw_has(object, "disagreement"));
	assert_int_equal(jsonw_get_uint(jsonw_get(object, "control"), "attempts"), 40000);
	assert_int_equal(jsonw_get_uint(jsonw_get(object, "faulted"), "eagain"), 29);
	assert_int_equal(jsonw_get_uint(jsonw_get(object, "faulted"), "waits"), 9999);
	assert_true(jsonw_has(jsonw_get(jsonw_get(object, "eagain_per_wait"), "C"), "chance"));
	jsonw_free(object);
}

static void other_rungs_do_not_count(void **state)
{
	struct jsonw *object =
		describe("B", GROUP,
			 LADDER "," RUNG(16, 30000, 9000,
					 3000) ",{'faulters':2,'attempts':9000,'eagain':8000,"
					       "'waits':5,'gave_up':700,'moved':9,"
					       "'not_moved':700,'offline_attempts':3}");

	(void)state;
	assert_string_equal(jsonw_get_string(object, "generation"), "B");
	assert_int_equal(jsonw_get_uint(jsonw_get(object, "faulted"), "eagain"), 29);
	jsonw_free(object);
}

static void disagreement(void **state)
{
	static const struct {
		const char *symbols, *rungs, *says;
	} table[] = {
		{"C", RUNG(0, 0, 0, 0) "," RUNG(3, 9000, 9000, 880),
		 "say C, the kernel behaves like A"},
		{"A", RUNG(0, 0, 0, 0) "," RUNG(2, 0, 9000, 0), "say A, the kernel behaves like C"},
		{"A", RUNG(0, 0, 0, 0) "," RUNG(3, 9000, 9000, 880), NULL},
		{"unknown", RUNG(0, 0, 0, 0) "," RUNG(3, 9000, 9000, 880), NULL},
		{"C", RUNG(0, 1, 0, 0) "," RUNG(3, 9000, 9000, 880),
		 NULL}, /* the control is noisy */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct jsonw *object = describe(table[i].symbols, GROUP, table[i].rungs);
		const char *text = jsonw_get_string(object, "disagreement");

		if (!text != !table[i].says || (text && !strstr(text, table[i].says)))
			fail_msg("case %zu: %s", i, text ? text : "nothing is said");
		jsonw_free(object);
	}
}

static void ladders_that_say_nothing(void **state)
{
	static const struct {
		const char *groups, *rungs;
	} table[] = {
		{GROUP, ""},
		{GROUP, RUNG(0, 0, 0, 0)},
		{GROUP, RUNG(1, 0, 900, 0) "," RUNG(3, 9000, 9000, 880)},
		{GROUP, RUNG(0, 0, 0, 0) "," RUNG(16, 9000, 9000, 880)},
		{"", LADDER},
		{GROUP "," GROUP, LADDER},
		{"{'workload':'refault','kind':'shared-memfd','driven_by':'move_pages','pages':1}",
		 LADDER},
		{"{'workload':'pin','kind':'private-anonymous','driven_by':'move_pages','pages':1}",
		 LADDER},
		{"{'workload':'refault','kind':'private-anonymous','driven_by':'move_pages','pages'"
		 ":16}",
		 LADDER},
		{"{'workload':'refault','kind':'private-anonymous','driven_by':'offline','pages':"
		 "1}",
		 LADDER},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct jsonw *object = describe("C", table[i].groups, table[i].rungs);

		if (object)
			fail_msg("case %zu: %s", i, jsonw_text(object, NULL));
	}
}

/* Without probes there are no figures, and no answer. */
static void uncounted(void **state)
{
	struct jsonw *object =
		describe("C", GROUP,
			 "{'faulters':0,'moved':9,'not_moved':0,'offline_attempts':0},"
			 "{'faulters':2,'moved':9,'not_moved':0,'offline_attempts':0}");

	(void)state;
	assert_string_equal(jsonw_get_string(object, "generation"), "unknown");
	assert_non_null(strstr(jsonw_get_string(object, "why"), "not counted"));
	assert_false(jsonw_has(object, "faulted"));
	jsonw_free(object);
}

/* A run of the profile "fingerprint" on a kernel whose symbols and fixes run.json tells. */
static void in_the_fold(void **state)
{
	struct test_run run = test_run_new(&(struct test_setup){
		.kernel = "'release':'6.1.0','taint_before':0,'fingerprint':{'generation':'C',"
			  "'evidence':['migration_entry_wait_on_locked'],'fixes':{"
			  "'mlock_drain':{'answer':'yes','evidence':['mlock_drain_local']},"
			  "'demotion':{'answer':'perhaps','evidence':[1,'e']},'a b':{},'x':7}}"});

	(void)state;
	test_begin(&run);
	test_event(&run, "phase", "'name':'r0','rung':0,'faulters':0,'workers':[" GROUP "]");
	test_event(&run, "move",
		   "'calls':9,'pages':900,'moved':900,'not_moved':0,'rung':0,"
		   "'private_anonymous':{'pages':900,'not_moved':0}");
	test_event(&run, "phase_end",
		   "'name':'r0','rung':0,'duration_ns':9,'migration':{'attempts':900,"
		   "'succeeded':900,'eagain':0,'waits':0}");
	test_event(&run, "phase", "'name':'r3','rung':1,'faulters':3,'workers':[" GROUP "]");
	test_event(&run, "move",
		   "'calls':9,'pages':900,'moved':860,'not_moved':40,'rung':1,"
		   "'private_anonymous':{'pages':900,'not_moved':38}");
	test_event(&run, "phase_end",
		   "'name':'r3','rung':1,'duration_ns':9,'migration':{'attempts':2200,"
		   "'succeeded':1800,'eagain':400,'waits':800}");
	test_finish(&run);
	test_fold(&run);
	test_is_json(&run, "kernel.fingerprint.fixes",
		     "{'mlock_drain':{'answer':'yes','evidence':['mlock_drain_local']},"
		     "'demotion':{'answer':'unknown','evidence':['e']}}");
	test_is(&run, "ladder.0.gave_up", 0);
	test_is(&run, "ladder.1.gave_up", 38);
	test_is_text(&run, "kernel.fingerprint.generation", "C");
	test_is_text(&run, "kernel.fingerprint.behaviour.generation", "A");
	test_is_json(&run, "kernel.fingerprint.behaviour.faulted",
		     "{'attempts':1300,'eagain':400,'waits':800,'gave_up':38}");
	assert_non_null(test_at(&run, "kernel.fingerprint.behaviour.disagreement"));
	test_run_done(&run);
}

/* Of pages that are not private it is not known which of them were given up on. */
static void no_behaviour_in_the_fold(void **state)
{
	struct test_run run = test_run_new(&(struct test_setup){
		.kernel = "'release':'6.1.0','taint_before':0,'fingerprint':{'generation':'C'}"});

	(void)state;
	test_begin(&run);
	test_event(&run, "phase", "'name':'r0','rung':0,'faulters':0,'workers':[]");
	test_event(&run, "move", "'calls':9,'pages':900,'moved':900,'not_moved':0,'rung':0");
	test_event(&run, "phase_end", "'name':'r0','rung':0,'duration_ns':9");
	test_finish(&run);
	test_fold(&run);
	test_is_absent(&run, "ladder.0.gave_up");
	test_is_absent(&run, "kernel.fingerprint.behaviour");
	test_run_done(&run);
}

int test_behaviour(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measured_boots),
		cmocka_unit_test(unknown_for_a_reason),
		cmocka_unit_test(longer_is_surer),
		cmocka_unit_test(what_is_given_up_on_decides),
		cmocka_unit_test(ranges),
		cmocka_unit_test(from_a_report),
		cmocka_unit_test(other_rungs_do_not_count),
		cmocka_unit_test(disagreement),
		cmocka_unit_test(ladders_that_say_nothing),
		cmocka_unit_test(uncounted),
		cmocka_unit_test(in_the_fold),
		cmocka_unit_test(no_behaviour_in_the_fold),
	};

	return cmocka_run_group_tests_name("behaviour", tests, NULL, NULL);
}

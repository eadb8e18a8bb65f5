// SPDX-License-Identifier: GPL-2.0-or-later
/* callers: what they did and could not do; scenarios: what a judge makes of a whole run. */
#include "reports/test_verdict.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"

static const struct test_setup compacts = {
	.phases = "[{'name':'compaction','offline':false,'move_pages':false,"
		  "'callers':['compaction'],'workers':[]}]",
};

static const struct test_setup waits_for = {
	.phases = TEST_ALL_PHASES ",'scenario':'waiter-ref'",
};

static void test_callers_are_summed(void **state)
{
	struct test_run run = test_run_new(&compacts);

	(void)state;
	test_begin(&run);
	for (int i = 0; i < 2; i++)
		test_event(&run, "called",
			   "'driver':'compaction','calls':3,'errors':{'EINTR':1},"
			   "'numbers':{'pages':5},'attempts':7,'eagain':1,"
			   "'latency':{'count':3,'sum_ns':30,'max_ns':20,'buckets':[[20,3]]}");
	test_event(&run, "called", "'driver':'of-a-newer-version','calls':3");
	test_event(&run, "sample",
		   "'migration':{'attempts':20,'eagain':5,'by_driver':{'offline':{'attempts':0,"
		   "'eagain':0},'move_pages':{'attempts':0,'eagain':0},"
		   "'compaction':{'attempts':17,'eagain':4}}}");
	test_finish(&run);
	test_fold(&run);
	test_is_json(&run, "callers",
		     "[{'driver':'compaction','calls':6,'errors':{'EINTR':2},"
		     "'numbers':{'pages':10},'latency':{'count':6,'sum_ns':60,'max_ns':20,"
		     "'buckets':[[20,6]]}}]");
	test_is_json(&run, "migration.by_driver.compaction", "{'attempts':17,'eagain':4}");
	test_is_json(&run, "migration.eagain.by_driver",
		     "{'offline':0,'move_pages':0,'compaction':4,'other':1}");
	test_is_absent(&run, "scenarios");
	test_verdict_is(&run, "pass", 0, "every rule held");
	test_run_done(&run);
}

static void test_a_caller_that_was_never_called(void **state)
{
	struct test_run run = test_run_new(&compacts);

	(void)state;
	test_begin(&run);
	test_event(&run, "sample", "'migration':{'attempts':20,'eagain':5}");
	test_finish(&run);
	test_fold(&run);
	test_verdict_is(&run, "error", 3, "compaction was planned and never called");
	test_run_done(&run);
}

/* A kernel without it: there was nothing to test, and it is said why. */
static void test_a_caller_that_cannot_be_made(void **state)
{
	struct test_run run = test_run_new(&compacts);

	(void)state;
	test_begin(&run);
	test_event(&run, "unavailable", "'driver':'compaction','why':'no such file here'");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "callers.0.unavailable", "no such file here");
	test_is_unmeasured(&run, "callers.compaction.latency", "no call was made");
	test_verdict_is(&run, "skip", 4, "none of the planned drivers can work here");
	assert_true(test_has_why(&run, "no such file here"));
	test_run_done(&run);
}

static void test_waits_that_harm_nobody(void **state)
{
	struct test_run run = test_run_new(&waits_for);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "sample", "'migration':{'attempts':900,'succeeded':900,'eagain':0,'waits':100}");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.name", "waiter-ref");
	test_is_text(&run, "scenarios.0.verdict", "pass");
	test_is(&run, "scenarios.0.numbers.waits", 100);
	test_verdict_is(&run, "pass", 0, "scenario waiter-ref: ");
	test_run_done(&run);
}

static void test_too_little_to_clear_a_kernel(void **state)
{
	static const struct {
		const char *error;
		unsigned int waits;
		const char *why;
	} cases[] = {
		{"'error':'EINTR','errno':4,'wall_ns':5,'ended_by':'deadline'", 400000,
		 "cannot judge: no offline attempt came to its end (400000 waits"},
		{"'error':'OK','errno':0,'wall_ns':5,'state_after':'offline'", 99,
		 "cannot judge: too few waits on migration entries (99 waits"},
		{NULL, 400000, "cannot judge: no page was moved, and no block went offline"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct test_run run = test_run_new(&waits_for);
		cleanup_free char *sample = memory_format(
			"'migration':{'attempts':9,'succeeded':0,'eagain':9,'waits':%u}", cases[i].waits);

		test_begin(&run);
		for (unsigned int block = 33; block < 37 && cases[i].error; block++)
			test_attempt(&run, block, cases[i].error);
		test_event(&run, "sample", sample);
		test_finish(&run);
		test_fold(&run);
		test_is_text(&run, "scenarios.0.verdict", "error");
		assert_non_null(strstr(jsonw_as_string(test_at(&run, "scenarios.0.why")), cases[i].why));
		test_run_done(&run);
	}
}

static void test_pages_that_stay(void **state)
{
	struct test_run run = test_run_new(&waits_for);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "move",
		   "'calls':3,'pages':1000,'moved':900,'not_moved':100,"
		   "'private_anonymous':{'pages':1000,'not_moved':100}");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", "fail");
	test_is(&run, "scenarios.0.numbers.private_not_moved", 100);
	test_verdict_is(&run, "fail", 1, "scenario waiter-ref: pages that cannot be migrated");
	test_run_done(&run);
}

/* Too few to fail, and nothing else clears the kernel. */
static void test_pages_of_which_few_stay(void **state)
{
	struct test_run run = test_run_new(&waits_for);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "move",
		   "'calls':3,'pages':100000,'moved':99980,'not_moved':20,"
		   "'private_anonymous':{'pages':100000,'not_moved':20}");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", "error");
	assert_true(test_has_why(&run, "scenario waiter-ref: cannot judge: 20 of 100"));
	test_run_done(&run);
}

static void test_nobody_waited(void **state)
{
	struct test_run run = test_run_new(&waits_for);

	(void)state;
	test_begin(&run);
	test_event(&run, "sample", "'migration':{'attempts':20,'eagain':0,'waits':0}");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", "error");
	assert_true(test_has_why(&run, "scenario waiter-ref: not exercised"));
	test_run_done(&run);
}

static void test_no_judge_of_that_name(void **state)
{
	static const struct test_setup setup = {
		.phases = TEST_ALL_PHASES ",'scenario':'of-a-newer-version'"};
	struct test_run run = test_run_new(&setup);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_finish(&run);
	test_fold(&run);
	test_verdict_is(&run, "error", 3, "this version has no judge of that name");
	test_run_done(&run);
}

/* Facts of a run of mlock-drain, and what its judge makes of them. */
struct drain {
	unsigned int eagain, attempts, control_eagain, lock_calls, moved;
	const char *verdict, *why;
};

static void drain_is(const struct drain *d)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'compaction','offline':false,'move_pages':false,"
			  "'callers':['compaction'],'workers':[]}],'scenario':'mlock-drain'",
	};
	struct test_run run = test_run_new(&setup);
	cleanup_free char *groups = memory_format(
		"'name':'compaction','duration_ns':9,'workers':[{'name':'w','touches':9,"
		"'operations':%u,'mismatches':0,'moved':%u},{'name':'other','operations':77,"
		"'moved':7777}]",
		d->lock_calls, d->moved);
	cleanup_free char *counts = memory_format(
		"'migration':{'attempts':99999,'eagain':0,'by_driver':{'offline':{'attempts':100,"
		"'eagain':0},'move_pages':{'attempts':2000,'eagain':%u},"
		"'compaction':{'attempts':%u,'eagain':%u}}}",
		d->control_eagain, d->attempts, d->eagain);

	test_begin(&run);
	test_event(&run, "phase",
		   "'name':'compaction','workers':[{'name':'w','workload':'mlock-churn',"
		   "'driven_by':'compaction','processes':1,'threads':1,'pages':9},{'name':'other',"
		   "'workload':'pin','driven_by':'compaction','processes':1,'threads':1,'pages':9}]");
	test_event(&run, "called", "'driver':'compaction','calls':3");
	test_event(&run, "phase_end", groups);
	test_event(&run, "sample", counts);
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", d->verdict);
	test_is(&run, "scenarios.0.numbers.locked_pages_moved", d->moved);
	test_is(&run, "scenarios.0.numbers.control_attempts", 2100);
	if (!strstr(jsonw_as_string(test_at(&run, "scenarios.0.why")), d->why))
		fail_msg("'%s' is not in '%s'", d->why,
			 jsonw_as_string(test_at(&run, "scenarios.0.why")));
	test_run_done(&run);
}

static void test_mlock_drain(void **state)
{
	static const struct drain cases[] = {
		{0, 20000, 0, 9, 5000, "pass", "EAGAIN 0 of 20000"},
		/* What another CPU has just locked. */
		{300, 20000, 0, 9, 5000, "pass", "EAGAIN 300 of 20000"},
		{18000, 20000, 0, 9, 5000, "fail", "EAGAIN 18000 of 20000 attempts, limit 10 %"},
		/* A kernel that can move none of them at all has failed, too. */
		{18000, 20000, 0, 9, 0, "fail", "not migrated by compaction: EAGAIN"},
		/* Around the limit the number of attempts decides how sure that is. */
		{2050, 20000, 0, 9, 5000, "pass", ""},
		{2200, 20000, 0, 9, 5000, "fail", ""},
		{18000, 20000, 1900, 9, 5000, "error", "somebody else holds the pages"},
		{0, 20000, 0, 0, 5000, "error", "not exercised: no worker locked"},
		{900, 999, 0, 9, 5000, "error", "not exercised: compaction tried to migrate 999"},
		{0, 20000, 0, 9, 999, "error", "not exercised: compaction migrated 999 locked pages, 1000 are wanted"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		drain_is(&cases[i]);
}

static void test_mlock_drain_without_a_count(void **state)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'compaction','offline':false,'move_pages':false,"
			  "'callers':['compaction'],'workers':[]}],'scenario':'mlock-drain'",
	};
	struct test_run run = test_run_new(&setup);

	(void)state;
	test_begin(&run);
	test_event(&run, "called", "'driver':'compaction','calls':3");
	test_event(&run, "end",
		   "'ended':'completed','vmstat':{'pgmigrate_success':100},'taint_after':0,"
		   "'kmsg':{'records':1,'lost':0}");
	test_fold(&run);
	test_verdict_is(&run, "skip", 4, "EAGAIN of compaction cannot be counted here");
	test_run_done(&run);
}

#define VETOED "'errno':12,'wall_ns':9,'ended_by':'kernel','veto':'ENOMEM','attempts':"

/* Attempts 0 to 2 as @said, then @free ones that nobody vetoed. */
static void veto_is(const char *const said[3], unsigned int free, const char *verdict,
		    const char *why)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'offline','offline':true,'move_pages':false,'workers':[]}],"
			  "'scenario':'notifier-veto'",
	};
	struct test_run run = test_run_new(&setup);

	test_begin(&run);
	test_event(&run, "sample", "'migration':{'attempts':20,'eagain':5}");
	for (size_t i = 0; i < 3; i++)
		if (said[i])
			test_attempt(&run, 40, said[i]);
	for (unsigned int i = 0; i < free; i++)
		test_attempt(&run, 41, "'error':'OK','errno':0,'wall_ns':5,'attempts':7");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "offline.attempts", free);
	test_is_json(&run, "offline.by_errno", "{}");
	test_is_text(&run, "scenarios.0.verdict", verdict);
	if (!strstr(jsonw_as_string(test_at(&run, "scenarios.0.why")), why))
		fail_msg("'%s' is not in '%s'", why,
			 jsonw_as_string(test_at(&run, "scenarios.0.why")));
	test_run_done(&run);
}

static void test_notifier_veto(void **state)
{
	static const char answered[] = "'error':'ENOMEM'," VETOED "0";
	static const char isolated[] = "'error':'EBUSY'," VETOED "0";

	(void)state;
	veto_is((const char *const[]){answered, answered, answered}, 2, "pass",
		"3 attempts got the errno of the notifier that vetoed them, 2 without");
	veto_is((const char *const[]){answered, answered, answered}, 0, "error",
		"no block went offline without a veto either");
	/* A block that cannot be isolated never gets as far as the notifiers. */
	veto_is((const char *const[]){answered, answered, isolated}, 2, "error",
		"not exercised: 2 of 3 vetoed attempts");
	veto_is((const char *const[]){answered, answered, "'error':'OK'," VETOED "0"}, 2, "fail",
		"1 blocks went offline although");
	veto_is((const char *const[]){answered, answered, "'error':'ENOMEM'," VETOED "4"}, 2, "fail",
		"4 pages were migrated in attempts that a notifier had vetoed");
	veto_is((const char *const[]){NULL, NULL, NULL}, 2, "error", "0 of 0 vetoed attempts");
}

static void test_no_injector(void **state)
{
	static const struct test_setup setup = {
		.phases = TEST_ALL_PHASES ",'scenario':'notifier-veto'"};
	struct test_run run = test_run_new(&setup);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "unavailable", "'driver':'veto','why':'no module'");
	test_finish(&run);
	test_fold(&run);
	test_verdict_is(&run, "skip", 4, "scenario notifier-veto: no module");
	test_is_text(&run, "offline.veto.unavailable", "no module");
	test_run_done(&run);
}

/* What the scenario says is one rule among the others: the gravest counts. */
static void test_rules_of_scenarios(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.scenario = "s";
	f.scenario_why = "because";
	f.scenario_result = VERDICT_PASS;
	remarks(&f, "scenario s: because");
	f.scenario_result = VERDICT_FAIL;
	fails(&f, "scenario s: because");
	f.scenario_result = VERDICT_ERROR;
	errs(&f, "scenario s: because");
	f.scenario_result = VERDICT_SKIP;
	judge(&f, VERDICT_SKIP, 4, "scenario s: because");
	f.never_ending_blocks = 1;
	fails(&f, "scenario s: because");
	/* Who could not be tested has not failed to be. */
	f = good();
	f.plans_offline = f.plans_move_pages = false;
	f.attempts = f.moved = f.migrated = f.faulters = 0;
	errs(&f, "no migration was seen");
	f.scenario = "s";
	f.scenario_result = VERDICT_SKIP;
	judge(&f, VERDICT_SKIP, 4, "scenario s: ");
	f.faulters = 4;
	f.knows_waits = true;
	f.waits = 0;
	judge(&f, VERDICT_SKIP, 4, "scenario s: ");
	f.scenario_result = VERDICT_PASS;
	errs(&f, "none ever waited");
}

int test_scenarios(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_callers_are_summed),
		cmocka_unit_test(test_a_caller_that_was_never_called),
		cmocka_unit_test(test_a_caller_that_cannot_be_made),
		cmocka_unit_test(test_waits_that_harm_nobody),
		cmocka_unit_test(test_too_little_to_clear_a_kernel),
		cmocka_unit_test(test_pages_that_stay),
		cmocka_unit_test(test_pages_of_which_few_stay),
		cmocka_unit_test(test_nobody_waited),
		cmocka_unit_test(test_no_judge_of_that_name),
		cmocka_unit_test(test_mlock_drain),
		cmocka_unit_test(test_notifier_veto),
		cmocka_unit_test(test_no_injector),
		cmocka_unit_test(test_mlock_drain_without_a_count),
		cmocka_unit_test(test_rules_of_scenarios),
	};

	return cmocka_run_group_tests_name("scenarios", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Where tasks that did not get on have been: what samples have in common. */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reports/test_reports.h"

#define OUTER "'offline_pages','state_store','ksys_write'"

static void sample(struct test_run *run, const char *who, unsigned int number, const char *rest)
{
	cleanup_free char *members = memory_format(
		"%s,'pid':7,'tid':8,'comm':'memsoakd','state':'%s','since_ns':1000,'number':%u%s%s", who,
		number % 2 ? "R" : "D", number, *rest ? "," : "", rest);

	run->t_ns = 5000000000 + number;
	test_event(run, "stuck", members);
}

static void test_where_it_was(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	for (unsigned int i = 0; i < 14; i++)
		sample(&run, "'who':'offline','block':12", i,
		       i % 3 ? "'frames':['try_to_unmap','migrate_pages'," OUTER "]"
			     : "'frames':['migrate_pages'," OUTER "]");
	sample(&run, "'who':'offline','block':12", 14, "'frames':['lru_add_drain_all'," OUTER "]");
	sample(&run, "'who':'offline','block':12", 0, "'frames':[]");
	sample(&run, "'who':'worker','group':'hot'", 0, "'frames':['migration_entry_wait','do_fault']");
	test_fold(&run);
	test_is_text(&run, "stuck.0.who", "offline");
	test_is(&run, "stuck.0.block", 12);
	test_is(&run, "stuck.0.samples", 16);
	test_is(&run, "stuck.0.times", 2);
	test_is(&run, "stuck.0.longest_ns", 4999999014);
	test_is_json(&run, "stuck.0.states", "{'D':9,'R':7}");
	test_is(&run, "stuck.0.without_stack", 1);
	/* 9 of the 15 stacks are in try_to_unmap: more than half, so it goes so far. */
	test_is_json(&run, "stuck.0.path",
		     "{'frames':['try_to_unmap','migrate_pages'," OUTER "],"
		     "'share':{'numerator':9,'denominator':16}}");
	test_is(&run, "stuck.0.stacks.0.samples", 9);
	test_is(&run, "stuck.0.stacks.1.samples", 5);
	test_is_json(&run, "stuck.0.stacks.2", "{'frames':['lru_add_drain_all'," OUTER "],'samples':1}");
	test_is_absent(&run, "stuck.0.stacks.3");
	test_is_text(&run, "stuck.1.group", "hot");
	test_is_absent(&run, "stuck.1.block");
	assert_non_null(strstr(run.screen, "offline of memory12, 2x, 5 s and more: 9 of 16 samples in "
					   "try_to_unmap < migrate_pages < offline_pages < state_store < ...\n"));
	assert_non_null(strstr(run.screen, "worker hot, 1x"));
	test_run_done(&run);
}

/* Half is not more than half: there the ways part. */
static void test_where_the_ways_part(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	sample(&run, "'who':'move_pages'", 0, "'frames':['a','c','d']");
	sample(&run, "'who':'move_pages'", 1, "'frames':['b','c','d']");
	/* The same function, but not on the same way. */
	sample(&run, "'who':'worker','group':'g'", 0, "'frames':['c','x']");
	sample(&run, "'who':'worker','group':'g'", 1, "'frames':['c','y']");
	test_fold(&run);
	test_is_json(&run, "stuck.0.path", "{'frames':['c','d'],'share':{'numerator':2,'denominator':2}}");
	test_is_absent(&run, "stuck.1.path");
	assert_non_null(strstr(run.screen, "worker g, 1x, 5 s and more: 2 samples, 0 without a stack"));
	test_run_done(&run);
}

static void test_nothing_was_stuck(void **state)
{
	struct test_setup setup = {
		.whole = "{\"schema\":{\"name\":\"memsoak-run\",\"major\":1,\"minor\":0},\"run\":{\"id\":\"r\"},"
			 "\"thresholds\":{\"stuck_after_secs\":10}}",
	};
	struct test_run run = test_run_new(&setup);

	(void)state;
	test_begin(&run);
	test_fold(&run);
	test_is_json(&run, "stuck", "[]");
	assert_null(strstr(run.screen, "\nstuck"));
	test_run_done(&run);

	run = test_run_new(NULL); /* of a time when runs did not look */
	test_begin(&run);
	test_fold(&run);
	test_is_unmeasured(&run, "stuck", "did not look");
	test_run_done(&run);
}

static void test_no_stacks(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	sample(&run, "'who':'offline','block':3", 0, "'no_frames':'EPERM'");
	sample(&run, "'who':'offline','block':3", 1, "'no_frames':'EPERM','is_last':true");
	test_fold(&run);
	test_is_absent(&run, "stuck.0.path");
	test_is_json(&run, "stuck.0.stacks", "[]");
	test_is(&run, "stuck.0.without_stack", 2);
	assert_non_null(test_unmeasured(&run, "stuck.0.stacks"));
	assert_non_null(strstr(test_unmeasured(&run, "stuck.0.stacks"), "EPERM"));
	assert_non_null(strstr(test_unmeasured(&run, "stuck"), "as many samples as it may take"));
	test_run_done(&run);
}

static void test_hostile_and_many(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	sample(&run, "'who':'\\u001b[31m'", 0, "'frames':['\\u001b]0;x\\u0007','a b','',7,'ok.part.0']");
	sample(&run, "'who':7", 0, "'frames':7");
	test_event(&run, "stuck", "");
	test_event(&run, "stuck", "'frames':['f'],'since_ns':99999999999999,'state':'\\u0001','number':-1");
	for (unsigned int i = 0; i < 300; i++) {
		cleanup_free char *who = memory_format("'who':'offline','block':%u", i);
		cleanup_free char *frames = memory_format("'frames':['f%u','g']", i);

		sample(&run, who, 0, "'frames':['f']");
		sample(&run, "'who':'worker','group':'one'", i, frames);
	}
	test_fold(&run);
	test_is_text(&run, "stuck.0.who", "other");
	test_is(&run, "stuck.0.samples", 4);
	test_is(&run, "stuck.0.longest_ns", 4999999000);
	test_is_json(&run, "stuck.0.stacks.1.frames", "['f']");
	test_is_json(&run, "stuck.0.stacks.0.frames", "['?','?','?','ok.part.0']");
	test_is_absent(&run, "stuck.64");
	assert_non_null(strstr(test_unmeasured(&run, "stuck"), "238 further samples"));
	test_is(&run, "stuck.2.samples", 300);
	test_is_absent(&run, "stuck.2.stacks.8");
	test_run_done(&run);
}

int test_fold_stuck(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_it_was),	 cmocka_unit_test(test_where_the_ways_part),
		cmocka_unit_test(test_nothing_was_stuck), cmocka_unit_test(test_no_stacks),
		cmocka_unit_test(test_hostile_and_many),
	};

	return cmocka_run_group_tests_name("fold: stuck", tests, NULL, NULL);
}

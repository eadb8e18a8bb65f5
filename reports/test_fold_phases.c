// SPDX-License-Identifier: GPL-2.0-or-later
/* workers and ladder */
#include <stdio.h>

#include "base/jsonw.h"
#include "reports/test_reports.h"

static void test_groups(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "phase",
		   "'name':'p0','workers':[{'name':'hot','workload':'refault','kind':'shared-memfd',"
		   "'processes':2,'threads':3,'pages':64,'driven_by':'offline'},"
		   "{'name':'dd','workload':'io','processes':1,'threads':1,'pages':0}]");
	test_event(&run, "phase_end",
		   "'name':'p0','workers':[{'name':'hot','touches':1000,'slow_touches':4,"
		   "'minor_faults':9,'operations':1,'mismatches':0,'alive':2,"
		   "'latency':{'count':4,'sum_ns':100,'max_ns':60,'buckets':[[20,3],[60,1]]}},"
		   "{'name':'dd','touches':0,'operations':77}]");
	test_event(&run, "phase",
		   "'name':'p1','workers':[{'name':'hot','workload':'refault','kind':'shared-memfd',"
		   "'processes':4,'threads':1,'pages':32,'driven_by':'offline'}]");
	test_event(&run, "phase_end",
		   "'name':'p1','workers':[{'name':'hot','touches':500,'slow_touches':1,"
		   "'minor_faults':1,'operations':2,'mismatches':3,"
		   "'latency':{'count':1,'sum_ns':20,'max_ns':20,'buckets':[[20,1]]}}]");
	test_finish(&run);
	test_fold(&run);
	/* Of each size the most, of each count the sum. */
	test_is_json(&run, "workers.0",
		     "{'name':'hot','workload':'refault','kind':'shared-memfd',"
		     "'driven_by':'offline','processes':4,'threads':3,'pages':64,'phases':2,"
		     "'touches':1500,'slow_touches':5,'faults':10,'operations':3,'mismatches':3,"
		     "'latency':{'count':5,'sum_ns':120,'max_ns':60,'buckets':[[20,4],[60,1]]}}");
	test_is_json(&run, "workers.1",
		     "{'name':'dd','workload':'io','processes':1,'threads':1,'pages':0,'phases':1,"
		     "'touches':0,'slow_touches':0,'faults':0,'operations':77,'mismatches':0,"
		     "'latency':{'count':0,'sum_ns':0,'max_ns':0,'buckets':[]}}");
	test_is_absent(&run, "workers.2");
	test_is_json(&run, "ladder", "[]");
	test_run_done(&run);
}

static void test_group_without_end(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "phase",
		   "'name':'p0','workers':[{'name':'hot','processes':2,'threads':3,'pages':64}]");
	test_fold(&run);
	test_is(&run, "workers.0.phases", 0);
	test_is_absent(&run, "workers.0.touches");
	test_is_absent(&run, "workers.0.latency");
	assert_non_null(test_unmeasured(&run, "workers.hot.touches"));
	test_run_done(&run);
}

/* Two rungs; what came before the first and between them belongs to neither. */
static struct test_run two_rungs(void)
{
	struct test_run run = test_run_new(NULL);

	test_begin(&run);
	test_event(&run, "sample",
		   "'migration':{'attempts':100,'succeeded':90,'eagain':10,'waits':4}");
	test_event(&run, "move", "'calls':1,'pages':5,'moved':5,'not_moved':0");
	test_event(&run, "phase", "'name':'r0','rung':0,'faulters':0,'workers':[]");
	test_event(&run, "move", "'calls':1,'pages':10,'moved':10,'not_moved':0,'rung':0");
	test_event(&run, "sample",
		   "'migration':{'attempts':150,'succeeded':140,'eagain':10,'waits':4}");
	test_event(&run, "phase_end",
		   "'name':'r0','rung':0,'duration_ns':777,'migration':{'attempts':160,"
		   "'succeeded':150,'eagain':10,'waits':4}");
	test_event(&run, "sample",
		   "'migration':{'attempts':200,'succeeded':185,'eagain':15,'waits':9}");
	test_event(&run, "phase", "'name':'r1','rung':1,'faulters':3,'workers':[]");
	test_attempt(&run, 32, "'error':'OK','errno':0,'wall_ns':1,'rung':1");
	test_attempt(&run, 32, "'error':'EBUSY','errno':16,'state_after':'online','rung':1");
	test_event(&run, "move", "'calls':1,'pages':7,'moved':5,'not_moved':2,'rung':1");
	test_event(&run, "move", "'calls':1,'pages':3,'moved':3,'not_moved':0,'rung':1");
	test_event(&run, "phase_end",
		   "'name':'r1','rung':1,'duration_ns':888,'migration':{'attempts':260,"
		   "'succeeded':215,'eagain':45,'waits':29}");
	test_attempt(&run, 32, "'error':'OK','errno':0,'wall_ns':1");
	test_finish(&run);
	test_fold(&run);
	return run;
}

static void test_rungs(void **state)
{
	struct test_run run = two_rungs();

	(void)state;
	test_is(&run, "ladder.0.rung", 0);
	test_is(&run, "ladder.0.faulters", 0);
	test_is(&run, "ladder.0.duration_ns", 777);
	test_is(&run, "ladder.0.attempts", 60);
	test_is(&run, "ladder.0.eagain", 0);
	test_is(&run, "ladder.0.waits", 0);
	test_is(&run, "ladder.0.offline_attempts", 0);
	test_is_json(&run, "ladder.0.success_probability", "{'numerator':10,'denominator':10}");
	test_is_json(&run, "ladder.0.success_per_attempt", "{'numerator':60,'denominator':60}");
	test_is_text(&run, "ladder.1.phase", "r1");
	test_is(&run, "ladder.1.faulters", 3);
	test_is(&run, "ladder.1.attempts", 60);
	test_is(&run, "ladder.1.eagain", 30);
	test_is(&run, "ladder.1.waits", 20);
	test_is(&run, "ladder.1.offline_attempts", 2);
	test_is(&run, "ladder.1.offline_succeeded", 1);
	test_is(&run, "ladder.1.moved", 8);
	test_is(&run, "ladder.1.not_moved", 2);
	test_is_json(&run, "ladder.1.success_probability", "{'numerator':8,'denominator':10}");
	test_is_json(&run, "ladder.1.success_per_attempt", "{'numerator':30,'denominator':60}");
	test_is_absent(&run, "ladder.2");
	/* The whole has all three. */
	test_is(&run, "offline.attempts", 3);
	test_is(&run, "move_pages.moved", 23);
	test_run_done(&run);
}

/* Wilson's interval of 8 of 10, since two windows are too few for their own spread. */
static void test_interval(void **state)
{
	struct test_run run = two_rungs();

	(void)state;
	test_is(&run, "ladder.1.interval.windows", 2);
	test_is_text(&run, "ladder.1.interval.method", "wilson");
	test_is_near(&run, "ladder.1.interval.confidence", 0.95, 1e-12);
	test_is_near(&run, "ladder.1.interval.low", 0.490162, 1e-6);
	test_is_near(&run, "ladder.1.interval.high", 0.943318, 1e-6);
	test_run_done(&run);
}

static void test_interval_of_windows(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "phase", "'name':'r','rung':2,'faulters':1,'workers':[]");
	for (int i = 0; i < 10; i++)
		test_event(&run, "move",
			   i % 2 ? "'calls':1,'moved':10,'not_moved':0" :
				   "'calls':1,'moved':8,'not_moved':2");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "ladder.0.interval.windows", 10);
	test_is_text(&run, "ladder.0.interval.method", "batch-means");
	test_is_near(&run, "ladder.0.interval.low", 0.9 - 2.262157 / 30, 1e-7);
	test_is_near(&run, "ladder.0.interval.high", 0.9 + 2.262157 / 30, 1e-7);
	test_is_absent(&run, "ladder.0.duration_ns"); /* it was not seen to end */
	test_run_done(&run);
}

static void test_rung_without_figures(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_event(&run, "start", "'source':'tracepoint'");
	test_event(&run, "phase", "'name':'r','rung':0,'faulters':1,'workers':[]");
	test_event(&run, "phase_end", "'name':'r','rung':0,'duration_ns':5");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "ladder.0.duration_ns", 5);
	test_is_absent(&run, "ladder.0.attempts");
	test_is_absent(&run, "ladder.0.eagain");
	test_is_absent(&run, "ladder.0.waits");
	test_is_absent(&run, "ladder.0.success_probability");
	test_is_absent(&run, "ladder.0.success_per_attempt");
	test_is_absent(&run, "ladder.0.interval");
	assert_string_equal(test_unmeasured(&run, "ladder.r.attempts"),
			    "counted by 'tracepoint': it does not see attempts");
	assert_non_null(test_unmeasured(&run, "ladder.r.success_probability"));
	test_run_done(&run);
}

/* A rung that never ended takes nothing of the phase after it. */
static void test_rung_cut_short(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "phase", "'name':'r','rung':0,'faulters':1,'workers':[]");
	test_event(&run, "move", "'calls':1,'moved':4,'not_moved':1");
	test_event(&run, "phase", "'name':'plain','workers':[]");
	test_event(&run, "move", "'calls':1,'moved':100,'not_moved':50");
	test_attempt(&run, 32, "'error':'OK','errno':0,'wall_ns':1");
	test_event(&run, "sample", "'migration':{'attempts':20}");
	test_event(&run, "phase_end", "'name':'plain','duration_ns':9");
	test_finish(&run);
	test_fold(&run);
	test_is_json(&run, "ladder.0.success_probability", "{'numerator':4,'denominator':5}");
	test_is(&run, "ladder.0.offline_attempts", 0);
	test_is_absent(&run, "ladder.0.attempts");
	test_is_absent(&run, "ladder.0.duration_ns");
	test_is_absent(&run, "ladder.1");
	test_run_done(&run);
}

/* The first counts of all come within the first phase: it began with 0. */
static void test_first_counts(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "phase", "'name':'r','rung':0,'faulters':1,'workers':[]");
	test_event(&run, "sample", "'migration':{'attempts':20,'succeeded':15,'eagain':5}");
	test_event(&run, "phase_end", "'name':'r','rung':0");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "ladder.0.attempts", 20);
	test_is(&run, "ladder.0.eagain", 5);
	test_is_absent(&run, "ladder.0.waits");
	test_is_json(&run, "ladder.0.success_per_attempt", "{'numerator':15,'denominator':20}");
	test_run_done(&run);
}

static void test_bounds_of_lists(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	for (int i = 0; i < 300; i++) {
		char members[120];

		(void)snprintf(members, sizeof(members),
			       "'name':'p%d','rung':%d,'workers':[{'name':'g%d','processes':1}]", i,
			       i, i);
		test_event(&run, "phase", members);
	}
	test_finish(&run);
	test_fold(&run);
	assert_int_equal(jsonw_length(test_at(&run, "ladder")), 256);
	assert_int_equal(jsonw_length(test_at(&run, "workers")), 64);
	test_run_done(&run);
}

int test_fold_phases(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_group_without_end),
		cmocka_unit_test(test_rungs),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_interval_of_windows),
		cmocka_unit_test(test_rung_without_figures),
		cmocka_unit_test(test_rung_cut_short),
		cmocka_unit_test(test_first_counts),
		cmocka_unit_test(test_bounds_of_lists),
	};

	return cmocka_run_group_tests_name("fold: phases", tests, NULL, NULL);
}

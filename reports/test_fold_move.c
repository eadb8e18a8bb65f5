// SPDX-License-Identifier: GPL-2.0-or-later
/* move_pages, and the cumulative counts of migration. */
#include "reports/test_reports.h"

static void test_sums(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "move",
		   "'calls':3,'single_calls':1,'batch_calls':2,'pages':30,'moved':20,'not_moved':6,"
		   "'already_there':4,'call_errors':1,"
		   "'by_status':{'moved':20,'EAGAIN':5,'EBUSY':1},"
		   "'latency':{'count':3,'sum_ns':90,'max_ns':40,'buckets':[[20,2],[40,1]]},"
		   "'private_anonymous':{'pages':11,'not_moved':2}");
	test_event(&run, "move",
		   "'calls':2,'single_calls':2,'batch_calls':0,'pages':2,'moved':1,'not_moved':1,"
		   "'already_there':0,'call_errors':0,'by_status':{'moved':1,'EAGAIN':1},"
		   "'latency':{'count':2,'sum_ns':1020,'max_ns':1000,'buckets':[[20,1],[1003,1]]},"
		   "'private_anonymous':{'pages':1,'not_moved':0}");
	test_event(&run, "move", "'calls':1,'pages':5,'moved':5");
	test_finish(&run);
	test_fold(&run);
	test_is_json(&run, "move_pages",
		     "{'calls':6,'single_calls':3,'batch_calls':2,'call_errors':1,'pages':37,"
		     "'moved':26,'not_moved':7,'already_there':4,"
		     "'by_status':{'EAGAIN':6,'EBUSY':1,'moved':21},"
		     "'latency':{'count':5,'sum_ns':1110,'max_ns':1000,"
		     "'buckets':[[20,3],[40,1],[1003,1]]},"
		     "'private_anonymous':{'pages':12,'not_moved':2}}");
	test_run_done(&run);
}

static void test_no_move(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "move_pages.calls", 0);
	test_is_json(&run, "move_pages.by_status", "{}");
	test_is_unmeasured(&run, "move_pages.latency", "no call was made");
	test_is_unmeasured(&run, "move_pages.private_anonymous", "no private anonymous pages");
	test_run_done(&run);
}

int test_fold_move(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_no_move),
	};

	return cmocka_run_group_tests_name("fold: move_pages", tests, NULL, NULL);
}

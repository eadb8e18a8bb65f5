// SPDX-License-Identifier: GPL-2.0-or-later
/* The load beside the workers: figures that are believed, those that are not, and that it blames no kernel. */
#include <string.h>

#include "reports/test_reports.h"

static void begin(struct test_run *run)
{
	test_begin(run);
	test_event(run, "stress_ng_start",
		   "'pid':9,'version':'0.15.06','stressors':[{'name':'vm','instances':2},"
		   "{'name':'cpu','instances':1}],'options':'vm-bytes 8M','memory_bytes':4096,"
		   "'confined':true");
	test_exercise(run);
}

static void test_what_it_did(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	begin(&run);
	test_event(&run, "stress_ng_end",
		   "'ended':'asked','status':0,'ran_ns':5000000000,'lived_ns':5200000000,'stressors':["
		   "{'name':'vm','bogo_ops':17908,'wall_ns':5100000000},"
		   "{'name':'cpu','bogo_ops':0,'wall_ns':5000000000}]");
	test_finish(&run);
	test_fold(&run);
	test_verdict_is(&run, "pass", 0, "every rule held");
	test_is_text(&run, "stress_ng.version", "0.15.06");
	test_is_text(&run, "stress_ng.options", "vm-bytes 8M");
	test_is_text(&run, "stress_ng.ended", "asked");
	test_is_text(&run, "stress_ng.means", "success");
	test_is_true(&run, "stress_ng.confined", true);
	test_is(&run, "stress_ng.memory_bytes", 4096);
	test_is(&run, "stress_ng.ran_ns", 5000000000);
	test_is(&run, "stress_ng.stressors.0.instances", 2);
	test_is(&run, "stress_ng.stressors.0.bogo_ops", 17908);
	test_is(&run, "stress_ng.stressors.1.bogo_ops", 0); /* measured: nothing was done */
	assert_null(test_unmeasured(&run, "stress_ng.vm.bogo_ops"));
	assert_int_equal(test_faults(&run, "stress-ng"), 0);
	assert_non_null(strstr(run.screen, "stress-ng   0.15.06: vm x2 17908 operations, cpu x1 0 operations; "
					   "ran 5 s, ended asked; confined as the unit is\n"));
	test_run_done(&run);
}

static void test_what_is_not_believed(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	begin(&run);
	test_event(&run, "stress_ng_end",
		   "'ended':'early','status':2,'ran_ns':3250000000,'lived_ns':3250000000,'stressors':["
		   "{'name':'vm','not_believed':'its counters are garbage'},"
		   "{'name':'somebody','bogo_ops':7,'wall_ns':5000000000}]");
	test_finish(&run);
	test_fold(&run);
	/* A fault of the harness's helper: told, and no failure of the kernel. */
	test_verdict_is(&run, "pass", 0, "the harness had 1 faults");
	assert_int_equal(test_faults(&run, "stress-ng ended by itself after 3.2 s, before the run, with "
					   "status 2: a stressor failed"), 1);
	test_is_absent(&run, "stress_ng.stressors.0.bogo_ops");
	test_is_absent(&run, "stress_ng.stressors.1.bogo_ops");
	test_is_absent(&run, "stress_ng.stressors.2");
	assert_non_null(strstr(test_unmeasured(&run, "stress_ng.vm.bogo_ops"), "its counters are garbage"));
	assert_non_null(strstr(test_unmeasured(&run, "stress_ng.cpu.bogo_ops"), "does not tell"));
	test_is_text(&run, "stress_ng.means", "a stressor failed");
	assert_non_null(strstr(run.screen, "vm x2, cpu x1; ran 3.2"));
	test_run_done(&run);
}

static void test_ends_by_signal_and_by_force(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	begin(&run);
	test_event(&run, "stress_ng_end", "'ended':'early','signal':9,'ran_ns':100000000,'stressors':[]");
	test_finish(&run);
	test_fold(&run);
	assert_int_equal(test_faults(&run, "stress-ng was ended by signal 9 after 0.1 s"), 1);
	test_is_absent(&run, "stress_ng.status");
	test_is_absent(&run, "stress_ng.means");
	test_is(&run, "stress_ng.signal", 9);
	test_run_done(&run);
	run = test_run_new(NULL);
	begin(&run);
	test_event(&run, "stress_ng_end", "'ended':'killed','signal':9,'ran_ns':100000000,'stressors':[]");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "stress_ng.ended", "killed");
	assert_int_equal(test_faults(&run, "stress-ng"), 0);
	test_run_done(&run);
}

static void test_no_end_and_none_at_all(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	begin(&run);
	test_fold(&run);
	test_verdict_is(&run, "crashed", 1, "without an end record");
	test_is_absent(&run, "stress_ng.ended");
	assert_non_null(test_unmeasured(&run, "stress_ng.ended"));
	assert_non_null(test_unmeasured(&run, "stress_ng.vm.bogo_ops"));
	test_run_done(&run);
	run = test_run_new(NULL);
	test_begin(&run);
	test_exercise(&run);
	test_finish(&run);
	test_fold(&run);
	test_is_absent(&run, "stress_ng");
	assert_null(strstr(run.screen, "stress-ng"));
	test_run_done(&run);
}

/* A journal is anybody's bytes. */
static void test_odd_events(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "stress_ng_end", "'ended':'early','status':-3,'stressors':{'name':'x'}");
	test_event(&run, "stress_ng_start", "'version':7,'stressors':[1,{'name':'a b'},{'name':'ok'},"
					    "{'name':'ok','instances':-1},{'name':''}],'confined':'yes'");
	test_event(&run, "stress_ng_end", "'ended':'maybe','status':99999999999,'ran_ns':'long',"
					  "'stressors':[{'name':'ok','bogo_ops':-5,'wall_ns':1.5}]");
	test_fold(&run);
	test_is_text(&run, "stress_ng.stressors.0.name", "ok");
	test_is_absent(&run, "stress_ng.stressors.1");
	test_is_absent(&run, "stress_ng.stressors.0.bogo_ops");
	test_run_done(&run);
}

int test_fold_stress_ng(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_did),
		cmocka_unit_test(test_what_is_not_believed),
		cmocka_unit_test(test_ends_by_signal_and_by_force),
		cmocka_unit_test(test_no_end_and_none_at_all),
		cmocka_unit_test(test_odd_events),
	};

	return cmocka_run_group_tests_name("reports: stress-ng", tests, NULL, NULL);
}

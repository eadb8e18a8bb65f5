// SPDX-License-Identifier: GPL-2.0-or-later
/* migration: cumulative counts, of which the last one holds, and what a source does not see. */
#include "reports/test_reports.h"

static const char early_counts[] =
	"'migration':{'attempts':10,'succeeded':8,'eagain':2,'waits':1,'probe_misses':0,"
	"'by_driver':{'offline':{'attempts':3,'succeeded':2,'eagain':1},"
	"'move_pages':{'attempts':4,'succeeded':3,'eagain':1}}}";

static void test_last_one_holds(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "sample", early_counts);
	test_event(&run, "phase_end",
		   "'migration':{'attempts':40,'succeeded':30,'eagain':10,'waits':5,'probe_misses':1,"
		   "'by_driver':{'offline':{'attempts':13,'succeeded':12,'eagain':3},"
		   "'move_pages':{'attempts':14,'succeeded':13,'eagain':5}}}");
	/* What threads have counted, and this one does not tell, stays as it was. */
	test_event(&run, "end",
		   "'ended':'completed','migration':{'attempts':50,'succeeded':30,'eagain':10,'waits':6},"
		   "'vmstat':{'pgmigrate_success':100,'pgmigrate_fail':7,'no name':1},"
		   "'kmsg':{'records':1,'lost':0}");
	test_fold(&run);
	test_is(&run, "migration.attempts", 50);
	test_is(&run, "migration.succeeded", 30);
	test_is(&run, "migration.waits", 6);
	test_is_json(&run, "migration.by_driver",
		     "{'offline':{'attempts':13,'succeeded':12,'eagain':3},"
		     "'move_pages':{'attempts':14,'succeeded':13,'eagain':5}}");
	/* 10 in all, 3 and 5 of them of the drivers: 2 of everybody else. */
	test_is_json(&run, "migration.eagain",
		     "{'total':10,'move_phase':10,"
		     "'by_driver':{'offline':3,'move_pages':5,'other':2},'source':'perf-kprobe',"
		     "'symbol':'move_to_new_folio','probe_misses':1}");
	test_is_json(&run, "migration.vmstat", "{'pgmigrate_fail':7,'pgmigrate_success':100}");
	test_is_unmeasured(&run, "migration.eagain.unmap_phase", "no probe sees");
	test_run_done(&run);
}

/* A CPU that went away has taken what it had counted with it: the number before that is none. */
static void test_lost_cpu(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "sample", early_counts);
	test_event(&run, "end",
		   "'ended':'completed','migration':{'probe_misses':0,"
		   "'by_driver':{'offline':{'attempts':13,'succeeded':12,'eagain':3},"
		   "'move_pages':{'attempts':14,'succeeded':13,'eagain':5}}}");
	test_fold(&run);
	test_is_absent(&run, "migration.attempts");
	test_is_absent(&run, "migration.eagain.total");
	test_is_unmeasured(&run, "migration.attempts", "a CPU went offline");
	test_is_unmeasured(&run, "migration.waits", "a CPU went offline");
	test_is_unmeasured(&run, "migration.eagain.total", "a CPU went offline");
	assert_non_null(test_unmeasured(&run, "migration.eagain.by_driver"));
	test_is_absent(&run, "migration.eagain.by_driver.other");
	test_is(&run, "migration.by_driver.offline.attempts", 13);
	test_is(&run, "migration.eagain.by_driver.move_pages", 5);
	test_run_done(&run);
}

/* Read one after the other, the drivers' counts may run ahead of the whole: never below 0. */
static void test_parts_ahead_of_the_whole(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "sample",
		   "'migration':{'eagain':7,'by_driver':{'offline':{'attempts':9,'eagain':3},"
		   "'move_pages':{'attempts':9,'eagain':5}}}");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "migration.eagain.total", 7);
	test_is(&run, "migration.eagain.by_driver.other", 0);
	test_run_done(&run);
}

/* Measured and none is 0; not measured is absent, by name. */
static void test_zero_is_measured(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "sample", "'migration':{'attempts':9,'eagain':0,'waits':0}");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "migration.eagain.total", 0);
	test_is(&run, "migration.waits", 0);
	test_is_unmeasured(&run, "migration.succeeded", "perf-kprobe");
	test_is_unmeasured(&run, "migration.eagain.probe_misses", "perf-kprobe");
	test_is_absent(&run, "migration.eagain.by_driver.other");
	assert_non_null(test_unmeasured(&run, "migration.eagain.by_driver"));
	test_run_done(&run);
}

static void test_proxy(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_event(&run, "start", "'source':'vmstat-proxy','why':'no kprobes here'");
	test_event(&run, "sample", "'migration':{'failed_pages':4,'migrated_pages':90}");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "migration.eagain.source", "vmstat-proxy");
	test_is_text(&run, "migration.eagain.why", "no kprobes here");
	test_is_absent(&run, "migration.eagain.symbol");
	test_is(&run, "migration.failed_pages", 4);
	test_is(&run, "migration.migrated_pages", 90);
	test_is_unmeasured(&run, "migration.attempts", "no kprobes here");
	test_is_unmeasured(&run, "migration.waits", "'vmstat-proxy'");
	test_is_unmeasured(&run, "migration.eagain.total", "'vmstat-proxy'");
	test_is_unmeasured(&run, "migration.eagain.probe_misses", "'vmstat-proxy'");
	assert_non_null(test_unmeasured(&run, "migration.eagain.by_driver"));
	test_run_done(&run);
}

static void test_no_start(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_event(&run, "sample", "'touches':1");
	test_fold(&run);
	test_is_text(&run, "migration.eagain.source", "none");
	test_is_unmeasured(&run, "migration.attempts", "no start record");
	test_is_unmeasured(&run, "migration.eagain.total", "no start record");
	test_is_unmeasured(&run, "migration.vmstat", "no end record");
	test_run_done(&run);
}

static void test_unknown_source(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_event(&run, "start", "'source':'crystal-ball'");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "migration.eagain.source", "none");
	test_run_done(&run);
}

int test_fold_counts(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_one_holds),
		cmocka_unit_test(test_lost_cpu),
		cmocka_unit_test(test_parts_ahead_of_the_whole),
		cmocka_unit_test(test_zero_is_measured),
		cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_no_start),
		cmocka_unit_test(test_unknown_source),
	};

	return cmocka_run_group_tests_name("fold: migration", tests, NULL, NULL);
}

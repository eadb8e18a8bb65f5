// SPDX-License-Identifier: GPL-2.0-or-later
/* run, kernel, lockups, kernel_log, harness */
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "reports/test_reports.h"

static void test_run_section(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_finish(&run);
	test_fold(&run);
	/* 5 s after 03:04:05.678, in its own zone. */
	test_is_json(&run, "run",
		     "{'id':'r1','profile':'soak','plan_digest':'d1','virtualisation':'kvm','seed':7,"
		     "'duration_ns':5000000000,'start':'2026-01-02T03:04:05.678+01:00',"
		     "'ended':'completed','end':'2026-01-02T03:04:10.678+01:00'}");
	test_is_near(&run, "lockup_exposure.cpu_seconds", 20, 1e-9);
	test_is_json(&run, "lockup_exposure.thresholds", "{'watchdog_thresh':10}");
	test_is_json(&run, "kernel", "{'release':'6.1.0','taint_before':0,'taint_after':0}");
	assert_non_null(test_unmeasured(&run, "kernel.fingerprint"));
	test_is_json(&run, "kernel_log", "{'records':12,'lost':0}");
	test_is_json(&run, "lockups", "[]");
	test_is_json(&run, "harness.overhead", "{'rss_max_bytes':1000}");
	test_run_done(&run);
}

/* What the run has set is what its lockups were looked for under; other settings are none of it. */
static void test_thresholds_of_the_run(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "setting", "'path':'proc/sys/kernel/watchdog_thresh','old':'10','new':'4'");
	test_event(&run, "setting", "'path':'proc/sys/kernel/numa_balancing','old':'1','new':'0'");
	test_event(&run, "setting_restored", "'path':'proc/sys/kernel/watchdog_thresh','value':'10'");
	test_finish(&run);
	test_fold(&run);
	test_is_json(&run, "lockup_exposure.thresholds", "{'watchdog_thresh':4}");
	test_run_done(&run);
}

/* Without an end record it lasted from the first record to the last one of the running run. */
static void test_duration_of_a_crash(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	run.t_ns = 1000000000;
	test_begin(&run);
	run.t_ns = 3500000000;
	test_event(&run, "sample", "'rss_bytes':5");
	run.t_ns = 9000000000; /* "memsoak restore", a good while later */
	test_event(&run, "online", "'block':1,'restored':true");
	test_event(&run, "restore", "'blocks':1,'left_offline':[],'settings_restored':true");
	test_fold(&run);
	test_is_text(&run, "run.ended", "crashed");
	test_is(&run, "run.duration_ns", 2500000000);
	test_is_text(&run, "run.end", "2026-01-02T03:04:08.178+01:00");
	test_is_unmeasured(&run, "kernel.taint_after", "no end record");
	test_is_unmeasured(&run, "kernel_log.records", "no end record");
	test_is_json(&run, "kernel_log", "{'lost':0}");
	test_run_done(&run);
}

/* The clock of another boot has nothing to do with this one's. */
static void test_duration_across_boots(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	run.t_ns = 1000000000;
	test_begin(&run);
	run.t_ns = 2000000000;
	test_event(&run, "sample", "'rss_bytes':5");
	run.boot = "b2";
	run.t_ns = 900000000000;
	test_event(&run, "sample", "'rss_bytes':6");
	test_event(&run, "restore", "'blocks':0,'left_offline':[],'settings_restored':true");
	test_fold(&run);
	test_is(&run, "run.duration_ns", 1000000000);
	test_is(&run, "harness.journal.boots", 2);
	test_is(&run, "harness.overhead.rss_max_bytes", 6);
	test_run_done(&run);
}

static void test_ends(void **state)
{
	static const char *const table[][2] = {
		{"'ended':'completed'", "completed"}, {"'ended':'aborted'", "aborted"},
		{"'ended':'deadline'", "deadline"},   {"'ended':'of sheer joy'", "completed"},
		{"'ended':''", "completed"},	      {"'elapsed_ns':1", "completed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct test_run run = test_run_new(NULL);

		test_event(&run, "end", table[i][0]);
		test_fold(&run);
		test_is_text(&run, "run.ended", table[i][1]);
		test_run_done(&run);
	}
}

/* The same thing about the same task on the same CPU is one entry, with the longest time. */
static void test_lockups(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "finding", "'kind':'soft_lockup','time_ns':5,'cpu':1,'seconds':22,"
				    "'comm':'sh','pid':9,'text':'CPU#1 stuck for 22s'");
	test_event(&run, "finding", "'kind':'soft_lockup','time_ns':8,'cpu':1,'seconds':48,"
				    "'comm':'sh','pid':9,'text':'CPU#1 stuck for 48s'");
	test_event(&run, "finding", "'kind':'soft_lockup','time_ns':9,'cpu':1,'seconds':30,"
				    "'comm':'sh','pid':9,'text':'CPU#1 stuck for 30s'");
	test_event(&run, "finding", "'kind':'soft_lockup','cpu':2,'comm':'sh','pid':9,'text':'a'");
	test_event(&run, "finding", "'kind':'soft_lockup','cpu':1,'comm':'sh','pid':10,'text':'b'");
	test_event(&run, "finding", "'kind':'hung_task','cpu':1,'comm':'sh','pid':9,'text':'c'");
	test_event(&run, "finding", "'kind':'soft_lockup','cpu':1,'comm':'tr','pid':9,'text':'d'");
	test_event(&run, "finding", "'kind':'alien','text':'e'");
	test_finish(&run);
	test_fold(&run);
	assert_int_equal(jsonw_length(test_at(&run, "lockups")), 6);
	test_is_json(&run, "lockups.0",
		     "{'kind':'soft_lockup','time_ns':5,'cpu':1,'seconds':48,'comm':'sh','pid':9,"
		     "'text':'CPU#1 stuck for 22s','count':3}");
	for (int i = 1; i < 6; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "lockups.%d.count", i);
		test_is(&run, path, 1);
	}
	test_is_text(&run, "lockups.5.kind", "other");
	test_is_absent(&run, "lockups.5.cpu");
	test_run_done(&run);
}

/* What the classifier has seen of a finding is in the report; the recorder says what is a repeat. */
static void test_lockup_details(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "finding", "'kind':'migration_failure','frames':['f','g'],'in_migration':false,"
				    "'page':{'pfn':4660,'flags':'lru','refcount':3,'mapcount':-1,'reason':'r'},"
				    "'text':'a\\nb','same':'01'");
	test_event(&run, "finding", "'kind':'migration_failure','in_migration':true,'text':'c','same':'01'");
	test_event(&run, "finding", "'kind':'migration_failure','in_migration':true,'text':'a','same':'02'");
	test_event(&run, "finding", "'kind':'warning','frames':[1,'h',null],'page':7,'text':'d','same':'03'");
	test_finish(&run);
	test_fold(&run);
	assert_int_equal(jsonw_length(test_at(&run, "lockups")), 3);
	test_is_json(&run, "lockups.0",
		     "{'kind':'migration_failure','frames':['f','g'],'in_migration':true,'page':{'pfn':4660,"
		     "'refcount':3,'mapcount':-1,'flags':'lru','reason':'r'},'text':'a\\nb','count':2}");
	test_is_json(&run, "lockups.2", "{'kind':'warning','frames':['h'],'text':'d','count':1}");
	assert_null(strstr(run.screen, "\nb\n")); /* the title alone */
	test_run_done(&run);
}

static void test_witnesses(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "witnesses",
		   "'list':[{'name':'softlockup_count','before':1,'after':3,'findings':0,'disagreement':'it grew'},"
		   "{'name':'taint_die','before':0,'after':0,'findings':0},{'before':1},7,{'name':'x','before':-1}]");
	test_finish(&run);
	test_fold(&run);
	test_is_json(&run, "kernel_log.witnesses",
		     "[{'name':'softlockup_count','before':1,'after':3,'findings':0,'disagreement':'it grew'},"
		     "{'name':'taint_die','before':0,'after':0,'findings':0},{'name':'x'}]");
	assert_non_null(strstr(run.screen, "softlockup_count: it grew"));
	assert_null(strstr(run.screen, "taint_die"));
	test_run_done(&run);
	/* A run that did not come to its end has asked none. */
	run = test_run_new(NULL);
	test_begin(&run);
	test_fold(&run);
	test_is_absent(&run, "kernel_log.witnesses");
	test_is_unmeasured(&run, "kernel_log.witnesses", "before they were asked");
	test_run_done(&run);
}

static void test_many_lockups(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	for (int i = 0; i < 1007; i++) {
		char members[80];

		(void)snprintf(members, sizeof(members), "'kind':'warning','pid':%d,'text':'w'", i);
		test_event(&run, "finding", members);
	}
	test_finish(&run);
	test_fold(&run);
	assert_int_equal(jsonw_length(test_at(&run, "lockups")), 1000);
	assert_int_equal(test_faults(&run, "7 further findings"), 1);
	test_run_done(&run);
}

/* The end record's sum holds; before there is one, what was told on the way. */
static void test_log_lost(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "kmsg_lost", "'records':3");
	test_event(&run, "kmsg_lost", "'records':4");
	test_fold(&run);
	test_is(&run, "kernel_log.lost", 7);
	assert_non_null(strstr(test_unmeasured(&run, "lockups"), "7 records"));
	test_event(&run, "end", "'ended':'completed','kmsg':{'records':90,'lost':8}");
	test_fold(&run);
	test_is_json(&run, "kernel_log", "{'records':90,'lost':8}");
	assert_non_null(strstr(test_unmeasured(&run, "lockups"), "8 records"));
	test_run_done(&run);
}

/* The log could not be read: no lockups is then no figure. */
static void test_log_unread(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "end", "'ended':'completed'");
	test_fold(&run);
	test_is_unmeasured(&run, "lockups", "could not be read");
	test_is_unmeasured(&run, "kernel_log", "could not be read");
	test_run_done(&run);
}

static void test_faults_of_the_harness(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "fault", "'what':'disk full'");
	test_event(&run, "fault", "'what':'disk full'");
	test_event(&run, "fault", "");
	test_event(&run, "worker_exit", "'pid':5,'group':'hot','signal':9");
	test_event(&run, "worker_exit", "'pid':6,'group':'hot','status':3");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "harness.faults.0.what", "disk full");
	test_is(&run, "harness.faults.0.count", 2);
	assert_int_equal(test_faults(&run, "a fault without a reason"), 1);
	assert_int_equal(test_faults(&run, "a worker of group 'hot' was ended by signal 9"), 1);
	assert_int_equal(test_faults(&run, "group 'hot' ended too early with status 3"), 1);
	test_is_absent(&run, "harness.faults.4");
	test_run_done(&run);
}

static void test_settings(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "setting", "'path':'/p/a','old':'1','new':'0'");
	test_event(&run, "setting", "'path':'/p/b','old':'x','new':'y'");
	test_event(&run, "setting_restored", "'path':'/p/a','value':'1'");
	test_fold(&run);
	test_is_json(&run, "harness.settings_changed",
		     "[{'path':'/p/a','old':'1','new':'0'},{'path':'/p/b','old':'x','new':'y'}]");
	test_is_true(&run, "harness.settings_restored", false);
	test_event(&run, "setting_restored", "'path':'/p/b','value':'x','error':'EPERM'");
	test_fold(&run);
	test_is_true(&run, "harness.settings_restored", false);
	assert_int_equal(test_faults(&run, "'/p/b' could not be put back: EPERM"), 1);
	test_event(&run, "setting_restored", "'path':'/p/b','value':'x'");
	test_fold(&run);
	test_is_true(&run, "harness.settings_restored", true);
	test_event(&run, "restore", "'left_offline':[],'settings_restored':false");
	test_fold(&run);
	test_is_true(&run, "harness.settings_restored", false);
	test_run_done(&run);
}

static void test_left_offline(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "intent", "'operation':'offline','block':40");
	test_event(&run, "offline", "'block':40,'error':'OK','errno':0,'state_after':'offline'");
	test_event(&run, "intent", "'operation':'offline','block':33");
	test_fold(&run);
	test_is_json(&run, "harness.memory_left_offline", "[33,40]");
	assert_non_null(test_unmeasured(&run, "harness.memory_left_offline"));
	test_event(&run, "online", "'block':40,'restored':true");
	test_fold(&run);
	test_is_json(&run, "harness.memory_left_offline", "[33]");
	test_event(&run, "restore", "'left_offline':[7],'settings_restored':true");
	test_fold(&run);
	test_is_json(&run, "harness.memory_left_offline", "[7]");
	assert_null(test_unmeasured(&run, "harness.memory_left_offline"));
	test_run_done(&run);
}

/* What two daemons wrote by mistake: differences over the run are not added up. */
static void test_two_ends(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "sample", "'rss_bytes':5000");
	test_event(&run, "sample", "'rss_bytes':3000");
	test_finish(&run);
	test_finish(&run);
	test_fold(&run);
	test_is_json(&run, "migration.vmstat", "{'pgmigrate_success':900}");
	test_is_json(&run, "kernel_log", "{'records':12,'lost':0}");
	test_is(&run, "harness.overhead.rss_max_bytes", 5000);
	test_run_done(&run);
}

static void test_nothing_at_all(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_fold(&run);
	test_is(&run, "harness.journal.records", 0);
	test_is(&run, "run.duration_ns", 0);
	test_is_unmeasured(&run, "harness.overhead.rss_max_bytes", "no sample");
	test_is_text(&run, "run.ended", "crashed");
	test_run_done(&run);
}

int test_fold_frame(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_section),
		cmocka_unit_test(test_duration_of_a_crash),
		cmocka_unit_test(test_duration_across_boots),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_thresholds_of_the_run),
		cmocka_unit_test(test_lockups),
		cmocka_unit_test(test_lockup_details), cmocka_unit_test(test_witnesses), cmocka_unit_test(test_many_lockups),
		cmocka_unit_test(test_log_lost),
		cmocka_unit_test(test_log_unread),
		cmocka_unit_test(test_faults_of_the_harness),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_left_offline),
		cmocka_unit_test(test_two_ends),
		cmocka_unit_test(test_nothing_at_all),
	};

	return cmocka_run_group_tests_name("fold: frame", tests, NULL, NULL);
}

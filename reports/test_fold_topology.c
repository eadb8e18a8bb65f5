// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that came and went, and figures that settled: what a long soak has to tell. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/test_reports.h"

static void test_changes_are_added_up(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "topology_change", "'blocks_came':[70,71]");
	test_event(&run, "topology_change", "'blocks_went':[32,33],'nodes_went':[2],'planned_blocks_went':1");
	test_finish(&run);
	test_fold(&run);
	test_is_json(&run, "topology.changes",
		     "{'times':2,'blocks_came':{'count':2,'ids':[70,71]},'blocks_went':{'count':2,'ids':[32,33]},"
		     "'nodes_came':{'count':0,'ids':[]},'nodes_went':{'count':1,'ids':[2]}}");
	test_is_json(&run, "harness.faults", "[]");
	/* A remark: the host may do that. */
	test_verdict_is(&run, "pass", 0, "2 memory blocks were unplugged while the run went on, 1 of its plan");
	assert_non_null(strstr(run.screen, "2 blocks came, the first was 70"));
	test_run_done(&run);
}

static void test_without_changes(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_finish(&run);
	test_fold(&run);
	test_is_absent(&run, "topology.changes");
	test_is_absent(&run, "run.settled");
	test_is_absent(&run, "offline.unplugged");
	assert_false(test_has_why(&run, "unplugged"));
	test_run_done(&run);
}

/* More than are listed: each is counted. */
static void test_many_blocks(void **state)
{
	struct test_run run = test_run_new(NULL);
	char *list = memory_string("'blocks_went':[0");

	(void)state;
	for (unsigned int i = 1; i < 1500; i++) {
		char *longer = memory_format("%s,%u", list, i);

		free(list);
		list = longer;
	}
	test_begin(&run);
	for (int i = 0; i < 2; i++) {
		cleanup_free char *members = memory_format("%s]", list);

		test_event(&run, "topology_change", members);
	}
	free(list);
	test_fold(&run);
	test_is(&run, "topology.changes.blocks_went.count", 3000);
	assert_int_equal(jsonw_length(test_at(&run, "topology.changes.blocks_went.ids")), 1024);
	test_run_done(&run);
}

/* Unplugged while the run had it offline: neither restored nor left offline, and no failure. */
static void test_gone_is_not_left_offline(void **state)
{
	static const struct {
		const char *online, *result;
		uint64_t unplugged, not_restored;
	} table[] = {
		{"'block':40,'restored':false,'error':'ENOENT','gone':true", "pass", 1, 0},
		{"'block':40,'restored':false,'error':'ENOMEM'", "fail", 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_run run = test_run_new(NULL);

		test_begin(&run);
		test_exercise(&run);
		test_event(&run, "intent", "'operation':'offline','block':40");
		test_event(&run, "offline", "'block':40,'error':'OK','errno':0,'state_after':'offline'");
		test_event(&run, "online", table[i].online);
		test_event(&run, "end",
			   "'ended':'completed','kmsg':{'records':1,'lost':0},'vmstat':{'pgmigrate_success':9}");
		test_fold(&run);
		test_is_text(&run, "verdict.result", table[i].result);
		test_is(&run, "offline.not_restored", table[i].not_restored);
		if (table[i].unplugged)
			test_is(&run, "offline.unplugged", table[i].unplugged);
		test_is_json(&run, "harness.memory_left_offline", table[i].unplugged ? "[]" : "[40]");
		test_run_done(&run);
	}
}

static void settle(struct test_run *run)
{
	test_event(run, "settled",
		   "'window_ns':600000000000,'figures':[{'name':'eagain_per_attempt','count':20,'trials':1000,"
		   "'half_width_ppm':900},{'name':'offline_latency','mean_ns':200000000,'trials':90,"
		   "'half_width_ppm':40000},{'name':'another','count':1}]");
	test_event(run, "restore", "'blocks':0,'left_offline':[],'settings_restored':true");
	test_event(run, "end",
		   "'ended':'settled','elapsed_ns':5000000000,'vmstat':{'pgmigrate_success':900},"
		   "'kmsg':{'records':12,'lost':0},'taint_after':0");
}

static void test_settled(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	settle(&run);
	test_fold(&run);
	test_is_text(&run, "run.ended", "settled");
	test_is_json(&run, "run.settled",
		     "{'window_ns':600000000000,'figures':[{'name':'eagain_per_attempt','count':20,'trials':1000,"
		     "'half_width_ppm':900},{'name':'offline_latency','mean_ns':200000000,'trials':90,"
		     "'half_width_ppm':40000}]}");
	test_is_text(&run, "verdict.result", "pass");
	assert_non_null(strstr(run.screen, "eagain_per_attempt 20/1000, 0.0200 +- 0.0009"));
	test_run_done(&run);
}

/* How a run ended makes no pass of one that exercised nothing, nor of one that failed. */
static void test_settled_changes_no_verdict(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	settle(&run);
	test_fold(&run);
	test_verdict_is(&run, "error", 3, "not exercised");
	test_run_done(&run);
	run = test_run_new(NULL);
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "finding", "'kind':'oops','text':'Oops: 0002'");
	settle(&run);
	test_fold(&run);
	test_is_text(&run, "verdict.result", "fail");
	test_run_done(&run);
}

int test_fold_topology(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes_are_added_up),
		cmocka_unit_test(test_without_changes),
		cmocka_unit_test(test_many_blocks),
		cmocka_unit_test(test_gone_is_not_left_offline),
		cmocka_unit_test(test_settled),
		cmocka_unit_test(test_settled_changes_no_verdict),
	};

	return cmocka_run_group_tests_name("fold: long soaks", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* alloc-locked: what its judge makes of the probe, and what stands beside that. */
#include "reports/test_reports.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"

static const struct test_setup moves = {
	.phases = "[{'name':'move_pages','offline':false,'move_pages':true,'workers':[]}],"
		  "'scenario':'alloc-locked'",
};

/* Two buckets of waits: most are short, three of a thousand are long. */
#define WAITS "{'count':1000,'sum_ns':9,'max_ns':200000000,'buckets':[[50000,997],[201326591,3]]}"

static void test_workers(struct test_run *run, unsigned int faults)
{
	cleanup_free char *figures = memory_format(
		"'name':'move_pages','duration_ns':9,'workers':[{'name':'z','touches':%u,"
		"'operations':%u,'slow_touches':1000,'mismatches':0,'latency':" WAITS "},"
		"{'name':'h','touches':70,'operations':60,'mismatches':0},"
		"{'name':'other','operations':5000,'latency':" WAITS "}]",
		faults, faults);

	test_event(run, "phase",
		   "'name':'move_pages','workers':["
		   "{'name':'z','workload':'zap','processes':2,'threads':1,'pages':64},"
		   "{'name':'h','workload':'hog','processes':1,'threads':1,'pages':9},"
		   "{'name':'other','workload':'pin','processes':1,'threads':1,'pages':9}]");
	test_event(run, "move", "'calls':30,'pages':2000,'moved':2000,'not_moved':0");
	test_event(run, "phase_end", figures);
}

static void test_end(struct test_run *run, unsigned int stalls)
{
	cleanup_free char *end = memory_format(
		"'ended':'completed','vmstat':{'pgmigrate_success':2000,'allocstall_movable':%u},"
		"'taint_after':0,'kmsg':{'records':1,'lost':0}",
		stalls);

	test_event(run, "restore", "'blocks':0,'left_offline':[],'settings_restored':true");
	test_event(run, "end", end);
}

static void says(const struct test_run *run, const char *why)
{
	const char *said = jsonw_as_string(test_at(run, "scenarios.0.why"));

	if (!strstr(said, why))
		fail_msg("'%s' is not in '%s'", why, said);
}

struct seen {
	unsigned int locked, allocations, faults, stalls;
	const char *verdict, *why;
};

static void locked_is(const struct seen *c)
{
	struct test_run run = test_run_new(&moves);
	/* Others migrate, too, and are no part of it. */
	cleanup_free char *counts = memory_format(
		"'migration':{'attempts':3000,'succeeded':3000,'eagain':0,'waits':5,"
		"'allocations':90000,'allocations_locked':45000,"
		"'by_driver':{'offline':{'attempts':0,'eagain':0},'move_pages':{'attempts':2500,"
		"'eagain':0,'allocations':%u,'allocations_locked':%u}}}",
		c->allocations, c->locked);

	test_begin(&run);
	test_workers(&run, c->faults);
	test_event(&run, "sample", counts);
	test_end(&run, c->stalls);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", c->verdict);
	test_is(&run, "scenarios.0.numbers.allocations", c->allocations);
	test_is(&run, "scenarios.0.numbers.allocations_locked", c->locked);
	test_is(&run, "scenarios.0.numbers.allocations_that_reclaimed", c->stalls);
	test_is(&run, "migration.allocations", 90000);
	test_is(&run, "migration.by_driver.move_pages.allocations_locked", c->locked);
	says(&run, c->why);
	test_run_done(&run);
}

static void test_share_decides(void **state)
{
	static const struct seen cases[] = {
		{0, 20000, 5000, 900, "pass", "it was in 0 of 20000 allocations"},
		/* Others hold it for the length of a fault. */
		{200, 20000, 5000, 900, "pass", "it was in 200 of 20000 allocations"},
		{20000, 20000, 5000, 900, "fail",
		 "locked while its destination is allocated: 20000 of 20000 allocations, limit 50 "
		 "%"},
		/* Between the limits nobody can say, and around them it is a matter of how many. */
		{6000, 20000, 5000, 900, "error",
		 "cannot judge: the source was locked in 6000 of 20000"},
		{95, 1000, 5000, 900, "error", "cannot judge"},
		{1900, 20000, 5000, 900, "pass", ""},
		{510, 1000, 5000, 900, "error", "cannot judge"},
		{10300, 20000, 5000, 900, "fail", ""},
		{199, 199, 5000, 900, "error", "not exercised: 199 destinations were allocated"},
		{0, 20000, 999, 900, "error", "999 pages dropped and faulted in"},
		/* Without pressure the probe still sees it. */
		{20000, 20000, 5000, 3, "fail", "hardly any had to reclaim memory"},
		{0, 20000, 5000, 3, "pass", "hardly any had to reclaim memory"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		locked_is(&cases[i]);
}

static void test_tail(void **state)
{
	struct test_run run = test_run_new(&moves);

	(void)state;
	test_begin(&run);
	test_workers(&run, 5000);
	test_event(&run, "sample",
		   "'migration':{'attempts':3000,'eagain':0,'by_driver':{'move_pages':{"
		   "'attempts':2500,'allocations':2600,'allocations_locked':0}}}");
	test_end(&run, 900);
	test_fold(&run);
	/* Of the zappers alone. */
	test_is(&run, "scenarios.0.numbers.faults", 5000);
	test_is(&run, "scenarios.0.numbers.faults_that_waited", 1000);
	test_is(&run, "scenarios.0.numbers.pages_forced_onto_node", 60);
	test_is_near(&run, "scenarios.0.numbers.waited_p50_ns", 50000, 500);
	test_is_near(&run, "scenarios.0.numbers.waited_p99_ns", 50000, 500);
	test_is(&run, "scenarios.0.numbers.waited_p999_ns", 200000000);
	test_is(&run, "scenarios.0.numbers.waited_max_ns", 200000000);
	test_run_done(&run);
}

/* A kernel whose allocations cannot be probed: absent, with the reason, and no verdict. */
static void test_no_probe(void **state)
{
	struct test_run run = test_run_new(&moves);

	(void)state;
	test_event(&run, "start",
		   "'source':'perf-kprobe','symbol':'move_to_new_folio',"
		   "'why':'no kprobe on alloc_migration_target','vmstat':{}");
	test_workers(&run, 5000);
	test_event(&run, "sample",
		   "'migration':{'attempts':3000,'eagain':0,'by_driver':{'move_pages':{"
		   "'attempts':2500,'eagain':0}}}");
	test_end(&run, 900);
	test_fold(&run);
	test_is_unmeasured(&run, "migration.allocations", "no kprobe on alloc_migration_target");
	test_is_unmeasured(&run, "migration.allocations_locked", "no kprobe on");
	test_is_absent(&run, "scenarios.0.numbers.allocations");
	test_is_absent(&run, "scenarios.0.numbers.allocations_locked");
	test_verdict_is(&run, "skip", 4, "cannot be seen here: counted by 'perf-kprobe'");
	test_run_done(&run);
}

/* Other scenarios do not look: then it is no gap. */
static void test_nobody_asked(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_finish(&run);
	test_fold(&run);
	test_is_absent(&run, "migration.allocations");
	assert_null(test_unmeasured(&run, "migration.allocations"));
	test_run_done(&run);
}

static void test_no_second_node(void **state)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'soak','offline':true,'move_pages':false,'workers':[]}],"
			  "'scenario':'alloc-locked'",
	};
	struct test_run run = test_run_new(&setup);

	(void)state;
	test_begin(&run);
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", "skip");
	says(&run, "two nodes with memory");
	test_run_done(&run);
}

static void test_no_swap(void **state)
{
	struct test_run run = test_run_new(&moves);

	(void)state;
	test_begin(&run);
	test_event(&run, "unavailable", "'driver':'pressure','why':'there is no swap'");
	test_workers(&run, 5000);
	test_end(&run, 0);
	test_fold(&run);
	test_is_unmeasured(&run, "waits_under_pressure", "there is no swap");
	test_run_done(&run);
}

int test_scenario_alloc_locked(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_share_decides),  cmocka_unit_test(test_tail),
		cmocka_unit_test(test_no_probe),       cmocka_unit_test(test_nobody_asked),
		cmocka_unit_test(test_no_second_node), cmocka_unit_test(test_no_swap),
	};

	return cmocka_run_group_tests_name("scenario alloc-locked", tests, NULL, NULL);
}

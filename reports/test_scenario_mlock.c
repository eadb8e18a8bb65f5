// SPDX-License-Identifier: GPL-2.0-or-later
/* mlock-drain, of the callers besides compaction: each is counted apart, and each can fail alone.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/test_verdict.h"

struct mlock_case {
	unsigned int compaction[2], balancing[2],
		control[2]; /* EAGAIN, attempts; 0 attempts: not asked */
	unsigned int soft[2];
	bool has_held; /* some of them were made to fail */
	unsigned int moved;
	const char *verdict, *why;
};

static void tell_counts(struct test_run *run, const struct mlock_case *c)
{
	cleanup_free char *counts = memory_format(
		"'migration':{'attempts':99999,'eagain':0,'by_driver':{'offline':{'attempts':0,"
		"'eagain':0},'move_pages':{'attempts':%u,'eagain':%u},'compaction':{'attempts':%u,"
		"'eagain':%u},'numa_balancing':{'attempts':%u,'eagain':%u},"
		"'soft_offline':{'attempts':%u,'eagain':%u}}}",
		c->control[1], c->control[0], c->compaction[1], c->compaction[0], c->balancing[1],
		c->balancing[0], c->soft[1], c->soft[0]);

	test_event(run, "sample", counts);
}

static void tell_injections(struct test_run *run, bool has_held)
{
	test_event(run, "poison_start", "'budget':500,'page_size':4096");
	test_event(run, "soft_offline_intent",
		   "'number':0,'case':'plain','way':'madvise','expected':'poisoned','frame':7");
	test_event(run, "soft_offline",
		   "'number':0,'frame':7,'error':'OK','errno':0,'wall_ns':5,'is_poisoned':true");
	if (!has_held)
		return;
	test_event(run, "soft_offline_intent",
		   "'number':1,'case':'held','way':'madvise','expected':'EBUSY','frame':8");
	test_event(
		run, "soft_offline",
		"'number':1,'frame':8,'error':'EBUSY','errno':16,'wall_ns':5,'is_poisoned':false");
}

static void mlock_is(const struct mlock_case *c)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'x','offline':false,'move_pages':false,"
			  "'workers':[]}],'scenario':'mlock-drain'",
	};
	struct test_run run = test_run_new(&setup);
	cleanup_free char *groups = memory_format(
		"'name':'x','duration_ns':9,'workers':[{'name':'w','touches':9,'operations':9,"
		"'mismatches':0,'moved':%u}]",
		c->moved);

	test_begin(&run);
	test_event(&run, "phase",
		   "'name':'x','workers':[{'name':'w','workload':'mlock-keep','processes':1,"
		   "'threads':1,'pages':9}]");
	if (c->compaction[1])
		test_event(&run, "called", "'driver':'compaction','calls':3");
	if (c->balancing[1])
		test_event(&run, "called", "'driver':'numa_balancing','calls':3");
	if (c->soft[1]) {
		test_event(&run, "called", "'driver':'soft_offline','calls':3");
		tell_injections(&run, c->has_held);
	}
	test_event(&run, "phase_end", groups);
	tell_counts(&run, c);
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", c->verdict);
	if (!strstr(jsonw_as_string(test_at(&run, "scenarios.0.why")), c->why))
		fail_msg("'%s' is not in '%s'", c->why,
			 jsonw_as_string(test_at(&run, "scenarios.0.why")));
	if (c->balancing[1])
		test_is(&run, "scenarios.0.numbers.numa_balancing_attempts", c->balancing[1]);
	else
		test_is_absent(&run, "scenarios.0.numbers.numa_balancing_attempts");
	if (c->soft[1])
		test_is(&run, "scenarios.0.numbers.soft_offline_eagain", c->soft[0]);
	test_run_done(&run);
}

static void each_caller_is_asked(void **state)
{
	static const struct mlock_case cases[] = {
		{{0, 9000},
		 {3, 5000},
		 {0, 2000},
		 {0, 0},
		 false,
		 5000,
		 "pass",
		 "compaction: EAGAIN 0 of 9000 attempts, numa_balancing: EAGAIN 3 of 5000 "
		 "attempts"},
		/* One of them is enough to fail, and is named. */
		{{0, 9000},
		 {4500, 5000},
		 {0, 2000},
		 {0, 0},
		 false,
		 5000,
		 "fail",
		 "not migrated by numa_balancing: EAGAIN 4500 of 5000 attempts, limit 10 %"},
		{{8000, 9000},
		 {4500, 5000},
		 {0, 2000},
		 {0, 0},
		 false,
		 0,
		 "fail",
		 "compaction: EAGAIN 8000 of 9000 attempts, numa_balancing: EAGAIN 4500 of 5000"},
		{{8000, 9000},
		 {4500, 5000},
		 {1900, 2000},
		 {0, 0},
		 false,
		 0,
		 "error",
		 "somebody else"},
		/* Too few of one: the other is judged, and that it was not both is said. */
		{{0, 9000},
		 {0, 999},
		 {0, 2000},
		 {0, 0},
		 false,
		 5000,
		 "pass",
		 "not judged: numa_balancing tried to migrate 999 pages, 1000 are wanted"},
		{{0, 0},
		 {0, 999},
		 {0, 2000},
		 {0, 0},
		 false,
		 5000,
		 "error",
		 "not exercised: numa_balancing"},
		{{0, 0}, {0, 5000}, {0, 2000}, {0, 0}, false, 999, "error", "999 locked pages"},
		{{0, 0},
		 {0, 0},
		 {0, 2000},
		 {1, 240},
		 false,
		 0,
		 "pass",
		 "soft_offline: EAGAIN 1 of 240"},
		{{0, 0},
		 {0, 0},
		 {0, 2000},
		 {700, 800},
		 false,
		 0,
		 "fail",
		 "soft_offline: EAGAIN 700 of 800"},
		{{0, 0},
		 {0, 0},
		 {0, 2000},
		 {30, 49},
		 false,
		 0,
		 "error",
		 "soft_offline tried to migrate 49"},
		/* Pages that pipes hold are EAGAIN on any kernel. */
		{{0, 0},
		 {0, 0},
		 {0, 2000},
		 {700, 800},
		 true,
		 0,
		 "error",
		 "pages of soft_offline were made to fail"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		mlock_is(&cases[i]);
}

static void a_caller_that_there_is_not_is_left_out(void **state)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'x','offline':false,'move_pages':false,"
			  "'callers':['numa_balancing'],'workers':[]}],'scenario':'mlock-drain'",
	};
	struct test_run run = test_run_new(&setup);

	(void)state;
	test_begin(&run);
	test_event(&run, "unavailable", "'driver':'numa_balancing','why':'one node only'");
	test_finish(&run);
	test_fold(&run);
	test_verdict_is(&run, "skip", 4, "one node only");
	test_run_done(&run);
}

int test_scenario_mlock(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_caller_is_asked),
		cmocka_unit_test(a_caller_that_there_is_not_is_left_out),
	};

	return cmocka_run_group_tests_name("reports: mlock-drain", tests, NULL, NULL);
}

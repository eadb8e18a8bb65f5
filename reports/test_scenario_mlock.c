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
		control[2];    /* EAGAIN, attempts; 0 attempts: not asked */
	unsigned int plain[2]; /* refused, injections of soft offline */
	unsigned int moved;
	const char *verdict, *why;
};

static void tell_counts(struct test_run *run, const struct mlock_case *c)
{
	cleanup_free char *counts = memory_format(
		"'migration':{'attempts':99999,'eagain':0,'by_driver':{'offline':{'attempts':0,"
		"'eagain':0},'move_pages':{'attempts':%u,'eagain':%u},'compaction':{'attempts':%u,"
		"'eagain':%u},'numa_balancing':{'attempts':%u,'eagain':%u},"
		"'soft_offline':{'attempts':9,'eagain':8}}}",
		c->control[1], c->control[0], c->compaction[1], c->compaction[0], c->balancing[1],
		c->balancing[0]);

	test_event(run, "sample", counts);
}

static void tell_injections(struct test_run *run, const struct mlock_case *c)
{
	test_event(run, "poison_start", "'budget':500,'page_size':4096");
	/* A page that a pipe holds is refused everywhere: it is no witness. */
	for (unsigned int i = 0; i < c->plain[1] + 100; i++) {
		bool is_plain = i < c->plain[1], is_good = is_plain && i >= c->plain[0];
		cleanup_free char *entry = memory_format(
			"'number':%u,'case':'%s','way':'madvise','expected':'%s','frame':%u", i,
			is_plain ? "plain" : "held", is_plain ? "poisoned" : "EBUSY", 1000 + i);
		cleanup_free char *outcome = memory_format("'number':%u,'frame':%u,'error':'%s','"
							   "errno':0,'wall_ns':5,'is_poisoned':%s",
							   i, 1000 + i, is_good ? "OK" : "EBUSY",
							   is_good ? "true" : "false");

		test_event(run, "soft_offline_intent", entry);
		test_event(run, "soft_offline", outcome);
	}
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
	if (c->plain[1]) {
		test_event(&run, "called", "'driver':'soft_offline','calls':3");
		tell_injections(&run, c);
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
	if (c->plain[1])
		test_is(&run, "scenarios.0.numbers.soft_offline_refused", c->plain[0]);
	test_run_done(&run);
}

static void each_caller_is_asked(void **state)
{
	static const struct mlock_case cases[] = {
		{{0, 9000},
		 {3, 5000},
		 {0, 2000},
		 {0, 0},
		 5000,
		 "pass",
		 "compaction: EAGAIN 0 of 9000 attempts, numa_balancing: EAGAIN 3 of 5000 "
		 "attempts"},
		/* One of them is enough to fail, and is named. */
		{{0, 9000},
		 {4500, 5000},
		 {0, 2000},
		 {0, 0},
		 5000,
		 "fail",
		 "not migrated by numa_balancing: EAGAIN 4500 of 5000 attempts, limit 10 %"},
		{{8000, 9000},
		 {4500, 5000},
		 {0, 2000},
		 {0, 0},
		 0,
		 "fail",
		 "compaction: EAGAIN 8000 of 9000 attempts, numa_balancing: EAGAIN 4500 of 5000"},
		{{8000, 9000}, {4500, 5000}, {1900, 2000}, {0, 0}, 0, "error", "somebody else"},
		/* Too few of one: the other is judged, and that it was not both is said. */
		{{0, 9000},
		 {0, 999},
		 {0, 2000},
		 {0, 0},
		 5000,
		 "pass",
		 "not judged: numa_balancing tried to migrate 999 pages, 1000 are wanted"},
		{{0, 0},
		 {0, 999},
		 {0, 2000},
		 {0, 0},
		 5000,
		 "error",
		 "not exercised: numa_balancing"},
		{{0, 0}, {0, 5000}, {0, 2000}, {0, 0}, 999, "error", "999 locked pages"},
		/* Of soft offline those that were not made to fail. */
		{{0, 0},
		 {0, 0},
		 {0, 2000},
		 {0, 120},
		 0,
		 "pass",
		 "soft_offline: refused 0 of 120 plain"},
		{{0, 0},
		 {0, 0},
		 {0, 2000},
		 {110, 120},
		 0,
		 "fail",
		 "soft_offline: refused 110 of 120"},
		{{0, 0},
		 {0, 0},
		 {0, 2000},
		 {30, 49},
		 0,
		 "error",
		 "soft_offline tried to migrate 49"},
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

// SPDX-License-Identifier: GPL-2.0-or-later
/* mlock-drain, of the callers besides compaction: each is counted apart, and each can fail alone.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/test_verdict.h"

/* No attempts: not asked. */
struct tried {
	unsigned int eagain, attempts;
};

struct mlock_case {
	struct tried compaction, balancing, soft;
	bool has_held;			  /* some of the soft ones were made to fail */
	unsigned int compacted, balanced; /* locked pages that each moved, of its own workers */
	struct tried control;		  /* by move_pages */
	const char *verdict, *why;
};

static void tell_counts(struct test_run *run, const struct mlock_case *c)
{
	cleanup_free char *counts = memory_format(
		"'migration':{'attempts':99999,'eagain':0,'by_driver':{'offline':{'attempts':0,"
		"'eagain':0},'move_pages':{'attempts':%u,'eagain':%u},'compaction':{'attempts':%u,"
		"'eagain':%u,'succeeded':%u},'numa_balancing':{'attempts':%u,'eagain':%u},"
		"'soft_offline':{'attempts':%u,'eagain':%u}}}",
		c->control.attempts, c->control.eagain, c->compaction.attempts,
		c->compaction.eagain, c->compaction.attempts - c->compaction.eagain, c->balancing.attempts, c->balancing.eagain, c->soft.attempts,
		c->soft.eagain);

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
		"'mismatches':0,'moved':%u},{'name':'v','touches':9,'operations':9,"
		"'mismatches':0,'moved':%u}]",
		c->compacted, c->balanced);

	test_begin(&run);
	test_event(
		&run, "phase",
		"'name':'x','workers':[{'name':'w','workload':'mlock-churn','processes':1,"
		"'driven_by':'compaction','threads':1,'pages':9},{'name':'v','workload':"
		"'mlock-keep','processes':1,'driven_by':'numa_balancing','threads':1,'pages':9}]");
	if (c->compaction.attempts)
		test_event(&run, "called", "'driver':'compaction','calls':3");
	if (c->balancing.attempts)
		test_event(&run, "called", "'driver':'numa_balancing','calls':3");
	if (c->soft.attempts) {
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
	if (c->balancing.attempts)
		test_is(&run, "scenarios.0.numbers.numa_balancing_attempts", c->balancing.attempts);
	else
		test_is_absent(&run, "scenarios.0.numbers.numa_balancing_attempts");
	if (c->balancing.attempts)
		test_is(&run, "scenarios.0.numbers.numa_balancing_moved_locked_pages", c->balanced);
	if (c->soft.attempts)
		test_is(&run, "scenarios.0.numbers.soft_offline_eagain", c->soft.eagain);
	test_run_done(&run);
}

static void each_caller_is_asked(void **state)
{
	static const struct mlock_case cases[] = {
		{.compaction = {0, 9000},
		 .balancing = {3, 5000},
		 .compacted = 5000,
		 .balanced = 5000,
		 .control = {0, 2000},
		 .verdict = "pass",
		 .why = "compaction: EAGAIN 0 of 9000 attempts, numa_balancing: EAGAIN 3 of 5000 "
			"attempts"},
		/* One of them is enough to fail, and is named. */
		{.compaction = {0, 9000},
		 .balancing = {4500, 5000},
		 .compacted = 5000,
		 .balanced = 5000,
		 .control = {0, 2000},
		 .verdict = "fail",
		 .why = "not migrated by numa_balancing: EAGAIN 4500 of 5000 attempts, limit 10 %"},
		{.compaction = {8000, 9000},
		 .balancing = {4500, 5000},
		 .control = {0, 2000},
		 .verdict = "fail",
		 .why = "compaction: EAGAIN 8000 of 9000 attempts, numa_balancing: EAGAIN 4500 of "
			"5000"},
		{.compaction = {8000, 9000},
		 .balancing = {4500, 5000},
		 .control = {1900, 2000},
		 .verdict = "error",
		 .why = "somebody else"},
		/* Too few of one: the other is judged, and that it was not both is said. */
		{.compaction = {0, 9000},
		 .balancing = {0, 999},
		 .compacted = 5000,
		 .balanced = 5000,
		 .control = {0, 2000},
		 .verdict = "pass",
		 .why = "not judged: numa_balancing tried to migrate 999 pages, 1000 are wanted"},
		{.balancing = {0, 999},
		 .compacted = 5000,
		 .balanced = 5000,
		 .control = {0, 2000},
		 .verdict = "error",
		 .why = "not exercised: numa_balancing"},
		/* Of each its own workers: what another has moved is no proof. */
		{.balancing = {0, 5000},
		 .compacted = 5000,
		 .balanced = 999,
		 .control = {0, 2000},
		 .verdict = "error",
		 .why = "not exercised: numa_balancing migrated 999 locked pages, 1000 are wanted"},
		{.compaction = {0, 9000},
		 .balancing = {0, 5000},
		 .compacted = 5000,
		 .balanced = 999,
		 .control = {0, 2000},
		 .verdict = "pass",
		 .why = "compaction: EAGAIN 0 of 9000 attempts; not judged: numa_balancing "
			"migrated 999"},
		{.compaction = {0, 9000},
		 .balancing = {0, 5000},
		 .compacted = 999,
		 .balanced = 5000,
		 .control = {0, 2000},
		 .verdict = "pass",
		 .why = "numa_balancing: EAGAIN 0 of 5000 attempts; not judged: compaction "
			"migrated 999"},
		/* Compaction moves everybody's pages: that those move says nothing of locked ones. */
		{.compaction = {0, 500100},
		 .compacted = 5000,
		 .control = {0, 2000},
		 .verdict = "error",
		 .why = "not exercised: of 500100 pages that compaction migrated 5000 were locked ones"},
		{.compaction = {0, 500000},
		 .compacted = 5000,
		 .control = {0, 2000},
		 .verdict = "pass",
		 .why = "compaction: EAGAIN 0 of 500000"},
		/* Without a control nobody knows who holds the pages. */
		{.compaction = {8000, 9000},
		 .control = {0, 999},
		 .verdict = "error",
		 .why = "cannot judge: compaction: EAGAIN 8000 of 9000 attempts, and there is no control"},
		{.soft = {1, 240},
		 .control = {0, 2000},
		 .verdict = "pass",
		 .why = "soft_offline: EAGAIN 1 of 240"},
		{.soft = {700, 800},
		 .control = {0, 2000},
		 .verdict = "fail",
		 .why = "soft_offline: EAGAIN 700 of 800"},
		{.soft = {30, 49},
		 .control = {0, 2000},
		 .verdict = "error",
		 .why = "soft_offline tried to migrate 49"},
		/* Pages that pipes hold are EAGAIN on any kernel. */
		{.soft = {700, 800},
		 .has_held = true,
		 .control = {0, 2000},
		 .verdict = "error",
		 .why = "pages of soft_offline were made to fail"},
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

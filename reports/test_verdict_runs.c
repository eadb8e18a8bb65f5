// SPDX-License-Identifier: GPL-2.0-or-later
/* From a journal to a verdict: the facts that the rules are given are the journal's. */
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reports/test_reports.h"

#define BY_DEADLINE                                                                                \
	"'error':'EINTR','errno':4,'ended_by':'deadline','signals':1,'state_after':'online'"
#define OK "'error':'OK','errno':0,'wall_ns':5,'state_after':'offline'"
#define BUSY "'error':'EBUSY','errno':16,'ended_by':'kernel','state_after':'online'"
#define BY_ABORT "'error':'EINTR','errno':4,'ended_by':'abort','state_after':'online'"

/* An ordinary run with what @add puts into its middle must come to this. */
struct example {
	const char *event, *members; /* NULL: none */
	const char *result;
	int code;
	const char *why;
};

static void check(const struct test_setup *setup, const struct example *x)
{
	struct test_run run = test_run_new(setup);

	test_begin(&run);
	test_exercise(&run);
	if (x->event)
		test_event(&run, x->event, x->members);
	test_finish(&run);
	test_fold(&run);
	test_verdict_is(&run, x->result, x->code, x->why);
	test_run_done(&run);
}

/* The plan has what the host can do: that offline was asked for shows in the blocks that it refused. */
static void test_offline_that_was_left_out(void **state)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'soak','offline':false,'move_pages':true,'workers':[{'name':'w',"
			  "'workload':'refault','processes':2,'threads':2}]}]",
		.refused = "[{'id':32,'why':'its zone is not Movable'},{'id':33,'why':'x'}]",
	};
	static const struct example none = {NULL, NULL, "error", 3,
					    "none of 2 memory blocks may be attempted"};

	(void)state;
	check(&setup, &none);
}

static void test_callers_that_fail(void **state)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'soak','offline':false,'move_pages':false,'callers':['mbind'],"
			  "'workers':[{'name':'w','workload':'refault','processes':2,'threads':2}]}]",
	};
	static const struct example cases[] = {
		{"called", "'driver':'mbind','calls':5,'errors':{'EPERM':4,'EIO':1},'numbers':{}", "error",
		 3, "every call of mbind failed (EPERM)"},
		{"called", "'driver':'mbind','calls':5,'errors':{'EPERM':4},'numbers':{}", "pass", 0,
		 "every rule held"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check(&setup, &cases[i]);
}

static void test_examples(void **state)
{
	static const struct example table[] = {
		{NULL, NULL, "pass", 0, "every rule held"},
		{"refused", "'block':3,'why':'guard'", "pass", 0, "every rule held"},
		{"fault", "'what':'odd'", "pass", 0, "the harness had 1 faults"},
		{"kmsg_lost", "'records':9", "pass", 0, "every rule held"}, /* the end says 0 */
		{"finding", "'kind':'warning','text':'w'", "pass", 0, "every rule held"},
		{"finding", "'kind':'hung_task','text':'h'", "fail", 1, "1 hung_task"},
		{"finding", "'kind':'oops','text':'o'", "fail", 1, "1 oops"},
		{"intent", "'operation':'online','block':3", "pass", 0, "every rule held"},
		{"phase_end", "'workers':[{'name':'w','mismatches':2},{'name':'x','mismatches':1}]",
		 "fail", 1, "3 pages had other contents"},
		{"move", "'calls':1,'private_anonymous':{'pages':51,'not_moved':1}", "fail", 1,
		 "1 of 51 private anonymous pages"},
		{"move", "'calls':1,'private_anonymous':{'pages':52,'not_moved':1}", "pass", 0,
		 "every rule held"},
		/* Pages of other kinds, and those that could not be isolated, are no such pages. */
		{"move", "'calls':1,'pages':51,'not_moved':51,'by_status':{'EBUSY':51}", "pass", 0,
		 "every rule held"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		check(NULL, &table[i]);
}

static void test_policies(void **state)
{
	static const struct {
		const char *virtualisation, *policy, *result;
		int code;
	} table[] = {
		{"none", "auto", "fail", 1},   {"kvm", "auto", "fail", 1},
		{"tcg", "auto", "pass", 0},    {"tcg", "fail", "fail", 1},
		{"none", "report", "pass", 0}, {"tcg", "report", "pass", 0},
		{"none", "", "fail", 1},       {"none", "nonsense", "fail", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_setup setup = {.virtualisation = table[i].virtualisation,
					   .lockups = table[i].policy};
		struct example x = {"finding", "'kind':'soft_lockup','text':'s'",
				    table[i].result, table[i].code, "soft_lockup"};

		check(&setup, &x);
	}
}

/* Attempts in their order, each with the block that it was on. */
struct attempts {
	struct {
		unsigned int block;
		const char *members;
	} list[5];
	bool is_endless;
};

static void test_endless_offline(void **state)
{
	static const struct attempts table[] = {
		{{{33, BY_DEADLINE}}, false},
		{{{33, BY_DEADLINE}, {33, BY_DEADLINE}}, true},
		{{{33, BY_DEADLINE}, {34, BY_DEADLINE}}, false},
		{{{33, BY_DEADLINE}, {33, OK}, {33, BY_DEADLINE}}, false},
		{{{33, BY_DEADLINE}, {33, BUSY}, {33, BY_DEADLINE}}, false},
		{{{33, BY_DEADLINE}, {33, BY_ABORT}, {33, BY_DEADLINE}}, false},
		{{{33, BY_ABORT}, {33, BY_ABORT}}, false},
		/* In a row on the block, whatever is done to others in between. */
		{{{33, BY_DEADLINE}, {34, OK}, {33, BY_DEADLINE}}, true},
		{{{33, BY_DEADLINE}, {33, BY_DEADLINE}, {33, OK}, {33, OK}}, true},
		{{{33, BY_DEADLINE}, {34, BY_DEADLINE}, {35, BY_DEADLINE}, {34, OK}, {34, BUSY}}, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_run run = test_run_new(NULL);

		test_begin(&run);
		test_exercise(&run);
		for (size_t k = 0; k < 5 && table[i].list[k].members; k++)
			test_attempt(&run, table[i].list[k].block, table[i].list[k].members);
		test_finish(&run);
		test_fold(&run);
		if (table[i].is_endless)
			test_verdict_is(&run, "fail", 1, "on 1 blocks, the first is memory33");
		else
			test_verdict_is(&run, "pass", 0, "every rule held");
		test_run_done(&run);
	}
}

/* The deadline came, and the kernel was done all the same: that is a success. */
static void test_late_successes(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	for (int i = 0; i < 3; i++)
		test_attempt(&run, 33, OK ",'ended_by':'deadline','signals':1");
	test_finish(&run);
	test_fold(&run);
	test_verdict_is(&run, "pass", 0, "every rule held");
	test_run_done(&run);
}

static void test_not_exercised(void **state)
{
	static const struct {
		const char *phases, *events, *why;
		bool is_error;
	} table[] = {
		{"[{'offline':true}]", "m", "no offline attempt was made", true},
		{"[{'offline':false}]", "m", "every rule held", false},
		{"[{'offline':true},{'offline':false}]", "m", "no offline attempt was made", true},
		{"[{'move_pages':true}]", "o", "move_pages was planned and never called", true},
		{"[{'move_pages':false}]", "o", "no migration was seen", true},
		{"[{'offline':true}]", "o", "no migration was seen", true},
		{"[{'offline':true}]", "os", "every rule held", false},
		{"[{'workers':[{'workload':'refault','processes':2,'threads':3}]}]", "s",
		 "6 faulters, and none ever waited", true},
		{"[{'workers':[{'workload':'refault','processes':2,'threads':0}]}]", "s",
		 "every rule held", false},
		{"[{'workers':[{'workload':'idle','processes':2,'threads':3}]}]", "s",
		 "every rule held", false},
		{"[{'workers':[{'workload':'refault','processes':2,'threads':3}]}]", "sw",
		 "every rule held", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_run run = test_run_new(&(struct test_setup){.phases = table[i].phases});

		test_begin(&run);
		if (strchr(table[i].events, 'o'))
			test_attempt(&run, 32, BUSY);
		if (strchr(table[i].events, 'm'))
			test_event(&run, "move", "'calls':1,'moved':1");
		if (strchr(table[i].events, 's'))
			test_event(&run, "sample", "'migration':{'attempts':5,'waits':0}");
		if (strchr(table[i].events, 'w'))
			test_event(&run, "sample", "'migration':{'attempts':6,'waits':1}");
		test_event(&run, "end", "'ended':'completed','kmsg':{'records':1,'lost':0}");
		test_fold(&run);
		test_verdict_is(&run, table[i].is_error ? "error" : "pass",
				table[i].is_error ? 3 : 0, table[i].why);
		test_run_done(&run);
	}
}

/* The threads of one phase, not of all of them; a phase that came without being planned counts. */
static void test_faulters(void **state)
{
	struct test_run run = test_run_new(&(struct test_setup){.phases = "[{'name':'p'}]"});

	(void)state;
	test_begin(&run);
	test_event(&run, "phase", "'name':'a','workers':[{'name':'x','workload':'refault',"
				  "'processes':2,'threads':2},{'name':'y','workload':'refault',"
				  "'processes':1,'threads':1}]");
	test_event(&run, "phase", "'name':'b','workers':[{'name':'x','workload':'refault',"
				  "'processes':1,'threads':1}]");
	test_event(&run, "sample", "'migration':{'attempts':5,'waits':0}");
	test_finish(&run);
	test_fold(&run);
	test_verdict_is(&run, "error", 3, "5 faulters, and none ever waited");
	test_run_done(&run);
}

static void test_skip(void **state)
{
	struct test_run run = test_run_new(&(struct test_setup){.phases = "[]"});

	(void)state;
	test_begin(&run);
	test_finish(&run);
	test_fold(&run);
	test_verdict_is(&run, "skip", 4, "nothing testable");
	test_run_done(&run);
}

/* One run, seen again and again while it goes on, ends, and is repaired. */
static void test_life(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "intent", "'operation':'offline','block':41");
	test_event(&run, "offline", "'block':41," OK);
	test_fold_live(&run);
	test_verdict_is(&run, "error", 3, "the run is going on");
	test_is_unmeasured(&run, "run.ended", "the run is going on");
	test_is_unmeasured(&run, "run.end", "the run is going on");
	assert_false(test_has_why(&run, "left offline"));
	assert_non_null(strstr(run.screen, "1 blocks offline while the run is going on"));
	/* The same journal, and nobody writes it any more. */
	test_fold(&run);
	test_verdict_is(&run, "crashed", 1, "without an end record");
	test_verdict_is(&run, "crashed", 1, "1 blocks, the first is memory41");
	test_event(&run, "end", "'ended':'aborted','kmsg':{'records':1,'lost':0}");
	test_fold(&run);
	test_verdict_is(&run, "aborted", 6, "1 blocks, the first is memory41");
	test_fold_live(&run); /* it is not, whatever is believed */
	test_verdict_is(&run, "aborted", 6, "1 blocks, the first is memory41");
	assert_false(test_has_why(&run, "the run is going on"));
	test_is_text(&run, "run.ended", "aborted");
	test_event(&run, "online", "'block':41,'restored':true");
	test_event(&run, "restore", "'left_offline':[],'settings_restored':true");
	test_fold(&run);
	test_verdict_is(&run, "aborted", 5, "aborted: the run was stopped");
	assert_false(test_has_why(&run, "left offline"));
	test_run_done(&run);
}

static void test_completed_but_left_offline(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "restore", "'left_offline':[35,34],'settings_restored':true");
	test_event(&run, "end", "'ended':'completed','kmsg':{'records':1,'lost':0}");
	test_fold(&run);
	test_verdict_is(&run, "fail", 1, "2 blocks, the first is memory34");
	test_run_done(&run);
}

static void test_taints(void **state)
{
	static const struct {
		const char *kernel, *after, *result;
	} table[] = {
		{"'taint_before':0", "'taint_after':32", "fail"},
		{"'taint_before':32", "'taint_after':32", "pass"},
		{"'taint_before':4096", "'taint_after':4224", "fail"},
		{"'release':'6'", "'taint_after':32", "pass"}, /* before: not known */
		{"'taint_before':0", "'taint_after':512", "pass"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_run run = test_run_new(&(struct test_setup){.kernel = table[i].kernel});
		cleanup_free char *end = memory_format(
			"'ended':'completed','kmsg':{'records':1,'lost':0},%s", table[i].after);

		test_begin(&run);
		test_exercise(&run);
		test_event(&run, "end", end);
		test_fold(&run);
		test_is_text(&run, "verdict.result", table[i].result);
		test_run_done(&run);
	}
}

static void test_log_that_was_not_read(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "end", "'ended':'completed'");
	test_fold(&run);
	test_verdict_is(&run, "pass", 0, "a lockup would not be seen");
	test_run_done(&run);
}

int test_verdict_runs(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_offline_that_was_left_out),
		cmocka_unit_test(test_callers_that_fail),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_endless_offline),
		cmocka_unit_test(test_late_successes),
		cmocka_unit_test(test_not_exercised),
		cmocka_unit_test(test_faulters),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_completed_but_left_offline),
		cmocka_unit_test(test_taints),
		cmocka_unit_test(test_log_that_was_not_read),
	};

	return cmocka_run_group_tests_name("verdict: runs", tests, NULL, NULL);
}

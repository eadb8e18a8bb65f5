// SPDX-License-Identifier: GPL-2.0-or-later
/* Every rule on its own: facts that break no other one, on both sides of the rule's boundary. */
#include "base/cleanup.h"
#include "base/exit_code.h"
#include "reports/test_verdict.h"

static void test_good(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	passes(&f);
}

static void test_no_offline(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.offline_attempts = 1;
	passes(&f);
	f.offline_attempts = 0;
	f.refused = 3;
	errs(&f, "no offline attempt was made, 3 were refused");
	f.plans_offline = false;
	passes(&f);
}

static void test_no_move(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.move_calls = 1;
	passes(&f);
	f.move_calls = 0;
	errs(&f, "move_pages was planned and never called");
	f.plans_move_pages = false;
	passes(&f);
}

/* Asked for, and all blocks refused: what else was done does not make up for it. A judge asks by himself. */
static void test_no_block(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.plans_offline = false;
	f.offline_attempts = 0;
	passes(&f);
	f.blocks_without_offline = 16;
	errs(&f, "none of 16 memory blocks may be attempted");
	f.scenario = "waiter-ref";
	judge(&f, VERDICT_PASS, 0, "scenario waiter-ref");
}

static void test_calls_that_all_fail(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.all_failed = "mbind";
	f.all_failed_error = "EPERM";
	errs(&f, "every call of mbind failed (EPERM)");
}

static void test_pages_that_never_get_there(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.aims = 20;
	f.aim_wanted = 1280;
	f.aim_in_block = 1;
	passes(&f);
	f.aim_in_block = 0;
	errs(&f, "of 1280 pages that were to be in the block none ever was, in 20 attempts");
	f.scenario = "pins"; /* whose pages are held where they are */
	judge(&f, VERDICT_PASS, 0, "scenario pins");
	f = good(); /* nothing was to be aimed */
	f.aims = 20;
	passes(&f);
}

static void test_missed_probes(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.attempts = 900;
	f.waits = 100;
	f.probe_misses = 10;
	passes(&f);
	f.probe_misses = 11;
	errs(&f, "the kernel missed 11 probes, 1000 were counted");
}

/* Any one of three signs of a migration will do. */
static void test_no_migration(void **state)
{
	struct verdict_facts none = good(), f;

	(void)state;
	none.attempts = none.moved = none.migrated = 0;
	errs(&none, "no migration was seen");
	f = none;
	f.attempts = 1;
	passes(&f);
	f.knows_attempts = false; /* then it is no figure */
	errs(&f, "no migration was seen");
	f = none;
	f.moved = 1;
	passes(&f);
	f = none;
	f.migrated = 1;
	passes(&f);
	f.knows_migrated = false;
	errs(&f, "no migration was seen");
	f = none; /* who only reclaims migrates nothing; who does anything else besides is asked */
	f.plans_offline = f.plans_move_pages = false;
	f.plans_reclaim = true;
	passes(&f);
	f.plans_other_callers = true;
	errs(&f, "no migration was seen");
}

static void test_no_waits(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.waits = 1;
	passes(&f);
	f.waits = 0;
	errs(&f, "4 faulters, and none ever waited");
	f.faulters = 0;
	passes(&f);
	f.faulters = 1;
	f.knows_waits = false;
	remarks(&f, "waits on migration entries were not measured");
}

static void test_never_ending(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.never_ending_blocks = 1;
	f.never_ending_block = 77;
	fails(&f, "on 1 blocks, the first is memory77");
}

static void test_no_offline_ended(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.offline_attempts = 3;
	f.offline_censored = 2; /* the third came to its own end, whichever */
	passes(&f);
	f.offline_censored = 3;
	errs(&f, "the deadline ended all 3");
	f.never_ending_blocks = 1; /* that says it better */
	fails(&f, "never-ending offline");
	f.never_ending_blocks = 0;
	f.was_aborted = true;
	judge(&f, VERDICT_ABORTED, EXIT_ABORTED_RESTORED, "aborted: the run was stopped");
	f.was_aborted = false;
	f.scenario = "waiter-ref"; /* is for its judge to say */
	f.scenario_result = VERDICT_PASS;
	judge(&f, VERDICT_PASS, EXIT_PASS, "scenario waiter-ref");
}

/* With 95 % certainty above 0.1 %: one page of 51 is, one of 52 is not. */
static void test_immovable(void **state)
{
	static const struct {
		uint64_t not_moved, most; /* that still fails */
	} table[] = {{1, 51}, {2, 355}, {10, 5427}, {100, 84146}};
	struct verdict_facts f = good();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		f.private_not_moved = table[i].not_moved;
		f.private_pages = table[i].most;
		fails(&f, "pages that cannot be migrated");
		f.private_pages = table[i].most + 1;
		passes(&f);
	}
	f.private_not_moved = 0;
	f.private_pages = 1;
	passes(&f);
	f.private_pages = 0;
	passes(&f);
}

static void test_mismatches(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.mismatches = 1;
	fails(&f, "1 pages had other contents");
}

static void test_left_offline(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.left_offline = 2;
	f.left_offline_block = 9;
	fails(&f, "2 blocks, the first is memory9: run \"memsoak restore\"");
	f.guest_why = "it panicked";
	fails(&f, "2 blocks, the first is memory9: they went away with the guest");
	f.guest_why = "";
	f.was_aborted = true;
	judge(&f, VERDICT_ABORTED, EXIT_ABORTED_MEMORY_OFFLINE, "memory left offline");
	judge(&f, VERDICT_ABORTED, EXIT_ABORTED_MEMORY_OFFLINE, "aborted: the run was stopped");
	f.left_offline = 0;
	judge(&f, VERDICT_ABORTED, EXIT_ABORTED_RESTORED, "aborted: the run was stopped");
}

static void test_journal(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.corrupt = 1;
	errs(&f, "1 lines are no records");
	f = good();
	f.gaps = 1;
	errs(&f, "1 gaps in the sequence");
	f = good();
	f.is_torn = true; /* all that a crash leaves; the lack of an end record tells of it */
	passes(&f);
}

static void test_nothing_planned(void **state)
{
	struct verdict_facts f = {
		.has_plan = true,
		.plans_nothing = true,
		.knows_kmsg = true,
	};

	(void)state;
	judge(&f, VERDICT_SKIP, EXIT_SKIP, "nothing testable");
	f.has_plan = false;
	judge(&f, VERDICT_PASS, EXIT_PASS, "every rule held");
}

static void test_going_on(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.is_live = true;
	errs(&f, "the run is going on");
	/* Nothing that may still come is missed. */
	f.offline_attempts = f.move_calls = f.attempts = f.moved = f.migrated = f.waits = 0;
	f.left_offline = 1;
	errs(&f, "the run is going on");
}

static void test_remarks(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.knows_kmsg = false;
	remarks(&f, "the kernel's log was not read");
	f = good();
	f.kmsg_lost = 3;
	remarks(&f, "3 records of the kernel's log were lost");
	f = good();
	f.faults = 2;
	remarks(&f, "the harness had 2 faults");
}

/* The gravest of all that holds, each of them told. */
static void test_precedence(void **state)
{
	struct verdict_facts f = good();

	(void)state;
	f.faults = 1;
	remarks(&f, "the harness had 1 faults");
	f.plans_nothing = true;
	judge(&f, VERDICT_SKIP, EXIT_SKIP, "nothing testable");
	f.gaps = 1;
	errs(&f, "1 gaps");
	errs(&f, "nothing testable");
	f.mismatches = 1;
	fails(&f, "1 pages had other contents");
	fails(&f, "1 gaps");
	f.was_aborted = true;
	judge(&f, VERDICT_ABORTED, EXIT_ABORTED_RESTORED, "1 pages had other contents");
	f.has_crashed = true;
	judge(&f, VERDICT_CRASHED, EXIT_KERNEL_FAILED, "crashed");
	judge(&f, VERDICT_CRASHED, EXIT_KERNEL_FAILED, "aborted");
	judge(&f, VERDICT_CRASHED, EXIT_KERNEL_FAILED, "nothing testable");
	judge(&f, VERDICT_CRASHED, EXIT_KERNEL_FAILED, "the harness had 1 faults");
}

static void test_result_names(void **state)
{
	static const char *const names[VERDICT_MAX] = {"pass", "skip",	  "error",
						       "fail", "aborted", "crashed"};

	(void)state;
	for (int i = 0; i < VERDICT_MAX; i++)
		assert_string_equal(verdict_name((enum verdict_result)i), names[i]);
}

int test_verdict_rules(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_no_offline),
		cmocka_unit_test(test_no_move),
		cmocka_unit_test(test_no_block),
		cmocka_unit_test(test_calls_that_all_fail),
		cmocka_unit_test(test_pages_that_never_get_there),
		cmocka_unit_test(test_missed_probes),
		cmocka_unit_test(test_no_migration),
		cmocka_unit_test(test_no_waits),
		cmocka_unit_test(test_never_ending),
		cmocka_unit_test(test_no_offline_ended),
		cmocka_unit_test(test_immovable),
		cmocka_unit_test(test_mismatches),
		cmocka_unit_test(test_left_offline),
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_nothing_planned),
		cmocka_unit_test(test_going_on),
		cmocka_unit_test(test_remarks),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_result_names),
	};

	return cmocka_run_group_tests_name("verdict: rules", tests, NULL, NULL);
}

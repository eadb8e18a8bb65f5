// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules about the kernel's log and its taint; and what the tests of all rules share. */
#include <string.h>

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "reports/tally.h"
#include "reports/test_verdict.h"

struct verdict_facts good(void)
{
	return (struct verdict_facts){
		.has_plan = true,
		.plans_offline = true,
		.plans_move_pages = true,
		.faulters = 4,
		.offline_attempts = 10,
		.knows_attempts = true,
		.attempts = 100,
		.knows_waits = true,
		.waits = 5,
		.knows_migrated = true,
		.migrated = 90,
		.move_calls = 3,
		.moved = 30,
		.private_pages = 1000,
		.knows_kmsg = true,
		.knows_taint = true,
	};
}

void judge(const struct verdict_facts *facts, enum verdict_result result, int code, const char *why)
{
	bool is_told = false;
	struct verdict v;

	verdict_judge(facts, &v);
	for (size_t i = 0; i < jsonw_length(v.why); i++)
		is_told |= strstr(jsonw_as_string(jsonw_at(v.why, i)), why) != NULL;
	if (v.result != result || v.exit != code || !is_told)
		fail_msg("wanted %s, %d, '%s'; it is %s, %d, %s", verdict_name(result), code, why,
			 verdict_name(v.result), v.exit, jsonw_text(v.why, NULL));
	jsonw_free(v.why);
}

void passes(const struct verdict_facts *facts)
{
	judge(facts, VERDICT_PASS, EXIT_PASS, "every rule held");
}

void fails(const struct verdict_facts *facts, const char *why)
{
	judge(facts, VERDICT_FAIL, EXIT_KERNEL_FAILED, why);
}

void errs(const struct verdict_facts *facts, const char *why)
{
	judge(facts, VERDICT_ERROR, EXIT_CANNOT_JUDGE, why);
}

void remarks(const struct verdict_facts *facts, const char *why)
{
	judge(facts, VERDICT_PASS, EXIT_PASS, why);
}

/* What a kernel that is late says, by policy and by who runs the guest. */
static void test_late(void **state)
{
	static const char *const kinds[] = {
		"soft_lockup", "hard_lockup",	  "rcu_stall",
		"hung_task",   "workqueue_lockup", "spinlock_lockup",
	};
	static const struct {
		enum verdict_lockups policy;
		bool is_emulated, is_failure;
		const char *why;
	} table[] = {
		{VERDICT_LOCKUPS_AUTO, false, true, "the kernel's log tells of 2 "},
		{VERDICT_LOCKUPS_AUTO, true, false, "an emulated guest makes its own"},
		{VERDICT_LOCKUPS_FAIL, false, true, "the kernel's log tells of 2 "},
		{VERDICT_LOCKUPS_FAIL, true, true, "the kernel's log tells of 2 "},
		{VERDICT_LOCKUPS_REPORT, false, false, "as the profile asks"},
		{VERDICT_LOCKUPS_REPORT, true, false, "as the profile asks"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		for (size_t k = 0; k < ARRAY_SIZE(table); k++) {
			struct verdict_facts f = good();
			struct tally t = {0};

			tally_add(&t, kinds[i], 0, 2);
			f.findings = &t;
			f.lockups = table[k].policy;
			f.is_emulated = table[k].is_emulated;
			(table[k].is_failure ? fails : remarks)(&f, table[k].why);
			(table[k].is_failure ? fails : remarks)(&f, kinds[i]);
			tally_done(&t);
		}
}

/* Nothing excuses these: neither the policy nor an emulated guest. */
static void test_broken(void **state)
{
	static const char *const kinds[] = {
		"kernel_bug", "oops", "bad_page", "list_corruption", "kasan", "panic",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		for (int policy = 0; policy <= VERDICT_LOCKUPS_REPORT; policy++) {
			struct verdict_facts f = good();
			struct tally t = {0};

			tally_add(&t, kinds[i], 0, 1);
			f.findings = &t;
			f.lockups = (enum verdict_lockups)policy;
			f.is_emulated = true;
			fails(&f, kinds[i]);
			tally_done(&t);
		}
}

static void test_harmless_findings(void **state)
{
	static const char *const kinds[] = {
		"warning", "oom_kill", "migration_failure", "unmovable_page", "lockdep", "other",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct verdict_facts f = good();
		struct tally t = {0};

		tally_add(&t, kinds[i], 0, 9);
		f.findings = &t;
		passes(&f);
		tally_done(&t);
	}
}

static void test_taint(void **state)
{
	static const struct {
		uint64_t bit;
		bool is_late; /* only as grave as a lockup */
		const char *why;
	} table[] = {
		{1u << 5, false, "bad page (B)"},
		{1u << 7, false, "oops (D)"},
		{1u << 14, true, "soft lockup (L)"},
	};
	struct verdict_facts f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		f = good();
		f.taint_after = table[i].bit | 1u << 12;
		f.taint_before = 1u << 12;
		fails(&f, table[i].why);
		f.is_emulated = true;
		(table[i].is_late ? passes(&f) : fails(&f, table[i].why));
		f.is_emulated = false;
		f.taint_before |= table[i].bit; /* it was there before */
		passes(&f);
		f.taint_before = 0;
		f.knows_taint = false;
		passes(&f);
	}
	f = good();
	f.taint_after = 1u << 9 | 1u << 13; /* a warning, an unsigned module */
	passes(&f);
}

int test_verdict_log(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_harmless_findings),
		cmocka_unit_test(test_taint),
	};

	return cmocka_run_group_tests_name("verdict: the kernel's log", tests, NULL, NULL);
}

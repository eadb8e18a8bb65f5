// SPDX-License-Identifier: GPL-2.0-or-later
/* reclaim-wake: when its judge calls a wake-up lost, and when it does not know. */
#include "reports/test_reports.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"

static const struct test_setup reclaims = {
	.phases = "[{'name':'reclaim','offline':false,'move_pages':false,'callers':['reclaim'],"
		  "'workers':[]}],'scenario':'reclaim-wake'",
};

#define SLEPT_NS 12500000000ULL
#define IN_THE_WAIT "'put_and_wait_on_page_locked','__migration_entry_wait','do_swap_page'"
#define ELSEWHERE "'rwsem_down_write_slowpath','vm_munmap'"

struct seen {
	unsigned int waits, dropped, swapped, split;
	const char *frames; /* of a thread that slept; NULL: none did */
	const char *group;  /* that it is of */
	bool is_hung;	    /* the kernel says so, too */
	unsigned int not_ended;
	const char *verdict, *why;
	const char *hung;   /* who hangs; NULL: a worker */
};

static void tell_sleepers(struct test_run *run, const struct seen *c)
{
	if (c->frames) {
		cleanup_free char *stuck = memory_format(
			"'who':'worker','group':'%s','pid':5,'tid':7,'comm':'w','state':'D',"
			"'since_ns':%llu,'number':0,'frames':[%s]",
			c->group, (unsigned long long)run->t_ns, c->frames);

		run->t_ns += SLEPT_NS;
		test_event(run, "stuck", stuck);
	}
	if (c->is_hung) {
		cleanup_free char *hung = memory_format(
			"'kind':'hung_task','time_ns':9,'comm':'%s','pid':7,'seconds':"
			"12,"
			"'same':'a','in_migration':true,'frames':[%s],'text':'INFO: task'",
			c->hung ? c->hung : "memsoak-worker", c->frames ? c->frames : IN_THE_WAIT);

		test_event(run, "finding", hung);
	}
	if (c->not_ended) {
		cleanup_free char *not_ended =
			memory_format("'group':'r','processes':%u", c->not_ended);

		test_event(run, "not_ended", not_ended);
	}
}

static void is_judged(const struct seen *c)
{
	struct test_run run = test_run_new(&reclaims);
	cleanup_free char *figures = memory_format(
		"'name':'reclaim','duration_ns':9,'workers':[{'name':'r','touches':500,"
		"'operations':%u,'mismatches':0},{'name':'other','touches':9,'operations':90000}]",
		c->dropped);
	cleanup_free char *called = memory_format(
		"'driver':'reclaim','calls':90,'errors':{},'numbers':{'pages_asked_for':80,"
		"'pglazyfreed':%u,'pswpout':%u,'thp_split_page':%u}",
		c->dropped, c->swapped, c->split);
	cleanup_free char *sample = memory_format(
		"'migration':{'attempts':3,'succeeded':3,'eagain':0,'waits':%u}", c->waits);
	const char *said;

	test_begin(&run);
	test_event(&run, "phase",
		   "'name':'reclaim','workers':["
		   "{'name':'r','workload':'read-across','processes':2,'threads':4,'pages':4},"
		   "{'name':'other','workload':'refault','processes':1,'threads':1,'pages':9}]");
	test_event(&run, "called", called);
	tell_sleepers(&run, c);
	test_event(&run, "phase_end", figures);
	test_event(&run, "sample", sample);
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", c->verdict);
	said = jsonw_as_string(test_at(&run, "scenarios.0.why"));
	if (!strstr(said, c->why))
		fail_msg("'%s' is not in '%s'", c->why, said);
	test_is(&run, "scenarios.0.numbers.waits", c->waits);
	test_is(&run, "scenarios.0.numbers.pages_dropped", c->dropped);
	test_is(&run, "scenarios.0.numbers.thp_split_page", c->split);
	test_is(&run, "scenarios.0.numbers.processes_not_ended", c->not_ended);
	if (c->not_ended)
		test_is(&run, "workers.0.not_ended", c->not_ended);
	else
		test_is_absent(&run, "workers.0.not_ended");
	test_run_done(&run);
}

static void test_what_was_seen_decides(void **state)
{
	static const struct seen cases[] = {
		{500, 9000, 40, 79, NULL, NULL, false, 0, "pass",
		 "everybody was woken: 500 waits, while 9000 pages were dropped and 40 swapped "
		 "out", NULL},
		/* Asleep in the wait, and still when all was over. */
		{500, 9000, 40, 79, IN_THE_WAIT, "r", false, 2, "fail",
		 "lost wake-up: 1 threads slept in a page's wait, the longest for 12 s and more, "
		 "and 2", NULL},
		{500, 9000, 40, 79, IN_THE_WAIT, "r", true, 1, "fail", "lost wake-up: 1 threads", NULL},
		/* The kernel alone has seen it: of stacks of its own it needs no leave. */
		{500, 9000, 40, 79, NULL, NULL, true, 1, "fail", "the kernel says that 1 tasks hung", NULL},
		/* Also when little was done: the first loss may be the end of it. */
		{1, 500, 0, 79, IN_THE_WAIT, "r", false, 1, "fail", "lost wake-up", NULL},
		/* Woken after all. */
		{500, 9000, 40, 79, IN_THE_WAIT, "r", false, 0, "error",
		 "cannot judge: 1 threads slept in a page's wait, the longest for 12 s and more", NULL},
		/* Somewhere else, and somebody else. */
		{500, 9000, 40, 79, ELSEWHERE, "r", false, 1, "error",
		 "cannot judge: 1 processes did not end, and were not seen in a page's wait", NULL},
		{500, 9000, 40, 79, ELSEWHERE, "r", false, 0, "pass", "everybody was woken", NULL},
		{500, 9000, 40, 79, IN_THE_WAIT, "other", false, 0, "pass", "everybody was woken", NULL},
		{99, 9000, 40, 79, NULL, NULL, false, 0, "error",
		 "not exercised: 99 waits and 9040 pages reclaimed, 100 and 1000 are wanted", NULL},
		{500, 900, 99, 79, NULL, NULL, false, 0, "error",
		 "not exercised: 500 waits and 999 pages", NULL},
		{500, 0, 1000, 79, NULL, NULL, false, 0, "pass",
		 "0 pages were dropped and 1000 swapped out", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		is_judged(&cases[i]);
}

static void test_what_others_do_is_not_asked(void **state)
{
	static const struct seen cases[] = {
		/* What the host swaps, and waits for. */
		{.waits = 5000, .swapped = 250000, .split = 9, .verdict = "error",
		 .why = "not exercised: 9 huge pages were split, 10 are wanted"},
		{.waits = 5000, .swapped = 250000, .split = 10, .verdict = "pass",
		 .why = "everybody was woken"},
		/* Over a disk that is dead; and a worker that does not end for a reason of its own. */
		{.waits = 500, .dropped = 9000, .split = 79, .is_hung = true, .hung = "postgres", .not_ended = 1,
		 .verdict = "error", .why = "were not seen in a page's wait"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		is_judged(&cases[i]);
}

static void test_no_reclaim(void **state)
{
	struct test_run run = test_run_new(&reclaims);

	(void)state;
	test_begin(&run);
	test_event(&run, "unavailable", "'driver':'reclaim','why':'no such call'");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", "skip");
	test_is_text(&run, "scenarios.0.why", "no such call");
	test_run_done(&run);
}

static void test_no_count_of_waits(void **state)
{
	struct test_run run = test_run_new(&reclaims);

	(void)state;
	test_begin(&run);
	test_event(&run, "called",
		   "'driver':'reclaim','calls':9,'errors':{},'numbers':{'pswpout':5000}");
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", "skip");
	test_is_absent(&run, "scenarios.0.numbers.waits");
	test_run_done(&run);
}

int test_scenario_reclaim_wake(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_seen_decides),
		cmocka_unit_test(test_what_others_do_is_not_asked),
		cmocka_unit_test(test_no_reclaim),
		cmocka_unit_test(test_no_count_of_waits),
	};

	return cmocka_run_group_tests_name("scenario reclaim-wake", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a guest's console is in the report, and what is there already or is not the run's. */
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reports/test_reports.h"

#define SECOND 1000000000ull

static void write_guest_end(const struct test_run *run, const char *members)
{
	cleanup_free char *path = memory_format("%s/guest-end.json", run->folder);
	cleanup_free char *quoted = memory_format("{'exit':3,%s}\n", members);
	cleanup_free char *text = test_quoted(quoted);
	cleanup_file FILE *out = fopen(path, "we");

	assert_non_null(out);
	(void)fputs(text, out);
}

static void write_console(const struct test_run *run, const char *ended, const char *findings)
{
	cleanup_free char *members =
		memory_format("'ended':'%s','why':'it is gone','findings':%s", ended, findings);

	write_guest_end(run, members);
}

/* A run that began at 10 s, told of one soft lockup at 20 s, and spoke last at 60 s. */
static struct test_run lockup_at_20(void)
{
	struct test_run run = test_run_new(NULL);

	run.t_ns = 10 * SECOND;
	test_begin(&run);
	run.t_ns = 21 * SECOND;
	test_event(&run, "finding",
		   "'kind':'soft_lockup','time_ns':20000000000,'cpu':1,'seconds':22,'comm':'w','pid':7,"
		   "'frames':['migrate_pages'],'in_migration':true,'same':'aa','text':'stuck'");
	run.t_ns = 60 * SECOND;
	return run;
}

/* The run of above, gone after 60 s, with these findings on its console. */
static struct test_run gone(const char *findings)
{
	struct test_run run = lockup_at_20();

	test_event(&run, "sample", "'elapsed_ns':1");
	write_console(&run, "panic", findings);
	test_fold(&run);
	return run;
}

static void nothing_new(const char *findings)
{
	struct test_run run = gone(findings);

	test_is_absent(&run, "lockups.1");
	test_is(&run, "lockups.0.count", 1);
	test_is_absent(&run, "lockups.0.from_console");
	test_run_done(&run);
}

static void a_panic_is_in_the_report(void **state)
{
	struct test_run run = gone(
		"[{'kind':'panic','time_ns':60500000000,'cpu':0,'comm':'sh','pid':113,'in_migration':false,"
		"'frames':['panic','sysrq_handle_crash'],'text':'Kernel panic - not syncing: x','same':'bb',"
		"'count':1}]");

	(void)state;
	test_verdict_is(&run, "crashed", 1, "1 panic");
	test_is_text(&run, "run.ended_by", "guest_panicked");
	test_is_absent(&run, "lockups.0.from_console");
	test_is_json(&run, "lockups.1",
		     "{'kind':'panic','time_ns':60500000000,'cpu':0,'comm':'sh','pid':113,"
		     "'frames':['panic','sysrq_handle_crash'],'in_migration':false,"
		     "'text':'Kernel panic - not syncing: x','count':1,'from_console':1}");
	assert_non_null(strstr(run.screen, "Kernel panic - not syncing: x (from the console)"));
	test_run_done(&run);
}

static void what_a_guest_left_offline_went_with_it(void **state)
{
	struct test_run run = lockup_at_20();

	(void)state;
	test_event(&run, "setting", "'path':'/p','old':'1','new':'0'");
	test_event(&run, "intent", "'operation':'offline','block':41");
	write_console(&run, "panic", "[]");
	test_fold(&run);
	test_is_json(&run, "harness.memory_left_offline", "[41]");
	test_verdict_is(&run, "crashed", 1, "memory41: they went away with the guest");
	assert_non_null(strstr(run.screen, "memory      1 blocks were offline when the guest went away; "
					   "settings gone with the guest\n"));
	test_run_done(&run);
}

/* Verdict and screen agree whether a guest is gone, by whatever is told of its end. */
static void an_end_of_few_words(void **state)
{
	static const struct {
		const char *members, *verdict, *screen;
	} cases[] = {
		{"'ended':'timeout'", "memory41: they went away with the guest", "when the guest went away"},
		{"'ended':'panic','why':''", "its guest: panic", "when the guest went away"},
		{"'ended':'exit','why':'0'", "memory41: run \"memsoak restore\"", "left offline"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct test_run run = lockup_at_20();

		test_event(&run, "intent", "'operation':'offline','block':41");
		write_guest_end(&run, cases[i].members);
		test_fold(&run);
		test_verdict_is(&run, "crashed", 1, cases[i].verdict);
		assert_non_null(strstr(run.screen, cases[i].screen));
		test_run_done(&run);
	}
}

static void what_the_run_told_is_not_told_again(void **state)
{
	(void)state;
	nothing_new("[{'kind':'soft_lockup','time_ns':20000000000,'cpu':1,'seconds':22,'comm':'w','pid':7,"
		    "'text':'stuck','same':'aa','count':1}]");
	/* Without stamps, by what it is. */
	nothing_new("[{'kind':'soft_lockup','cpu':1,'comm':'w','pid':7,'text':'stuck','same':'aa','count':1}]");
}

/* The run's reader was there and knew that the kernel had not written it, or it was before the run. */
static void what_the_run_has_heard_and_not_told_is_no_finding(void **state)
{
	(void)state;
	nothing_new("[{'kind':'soft_lockup','time_ns':57900000000,'text':'a user wrote this','same':'cc',"
		    "'count':1}]");
	nothing_new("[{'kind':'warning','time_ns':2000000000,'text':'while booting','same':'cc','count':1}]");
	nothing_new("[]");
}

static void a_repeat_after_the_last_word(void **state)
{
	struct test_run run = gone("[{'kind':'soft_lockup','time_ns':20000000000,'cpu':1,'seconds':70,"
				   "'comm':'w','pid':7,'text':'stuck','same':'aa','count':3,"
				   "'last_ns':90000000000}]");

	(void)state;
	test_is(&run, "lockups.0.count", 3);
	test_is(&run, "lockups.0.from_console", 2);
	test_is(&run, "lockups.0.seconds", 70);
	test_is_true(&run, "lockups.0.in_migration", true);
	test_is_absent(&run, "lockups.1");
	test_run_done(&run);
}

/* The run had no time to tell it. */
static void in_the_last_moment(void **state)
{
	struct test_run run =
		gone("[{'kind':'kernel_bug','time_ns':58100000000,'text':'kernel BUG at x','same':'ee','count':1}]");

	(void)state;
	test_is(&run, "lockups.1.from_console", 1);
	test_run_done(&run);
}

/* The console's level may have kept some of it away. */
static void less_than_the_run_told(void **state)
{
	struct test_run run = lockup_at_20();

	(void)state;
	for (int i = 0; i < 4; i++)
		test_event(&run, "finding", "'kind':'soft_lockup','text':'stuck','same':'aa'");
	write_console(&run, "timeout",
		      "[{'kind':'soft_lockup','time_ns':61000000000,'text':'stuck','same':'aa','count':2}]");
	test_fold(&run);
	test_is(&run, "lockups.0.count", 5);
	test_is_absent(&run, "lockups.0.from_console");
	test_verdict_is(&run, "crashed", 1, "5 soft_lockup");
	test_run_done(&run);
}

/* A run that has its end is its own witness, unless the ring had overrun it. */
static void after_the_end(void **state)
{
	static const char early[] =
		"[{'kind':'warning','time_ns':2000000000,'text':'while booting','same':'cc','count':1},"
		"{'kind':'oops','time_ns':40000000000,'text':'Oops: 0000','same':'dd','count':1}]";
	struct test_run run = lockup_at_20();

	(void)state;
	test_exercise(&run);
	test_finish(&run);
	write_console(&run, "exit", early);
	test_fold(&run);
	test_is_absent(&run, "lockups.1");
	test_is_absent(&run, "run.ended_by");
	test_run_done(&run);

	run = lockup_at_20();
	test_event(&run, "kmsg_lost", "'records':5");
	test_exercise(&run);
	test_event(&run, "end", "'ended':'completed','elapsed_ns':1,'kmsg':{'records':9,'lost':5}");
	write_console(&run, "exit", early);
	test_fold(&run);
	test_is_text(&run, "lockups.1.kind", "oops");
	test_is(&run, "lockups.1.from_console", 1);
	test_is_absent(&run, "lockups.2");
	test_verdict_is(&run, "fail", 1, "1 oops");
	test_run_done(&run);
}

static void rubbish(void **state)
{
	static const char *const lists[] = {
		"7", "{}", "'x'", "[7,[],'x',null,{}]",
		"[{'kind':7,'time_ns':-1,'cpu':'x','seconds':1.5,'comm':{},'pid':'x','frames':7,"
		"'page':[],'text':[],'same':7,'count':-3,'last_ns':'x'}]",
		"[{'kind':'panic','frames':[7,'f',null],'page':{'pfn':'x','refcount':1,'flags':7},"
		"'comm':'\\u001b[31m\\n','text':'\\u001b]0;x\\u0007'}]",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct test_run run = gone(lists[i]);

		test_verdict_is(&run, "crashed", 1, "it is gone");
		test_run_done(&run);
	}
}

int test_fold_console(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_panic_is_in_the_report),
		cmocka_unit_test(what_a_guest_left_offline_went_with_it),
		cmocka_unit_test(an_end_of_few_words),
		cmocka_unit_test(what_the_run_told_is_not_told_again),
		cmocka_unit_test(what_the_run_has_heard_and_not_told_is_no_finding),
		cmocka_unit_test(a_repeat_after_the_last_word),
		cmocka_unit_test(in_the_last_moment),
		cmocka_unit_test(less_than_the_run_told),
		cmocka_unit_test(after_the_end),
		cmocka_unit_test(rubbish),
	};

	return cmocka_run_group_tests_name("fold: the console", tests, NULL, NULL);
}

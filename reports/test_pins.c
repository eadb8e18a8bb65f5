// SPDX-License-Identifier: GPL-2.0-or-later
/* holders: named once each; pins: whose rules hold while the run itself holds pages. */
#include "reports/test_reports.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"

#define IN_PIPES                                                                                   \
	"{'pid':7,'comm':'memsoak-worker','mapping':'1000-2000 rw-p [anonymous]','pages':4,'pinned_bytes':0,"   \
	"'evidence':'2 pipes with 8 bytes unread'}"
#define IN_RING                                                                                    \
	"{'pid':8,'comm':'memsoak-worker','mapping':'3000-4000 rw-p [anonymous]','pages':1,"                    \
	"'pinned_bytes':4096,'evidence':'fixed buffers of an io_uring'}"
#define IN_READ                                                                                    \
	"{'pid':6,'comm':'memsoak-worker','mapping':'7000-8000 rw-p [anonymous]','pages':2,'pinned_bytes':0,"   \
	"'evidence':'unfinished O_DIRECT pread (thread 6, descriptor 7: /): 8192 bytes there'}"
#define ANOTHERS_RING                                                                              \
	"{'pid':5,'comm':'postgres','mapping':'3000-4000 rw-p [anonymous]','pages':1,"             \
	"'pinned_bytes':4096,'evidence':'fixed buffers of an io_uring'}"
#define PLAIN "{'pid':9,'comm':'bash','mapping':'5000-6000 r--p /usr/bin/bash','pages':2}"

static void test_holders_are_named_once(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	for (int i = 0; i < 3; i++)
		test_event(&run, "holders",
			   "'block':45,'list':[" IN_PIPES "," PLAIN "],'processes':3");
	test_event(&run, "holders", "'block':46,'list':[" IN_PIPES "],'processes':3,'cut':true");
	test_event(&run, "holders", "'list':[" IN_RING "],'processes':1");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "holders.0.count", 3);
	test_is(&run, "holders.0.block", 45);
	test_is_text(&run, "holders.0.evidence", "2 pipes with 8 bytes unread");
	test_is_text(&run, "holders.1.comm", "bash");
	test_is_absent(&run, "holders.1.evidence");
	test_is(&run, "holders.2.block", 46);
	test_is(&run, "holders.3.pid", 8);
	test_is_absent(&run, "holders.3.block");
	test_is_absent(&run, "holders.4");
	assert_non_null(strstr(test_unmeasured(&run, "holders"), "1 searches were cut"));
	assert_non_null(strstr(run.screen, "memsoak-worker 7 at 1000-2000 rw-p [anonymous], 4 pages of memory45"));
	test_run_done(&run);
}

/* Those with evidence have places of their own; what finds none is not dropped without a word. */
static void test_many_holders(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	for (int pid = 100; pid < 170; pid++) {
		cleanup_free char *other = memory_format(
			"'block':45,'list':[{'pid':%d,'comm':'other','mapping':'1000-2000 r--p','pages':1}]", pid);

		test_event(&run, "holders", other);
	}
	test_event(&run, "holders", "'block':45,'list':[" IN_PIPES "]");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "holders.63.pid", 163);
	test_is(&run, "holders.64.pid", 7);
	test_is_absent(&run, "holders.65");
	assert_non_null(strstr(test_unmeasured(&run, "holders"), "6 further ones"));
	test_run_done(&run);
}

struct pinned {
	const char *pipes, *rings;	      /* lists of holders */
	unsigned int held, moved, not_moved; /* held: by either */
	unsigned int endless;
	const char *verdict, *why;
};

static void pins_are(const struct pinned *p)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'offline','offline':true,'move_pages':true,'workers':[]}],"
			  "'scenario':'pins'",
	};
	struct test_run run = test_run_new(&setup);
	cleanup_free char *groups = memory_format(
		"'name':'offline','duration_ns':9,'workers':[{'name':'p','operations':%u},"
		"{'name':'r','operations':%u}]",
		p->held, p->held);
	cleanup_free char *move = memory_format(
		"'calls':3,'pages':%u,'moved':%u,'not_moved':%u,"
		"'private_anonymous':{'pages':%u,'not_moved':%u}",
		p->moved + p->not_moved, p->moved, p->not_moved, p->moved + p->not_moved,
		p->not_moved);
	cleanup_free char *pipes = memory_format("'block':45,'list':[%s]", p->pipes);
	cleanup_free char *rings = memory_format("'list':[%s]", p->rings);

	test_begin(&run);
	test_event(&run, "phase",
		   "'name':'offline','workers':[{'name':'p','workload':'hold-pipe'},"
		   "{'name':'r','workload':'hold-ring'}]");
	test_event(&run, "sample", "'migration':{'attempts':20,'eagain':15}");
	test_attempt(&run, 41, "'error':'OK','errno':0,'wall_ns':5");
	for (unsigned int i = 0; i < p->endless; i++)
		test_attempt(&run, 45,
			     "'error':'EINTR','errno':4,'wall_ns':5,'ended_by':'deadline'");
	test_event(&run, "move", move);
	test_event(&run, "holders", pipes);
	test_event(&run, "holders", rings);
	test_event(&run, "phase_end", groups);
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", p->verdict);
	test_is_text(&run, "verdict.result", p->verdict);
	if (!strstr(jsonw_as_string(test_at(&run, "scenarios.0.why")), p->why))
		fail_msg("'%s' is not in '%s'", p->why,
			 jsonw_as_string(test_at(&run, "scenarios.0.why")));
	test_run_done(&run);
}

/* With workers whose reads stay in flight: @holders in a block, @held pages; @missing: no FUSE. */
static void reads_are(const char *holders, unsigned int held, const char *missing,
		      const char *verdict, const char *why)
{
	static const struct test_setup setup = {
		.phases = "[{'name':'offline','offline':true,'move_pages':true,'workers':[]}],"
			  "'scenario':'pins'",
	};
	struct test_run run = test_run_new(&setup);
	cleanup_free char *block = memory_format("'block':45,'list':[%s]", holders);
	cleanup_free char *reads = memory_format(",{'name':'d','operations':%u}", held);
	cleanup_free char *groups = memory_format(
		"'name':'offline','duration_ns':9,'workers':[{'name':'p','operations':9},"
		"{'name':'r','operations':9}%s]",
		missing ? "" : reads);

	test_begin(&run);
	if (missing)
		test_event(&run, "unavailable", missing);
	test_event(&run, "phase",
		   missing ? "'name':'offline','workers':[{'name':'p','workload':'hold-pipe'},"
			     "{'name':'r','workload':'hold-ring'}]"
			   : "'name':'offline','workers':[{'name':'p','workload':'hold-pipe'},"
			     "{'name':'r','workload':'hold-ring'},"
			     "{'name':'d','workload':'hold-direct'}]");
	test_event(&run, "sample", "'migration':{'attempts':20,'eagain':15}");
	test_attempt(&run, 41, "'error':'OK','errno':0,'wall_ns':5");
	test_attempt(&run, 45, "'error':'EINTR','errno':4,'wall_ns':5,'ended_by':'deadline'");
	test_event(&run, "move",
		   "'calls':3,'pages':9,'moved':0,'not_moved':9,'private_anonymous':{'pages':9,'"
		   "not_moved':9}");
	test_event(&run, "holders", block);
	test_event(&run, "holders", "'list':[" IN_RING "]");
	test_event(&run, "phase_end", groups);
	test_finish(&run);
	test_fold(&run);
	test_is_text(&run, "scenarios.0.verdict", verdict);
	if (!strstr(jsonw_as_string(test_at(&run, "scenarios.0.why")), why))
		fail_msg("'%s' is not in '%s'", why,
			 jsonw_as_string(test_at(&run, "scenarios.0.why")));
	test_run_done(&run);
}

static void test_reads(void **state)
{
	(void)state;
	reads_are(IN_PIPES "," IN_READ, 64, NULL, "pass", "and of O_DIRECT reads in blocks");
	reads_are(IN_PIPES, 64, NULL, "error", "none of O_DIRECT reads in flight");
	reads_are(IN_PIPES "," IN_READ, 0, NULL, "error", "no page was held by an O_DIRECT read");
	reads_are(IN_PIPES, 0, "'driver':'hold-direct','why':'there is no /dev/fuse'", "pass",
		  "no O_DIRECT read was in flight: there is no /dev/fuse");
}

static void test_pins(void **state)
{
	static const struct pinned cases[] = {
		/* Endless offlines and pages that stay: here that is how it must be. */
		{IN_PIPES, IN_RING, 64, 0, 1000, 3, "pass", "their holders are named"},
		{IN_PIPES, IN_RING, 64, 5, 1000, 3, "fail", "5 pages moved that a long-term pin"},
		{IN_RING "," IN_PIPES, IN_RING, 64, 0, 1000, 3, "fail", "in the way of movable"},
		/* A database that shares the block: what it holds is not what was asked about. */
		{ANOTHERS_RING "," IN_PIPES, IN_RING, 64, 0, 1000, 3, "pass", "holders are named"},
		{IN_PIPES, ANOTHERS_RING, 64, 0, 1000, 3, "error", "not named: 1 of pipes, 0 of rings"},
		{PLAIN, IN_RING, 64, 0, 1000, 3, "error", "not named: 0 of pipes, 1 of rings"},
		{IN_PIPES, PLAIN, 64, 0, 1000, 3, "error", "not named: 1 of pipes, 0 of rings"},
		{IN_PIPES, IN_RING, 0, 0, 1000, 3, "error", "not exercised: pages must be held"},
		{IN_PIPES, IN_RING, 64, 0, 0, 3, "error", "not exercised: 0 held pages"},
		{IN_PIPES, IN_RING, 64, 0, 1000, 0, "error", "0 blocks with held pages"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		pins_are(&cases[i]);
}

int test_pinned(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holders_are_named_once),
		cmocka_unit_test(test_many_holders),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_reads),
	};

	return cmocka_run_group_tests_name("pins", tests, NULL, NULL);
}

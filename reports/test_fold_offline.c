// SPDX-License-Identifier: GPL-2.0-or-later
/* offline: journals of a few attempts whose figures are counted by hand. */
#include <string.h>

#include "base/memory.h"
#include "base/jsonw.h"
#include "reports/test_reports.h"

/* Eight attempts on three blocks: 3 OK, 2 EBUSY, 1 ENOMEM, 2 EINTR that the harness caused. */
static struct test_run eight_attempts(void)
{
	struct test_run run = test_run_new(NULL);

	test_begin(&run);
	test_attempt(&run, 40, "'node':1,'error':'OK','errno':0,'wall_ns':100,'ended_by':'kernel',"
			       "'signals':0,'state_after':'offline',"
			       "'aim':{'pages_wanted':10,'pages_in_block':9,'pages_moved':7}");
	test_event(&run, "aimed", "'pages_moved':5");
	test_attempt(&run, 33, "'node':0,'error':'EBUSY','errno':16,'wall_ns':7,'ended_by':'kernel',"
			       "'state_after':'online',"
			       "'aim':{'pages_wanted':20,'pages_in_block':3,'pages_moved':2}");
	test_attempt(&run, 33, "'node':0,'error':'EINTR','errno':4,'wall_ns':8,"
			       "'ended_by':'deadline','signals':1,'time_to_return_ns':50,"
			       "'state_after':'online'");
	test_attempt(&run, 40, "'node':1,'error':'OK','errno':0,'wall_ns':1000,"
			       "'ended_by':'kernel','state_after':'offline'");
	test_attempt(&run, 50, "'error':'ENOMEM','errno':12,'wall_ns':9,'ended_by':'kernel',"
			       "'stray_signal':true,'state_after':'online'");
	test_attempt(&run, 33, "'node':0,'error':'EINTR','errno':4,'ended_by':'abort','signals':2,"
			       "'time_to_return_ns':70,'state_after':'online'");
	test_attempt(&run, 40, "'node':1,'error':'EBUSY','errno':16,'ended_by':'kernel',"
			       "'state_after':'online'");
	/* The signal came too late: the kernel had already done it. */
	test_attempt(&run, 40, "'node':1,'error':'OK','errno':0,'wall_ns':127,"
			       "'ended_by':'deadline','signals':1,'time_to_return_ns':3,"
			       "'state_after':'offline'");
	test_finish(&run);
	test_fold(&run);
	return run;
}

static void test_counts(void **state)
{
	struct test_run run = eight_attempts();

	(void)state;
	test_is(&run, "offline.attempts", 8);
	test_is(&run, "offline.succeeded", 3);
	test_is(&run, "offline.censored", 2);
	test_is(&run, "offline.refused_before", 0);
	test_is(&run, "offline.onlines", 3);
	test_is(&run, "offline.not_restored", 0);
	test_is_json(&run, "offline.by_errno",
		     "{'EBUSY':{'number':16,'count':2},'EINTR':{'number':4,'count':2},"
		     "'ENOMEM':{'number':12,'count':1}}");
	assert_int_equal(test_faults(&run, "a signal that the harness had not sent"), 1);
	test_run_done(&run);
}

/* Only successes have a latency; 1000 lies in the bucket of 1000 to 1003. */
static void test_latencies(void **state)
{
	struct test_run run = eight_attempts();

	(void)state;
	test_is_json(&run, "offline.latency",
		     "{'count':3,'sum_ns':1227,'max_ns':1000,'buckets':[[100,1],[127,1],[1003,1]]}");
	test_is_json(&run, "offline.time_to_return",
		     "{'count':3,'sum_ns':123,'max_ns':70,'buckets':[[3,1],[50,1],[70,1]]}");
	test_run_done(&run);
}

static void test_aim(void **state)
{
	struct test_run run = eight_attempts();

	(void)state;
	test_is_json(&run, "offline.aim",
		     "{'attempts':2,'pages_wanted':30,'pages_in_block':12,'pages_moved':14}");
	test_run_done(&run);
}

static void test_blocks(void **state)
{
	struct test_run run = eight_attempts();

	(void)state;
	test_is_json(&run, "offline.blocks",
		     "[{'id':33,'node':0,'attempts':3,'succeeded':0,"
		     "'by_errno':{'EBUSY':{'number':16,'count':1},'EINTR':{'number':4,'count':2}},"
		     "'censored':2,'pages_wanted':20,'pages_in_block':3},"
		     "{'id':40,'node':1,'attempts':4,'succeeded':3,"
		     "'by_errno':{'EBUSY':{'number':16,'count':1}},'censored':0,"
		     "'pages_wanted':10,'pages_in_block':9},"
		     "{'id':50,'attempts':1,'succeeded':0,"
		     "'by_errno':{'ENOMEM':{'number':12,'count':1}},'censored':0}]");
	test_run_done(&run);
}

/* A block that was not written to is no attempt. */
static void test_refusals(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "refused", "'block':5,'why':'too little memory'");
	test_event(&run, "refused", "'block':6");
	test_event(&run, "refused", "'block':7,'why':'too little memory'");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "offline.attempts", 0);
	test_is(&run, "offline.refused_before", 3);
	test_is_json(&run, "offline.refusals", "[{'why':'too little memory','count':2},"
					       "{'why':'no reason was recorded','count':1}]");
	test_is_json(&run, "offline.blocks", "[]");
	test_run_done(&run);
}

static void test_unmeasured_figures(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_attempt(&run, 32, "'error':'EBUSY','errno':16,'state_after':'online'");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "offline.attempts", 1);
	test_is_unmeasured(&run, "offline.latency", "no attempt succeeded");
	test_is_unmeasured(&run, "offline.time_to_return", "no attempt had to be cancelled");
	test_is_unmeasured(&run, "offline.aim", "no pages were aimed");
	test_run_done(&run);
}

/* It went offline, and nobody wrote down how long that took: no histogram of nothing. */
static void test_success_without_time(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_attempt(&run, 32, "'error':'OK','errno':0");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "offline.succeeded", 1);
	test_is_unmeasured(&run, "offline.latency", "time");
	test_run_done(&run);
}

static void test_not_restored(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "online", "'block':1,'restored':true");
	test_event(&run, "online", "'block':2,'restored':false");
	test_event(&run, "online", "'block':3");
	test_event(&run, "online", "'block':4,'restored':true");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "offline.onlines", 4);
	test_is(&run, "offline.not_restored", 2);
	test_run_done(&run);
}

/* An attempt without a block that can be is counted, told, and stands in no block's entry. */
static void test_no_block(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_event(&run, "offline", "'error':'EBUSY','errno':16");
	test_event(&run, "offline", "'block':4294967296,'error':'EBUSY','errno':16");
	test_event(&run, "offline", "'block':-1,'error':'EBUSY','errno':16");
	test_event(&run, "offline", "'block':4294967295,'errno':16");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "offline.attempts", 4);
	test_is(&run, "offline.by_errno.EBUSY.count", 3);
	test_is(&run, "offline.by_errno.other.count", 1);
	test_is(&run, "offline.blocks.0.id", 4294967295);
	test_is_absent(&run, "offline.blocks.1");
	assert_int_equal(test_faults(&run, "3 offline attempts name no block"), 1);
	test_run_done(&run);
}

/* More blocks than the first table holds, in the worst order; every one has its own count. */
static void test_many_blocks(void **state)
{
	enum { BLOCKS = 3000 };
	struct test_run run = test_run_new(NULL);
	const struct jsonw *blocks;

	(void)state;
	test_begin(&run);
	for (unsigned int round = 0; round < 2; round++)
		for (unsigned int i = BLOCKS; i-- > 0;)
			if (round == 0 || i % 3 == 0) {
				char members[80];

				(void)snprintf(members, sizeof(members),
					       "'block':%u,'error':'EBUSY','errno':16", i * 4096);
				test_event(&run, "offline", members);
			}
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "offline.attempts", BLOCKS + BLOCKS / 3);
	blocks = test_at(&run, "offline.blocks");
	assert_int_equal(jsonw_length(blocks), BLOCKS);
	for (unsigned int i = 0; i < BLOCKS; i++) {
		assert_int_equal(jsonw_get_uint(jsonw_at(blocks, i), "id"), i * 4096);
		assert_int_equal(jsonw_get_uint(jsonw_at(blocks, i), "attempts"), i % 3 ? 1 : 2);
	}
	test_run_done(&run);
}

int test_fold_offline(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_latencies),
		cmocka_unit_test(test_aim),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_unmeasured_figures),
		cmocka_unit_test(test_success_without_time),
		cmocka_unit_test(test_not_restored),
		cmocka_unit_test(test_no_block),
		cmocka_unit_test(test_many_blocks),
	};

	return cmocka_run_group_tests_name("fold: offline", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zap and hog, as far as a host may see them: no test fills a node of the machine it runs on. What
 * they do to a kernel is in harness/tests/guest/alloc-locked.sh.
 */
#include "workloads/test_rig.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "workloads/pages.h"

#define PAGES 16
#define SWEEPS 20

static const char *const zap_two[] = {
	"--workload", "zap",	      "--kind", "shared-memfd", "--pages", "16", "--threads",
	"2",	      "--control-fd", "%C",	"--memory-fd",	"%M",	   NULL};

/* Each touch is a fault: the page had been dropped. */
static void dropped_pages_are_faulted_in(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, zap_two, 2);
	RIG_WAIT_ABOVE(&rig, touches, SWEEPS * PAGES);
	rig_stop(&rig);
	assert_int_equal(RIG_SUM(&rig, operations), RIG_SUM(&rig, touches));
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	/* Only those that slept are timed, each of them once. */
	assert_int_equal(rig.shared->slow_latency.count, RIG_SUM(&rig, slow_touches));
	assert_true(RIG_SUM(&rig, slow_touches) < RIG_SUM(&rig, touches));
	for (uint64_t i = 0; i < PAGES; i++)
		assert_int_equal(rig.memory[i * rig.page_size / sizeof(*rig.memory)],
				 pages_pattern(i));
	rig_close(&rig);
}

static void wrong_pages_are_seen(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, zap_two, 2);
	RIG_WAIT_ABOVE(&rig, touches, SWEEPS * PAGES);
	assert_int_equal(RIG_SUM(&rig, mismatches), 0);
	__atomic_store_n(&rig.memory[7 * rig.page_size / sizeof(*rig.memory)], 1, __ATOMIC_RELAXED);
	RIG_WAIT_ABOVE(&rig, mismatches, 10);
	rig_stop(&rig);
	rig_close(&rig);
}

/* More must stay free than any host has: not a page is taken. */
static void the_reserve_is_kept(void **state)
{
	static const char *const words[] = {
		"--workload",	"hog", "--kind",      "private-anonymous",
		"--pages",	"64",  "--threads",   "1",
		"--node",	"0",   "--keep-free", "9007199254740992",
		"--control-fd", "%C",  NULL};
	struct rig rig;

	(void)state;
	rig_open(&rig, PAGES);
	rig_start_ready(&rig, words, 1);
	rig_settle();
	rig_stop(&rig);
	assert_int_equal(RIG_SUM(&rig, touches), 0);
	assert_int_equal(RIG_SUM(&rig, operations), 0);
	rig_close(&rig);
}

int test_pressure(void)
{
	static const struct CMUnitTest tests[] = {
		rig_test(dropped_pages_are_faulted_in),
		rig_test(wrong_pages_are_seen),
		rig_test(the_reserve_is_kept),
	};

	return cmocka_run_group_tests_name("workloads: pressure", tests, NULL, NULL);
}

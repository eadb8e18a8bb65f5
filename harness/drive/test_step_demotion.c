// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/test_tree.h"
#include "drive/memory_tiers.h"
#include "drive/test_told.h"
#include "drive/test_wait.h"
#include "drive/test_world.h"

#define TIERS "sys/devices/virtual/memory_tiering/"
#define NODES "sys/devices/system/node/"
#define SWITCH "sys/kernel/mm/numa/demotion_enabled"
#define CGROUP "sys/fs/cgroup/memsoak-workers"

struct tier_case {
	const char *files[4][2]; /* path, text; closed by NULL */
	const char *top, *lower; /* a digit for each node; NULL: there is one tier only */
};

static void read_tiers(const struct tier_case *c)
{
	struct memory_tiers tiers;
	struct test_tree files;
	struct err e = {0};
	int r;

	test_tree_init(&files);
	for (size_t i = 0; i < 4 && c->files[i][0]; i++)
		test_tree_file(&files, c->files[i][0], c->files[i][1]);
	r = memory_tiers_read(&files.fs, &tiers, &e);
	test_tree_done(&files);
	if (!c->top) {
		assert_int_equal(r, -EOPNOTSUPP);
		assert_non_null(strstr(e.text, "no slower memory"));
		return;
	}
	assert_int_equal(r, 0);
	for (size_t n = 0; n < 8; n++) {
		assert_int_equal(tiers.is_top[n], strchr(c->top, (int)('0' + n)) != NULL);
		assert_int_equal(tiers.is_lower[n], strchr(c->lower, (int)('0' + n)) != NULL);
	}
	assert_int_equal(tiers.first_top, c->top[0] - '0');
}

static void tiers_are_found(void **state)
{
	static const struct tier_case cases[] = {
		{{{TIERS "memory_tier4/nodelist", "0-1\n"},
		  {TIERS "memory_tier22/nodelist", "2\n"}},
		 "01",
		 "2"},
		/* By number, not by the order of names; what is empty is none. */
		{{{TIERS "memory_tier22/nodelist", "0\n"},
		  {TIERS "memory_tier4/nodelist", "1,3\n"},
		  {TIERS "memory_tier5/nodelist", "2\n"},
		  {TIERS "memory_tier1/nodelist", "\n"}},
		 "13",
		 "02"},
		{{{TIERS "memory_tier4/nodelist", "0-1\n"}, {TIERS "power/control", "auto\n"}},
		 NULL,
		 NULL},
		{{{TIERS "memory_tier4/nodelist", "x\n"}}, NULL, NULL},
		/* Before 6.1. */
		{{{NODES "has_cpu", "0-1\n"}, {NODES "has_memory", "0-2,5\n"}}, "01", "25"},
		{{{NODES "has_cpu", "0-1\n"}, {NODES "has_memory", "0-1\n"}}, NULL, NULL},
		{{{NULL, NULL}}, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		read_tiers(&cases[i]);
}

static struct test_tree files;

static void make_host(void)
{
	test_tree_init(&files);
	test_tree_file(&files, SWITCH, "true\n");
	test_tree_file(&files, TIERS "memory_tier4/nodelist", "3\n");
	test_tree_file(&files, TIERS "memory_tier22/nodelist", "0\n");
	test_tree_file(&files, CGROUP "/memory.reclaim", "");
	test_tree_file(&files, "proc/vmstat", "pgdemote_kswapd 5\npgdemote_direct 100\n");
	told_reset();
	world_init(1);
	memset(&world_profile.callers, 0, sizeof(world_profile.callers));
	world_profile.callers[CALLER_DEMOTION].pause_ns = 10 * NS_PER_MS;
	told_hooks.workers_cgroup = CGROUP;
}

static void remove_host(void)
{
	told_hooks.workers_cgroup = NULL;
	test_tree_done(&files);
}

static void reclaim_and_back(void **state)
{
	struct caller_driver *driver;
	struct move_target target;
	char text[32] = "", wanted[32];
	uint32_t node;

	(void)state;
	if (!own_target(&target, &node))
		skip();
	make_host();
	driver = told_start(CALLER_DEMOTION, &files.fs, &target, 1, NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 4);
	test_tree_file(&files, "proc/vmstat", "pgdemote_kswapd 5\npgdemote_direct 107\n");
	told_stop(driver);
	assert_true(fsio_read_text(&files.fs, text, sizeof(text), CGROUP "/memory.reclaim") > 0);
	(void)snprintf(wanted, sizeof(wanted), "%zu", (size_t)(OWN_PAGES * target.page_size));
	assert_string_equal(text, wanted);
	assert_true(told_number("calls_to_reclaim") >= 1);
	/* All are on the slower node 0, so that every other call brings them back. */
	if (node == 0) {
		assert_int_equal(told_number("calls_back"), told.event.calls / 2);
		assert_int_equal(told_number("calls_to_reclaim") + told_number("calls_back"),
				 told.event.calls);
	}
	/* Nobody has moved them. */
	assert_int_equal(told_number("pages_demoted"), 0);
	assert_int_equal(told_number("pgdemote_direct"), 7);
	assert_int_equal(told_number("pgdemote_kswapd"), 0);
	assert_int_equal(told_number("pgdemote_proactive"), UINT64_MAX);
	if (told.n_bound > 0) {
		assert_int_equal(told.bound[0].node, 3);
		assert_int_equal(told.bound[0].pid, getpid());
	}
	/* What brings the pages back is not demotion. */
	assert_int_equal(told.n_counted, 0);
	own_target_done(&target);
	remove_host();
}

static void what_it_lacks_is_told(void **state)
{
	static const struct {
		const char *without, *put, *said;
	} cases[] = {
		{SWITCH, NULL, "does not demote pages"},
		{TIERS "memory_tier22/nodelist", NULL, "all nodes are in one tier"},
		{NULL, "false\n", "could not be turned on"},
		{CGROUP "/memory.reclaim", NULL, "5.19 and later"},
		{"", NULL, "in no cgroup of version 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = {0};

		make_host();
		if (cases[i].put)
			test_tree_file(&files, SWITCH, cases[i].put);
		else if (cases[i].without[0])
			assert_int_equal(unlinkat(files.fs.root_fd, cases[i].without, 0), 0);
		else
			told_hooks.workers_cgroup = NULL;
		assert_null(told_start(CALLER_DEMOTION, &files.fs, world_targets, 1, &e));
		assert_int_equal(e.code, -EOPNOTSUPP);
		if (!strstr(e.text, cases[i].said))
			fail_msg("'%s' is not in '%s'", cases[i].said, e.text);
		remove_host();
	}
}

int test_step_demotion(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiers_are_found),
		cmocka_unit_test(reclaim_and_back),
		cmocka_unit_test(what_it_lacks_is_told),
	};

	return cmocka_run_group_tests_name("drive: demotion", tests, NULL, NULL);
}

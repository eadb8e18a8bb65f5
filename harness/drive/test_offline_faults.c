// SPDX-License-Identifier: GPL-2.0-or-later
/* What the host may do to the offline driver: unplug a block, fill the disk, keep a block offline.
 */
#include "drive/test_drive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/test_tree.h"
#include "drive/test_rig.h"
#include "drive/test_wait.h"

#define IN_VAIN_PAUSE_NS (100 * NS_PER_MS) /* the driver's */

static struct rig rig;

static void a_block_that_vanished_is_refused(void **state)
{
	(void)state;
	rig_init(&rig, 2, 1);
	rig.sys.blocks[0].is_gone = true;
	assert_int_equal(rig_run(&rig), 2);
	assert_int_equal(rig.refused[0].refusal, REFUSED_GONE);
	assert_int_equal(rig.n_faults, 0); /* of nobody: hosts may do that */
	assert_int_equal(rig.offline[0].block, 41);
}

/* Told once, and out of the round; nothing waits for it. */
static void a_block_that_vanished_is_out_of_the_round(void **state)
{
	(void)state;
	rig_init(&rig, 4, 30);
	rig.sys.blocks[0].is_gone = rig.sys.blocks[2].is_gone = true;
	assert_int_equal(rig_run(&rig), 60);
	assert_int_equal(rig.n_refused, 2);
	assert_int_equal(rig.n_offline, 30);
	assert_int_equal(rig.n_faults, 0);
	for (size_t i = 0; i < 30; i++)
		assert_int_equal(rig.offline[i].block, i % 2 ? 43 : 41);
	/* The two refusals cost a pause each; after those there is none of theirs. */
	assert_true(rig_shortest_gap_ns(&rig, 2, 1) < IN_VAIN_PAUSE_NS);
}

static void plug_in_again(void *context, const struct offline_event *event)
{
	struct rig *r = context;

	r->offline[r->n_offline++] = *event;
	r->sys.blocks[0].is_gone = false;
}

static void a_block_that_is_plugged_in_again_is_back_in_the_round(void **state)
{
	(void)state;
	rig_init(&rig, 2, 4);
	rig.hooks.offline_done = plug_in_again;
	rig.sys.blocks[0].is_gone = true;
	(void)rig_run(&rig);
	assert_int_equal(rig.n_refused, 1);
	assert_int_equal(rig.n_offline, 4);
	assert_int_equal(rig.offline[0].block, 41);
	assert_int_equal(rig.offline[1].block, 40);
	assert_true(rig.online[1].restored);
}

static void plug_in_elsewhere(void *context, const struct offline_event *event)
{
	struct rig *r = context;

	r->sys.blocks[0].node = 0;
	plug_in_again(context, event);
}

/* Another DIMM has its numbers now: the plan knows nothing of it. */
static void a_block_of_another_node_is_not_of_the_plan(void **state)
{
	(void)state;
	rig_init(&rig, 2, 4);
	rig.hooks.offline_done = plug_in_elsewhere;
	rig.sys.blocks[0].is_gone = true;
	(void)rig_run(&rig);
	assert_int_equal(rig.n_refused, 1);
	assert_int_equal(rig.n_offline, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(rig.offline[i].block, 41);
}

/* No block is left: it ends before its time, and has not failed. */
static void without_any_block_it_ends(void **state)
{
	(void)state;
	rig_init(&rig, 3, 0);
	for (size_t i = 0; i < 3; i++)
		rig.sys.blocks[i].is_gone = true;
	rig_start(&rig, 0);
	wait_until(offline_driver_has_ended(rig.driver));
	assert_false(offline_driver_failed(rig.driver));
	assert_int_equal(rig_finish(&rig), 3);
	assert_int_equal(rig.n_refused, 3);
	assert_int_equal(rig.n_offline + rig.n_faults, 0);
}

static void a_block_that_vanishes_under_the_write_is_refused(void **state)
{
	static const int errors[] = {ENOENT, ENODEV};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		rig_init(&rig, 2, 1);
		rig_answer_offline(&rig,
				   (struct fake_answer){.kind = FAKE_VANISHES, .error = errors[i]});
		assert_int_equal(rig_run(&rig), 2);
		assert_int_equal(rig.n_refused, 1);
		assert_int_equal(rig.refused[0].refusal, REFUSED_GONE);
		assert_int_equal(rig.n_offline, 1);
		assert_int_equal(rig.offline[0].block, 41);
		assert_int_equal(rig.n_faults, 0);
		assert_non_null(strstr(rig.trace, "unaim"));
	}
}

/* An answer of the kernel that only looks like it: the block is still there. */
static void enodev_of_a_block_that_is_there_is_data(void **state)
{
	(void)state;
	rig_init(&rig, 1, 1);
	rig_answer_offline(&rig, (struct fake_answer){.kind = FAKE_FAILS, .error = ENODEV});
	(void)rig_run(&rig);
	assert_int_equal(rig.n_refused, 0);
	assert_int_equal(rig.offline[0].error, ENODEV);
	rig_assert_as_before(&rig);
}

static void a_block_that_vanishes_while_offline_is_told(void **state)
{
	(void)state;
	rig_init(&rig, 2, 2);
	rig_answer_offline(&rig, (struct fake_answer){.kind = FAKE_OBEYS_AND_VANISHES});
	(void)rig_run(&rig);
	assert_int_equal(rig.offline[0].state_after, BLOCK_STATE_UNKNOWN);
	assert_false(rig.online[0].restored);
	assert_int_equal(rig.online[0].error, ENOENT);
	assert_true(rig.online[0].is_gone && !rig.online[1].is_gone);
	assert_int_equal(rig.n_faults, 0);
	/* It cannot come back, so nothing waits for it. */
	assert_int_equal(rig.n_offline, 2);
	assert_int_equal(rig.offline[1].block, 41);
	assert_true(rig.online[1].restored);
}

static void without_intents_nothing_is_written(void **state)
{
	(void)state;
	rig_init(&rig, 2, 0);
	rig.failing_offline_intents = UINT32_MAX;
	rig_start(&rig, 0);
	wait_until(offline_driver_has_ended(rig.driver));
	assert_true(offline_driver_failed(rig.driver));
	assert_int_equal(offline_driver_join(rig.driver), 3);
	assert_int_equal(rig.n_offline, 0);
	assert_int_equal(rig.n_faults, 4);
	assert_null(strstr(rig.trace, "write"));
	assert_non_null(strstr(rig.trace, "unaim"));
	rig_assert_as_before(&rig);
}

static void two_failed_intents_in_a_row_are_got_over(void **state)
{
	(void)state;
	rig_init(&rig, 1, 2);
	rig.failing_offline_intents = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4;
	rig_start(&rig, 0);
	wait_until(offline_driver_has_ended(rig.driver));
	assert_false(offline_driver_failed(rig.driver));
	assert_int_equal(rig_finish(&rig), 6);
	assert_int_equal(rig.n_offline, 2);
	assert_int_equal(rig.n_faults, 4);
}

static void memory_comes_back_also_without_an_intent(void **state)
{
	(void)state;
	rig_init(&rig, 1, 1);
	rig.failing_online_intents = 1;
	(void)rig_run(&rig);
	assert_true(rig.online[0].restored);
	assert_int_equal(rig.n_faults, 1);
	rig_assert_as_before(&rig);
}

static void no_other_block_is_taken_while_one_is_missing(void **state)
{
	(void)state;
	rig_init(&rig, 2, 0);
	rig.sys.always_online = (struct fake_answer){.kind = FAKE_FAILS, .error = EHWPOISON};
	rig_start(&rig, 0);
	wait_until(offline_driver_has_ended(rig.driver));
	assert_true(offline_driver_failed(rig.driver));
	(void)rig_finish(&rig);
	assert_int_equal(rig.n_offline, 1);
	assert_true(rig.n_online >= 4);
	assert_false(rig.online[0].restored);
	assert_int_equal(rig.online[0].error, EHWPOISON);
	assert_non_null(strstr(rig.faults[0], "memory40 is offline"));
	assert_null(strstr(rig.trace, "41"));
}

static void a_missing_block_that_comes_back_lets_it_go_on(void **state)
{
	(void)state;
	rig_init(&rig, 2, 2);
	for (int i = 0; i < 5; i++)
		rig_answer_online(&rig, (struct fake_answer){.kind = FAKE_FAILS, .error = ENOMEM});
	rig_start(&rig, 0);
	wait_until(offline_driver_has_ended(rig.driver));
	assert_false(offline_driver_failed(rig.driver));
	(void)rig_finish(&rig);
	assert_int_equal(rig.n_offline, 2);
	assert_int_equal(rig.n_online, 3);
	assert_false(rig.online[0].restored);
	assert_true(rig.online[1].restored);
	assert_int_equal(rig.online[1].attempt, 0);
	assert_int_equal(rig.offline[1].block, 41);
	rig_assert_as_before(&rig);
}

/* A tree of plain files (--sysroot): it has no kernel that would answer. */
static void a_tree_of_files_can_be_driven(void **state)
{
	struct test_tree tree;
	char text[32];

	(void)state;
	rig_init(&rig, 1, 3);
	test_tree_init(&tree);
	test_tree_file(&tree, "sys/devices/system/memory/memory40/state", "online\n");
	test_tree_file(&tree, "sys/devices/system/memory/memory40/valid_zones", "Movable\n");
	test_tree_file(&tree, "sys/devices/system/memory/memory40/node1/x", "");
	test_tree_file(&tree, "sys/devices/system/node/node1/x", "");
	rig.driver =
		offline_driver_start(&tree.fs, &rig.plan, &rig.phase, 0, 128 << 20, &rig.hooks, NULL);
	assert_non_null(rig.driver);
	assert_int_equal(rig_finish(&rig), 3);
	assert_int_equal(rig.n_offline, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(rig.offline[i].error, 0);
		assert_int_equal(rig.offline[i].state_after, BLOCK_OFFLINE);
		assert_true(rig.online[i].restored);
	}
	(void)fsio_read_text(&tree.fs, text, sizeof(text), "sys/devices/system/memory/memory40/state");
	assert_string_equal(text, "online");
	test_tree_done(&tree);
}

int test_offline_faults(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_that_vanished_is_refused),
		cmocka_unit_test(a_block_that_vanished_is_out_of_the_round),
		cmocka_unit_test(a_block_that_is_plugged_in_again_is_back_in_the_round),
		cmocka_unit_test(a_block_of_another_node_is_not_of_the_plan),
		cmocka_unit_test(without_any_block_it_ends),
		cmocka_unit_test(a_block_that_vanishes_under_the_write_is_refused),
		cmocka_unit_test(enodev_of_a_block_that_is_there_is_data),
		cmocka_unit_test(a_block_that_vanishes_while_offline_is_told),
		cmocka_unit_test(without_intents_nothing_is_written),
		cmocka_unit_test(two_failed_intents_in_a_row_are_got_over),
		cmocka_unit_test(memory_comes_back_also_without_an_intent),
		cmocka_unit_test(no_other_block_is_taken_while_one_is_missing),
		cmocka_unit_test(a_missing_block_that_comes_back_lets_it_go_on),
		cmocka_unit_test(a_tree_of_files_can_be_driven),
	};

	return cmocka_run_group_tests_name("drive: offline, faults", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Aiming on this host: one node, so nothing can be put anywhere, but asked, counted and refused.
 * What aiming reaches is measured in the guest (tests/guest/placer_check.c).
 */
#include "workers/test_rig.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

#define MIB (1ULL << 20)
#define ALL_FRAMES (1ULL << 55)

static void open_two(struct rig *rig)
{
	if (geteuid() != 0)
		skip();
	rig_open(rig);
	(void)rig_add(rig, "aimed", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_OFFLINE, 2, 1);
	(void)rig_add(rig, "aside", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 1, 1);
	rig_start(rig);
}

static void pages_in_the_block_are_counted(void **state)
{
	struct worker_aim aim = {0};
	struct err e = {0};
	uint64_t moved = 1;
	struct rig rig;

	(void)state;
	open_two(&rig);
	/* The "block" is all memory: every page of the driven group is in it already. */
	assert_int_equal(worker_groups_aim(rig.groups, 0, 1, ALL_FRAMES, 16 * MIB, &aim, &e), 0);
	assert_int_equal(aim.pages_wanted, 16);
	assert_int_equal(aim.pages_in_block, 16);
	assert_int_equal(aim.pages_moved, 0);
	assert_int_equal(aim.hoard_bytes, 0);
	assert_int_equal(worker_groups_unaim(rig.groups, &moved, &e), 0);
	assert_int_equal(moved, 0);
	rig_close(&rig);
}

static void what_cannot_be_placed_is_told_in_counts(void **state)
{
	struct worker_aim aim = {0};
	struct err e = {0};
	struct rig rig;
	uint64_t begin_ns;

	(void)state;
	open_two(&rig);
	begin_ns = clock_monotonic_ns();
	assert_int_equal(worker_groups_aim(rig.groups, 0, 1ULL << 50, 32768, 16 * MIB, &aim, &e),
			 0);
	assert_true(clock_monotonic_ns() - begin_ns < 10 * NS_PER_S);
	assert_int_equal(aim.pages_wanted, 16);
	assert_int_equal(aim.pages_in_block, 0);
	assert_true(aim.hoard_bytes <= 16 * MIB);
	rig_close(&rig);
}

/* The threads rest while their pages are moved, and only then. */
static void who_rested_works_again(void **state)
{
	struct worker_aim aim = {0};
	struct worker_totals totals;
	struct placement *placement;
	struct err e = {0};
	struct rig rig;

	(void)state;
	open_two(&rig);
	placement = &rig.groups->placement;
	placement->nodes =
		memory_grow(placement->nodes, placement->n_nodes + 1, sizeof(*placement->nodes));
	placement->nodes[placement->n_nodes++] = 1000;
	assert_int_equal(worker_groups_aim(rig.groups, 0, 1ULL << 50, 32768, 2 * MIB, &aim, &e), 0);
	assert_int_equal(aim.pages_wanted, 16);
	assert_int_equal(aim.pages_in_block, 0);
	assert_int_equal(rig.groups->placer.last_id, 1);
	worker_group_totals(rig.groups, 0, &totals);
	rig_wait_touches(&rig, 0, totals.touches + 1000);
	rig_close(&rig);
}

static void nobody_to_be_aimed(void **state)
{
	struct worker_aim aim = {.pages_wanted = 5};
	uint64_t moved = 5;
	struct err e = {0};
	struct rig rig;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "aside", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 1, 0);
	rig_start(&rig);
	assert_int_equal(worker_groups_aim(rig.groups, 0, 0, 1, MIB, &aim, &e), 0);
	assert_int_equal(aim.pages_wanted, 0);
	assert_int_equal(worker_groups_unaim(rig.groups, &moved, &e), 0);
	assert_int_equal(moved, 0);
	assert_false(rig.groups->placer.is_running);
	rig_close(&rig);
}

static void a_dead_placer_is_started_again(void **state)
{
	struct worker_aim aim = {0};
	struct err e = {0};
	struct rig rig;
	pid_t first;

	(void)state;
	open_two(&rig);
	assert_int_equal(worker_groups_aim(rig.groups, 0, 1, ALL_FRAMES, MIB, &aim, &e), 0);
	first = rig.groups->placer.process.pid;
	(void)kill(first, SIGKILL);
	assert_int_equal(worker_groups_aim(rig.groups, 0, 1, ALL_FRAMES, MIB, &aim, &e), 0);
	assert_int_equal(aim.pages_in_block, 16);
	assert_int_not_equal(rig.groups->placer.process.pid, first);
	rig_close(&rig);
	assert_int_equal(rig_children(), 0);
}

static void a_placer_that_always_dies_is_an_error(void **state)
{
	struct worker_aim aim = {0};
	struct err e = {0};
	struct rig rig;
	uint64_t begin_ns;

	(void)state;
	open_two(&rig);
	free(rig.groups->placer.program);
	rig.groups->placer.program = memory_string("/bin/true");
	begin_ns = clock_monotonic_ns();
	assert_int_equal(worker_groups_aim(rig.groups, 0, 1, ALL_FRAMES, MIB, &aim, &e), -EPIPE);
	assert_true(clock_monotonic_ns() - begin_ns < 20 * NS_PER_S);
	assert_non_null(strstr(e.text, "no answer from the placer"));
	assert_int_equal(aim.pages_wanted, 0);
	assert_int_equal(rig_children(), 3);
	rig_close(&rig);
}

static void a_silent_placer_is_not_waited_for(void **state)
{
	struct placer_request request = {.task = PLACER_WHERE};
	struct placer_answer answer;
	struct placer_client client;
	struct err e = {0};
	uint64_t begin_ns;

	(void)state;
	placer_client_init(&client, rig_worker_path());
	/* No targets: it answers, whoever it is run by. */
	(void)placer_client_ask(&client, &request, NULL, 0, &answer, &e);
	(void)kill(client.process.pid, SIGSTOP);
	begin_ns = clock_monotonic_ns();
	assert_int_equal(placer_client_ask(&client, &request, NULL, 0, &answer, &e), -ETIMEDOUT);
	assert_in_range(clock_monotonic_ns() - begin_ns, 4900 * NS_PER_MS, 60 * NS_PER_S);
	assert_int_equal(rig_children(), 0);
	placer_client_done(&client);
}

int test_aim(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(pages_in_the_block_are_counted),
		rig_test(what_cannot_be_placed_is_told_in_counts),
		rig_test(who_rested_works_again),
		rig_test(nobody_to_be_aimed),
		rig_test(a_dead_placer_is_started_again),
		rig_test(a_placer_that_always_dies_is_an_error),
		rig_test(a_silent_placer_is_not_waited_for),
	};

	return cmocka_run_group_tests_name("workers: aim", tests, NULL, NULL);
}

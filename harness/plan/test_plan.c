// SPDX-License-Identifier: GPL-2.0-or-later
/* Which blocks, in which order, and why not the others. */
#include "plan/test_room.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"

static void order_of(const struct plan *plan, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < plan->n_blocks && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%u", i ? " " : "",
					 plan->blocks[i].id);
}

/* Fixed for ever: a run that is repeated with its seed takes the blocks in the same order. */
static void one_seed_one_order(void **state)
{
	static const struct {
		uint64_t seed;
		const char *order;
	} golden[] = {
		{1, "55 45 44 52 42 51 43 40 49 54 50 41 53 46 48 47"},
		{2, "48 46 41 53 45 51 54 44 49 52 55 47 50 43 40 42"},
		{PROFILE_MAX_SEED, "41 47 50 44 53 46 54 43 45 51 55 52 42 48 40 49"},
	};
	struct host host;
	struct profile p;

	(void)state;
	host_init(&host, 2);
	load_text(SOME_OFFLINE, &p);
	for (size_t i = 0; i < ARRAY_SIZE(golden); i++) {
		struct plan plan;
		char order[256];

		plan_or_fail(&host, &p, golden[i].seed, &plan);
		order_of(&plan, order, sizeof(order));
		assert_string_equal(order, golden[i].order);
		assert_int_equal(plan.n_refusals, 0);
		assert_int_equal(plan.blocks[0].zone, ZONE_MOVABLE);
		plan_done(&plan);
	}
	profile_done(&p);
}

/* GSL takes 32 bits of a seed, and 0 for 4357: ours must differ wherever they differ. */
static void every_bit_of_a_seed_counts(void **state)
{
	static const uint64_t seeds[] = {0, 4357, 1, 1ULL << 32, (1ULL << 32) + 1, 1ULL << 52, 2, 3};
	char orders[ARRAY_SIZE(seeds)][256], digests[ARRAY_SIZE(seeds)][PLAN_DIGEST_SIZE];
	struct host host;
	struct profile p;

	(void)state;
	host_init(&host, 4);
	load_text(SOME_OFFLINE, &p);
	for (size_t i = 0; i < ARRAY_SIZE(seeds); i++) {
		struct plan plan;

		plan_or_fail(&host, &p, seeds[i], &plan);
		order_of(&plan, orders[i], sizeof(orders[i]));
		memcpy(digests[i], plan.digest, sizeof(digests[i]));
		plan_done(&plan);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(orders[i], orders[k]);
			assert_string_not_equal(digests[i], digests[k]);
		}
	}
	profile_done(&p);
}

static void each_block_is_taken_or_refused_once(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;
	unsigned int seen[HOST_MAX_NODES * 8] = {0};

	(void)state;
	host_init(&host, 4);
	for (size_t i = 0; i < host.t.n_blocks; i += 3)
		host.blocks[i].zones[0] = i % 2 ? ZONE_NORMAL : ZONE_NONE;
	host.blocks[4].state = BLOCK_OFFLINE;
	host_count(&host);
	load_text(SOME_OFFLINE, &p);
	plan_or_fail(&host, &p, 5, &plan);
	assert_int_equal(plan.n_blocks + plan.n_refusals, host.t.n_blocks);
	for (size_t i = 0; i < plan.n_blocks; i++) {
		seen[plan.blocks[i].id - 40]++;
		assert_int_equal(plan.blocks[i].node, (plan.blocks[i].id - 40) / 8);
	}
	for (size_t i = 0; i < plan.n_refusals; i++) {
		seen[plan.refusals[i].id - 40]++;
		assert_int_equal(plan.refusals[i].refusal,
				 topology_judge_block(&host.blocks[plan.refusals[i].id - 40], true));
	}
	for (size_t i = 0; i < host.t.n_blocks; i++)
		assert_int_equal(seen[i], 1);
	plan_done(&plan);
	profile_done(&p);
}

static enum block_refusal refusal_of(const struct plan *plan, uint32_t id)
{
	for (size_t i = 0; i < plan->n_refusals; i++)
		if (plan->refusals[i].id == id)
			return plan->refusals[i].refusal;
	return BLOCK_OFFLINABLE;
}

static void zones_any_takes_more_but_not_all(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;

	(void)state;
	host_init(&host, 1);
	host.blocks[0].zones[0] = ZONE_NORMAL;
	host.blocks[1].zones[0] = ZONE_NONE;
	host_count(&host);
	load_text(SOME_OFFLINE, &p);
	plan_or_fail(&host, &p, 1, &plan);
	assert_int_equal(refusal_of(&plan, 40), REFUSED_NOT_MOVABLE);
	assert_int_equal(refusal_of(&plan, 41), REFUSED_SPANS_ZONES);
	plan_done(&plan);
	p.offline_movable_only = false;
	plan_or_fail(&host, &p, 1, &plan);
	assert_int_equal(refusal_of(&plan, 40), BLOCK_OFFLINABLE);
	assert_int_equal(refusal_of(&plan, 41), REFUSED_SPANS_ZONES);
	assert_int_equal(plan.n_blocks, 7);
	for (size_t i = 0; i < plan.n_blocks; i++)
		assert_int_equal(plan.blocks[i].zone,
				 plan.blocks[i].id == 40 ? ZONE_NORMAL : ZONE_MOVABLE);
	plan_done(&plan);
	profile_done(&p);
}

/* Node 1 has one movable block: where workers run it stays, where none can run it may go. */
static void the_last_movable_block_of_a_node_stays(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;

	(void)state;
	host_init(&host, 2);
	for (size_t i = 8; i < 15; i++)
		host.blocks[i].zones[0] = ZONE_NORMAL;
	host_count(&host);
	load_text(SOME_OFFLINE, &p);
	plan_or_fail(&host, &p, 1, &plan);
	assert_int_equal(plan.n_blocks, 8);
	assert_int_equal(refusal_of(&plan, 55), REFUSED_LAST_OF_NODE);
	assert_int_equal(refusal_of(&plan, 54), REFUSED_NOT_MOVABLE);
	plan_done(&plan);

	p.offline_movable_only = false; /* the others of that node may go, this one still not */
	plan_or_fail(&host, &p, 1, &plan);
	assert_int_equal(refusal_of(&plan, 55), REFUSED_LAST_OF_NODE);
	assert_int_equal(refusal_of(&plan, 54), BLOCK_OFFLINABLE);
	plan_done(&plan);
	p.offline_movable_only = true;

	host.nodes[1].has_cpus = false;
	plan_or_fail(&host, &p, 1, &plan);
	assert_int_equal(plan.n_blocks, 9);
	plan_done(&plan);

	host.nodes[1].has_cpus = true;
	host.blocks[14].zones[0] = ZONE_MOVABLE; /* now there are two */
	host_count(&host);
	plan_or_fail(&host, &p, 1, &plan);
	assert_int_equal(plan.n_blocks, 10);
	plan_done(&plan);
	profile_done(&p);
}

static void the_reserve_is_the_greater_of_two(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;
	uint64_t total = 2ULL << 30, block = 128 << 20;

	(void)state;
	host_init(&host, 2);
	load_text(SOME_OFFLINE, &p);
	plan_or_fail(&host, &p, 1, &plan);
	assert_true(plan.reserve_bytes == total / 10);
	plan_done(&plan);

	p.reserve_bytes = total - block; /* one block and the reserve are just all there is */
	plan_or_fail(&host, &p, 1, &plan);
	assert_true(plan.reserve_bytes == total - block);
	assert_int_equal(plan.n_blocks, 16);
	plan_done(&plan);

	for (uint64_t more = 1; more <= 1ULL << 40; more *= 1024) {
		struct err e = {0};

		p.reserve_bytes = total - block + more;
		assert_int_equal(plan_make(&host.t, &p, 1, &plan, &e), -ENODEV);
		assert_int_equal(plan.n_blocks, 0);
		assert_int_equal(plan.n_refusals, 16);
		assert_int_equal(plan.refusals[0].refusal, REFUSED_GUARD);
		assert_non_null(strstr(e.text, "[guard] reserve"));
		plan_done(&plan);
	}
	profile_done(&p);
}

static void pages_move_between_the_nodes_with_most_movable_memory(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;

	(void)state;
	host_init(&host, 4);
	load_text(BOTH, &p);
	plan_or_fail(&host, &p, 1, &plan);
	assert_true(plan.can_move);
	assert_int_equal(plan.move_nodes[0], 0); /* all alike: the lowest ids */
	assert_int_equal(plan.move_nodes[1], 1);
	plan_done(&plan);

	host.blocks[0].zones[0] = ZONE_NORMAL; /* node 0 has one movable block less, node 1 two */
	host.blocks[8].zones[0] = ZONE_NORMAL;
	host.blocks[9].zones[0] = ZONE_NORMAL;
	host_count(&host);
	plan_or_fail(&host, &p, 1, &plan);
	assert_int_equal(plan.move_nodes[0], 2);
	assert_int_equal(plan.move_nodes[1], 3);
	plan_done(&plan);

	host.nodes[2].has_memory = false;
	plan_or_fail(&host, &p, 1, &plan);
	assert_int_equal(plan.move_nodes[0], 0);
	assert_int_equal(plan.move_nodes[1], 3);
	plan_done(&plan);
	profile_done(&p);
}

static void nothing_testable_is_told_with_its_reasons(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;
	struct err e = {0};

	(void)state;
	host_init(&host, 1);
	for (size_t i = 0; i < 8; i++)
		host.blocks[i].zones[0] = i ? ZONE_NORMAL : ZONE_NONE;
	host_count(&host);
	load_text(BOTH, &p);
	assert_int_equal(plan_make(&host.t, &p, 1, &plan, &e), -ENODEV);
	assert_non_null(strstr(e.text, "no memory block can be attempted (of 8, for 7: its zone"));
	assert_non_null(strstr(e.text, "move_pages needs two nodes with memory, this host has one"));
	assert_int_equal(plan.n_refusals, 8);
	assert_int_equal(plan.n_phases, 0);
	assert_false(plan.can_move);
	plan_done(&plan);

	p.has_offline = false;
	host.nodes[0].has_memory = false;
	assert_int_equal(plan_make(&host.t, &p, 1, &plan, &e), -ENODEV);
	assert_non_null(strstr(e.text, "this host has none"));
	assert_null(strstr(e.text, "block"));
	plan_done(&plan);

	p.has_offline = true;
	host.t.n_blocks = 0;
	assert_int_equal(plan_make(&host.t, &p, 1, &plan, &e), -ENODEV);
	assert_non_null(strstr(e.text, "no memory block;"));
	plan_done(&plan);
	profile_done(&p);
}

static void a_seed_beyond_what_json_holds_is_refused(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;
	struct err e = {0};

	(void)state;
	host_init(&host, 1);
	load_text(SOME_OFFLINE, &p);
	assert_int_equal(plan_make(&host.t, &p, PROFILE_MAX_SEED + 1, &plan, &e), -ERANGE);
	assert_non_null(strstr(e.text, "9007199254740992"));
	plan_done(&plan);
	profile_done(&p);
}

int test_plan(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_seed_one_order),
		cmocka_unit_test(every_bit_of_a_seed_counts),
		cmocka_unit_test(each_block_is_taken_or_refused_once),
		cmocka_unit_test(zones_any_takes_more_but_not_all),
		cmocka_unit_test(the_last_movable_block_of_a_node_stays),
		cmocka_unit_test(the_reserve_is_the_greater_of_two),
		cmocka_unit_test(pages_move_between_the_nodes_with_most_movable_memory),
		cmocka_unit_test(nothing_testable_is_told_with_its_reasons),
		cmocka_unit_test(a_seed_beyond_what_json_holds_is_refused),
	};

	return cmocka_run_group_tests_name("plan: blocks", tests, scratch_set_up,
					   scratch_tear_down);
}

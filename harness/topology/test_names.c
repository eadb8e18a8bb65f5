// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/test_topology.h"

#include <string.h>

#include "base/cleanup.h"
#include "topology/topology.h"

static void only_memory_and_digits_is_a_block(void **state)
{
	static const char *const wrong[] = {
		"memory", "memory_failure", "memory-1", "memory 1", "memory1x", "Memory1", "xmemory1",
		"memory4294967296", "memory99999999999999999999", "memory0x10", "", "node1",
	};
	uint32_t id = 77;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(topology_parse_block_name(wrong[i], &id));
	assert_int_equal(id, 77);
	assert_true(topology_parse_block_name("memory0", &id));
	assert_int_equal(id, 0);
	assert_true(topology_parse_block_name("memory4294967295", &id));
	assert_int_equal(id, UINT32_MAX);
}

static void names_go_both_ways(void **state)
{
	static const char *const known[] = {"none", "DMA", "DMA32", "Normal", "HighMem", "Movable",
					    "Device"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		assert_string_equal(zone_name(zone_parse(known[i], strlen(known[i]))), known[i]);
	assert_int_equal(zone_parse("Movable", 3), ZONE_UNKNOWN);
	assert_int_equal(zone_parse("movable", 7), ZONE_UNKNOWN);
	assert_int_equal(zone_parse("unknown", 7), ZONE_UNKNOWN);
	assert_int_equal(zone_parse("Movable Normal", 7), ZONE_MOVABLE);
	assert_string_equal(zone_name((enum zone)99), "unknown");
	assert_string_equal(block_state_name(BLOCK_GOING_OFFLINE), "going-offline");
	assert_string_equal(block_state_name((enum block_state)99), "unknown");
}

static void a_zone_has_the_keyword_that_leads_back_to_it(void **state)
{
	(void)state;
	assert_string_equal(zone_online_keyword(ZONE_MOVABLE), "online_movable");
	assert_string_equal(zone_online_keyword(ZONE_NORMAL), "online_kernel");
	assert_string_equal(zone_online_keyword(ZONE_DMA32), "online_kernel");
	assert_string_equal(zone_online_keyword(ZONE_UNKNOWN), "online");
}

static void every_refusal_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (unsigned int a = 0; a < REFUSED_MAX; a++)
		for (unsigned int b = 0; b < a; b++)
			assert_string_not_equal(block_refusal_text((enum block_refusal)a),
						block_refusal_text((enum block_refusal)b));
}

static void blocks_are_judged_by_state_and_zone(void **state)
{
	static const struct {
		struct topology_block block;
		enum block_refusal movable_only, any;
	} cases[] = {
		{{.state = BLOCK_ONLINE, .n_zones = 1, .zones = {ZONE_MOVABLE}},
		 BLOCK_OFFLINABLE, BLOCK_OFFLINABLE},
		{{.state = BLOCK_ONLINE, .n_zones = 1, .zones = {ZONE_NORMAL}},
		 REFUSED_NOT_MOVABLE, BLOCK_OFFLINABLE},
		{{.state = BLOCK_ONLINE, .n_zones = 1, .zones = {ZONE_DMA32}},
		 REFUSED_NOT_MOVABLE, BLOCK_OFFLINABLE},
		{{.state = BLOCK_ONLINE, .n_zones = 1, .zones = {ZONE_NONE}},
		 REFUSED_SPANS_ZONES, REFUSED_SPANS_ZONES},
		{{.state = BLOCK_ONLINE, .n_zones = 1, .zones = {ZONE_UNKNOWN}},
		 REFUSED_ZONE_UNKNOWN, REFUSED_ZONE_UNKNOWN},
		{{.state = BLOCK_ONLINE, .n_zones = 1, .zones = {ZONE_DEVICE}},
		 REFUSED_ZONE_UNKNOWN, REFUSED_ZONE_UNKNOWN},
		{{.state = BLOCK_ONLINE, .n_zones = 2, .zones = {ZONE_MOVABLE, ZONE_NORMAL}},
		 REFUSED_ZONE_UNKNOWN, REFUSED_ZONE_UNKNOWN},
		{{.state = BLOCK_ONLINE, .n_zones = 0}, REFUSED_UNREADABLE, REFUSED_UNREADABLE},
		{{.state = BLOCK_OFFLINE, .n_zones = 1, .zones = {ZONE_MOVABLE}},
		 REFUSED_NOT_ONLINE, REFUSED_NOT_ONLINE},
		{{.state = BLOCK_GOING_OFFLINE, .n_zones = 1, .zones = {ZONE_MOVABLE}},
		 REFUSED_NOT_ONLINE, REFUSED_NOT_ONLINE},
		{{.state = BLOCK_STATE_UNKNOWN, .n_zones = 1, .zones = {ZONE_MOVABLE}},
		 REFUSED_UNREADABLE, REFUSED_UNREADABLE},
		{{.node = -1, .state = BLOCK_ONLINE, .n_zones = 1, .zones = {ZONE_MOVABLE}},
		 REFUSED_NO_NODE, REFUSED_NO_NODE},
		{{.node = -1, .state = BLOCK_ONLINE, .n_zones = 1, .zones = {ZONE_NONE}},
		 REFUSED_SPANS_ZONES, REFUSED_SPANS_ZONES},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(topology_judge_block(&cases[i].block, true), cases[i].movable_only);
		assert_int_equal(topology_judge_block(&cases[i].block, false), cases[i].any);
	}
}

int test_names(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_memory_and_digits_is_a_block),
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(a_zone_has_the_keyword_that_leads_back_to_it),
		cmocka_unit_test(every_refusal_has_a_text_of_its_own),
		cmocka_unit_test(blocks_are_judged_by_state_and_zone),
	};

	return cmocka_run_group_tests_name("topology: names", tests, NULL, NULL);
}

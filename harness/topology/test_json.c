// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/test_topology.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "topology/topology.h"

static struct jsonw *as_json(const struct topology *t)
{
	cleanup_free char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct jsonw_stream stream = {.out = out};
	struct jsonw *value = NULL;

	assert_non_null(out);
	topology_write_json(t, &stream, NULL);
	(void)fclose(out);
	assert_int_equal(jsonw_parse(text, length, &value, NULL), 0);
	return value;
}

static void blocks_and_nodes_are_written(void **state)
{
	char cpus[] = "0-3";
	struct topology_node node = {.id = 3, .cpus = cpus, .bytes = 4096, .free_bytes = 1024,
				     .n_blocks = 2, .n_movable_online = 1};
	struct topology_block blocks[] = {
		{.id = 8, .node = 3, .state = BLOCK_ONLINE, .n_zones = 1, .zones = {ZONE_MOVABLE}},
		{.id = 9, .node = -1, .state = BLOCK_OFFLINE, .n_zones = 2,
		 .zones = {ZONE_NORMAL, ZONE_MOVABLE}, .refusal = REFUSED_NOT_ONLINE},
	};
	const struct topology t = {.block_size_bytes = 134217728, .nodes = &node, .n_nodes = 1,
				   .blocks = blocks, .n_blocks = 2};
	struct jsonw *value = as_json(&t);
	const struct jsonw *first = jsonw_at(jsonw_get(value, "blocks"), 0);
	const struct jsonw *second = jsonw_at(jsonw_get(value, "blocks"), 1);
	struct jsonw *made = jsonw_at(jsonw_get(value, "nodes"), 0);

	(void)state;
	assert_int_equal(jsonw_get_uint(value, "block_size_bytes"), 134217728);
	assert_string_equal(jsonw_text(made, NULL),
			    "{\"id\":3,\"cpus\":\"0-3\",\"bytes\":4096,\"free_bytes\":1024,"
			    "\"blocks\":2,\"movable_blocks\":1}");
	assert_int_equal(jsonw_get_uint(first, "id"), 8);
	assert_true(jsonw_get_bool(first, "offlinable"));
	assert_false(jsonw_has(first, "why"));
	assert_int_equal(jsonw_get_uint(first, "node"), 3);
	assert_int_equal(jsonw_length(jsonw_get(second, "zones")), 2);
	assert_string_equal(jsonw_as_string(jsonw_at(jsonw_get(second, "zones"), 1)), "Movable");
	assert_string_equal(jsonw_get_string(second, "state"), "offline");
	assert_false(jsonw_get_bool(second, "offlinable"));
	assert_string_equal(jsonw_get_string(second, "why"),
			    block_refusal_text(REFUSED_NOT_ONLINE));
	assert_false(jsonw_has(second, "node"));
	jsonw_free(value);
}

static void an_empty_host_is_valid_json(void **state)
{
	const struct topology t = {.block_size_bytes = 4096};
	struct jsonw *value = as_json(&t);

	(void)state;
	assert_int_equal(jsonw_type_of(jsonw_get(value, "blocks")), JSONW_ARRAY);
	assert_int_equal(jsonw_length(jsonw_get(value, "nodes")), 0);
	jsonw_free(value);
}

int test_json(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_and_nodes_are_written),
		cmocka_unit_test(an_empty_host_is_valid_json),
	};

	return cmocka_run_group_tests_name("topology: JSON", tests, NULL, NULL);
}

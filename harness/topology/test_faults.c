// SPDX-License-Identifier: GPL-2.0-or-later
/* What vanishes or cannot be read while we look, and what is no sysfs at all. */
#include "topology/test_topology.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "topology/test_fake_tree.h"
#include "topology/topology.h"

static void make_host(struct fake_tree *tree)
{
	fake_tree_init(tree);
	fake_tree_node(tree, 0, "0-1", 1024);
	fake_tree_node(tree, 1, "2-3", 1024);
	for (uint32_t id = 0; id < 4; id++)
		fake_tree_block(tree, id, (int)id / 2, "online", "Movable");
}

static void a_block_that_vanishes_is_kept_as_unreadable(void **state)
{
	static const int errors[] = {ENOENT, ENODEV, EIO, EACCES};
	static const char *const files[] = {"state", "valid_zones"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		for (size_t f = 0; f < ARRAY_SIZE(files); f++) {
			struct fake_tree tree;
			struct topology t = {0};

			make_host(&tree);
			fake_tree_error(&tree, errors[i], MEMORY "/memory1/%s", files[f]);
			assert_int_equal(topology_read(&tree.fs, &t, NULL), 0);
			assert_int_equal(t.n_blocks, 4);
			assert_int_equal(t.blocks[1].refusal, REFUSED_UNREADABLE);
			assert_int_equal(t.blocks[0].refusal, BLOCK_OFFLINABLE);
			assert_int_equal(t.blocks[2].refusal, BLOCK_OFFLINABLE);
			assert_int_equal(t.nodes[0].n_blocks, 2);
			assert_int_equal(t.nodes[0].n_movable_online, 1);
			topology_done(&t);
			fake_tree_done(&tree);
		}
	}
}

static void a_text_that_no_kernel_writes_is_not_guessed(void **state)
{
	struct fake_tree tree;
	struct topology t = {0};

	(void)state;
	make_host(&tree);
	fake_tree_file(&tree, "onlineish\n", MEMORY "/memory0/state");
	fake_tree_file(&tree, "Strange\n", MEMORY "/memory1/valid_zones");
	fake_tree_file(&tree, "\n", MEMORY "/memory2/valid_zones");
	fake_tree_file(&tree, "DMA DMA32 Normal Movable Device\n", MEMORY "/memory3/valid_zones");
	assert_int_equal(topology_read(&tree.fs, &t, NULL), 0);
	assert_int_equal(t.blocks[0].refusal, REFUSED_UNREADABLE);
	assert_int_equal(t.blocks[1].refusal, REFUSED_ZONE_UNKNOWN);
	assert_int_equal(t.blocks[2].refusal, REFUSED_UNREADABLE);
	assert_int_equal(t.blocks[3].refusal, REFUSED_ZONE_UNKNOWN);
	assert_int_equal(t.blocks[3].n_zones, BLOCK_MAX_ZONES);
	topology_done(&t);
	fake_tree_done(&tree);
}

static void a_node_that_vanishes_takes_only_itself(void **state)
{
	struct fake_tree tree;
	struct topology t = {0};

	(void)state;
	make_host(&tree);
	fake_tree_error(&tree, ENOENT, NODE "/node1");
	fake_tree_error(&tree, ENOENT, NODE "/node1/meminfo");
	fake_tree_error(&tree, ENOENT, NODE "/node1/cpulist");
	assert_int_equal(topology_read(&tree.fs, &t, NULL), 0);
	assert_int_equal(t.n_nodes, 2);
	assert_false(t.nodes[1].has_cpus);
	assert_false(t.nodes[1].has_memory);
	assert_int_equal(t.blocks[0].refusal, BLOCK_OFFLINABLE);
	assert_int_equal(t.blocks[3].refusal, REFUSED_NO_NODE);
	topology_done(&t);
	fake_tree_done(&tree);
}

static void reading_one_block_tells_gone_from_broken(void **state)
{
	struct fake_tree tree;
	struct topology_block block = {.id = 99, .refusal = REFUSED_GUARD};

	(void)state;
	make_host(&tree);
	assert_int_equal(topology_read_block(&tree.fs, 9, &block), -ENOENT);
	fake_tree_error(&tree, ENODEV, MEMORY "/memory0/state");
	assert_int_equal(topology_read_block(&tree.fs, 0, &block), -ENOENT);
	fake_tree_error(&tree, EIO, MEMORY "/memory1/state");
	assert_int_equal(topology_read_block(&tree.fs, 1, &block), -EIO);
	fake_tree_error(&tree, ENOENT, MEMORY "/memory2");
	assert_int_equal(topology_read_block(&tree.fs, 2, &block), -ENOENT);
	assert_int_equal(block.id, 99);
	assert_int_equal(block.refusal, REFUSED_GUARD);

	/* The state is worth having also when the zones cannot be read. */
	fake_tree_error(&tree, EIO, MEMORY "/memory3/valid_zones");
	assert_int_equal(topology_read_block(&tree.fs, 3, &block), 0);
	assert_int_equal(block.state, BLOCK_ONLINE);
	assert_int_equal(block.n_zones, 0);
	assert_int_equal(block.refusal, REFUSED_UNREADABLE);
	fake_tree_done(&tree);
}

static void what_is_no_sysfs_is_said_in_one_line(void **state)
{
	static const struct {
		const char *text; /* of block_size_bytes */
		const char *part;
		int error, wanted;
	} cases[] = {
		{NULL, "no memory hotplug", ENOENT, -ENOENT},
		{NULL, "Permission denied", EACCES, -EACCES},
		{"rubbish\n", "block_size_bytes", 0, -EINVAL},
		{"0\n", "power of two", 0, -EINVAL},
		{"3000000\n", "power of two", 0, -EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct topology t = {.n_blocks = 77};
		struct fake_tree tree;
		struct err e = {0};

		make_host(&tree);
		fake_tree_error(&tree, cases[i].error, MEMORY "/block_size_bytes");
		if (cases[i].text)
			fake_tree_file(&tree, cases[i].text, MEMORY "/block_size_bytes");
		assert_int_equal(topology_read(&tree.fs, &t, &e), cases[i].wanted);
		assert_int_equal(e.code, cases[i].wanted);
		assert_non_null(strstr(e.text, cases[i].part));
		assert_null(strchr(e.text, '\n'));
		assert_int_equal(t.n_blocks, 77);
		fake_tree_done(&tree);
	}
}

static void an_empty_root_is_not_a_kernel_without_hotplug(void **state)
{
	struct fake_tree tree;
	struct topology t;
	struct err e = {0};

	(void)state;
	fake_tree_init(&tree);
	fake_tree_remove(&tree, "sys");
	assert_int_equal(topology_read(&tree.fs, &t, &e), -ENODATA);
	assert_non_null(strstr(e.text, "--sysroot"));
	fake_tree_done(&tree);
}

static void folders_that_cannot_be_listed_are_errors(void **state)
{
	static const char *const folders[] = {MEMORY, NODE, NODE "/node1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		struct fake_tree tree;
		struct topology t;
		struct err e = {0};

		make_host(&tree);
		fake_tree_error(&tree, EACCES, "%s", folders[i]);
		assert_int_equal(topology_read(&tree.fs, &t, &e), -EACCES);
		assert_non_null(strstr(e.text, folders[i]));
		fake_tree_done(&tree);
	}
}

int test_faults(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_that_vanishes_is_kept_as_unreadable),
		cmocka_unit_test(a_text_that_no_kernel_writes_is_not_guessed),
		cmocka_unit_test(a_node_that_vanishes_takes_only_itself),
		cmocka_unit_test(reading_one_block_tells_gone_from_broken),
		cmocka_unit_test(what_is_no_sysfs_is_said_in_one_line),
		cmocka_unit_test(an_empty_root_is_not_a_kernel_without_hotplug),
		cmocka_unit_test(folders_that_cannot_be_listed_are_errors),
	};

	return cmocka_run_group_tests_name("topology: faults", tests, NULL, NULL);
}

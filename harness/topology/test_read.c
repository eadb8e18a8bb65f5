// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts as they are: sparse, lopsided, large. */
#include "topology/test_topology.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "base/test_tree.h"
#include "topology/test_fake_tree.h"
#include "topology/topology.h"

static void read_tree(struct fake_tree *tree, struct topology *t)
{
	struct err e = {0};
	int r = topology_read(&tree->fs, t, &e);

	if (r < 0)
		fail_msg("%s", e.text);
}

static const struct topology_block *block_of(const struct topology *t, uint32_t id)
{
	const struct topology_block *block = topology_find_block(t, id);

	assert_non_null(block);
	assert_int_equal(block->id, id);
	return block;
}

/* Two nodes, and all that can be odd about them. */
static void make_odd(struct fake_tree *tree)
{
	fake_tree_init(tree);
	fake_tree_node(tree, 2, "4-7", 4096);
	fake_tree_node(tree, 0, "0-3,8", 2048);
	fake_tree_node(tree, 10, "", 1024); /* no CPUs */
	fake_tree_node(tree, 3, "9", 0);    /* no memory */
	fake_tree_file(tree, "x", NODE "/has_memory");
	fake_tree_file(tree, "0\n", NODE "/node0/memory_failure/total");
	fake_tree_file(tree, "0\n", NODE "/node0/memory_side_cache/index1");
	fake_tree_file(tree, "0\n", MEMORY "/memory_failure/total");
	fake_tree_block(tree, 200, 10, "online", "Movable");
	fake_tree_block(tree, 33, 0, "online", "Movable");
	fake_tree_block(tree, 32, 0, "online", "Normal");
	fake_tree_block(tree, 35, 0, "offline", "Normal Movable");
	fake_tree_block(tree, 40, 2, "online", "none");
	fake_tree_block(tree, 41, 2, "going-offline", "Movable");
	fake_tree_block(tree, 100, 0, "online", "Movable");
	fake_tree_link(tree, 100, 2); /* of two nodes */
	fake_tree_block(tree, 101, -1, "online", "Movable");
	fake_tree_block(tree, 102, 2, "online", NULL);
}

static void an_odd_host_is_read_as_it_is(void **state)
{
	static const struct {
		uint32_t id;
		int node;
		enum block_state state;
		enum block_refusal refusal;
	} wanted[] = {
		{32, 0, BLOCK_ONLINE, REFUSED_NOT_MOVABLE},
		{33, 0, BLOCK_ONLINE, BLOCK_OFFLINABLE},
		{35, 0, BLOCK_OFFLINE, REFUSED_NOT_ONLINE},
		{40, 2, BLOCK_ONLINE, REFUSED_SPANS_ZONES},
		{41, 2, BLOCK_GOING_OFFLINE, REFUSED_NOT_ONLINE},
		{100, -1, BLOCK_ONLINE, REFUSED_NO_NODE},
		{101, -1, BLOCK_ONLINE, REFUSED_NO_NODE},
		{102, 2, BLOCK_ONLINE, REFUSED_UNREADABLE},
		{200, 10, BLOCK_ONLINE, BLOCK_OFFLINABLE},
	};
	struct fake_tree tree;
	struct topology t = {0};

	(void)state;
	make_odd(&tree);
	read_tree(&tree, &t);
	assert_int_equal(t.block_size_bytes, 128 << 20);
	assert_int_equal(t.n_blocks, ARRAY_SIZE(wanted));
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		assert_int_equal(t.blocks[i].id, wanted[i].id);
		assert_int_equal(t.blocks[i].node, wanted[i].node);
		assert_int_equal(t.blocks[i].state, wanted[i].state);
		assert_int_equal(t.blocks[i].refusal, wanted[i].refusal);
	}
	assert_int_equal(block_of(&t, 35)->n_zones, 2);
	assert_int_equal(block_of(&t, 35)->zones[0], ZONE_NORMAL);
	assert_int_equal(block_of(&t, 35)->zones[1], ZONE_MOVABLE);
	assert_null(topology_find_block(&t, 34));
	topology_done(&t);
	fake_tree_done(&tree);
}

static void nodes_are_told_with_what_they_lack(void **state)
{
	struct fake_tree tree;
	struct topology t = {0};

	(void)state;
	make_odd(&tree);
	read_tree(&tree, &t);
	assert_int_equal(t.n_nodes, 4);
	assert_int_equal(t.nodes[0].id, 0);
	assert_int_equal(t.nodes[3].id, 10);
	assert_string_equal(topology_find_node(&t, 0)->cpus, "0-3,8");
	assert_true(topology_find_node(&t, 0)->has_cpus);
	assert_int_equal(topology_find_node(&t, 0)->bytes, 2048 * 1024);
	assert_int_equal(topology_find_node(&t, 0)->free_bytes, 1024 * 1024);
	assert_int_equal(topology_find_node(&t, 0)->n_blocks, 3);
	assert_int_equal(topology_find_node(&t, 0)->n_movable_online, 1);
	assert_int_equal(topology_find_node(&t, 2)->n_movable_online, 0);
	assert_false(topology_find_node(&t, 10)->has_cpus);
	assert_string_equal(topology_find_node(&t, 10)->cpus, "");
	assert_true(topology_find_node(&t, 10)->has_memory);
	assert_false(topology_find_node(&t, 3)->has_memory);
	assert_true(topology_find_node(&t, 3)->has_cpus);
	assert_int_equal(topology_find_node(&t, 3)->n_blocks, 0);
	assert_null(topology_find_node(&t, 1));
	topology_done(&t);
	fake_tree_done(&tree);
}

/* Both ways of reading a block must agree, whatever the block is like. */
static void one_block_read_again_is_the_same(void **state)
{
	struct fake_tree tree;
	struct topology t = {0};

	(void)state;
	make_odd(&tree);
	read_tree(&tree, &t);
	for (size_t i = 0; i < t.n_blocks; i++) {
		struct topology_block again;

		assert_int_equal(topology_read_block(&tree.fs, t.blocks[i].id, &again), 0);
		assert_int_equal(again.id, t.blocks[i].id);
		assert_int_equal(again.node, t.blocks[i].node);
		assert_int_equal(again.state, t.blocks[i].state);
		assert_int_equal(again.refusal, t.blocks[i].refusal);
		assert_int_equal(again.n_zones, t.blocks[i].n_zones);
		assert_memory_equal(again.zones, t.blocks[i].zones, again.n_zones);
	}
	fake_tree_file(&tree, "offline\n", MEMORY "/memory33/state");
	fake_tree_file(&tree, "Movable Normal\n", MEMORY "/memory33/valid_zones");
	assert_int_equal(topology_read_block(&tree.fs, 33, &t.blocks[0]), 0);
	assert_int_equal(t.blocks[0].state, BLOCK_OFFLINE);
	assert_int_equal(t.blocks[0].n_zones, 2);
	topology_done(&t);
	fake_tree_done(&tree);
}

static void a_kernel_without_numa_is_one_node(void **state)
{
	struct fake_tree tree;
	struct topology t = {0};
	struct topology_block block;

	(void)state;
	fake_tree_init(&tree);
	fake_tree_file(&tree, "MemTotal: 8192 kB\nMemFree: 100 kB\n", "proc/meminfo");
	fake_tree_file(&tree, "0-1\n", "sys/devices/system/cpu/online");
	fake_tree_block(&tree, 7, -1, "online", "Movable");
	read_tree(&tree, &t);
	assert_int_equal(t.n_nodes, 1);
	assert_int_equal(t.nodes[0].bytes, 8192 * 1024);
	assert_string_equal(t.nodes[0].cpus, "0-1");
	assert_int_equal(t.nodes[0].n_movable_online, 1);
	assert_int_equal(t.blocks[0].node, 0);
	assert_int_equal(topology_read_block(&tree.fs, 7, &block), 0);
	assert_int_equal(block.node, 0);
	topology_done(&t);
	fake_tree_done(&tree);
}

static void no_block_at_all_is_a_topology_too(void **state)
{
	struct fake_tree tree;
	struct topology t = {0};

	(void)state;
	fake_tree_init(&tree);
	fake_tree_node(&tree, 0, "0", 1024);
	read_tree(&tree, &t);
	assert_int_equal(t.n_blocks, 0);
	assert_int_equal(t.n_nodes, 1);
	assert_null(topology_find_block(&t, 0));
	topology_done(&t);
	fake_tree_done(&tree);
}

static void a_name_with_zeros_is_no_second_block(void **state)
{
	struct fake_tree tree;
	struct topology t = {0};

	(void)state;
	fake_tree_init(&tree);
	fake_tree_node(&tree, 0, "0", 1024);
	fake_tree_block(&tree, 7, 0, "online", "Movable");
	fake_tree_file(&tree, "online\n", MEMORY "/memory007/state");
	fake_tree_file(&tree, "", NODE "/node0/memory007");
	read_tree(&tree, &t);
	assert_int_equal(t.n_blocks, 1);
	assert_int_equal(t.blocks[0].node, 0);
	topology_done(&t);
	fake_tree_done(&tree);
}

/* 65,536 blocks on 16 nodes, made up as they are asked for. */
#define LARGE_BLOCKS 65536U
#define LARGE_NODES 16U

static ssize_t large_read(struct fsio *fs, const char *path, char *buffer, size_t size)
{
	unsigned int *reads = fs->context;
	const char *file = strrchr(path, '/');

	(*reads)++;
	if (strcmp(file, "/block_size_bytes") == 0)
		return snprintf(buffer, size, "80000000\n");
	if (strcmp(file, "/state") == 0)
		return snprintf(buffer, size, "online\n");
	if (strcmp(file, "/valid_zones") == 0)
		return snprintf(buffer, size, "Movable\n");
	if (strcmp(file, "/cpulist") == 0)
		return snprintf(buffer, size, "1\n");
	return snprintf(buffer, size, "Node 0 MemTotal: 1024 kB\n");
}

static int large_list(struct fsio *fs, const char *path,
		      int (*each)(void *context, const char *name), void *context)
{
	unsigned int first = 0, last = LARGE_BLOCKS, node;
	char name[32];
	int r = 0;

	(void)fs;
	if (strcmp(path, NODE) == 0) {
		for (unsigned int i = 0; i < LARGE_NODES && r == 0; i++) {
			(void)snprintf(name, sizeof(name), "node%u", i);
			r = each(context, name);
		}
		return r;
	}
	if (strncmp(path, NODE "/node", strlen(NODE "/node")) == 0) {
		node = (unsigned int)strtoul(path + strlen(NODE "/node"), NULL, 10);
		first = node * (LARGE_BLOCKS / LARGE_NODES);
		last = first + LARGE_BLOCKS / LARGE_NODES;
	}
	/* Backwards: the order of a listing is nobody's promise. */
	for (unsigned int i = last; i > first && r == 0; i--) {
		(void)snprintf(name, sizeof(name), "memory%u", i - 1);
		r = each(context, name);
	}
	return r;
}

static void a_large_host_costs_two_reads_a_block(void **state)
{
	static const struct fsio_ops ops = {.read = large_read, .list = large_list};
	unsigned int reads = 0;
	struct fsio fs = {.ops = &ops, .root_fd = -1, .context = &reads};
	struct topology t = {0};

	(void)state;
	assert_int_equal(topology_read(&fs, &t, NULL), 0);
	assert_int_equal(t.n_blocks, LARGE_BLOCKS);
	assert_int_equal(t.n_nodes, LARGE_NODES);
	assert_true(t.block_size_bytes == 2ULL << 30);
	for (uint32_t i = 0; i < LARGE_BLOCKS; i++) {
		assert_int_equal(t.blocks[i].id, i);
		assert_int_equal(t.blocks[i].node, i / (LARGE_BLOCKS / LARGE_NODES));
		assert_int_equal(t.blocks[i].refusal, BLOCK_OFFLINABLE);
	}
	assert_int_equal(t.nodes[15].n_movable_online, LARGE_BLOCKS / LARGE_NODES);
	assert_int_equal(reads, 1 + 2 * LARGE_NODES + 2 * LARGE_BLOCKS);
	topology_done(&t);
}

/* Real folders and links, as --sysroot gives them. */
static void a_captured_tree_is_read_from_disk(void **state)
{
	struct test_tree tree;
	cleanup_free char *link = NULL;
	struct topology t = {0};

	(void)state;
	test_tree_init(&tree);
	test_tree_file(&tree, MEMORY "/block_size_bytes", "8000000\n");
	test_tree_file(&tree, MEMORY "/memory5/state", "online\n");
	test_tree_file(&tree, MEMORY "/memory5/valid_zones", "Movable\n");
	test_tree_file(&tree, NODE "/node1/meminfo", "Node 1 MemTotal: 131072 kB\n");
	test_tree_file(&tree, NODE "/node1/cpulist", "0-1\n");
	link = memory_format("%s/" NODE "/node1/memory5", tree.path);
	assert_int_equal(symlink("../../memory/memory5", link), 0);
	assert_int_equal(topology_read(&tree.fs, &t, NULL), 0);
	test_tree_done(&tree);
	assert_int_equal(t.n_blocks, 1);
	assert_int_equal(t.blocks[0].node, 1);
	assert_int_equal(t.blocks[0].refusal, BLOCK_OFFLINABLE);
	topology_done(&t);
}

int test_read(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_odd_host_is_read_as_it_is),
		cmocka_unit_test(nodes_are_told_with_what_they_lack),
		cmocka_unit_test(one_block_read_again_is_the_same),
		cmocka_unit_test(a_kernel_without_numa_is_one_node),
		cmocka_unit_test(no_block_at_all_is_a_topology_too),
		cmocka_unit_test(a_name_with_zeros_is_no_second_block),
		cmocka_unit_test(a_large_host_costs_two_reads_a_block),
		cmocka_unit_test(a_captured_tree_is_read_from_disk),
	};

	return cmocka_run_group_tests_name("topology: reading", tests, NULL, NULL);
}

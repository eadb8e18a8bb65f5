// SPDX-License-Identifier: GPL-2.0-or-later
/* Blocks and nodes that come and go, in a tree of folders. */
#include "service/topology_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "service/test_service.h"
#include "topology/topology.h"

#define MEMORY "sys/devices/system/memory"
#define NODE "sys/devices/system/node"

struct tree {
	char root[32];
	struct fsio fs;
	struct topology_watch watch;
	uint64_t now_ns;
};

static void put(const struct tree *t, const char *path)
{
	cleanup_free char *folder = memory_format("%s/%s", t->root, path);

	assert_int_equal(file_make_directories(folder, NULL), 0);
}

static void take(const struct tree *t, const char *path)
{
	cleanup_free char *folder = memory_format("%s/%s", t->root, path);

	assert_int_equal(rmdir(folder), 0);
}

/* Blocks 9 and 10, node 0, and what is neither. */
static void begin(struct tree *t)
{
	struct topology_block blocks[] = {{.id = 9}, {.id = 10}};
	struct topology_node nodes[] = {{.id = 0}};
	const struct topology topology = {.blocks = blocks, .n_blocks = 2, .nodes = nodes, .n_nodes = 1};
	static const char *const paths[] = {MEMORY "/memory9", MEMORY "/memory10", MEMORY "/memoryx",
					    MEMORY "/power", NODE "/node0", NODE "/nodes"};

	*t = (struct tree){.root = "/tmp/memsoak-watch-XXXXXX"};
	assert_non_null(mkdtemp(t->root));
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		put(t, paths[i]);
	assert_int_equal(fsio_open(&t->fs, t->root, NULL), 0);
	topology_watch_begin(&t->watch, &topology);
}

static void end(struct tree *t)
{
	topology_watch_done(&t->watch);
	fsio_close(&t->fs);
	assert_int_equal(file_remove_tree(t->root), 0);
}

/* A minute later: whatever a look costs here, the next one may be. */
static bool look(struct tree *t)
{
	t->now_ns += 60 * NS_PER_S;
	return topology_watch_look(&t->watch, &t->fs, t->now_ns);
}

static void check(const struct topology_ids *list, size_t n, const uint32_t *ids)
{
	assert_int_equal(list->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(list->ids[i], ids[i]);
		assert_true(topology_ids_have(list, ids[i]));
	}
	assert_false(topology_ids_have(list, 777));
}

static void nothing_is_told_of_what_is_as_it_was(void **state)
{
	struct tree t;

	(void)state;
	begin(&t);
	for (int i = 0; i < 3; i++)
		assert_false(look(&t));
	put(&t, MEMORY "/memory11x");
	put(&t, MEMORY "/uevent");
	assert_false(look(&t));
	end(&t);
}

static void what_comes_and_goes_is_told_once(void **state)
{
	struct tree t;

	(void)state;
	begin(&t);
	put(&t, MEMORY "/memory200");
	put(&t, MEMORY "/memory8");
	put(&t, NODE "/node3");
	assert_true(look(&t));
	check(&t.watch.block_change.came, 2, (const uint32_t[]){8, 200});
	check(&t.watch.block_change.went, 0, NULL);
	check(&t.watch.node_change.came, 1, (const uint32_t[]){3});
	assert_false(look(&t));
	take(&t, MEMORY "/memory10");
	take(&t, MEMORY "/memory200");
	put(&t, MEMORY "/memory11"); /* as many as before, but others */
	put(&t, MEMORY "/memory12");
	assert_true(look(&t));
	check(&t.watch.block_change.came, 2, (const uint32_t[]){11, 12});
	check(&t.watch.block_change.went, 2, (const uint32_t[]){10, 200});
	check(&t.watch.node_change.came, 0, NULL);
	take(&t, NODE "/node3");
	assert_true(look(&t));
	check(&t.watch.node_change.went, 1, (const uint32_t[]){3});
	check(&t.watch.block_change.went, 0, NULL);
	assert_false(look(&t));
	end(&t);
}

/* Where nothing can be listed nothing has gone: no report of a host without memory. */
static void a_folder_that_cannot_be_listed(void **state)
{
	struct tree t;

	(void)state;
	begin(&t);
	take(&t, NODE "/node0");
	take(&t, NODE "/nodes");
	take(&t, NODE);
	assert_false(look(&t));
	put(&t, NODE "/node0");
	assert_false(look(&t));
	end(&t);
}

static void not_more_often_than_each_second(void **state)
{
	struct topology_watch unbegun = {0};
	struct tree t;

	(void)state;
	begin(&t);
	assert_false(topology_watch_look(&unbegun, &t.fs, UINT64_MAX));
	assert_false(look(&t));
	put(&t, MEMORY "/memory30");
	assert_false(topology_watch_look(&t.watch, &t.fs, t.now_ns + 800 * NS_PER_MS));
	assert_true(topology_watch_look(&t.watch, &t.fs, UINT64_MAX));
	end(&t);
}

int test_topology_watch(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_told_of_what_is_as_it_was),
		cmocka_unit_test(what_comes_and_goes_is_told_once),
		cmocka_unit_test(a_folder_that_cannot_be_listed),
		cmocka_unit_test(not_more_often_than_each_second),
	};

	return cmocka_run_group_tests_name("topology watch", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workers/test_rig.h"

#include <numa.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

/* One CPU that this process may use. */
static unsigned int some_cpu(void)
{
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			return cpu;
	return 0;
}

static void nodes_with_less_than_all(void **state)
{
	char mine[32], none[] = "", absent[] = "900000-900001";
	struct topology_node nodes[] = {
		{.id = 0, .has_cpus = true, .has_memory = true, .cpus = mine},
		{.id = 1, .has_cpus = false, .has_memory = true, .cpus = none},
		{.id = 2, .has_cpus = true, .has_memory = false, .cpus = mine},
		{.id = 3, .has_cpus = false, .has_memory = false, .cpus = NULL},
		/* Of another host: CPUs that cannot be here are left out, without a word. */
		{.id = 4, .has_cpus = true, .has_memory = false, .cpus = absent},
	};
	struct topology t = {.nodes = nodes, .n_nodes = ARRAY_SIZE(nodes)};
	struct placement p;

	(void)state;
	(void)snprintf(mine, sizeof(mine), "%u", some_cpu());
	placement_init(&p, &t);
	assert_int_equal(p.n_cpus, 2);
	for (int i = 0; i < 3; i++)
		assert_string_equal(placement_next_cpus(&p), mine);
	/* Memory: only of nodes that have some and that we may use; this host's. */
	for (size_t i = 0; i < p.n_nodes; i++)
		assert_true(p.nodes[i] == 0 || p.nodes[i] == 1);
	if (numa_available() >= 0)
		assert_true(p.n_nodes > 0);
	placement_done(&p);
}

static void nothing_is_known(void **state)
{
	struct topology t = {0};
	struct placement p;

	(void)state;
	placement_init(&p, &t);
	assert_null(placement_next_cpus(&p));
	assert_int_equal(placement_next_node(&p), NO_NODE);
	assert_int_equal(placement_other_node(&p, 0), NO_NODE);
	placement_done(&p);
}

static void ranges_are_written(void **state)
{
	char list[64];
	struct topology_node node = {.id = 0, .has_cpus = true, .cpus = list};
	struct topology t = {.nodes = &node, .n_nodes = 1};
	struct placement p;
	cpu_set_t before, set;
	unsigned int first = some_cpu();

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	if (!CPU_ISSET(first + 1, &before))
		skip();
	(void)snprintf(list, sizeof(list), "%u-%u", first, first + 1);
	placement_init(&p, &t);
	assert_string_equal(placement_next_cpus(&p), list);
	placement_done(&p);
	/* What this process may not use is cut off. */
	CPU_ZERO(&set);
	CPU_SET(first + 1, &set);
	assert_int_equal(sched_setaffinity(0, sizeof(set), &set), 0);
	placement_init(&p, &t);
	(void)snprintf(list, sizeof(list), "%u", first + 1);
	assert_string_equal(placement_next_cpus(&p), list);
	placement_done(&p);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

static void it_goes_round(void **state)
{
	char one[] = "0", some[] = "8-9", *cpus[] = {one, some};
	int32_t nodes[] = {0, 2, 5};
	struct placement p = {.cpus = cpus, .n_cpus = 2, .nodes = nodes, .n_nodes = 3};

	(void)state;
	for (int i = 0; i < 6; i++) {
		assert_string_equal(placement_next_cpus(&p), cpus[i % 2]);
		assert_int_equal(placement_next_node(&p), nodes[i % 3]);
	}
	assert_int_equal(placement_other_node(&p, 0), 2);
	assert_int_equal(placement_other_node(&p, 5), 0);
	p.n_nodes = 1;
	assert_int_equal(placement_other_node(&p, 0), NO_NODE);
	assert_int_equal(placement_other_node(&p, 1), 0);
}

int test_placement(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_with_less_than_all),
		cmocka_unit_test(nothing_is_known),
		cmocka_unit_test(ranges_are_written),
		cmocka_unit_test(it_goes_round),
	};

	return cmocka_run_group_tests_name("workers: placement", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/test_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"

static char folder[] = "/tmp/memsoak-plan-XXXXXX";
static char path[128];

int scratch_set_up(void **state)
{
	(void)state;
	memcpy(strrchr(folder, '-'), "-XXXXXX", sizeof("-XXXXXX"));
	return mkdtemp(folder) ? 0 : -1;
}

int scratch_tear_down(void **state)
{
	(void)state;
	return file_remove_tree(folder);
}

const char *scratch_file(const char *name, const char *text, size_t length)
{
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_write_atomic(path, text, length, NULL), 0);
	return path;
}

void load_text(const char *text, struct profile *p)
{
	struct err e = {0};

	if (profile_load(scratch_file("test.ini", text, strlen(text)), p, &e) < 0)
		fail_msg("%s", e.text);
}

void host_count(struct host *host)
{
	for (size_t n = 0; n < host->t.n_nodes; n++) {
		host->nodes[n].n_movable_online = 0;
		for (size_t i = 0; i < host->t.n_blocks; i++)
			if (host->blocks[i].node == (int32_t)n &&
			    topology_judge_block(&host->blocks[i], true) == BLOCK_OFFLINABLE)
				host->nodes[n].n_movable_online++;
	}
}

void host_init(struct host *host, size_t n_nodes)
{
	static char cpus[] = "0-3";

	*host = (struct host){
		.t = {.block_size_bytes = 128 << 20, .nodes = host->nodes, .n_nodes = n_nodes,
		      .blocks = host->blocks, .n_blocks = n_nodes * 8},
	};
	for (size_t n = 0; n < n_nodes; n++)
		host->nodes[n] = (struct topology_node){
			.id = (uint32_t)n, .has_cpus = true, .has_memory = true, .cpus = cpus,
			.bytes = 1ULL << 30, .free_bytes = 1ULL << 29, .n_blocks = 8,
		};
	for (size_t i = 0; i < n_nodes * 8; i++)
		host->blocks[i] = (struct topology_block){
			.id = (uint32_t)i + 40, .node = (int32_t)i / 8, .state = BLOCK_ONLINE,
			.n_zones = 1, .zones = {ZONE_MOVABLE},
		};
	host_count(host);
}

void plan_or_fail(const struct host *host, const struct profile *p, uint64_t seed,
		  struct plan *plan)
{
	struct err e = {0};

	if (plan_make(&host->t, p, seed, plan, &e) < 0)
		fail_msg("%s", e.text);
}

int main(void)
{
	return test_sha256() + test_profile() + test_profile_errors() +
			       test_profile_names() + test_plan() +
			       test_digest() + test_phases() + test_print() + test_series() +
			       test_stress_ng()
		       ? 1
		       : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workers/test_rig.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cleanup.h"

/* On a busy host the stop itself takes a while: half of this time is sure to pass stopped. */
#define STOPPED_NS (150 * NS_PER_MS)

static void groups_work_and_end(void **state)
{
	struct worker_totals private_totals, shared_totals;
	struct hist latency = {0};
	struct rig rig;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "private", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_MOVE_PAGES, 2, 1);
	(void)rig_add(&rig, "shared", KIND_SHARED_MEMFD, DRIVEN_BY_OFFLINE, 2, 2);
	rig_start(&rig);
	assert_int_equal(worker_groups_count(rig.groups), 2);
	assert_string_equal(worker_group_config(rig.groups, 1)->name, "shared");
	rig_wait_touches(&rig, 0, 100000);
	rig_wait_touches(&rig, 1, 100000);
	worker_group_totals(rig.groups, 0, &private_totals);
	worker_group_totals(rig.groups, 1, &shared_totals);
	assert_int_equal(private_totals.processes, 2);
	assert_int_equal(private_totals.threads, 2);
	assert_int_equal(private_totals.alive, 2);
	assert_int_equal(private_totals.pages, 16);
	assert_int_equal(shared_totals.threads, 4);
	assert_int_equal(shared_totals.pages, 8);
	assert_int_equal(private_totals.mismatches + shared_totals.mismatches, 0);
	/* Each reading of the histogram adds all that there is so far. */
	rig_wait_touches(&rig, 0, private_totals.touches + 1000000);
	worker_group_totals(rig.groups, 0, &private_totals);
	worker_group_latency(rig.groups, 0, &latency);
	assert_true(latency.count <= private_totals.touches);
	assert_int_equal(rig_children(), 4);
	rig_close(&rig);
	assert_int_equal(rig_children(), 0);
}

static void a_histogram_is_read_whole(void **state)
{
	struct hist latency = {0};
	struct worker_totals totals;
	uint64_t touches;
	int tries = 0;
	struct rig rig;
	pid_t pid;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "one", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 1, 1);
	rig_start(&rig);
	pid = rig.groups->groups[0].processes[0].pid;
	for (int i = 0; i < 3; i++) {
		worker_group_totals(rig.groups, 0, &totals);
		rig_wait_touches(&rig, 0, totals.touches + 1000);
		(void)kill(pid, SIGSTOP);
		(void)clock_sleep_ns(STOPPED_NS);
		(void)kill(pid, SIGCONT);
	}
	worker_group_totals(rig.groups, 0, &totals);
	rig_wait_touches(&rig, 0, totals.touches + 100000);
	/* Nobody touches: both readings see the same, though the first one dropped its view. */
	worker_word_set(&rig.groups->groups[0].processes[0].shared->active_threads, 0);
	do {
		worker_group_totals(rig.groups, 0, &totals);
		touches = totals.touches;
		(void)clock_sleep_ns(300 * NS_PER_MS);
		worker_group_totals(rig.groups, 0, &totals);
	} while (totals.touches != touches && tries++ < 20);
	worker_group_latency(rig.groups, 0, &latency);
	worker_group_totals(rig.groups, 0, &totals);
	assert_int_equal(latency.count, totals.slow_touches);
	assert_true(latency.max_ns >= STOPPED_NS / 2);
	worker_group_latency(rig.groups, 0, &latency);
	assert_int_equal(latency.count, 2 * totals.slow_touches);
	rig_close(&rig);
}

static void targets_are_by_driver_and_kind(void **state)
{
	struct worker_target *targets = NULL;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "private", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_MOVE_PAGES, 3, 0);
	(void)rig_add(&rig, "shared", KIND_SHARED_MEMFD, DRIVEN_BY_MOVE_PAGES, 2, 0);
	(void)rig_add(&rig, "other", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 1, 0);
	rig_start(&rig);
	/* One for each private process, one for all that share. */
	assert_int_equal(worker_groups_targets(rig.groups, DRIVEN_BY_MOVE_PAGES, &targets), 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(targets[i].pages, 8);
		assert_true(targets[i].base_address != 0);
		assert_true(targets[i].page_size >= 4096);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(targets[i].pid, targets[k].pid);
	}
	assert_int_equal(targets[3].pid, rig.groups->groups[1].processes[0].pid);
	free(targets);
	assert_int_equal(worker_groups_targets(rig.groups, DRIVEN_BY_OFFLINE, &targets), 0);
	free(targets);
	rig_close(&rig);
}

/* Mappings of workers' memory in this process; heap leaks are the address sanitizer's to find. */
static size_t worker_mappings(void)
{
	cleanup_file FILE *f = fopen("/proc/self/maps", "re");
	char line[512];
	size_t n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		n += strstr(line, "memfd:memsoak") != NULL;
	return n;
}

static void nothing_is_left_behind(void **state)
{
	size_t descriptors = rig_descriptors();

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct rig rig;

		rig_open(&rig);
		(void)rig_add(&rig, "shared", KIND_SHARED_MEMFD, DRIVEN_BY_OFFLINE, 2, 1);
		rig_start(&rig);
		assert_int_equal(worker_mappings(), 2);
		rig_close(&rig);
		assert_int_equal(worker_mappings(), 0);
		assert_int_equal(rig_descriptors(), descriptors);
	}
	assert_int_equal(rig_children(), 0);
}

static int cpus_of(const struct rig *rig, size_t group)
{
	cpu_set_t cpus;

	assert_int_equal(
		sched_getaffinity(rig->groups->groups[group].processes[0].pid, sizeof(cpus), &cpus),
		0);
	return CPU_COUNT(&cpus);
}

/* The node has the first of our CPUs alone. */
static void who_reclaims_runs_everywhere(void **state)
{
	char list[16];
	cpu_set_t ours;
	struct rig rig;
	int first = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(ours), &ours), 0);
	while (!CPU_ISSET(first, &ours))
		first++;
	(void)snprintf(list, sizeof(list), "%d", first);
	rig_open(&rig);
	rig.topology.nodes[0].cpus = list;
	(void)rig_add(&rig, "moved", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_MOVE_PAGES, 1, 1);
	(void)rig_add(&rig, "reclaimed", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_RECLAIM, 1, 1);
	rig_start(&rig);
	assert_int_equal(cpus_of(&rig, 0), 1);
	assert_int_equal(cpus_of(&rig, 1), CPU_COUNT(&ours));
	rig_close(&rig);
}

static void stopping_nothing_is_fine(void **state)
{
	struct rig rig;

	(void)state;
	worker_groups_stop(NULL);
	rig_open(&rig);
	rig_start(&rig);
	assert_int_equal(worker_groups_count(rig.groups), 0);
	rig_close(&rig);
}

int test_groups(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(groups_work_and_end),
		rig_test(a_histogram_is_read_whole),
		rig_test(targets_are_by_driver_and_kind),
		rig_test(nothing_is_left_behind),
		rig_test(who_reclaims_runs_everywhere),
		rig_test(stopping_nothing_is_fine),
	};

	return cmocka_run_group_tests_name("workers: groups", tests, NULL, NULL);
}

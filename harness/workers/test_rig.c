// SPDX-License-Identifier: GPL-2.0-or-later
#include "workers/test_rig.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"

#define PATIENCE_NS (60 * NS_PER_S)

static struct worker_groups *open_groups;

const char *rig_worker_path(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	char *slash;

	assert_true(n > 0);
	path[n] = '\0';
	for (int i = 0; i < 2; i++) {
		slash = strrchr(path, '/');
		assert_non_null(slash);
		*slash = '\0';
	}
	n = (ssize_t)strlen(path);
	(void)snprintf(path + n, sizeof(path) - (size_t)n, "/memsoak-worker");
	return path;
}

/*
 * Not topology_read(): a host whose kernel has no memory hotplug runs these tests too. One node,
 * which every host has; its CPUs are cut down to those that there are.
 */
void rig_open(struct rig *rig)
{
	static char cpus[32];
	static struct topology_node node;
	long n = sysconf(_SC_NPROCESSORS_CONF);

	*rig = (struct rig){.phase = {.name = "test", .rung = -1}};
	(void)snprintf(cpus, sizeof(cpus), "0-%ld", n - 1);
	node = (struct topology_node){.id = 0, .has_cpus = true, .has_memory = true, .cpus = cpus};
	rig->topology = (struct topology){.nodes = &node, .n_nodes = 1};
	rig->plan = (struct plan){.profile = &rig->profile};
}

struct profile_workers *rig_add(struct rig *rig, const char *name, enum workload_kind kind,
				enum driven_by driven_by, uint32_t processes, uint32_t threads)
{
	struct profile_workers *workers = &rig->phase.workers[rig->phase.n_workers++];

	*workers = (struct profile_workers){
		.workload = "refault",
		.kind = kind,
		.driven_by = driven_by,
		.processes = processes,
		.threads = threads,
		.pages = 8,
	};
	(void)snprintf(workers->name, sizeof(workers->name), "%s", name);
	return workers;
}

void rig_start(struct rig *rig)
{
	struct err e = {0};

	if (worker_groups_start(&rig->topology, &rig->plan, &rig->phase, rig_worker_path(),
				NULL, &rig->groups, &e) < 0)
		fail_msg("%s", e.text);
	open_groups = rig->groups;
}

void rig_close(struct rig *rig)
{
	open_groups = NULL;
	worker_groups_stop(steal_ptr(&rig->groups));
}

int rig_tear_down(void **state)
{
	(void)state;
	worker_groups_stop(steal_ptr(&open_groups));
	return 0;
}

void rig_wait_touches(struct rig *rig, size_t group, uint64_t value)
{
	uint64_t deadline_ns = clock_monotonic_ns() + PATIENCE_NS;
	struct worker_totals totals;

	for (;;) {
		worker_group_totals(rig->groups, group, &totals);
		if (totals.touches > value)
			return;
		if (clock_monotonic_ns() >= deadline_ns)
			fail_msg("touches stay at %llu", (unsigned long long)totals.touches);
		(void)clock_sleep_ns(NS_PER_MS);
	}
}

size_t rig_children(void)
{
	char path[64], text[4096] = "";
	cleanup_close int fd = -1;
	size_t children = 0;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0; /* without CONFIG_PROC_CHILDREN */
	for (ssize_t i = 0; i < n; i++)
		children += text[i] == ' ';
	return children;
}

size_t rig_descriptors(void)
{
	cleanup_dir DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	return n;
}

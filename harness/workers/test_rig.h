/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room's tests: groups of real worker processes on this host, small and short. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fsio.h"
#include "workers/groups.h"

int test_placement(void);
int test_groups(void);
int test_trouble(void);
int test_aim(void);
int test_order(void);
int test_stress_ng(void);

/* build/memsoak-worker beside the test's own program. */
const char *rig_worker_path(void);

struct rig {
	struct topology topology; /* of this host */
	struct profile profile;
	struct plan plan;
	struct plan_phase phase;
	struct worker_groups *groups;
};

/* No groups yet. */
void rig_open(struct rig *rig);
struct profile_workers *rig_add(struct rig *rig, const char *name, enum workload_kind kind,
				enum driven_by driven_by, uint32_t processes, uint32_t threads);
void rig_start(struct rig *rig); /* the test fails when they do not come up */
void rig_close(struct rig *rig);

/* After each test: ends what a failed one has left. */
int rig_tear_down(void **state);
#define rig_test(f) cmocka_unit_test_teardown(f, rig_tear_down)

/* Waits until the group's touches exceed @value, for a minute: then the test fails. */
void rig_wait_touches(struct rig *rig, size_t group, uint64_t value);

/* Children of this process that live or were not reaped. */
size_t rig_children(void);
size_t rig_descriptors(void);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room's tests: one group for each file, what they share; cmocka with what it wants first. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/plan.h"

int test_sha256(void);
int test_profile(void);
int test_profile_errors(void);
int test_profile_names(void);
int test_plan(void);
int test_digest(void);
int test_phases(void);
int test_print(void);
int test_series(void);
int test_stress_ng(void);

/* A folder of the test's own, made before and removed after the group. */
int scratch_set_up(void **state);
int scratch_tear_down(void **state);

/* Writes @length bytes to NAME in it; returns the path, which lives until the next call. */
const char *scratch_file(const char *name, const char *text, size_t length);

/* Loads @text as a profile; the test fails with the reason when it does not load. */
void load_text(const char *text, struct profile *p);

/* What most tests need before what they are about: [run], [offline], a group that it drives. */
#define SOME_OFFLINE                                                                               \
	"[run]\nduration = 60s\n[guard]\nreserve = 0B\n[offline]\n"                                \
	"[workers]\nkind = shared-memfd\ndriven_by = offline\n"

/* Both drivers, a group for each. */
#define BOTH                                                                                       \
	"[run]\nduration = 60s\n[guard]\nreserve = 0B\n[offline]\n[move_pages]\n"                  \
	"[workers a]\nkind = shared-memfd\ndriven_by = offline\n"                                  \
	"[workers m]\nkind = private-anonymous\ndriven_by = move_pages\n"

/* A host: nodes of 8 blocks of 128 MiB, all of them online and movable. */
#define HOST_MAX_NODES 4
struct host {
	struct topology t;
	struct topology_node nodes[HOST_MAX_NODES];
	struct topology_block blocks[HOST_MAX_NODES * 8];
};
void host_init(struct host *host, size_t n_nodes);
void host_count(struct host *host); /* after a change to its blocks */

/* plan_make(); the test fails with the reason when it does. */
void plan_or_fail(const struct host *host, const struct profile *p, uint64_t seed,
		  struct plan *plan);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan: a pure function of (topology, profile, seed). It says which blocks are attempted in
 * which order, which workers run, in which phases. Nothing in it depends on time or on chance
 * other than the seed. The digest covers profile and seed only, so that two hosts can compare.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "plan/profile.h"
#include "topology/topology.h"

struct err;
struct jsonw;

#define PLAN_DIGEST_SIZE 65 /* SHA-256 in hex and NUL */

struct plan_block {
	uint32_t id;
	uint32_t node;
	enum zone zone; /* the zone it is in and must come back to */
};

/* A stretch of the run with one set of faulters. */
struct plan_phase {
	char name[PROFILE_NAME_SIZE]; /* "soak", "rung-3-move-pages", "rung-8x2-offline" */
	int32_t rung;		      /* index into the ladder, -1: none */
	uint32_t faulters;	      /* touching threads in all, over the groups that this phase drives */
	bool offline;		      /* the offline driver runs */
	bool move_pages;	      /* the move_pages driver runs */
	bool callers[CALLER_MAX];     /* and of the others those */
	uint64_t duration_ns;	      /* upper bound; the phase ends with it */
	uint32_t offline_cycles;      /* ... or after so many attempts; 0: no such bound */
	struct profile_workers workers[PROFILE_MAX_WORKERS]; /* with the rung's counts put in */
	size_t n_workers;
};

struct plan_refusal {
	uint32_t id;
	enum block_refusal refusal;
};

struct plan {
	const struct profile *profile; /* borrowed */
	uint64_t seed;
	char digest[PLAN_DIGEST_SIZE];
	struct plan_block *blocks; /* the order of one round; attempt k takes blocks[k % n_blocks] */
	size_t n_blocks;
	struct plan_refusal *refusals; /* every block that is not attempted, and why */
	size_t n_refusals;
	struct plan_phase *phases;
	size_t n_phases;
	size_t n_left_out; /* phases for which the run's duration leaves no time */
	uint64_t reserve_bytes; /* max(10 % of the memory, [guard] reserve) */
	uint32_t move_nodes[2]; /* the ping-pong's nodes; both valid when can_move */
	bool can_move;		/* two nodes with memory are there */
	char cannot_move_why[128];
};

/*
 * -ENODEV: nothing testable (no eligible block and no two nodes): the caller skips (exit 4).
 * @plan is filled then too, without phases, so that its refusals can be shown. A profile that asks
 * for both drivers where only one is possible is planned with that one. -ERANGE: @seed is greater
 * than PROFILE_MAX_SEED, and @plan is empty. plan_done() is the caller's in each case.
 */
int plan_make(const struct topology *t, const struct profile *p, uint64_t seed, struct plan *plan,
	      struct err *e);
void plan_done(struct plan *plan);

/* The profile asks for that caller, and this host has the nodes that it needs. */
bool plan_can_call(const struct plan *plan, enum caller caller);

/* max(10 % of the memory, [guard] reserve), in bytes. */
uint64_t plan_reserve_bytes(const struct topology *t, const struct profile *p);

/*
 * The whole plan as JSON: what "memsoak plan --json" prints and run.json keeps. Owned by the
 * caller. {schema, profile, seed, digest, reserve_bytes, phases[{name, rung, faulters, offline,
 * move_pages, callers[], duration_ns, offline_cycles, workers[]}], scenario, stress_ng, phases_left_out, move_nodes[2] or
 * cannot_move (why), blocks[{id, node, zone}], refused[{id, why}]}; rung only with a ladder,
 * scenario, stress_ng and callers (names of further drivers) only with such, phases_left_out only when there are some.
 * "memsoak plan" adds skip (why) when plan_make() refused it.
 */
struct jsonw *plan_to_json(const struct plan *plan);

/* For people: phases, workers, order of blocks, refusals by reason. */
void plan_print(const struct plan *plan, FILE *out);

/* Of a plan that plan_make() refused with -ENODEV: whose it is, and @why it is skipped. */
void plan_print_skip(const struct plan *plan, const char *why, FILE *out);

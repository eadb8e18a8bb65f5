// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.h"

#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "plan/digest.h"
#include "plan/phases.h"

static uint64_t total_bytes(const struct topology *t)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < t->n_nodes; i++)
		bytes += t->nodes[i].bytes;
	return bytes;
}

/*
 * Workers run on every node that has CPUs and memory. Only one block is ever offline, so a node
 * keeps a movable block while another is tested, unless it has no other.
 */
static bool is_last_of_node(const struct topology *t, const struct topology_block *block)
{
	const struct topology_node *node = topology_find_node(t, (uint32_t)block->node);

	return node && node->has_cpus && node->has_memory && node->n_movable_online == 1 &&
	       (enum zone)block->zones[0] == ZONE_MOVABLE;
}

static enum block_refusal judge(const struct plan *plan, const struct topology *t,
				const struct topology_block *block)
{
	enum block_refusal refusal =
		topology_judge_block(block, plan->profile->offline_movable_only);
	uint64_t total = total_bytes(t);

	if (refusal != BLOCK_OFFLINABLE)
		return refusal;
	if (is_last_of_node(t, block))
		return REFUSED_LAST_OF_NODE;
	/* What is free only the run knows: its guard asks before each attempt. */
	if (total < plan->reserve_bytes || total - plan->reserve_bytes < t->block_size_bytes)
		return REFUSED_GUARD;
	return BLOCK_OFFLINABLE;
}

static void judge_blocks(struct plan *plan, const struct topology *t)
{
	plan->blocks = memory_alloc(t->n_blocks, sizeof(*plan->blocks));
	plan->refusals = memory_alloc(t->n_blocks, sizeof(*plan->refusals));
	for (size_t i = 0; i < t->n_blocks; i++) {
		const struct topology_block *block = &t->blocks[i];
		enum block_refusal refusal = judge(plan, t, block);

		if (refusal == BLOCK_OFFLINABLE)
			plan->blocks[plan->n_blocks++] = (struct plan_block){
				.id = block->id,
				.node = (uint32_t)block->node,
				.zone = (enum zone)block->zones[0],
			};
		else
			plan->refusals[plan->n_refusals++] =
				(struct plan_refusal){.id = block->id, .refusal = refusal};
	}
}

/*
 * GSL's mt19937 takes 32 bits of a seed, and 0 for 4357. All bits of ours are mixed into them
 * (the finaliser of SplitMix64), so that seeds that differ anywhere give other orders.
 */
static unsigned long generator_seed(uint64_t seed)
{
	seed += 0x9e3779b97f4a7c15ULL;
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9ULL;
	seed = (seed ^ seed >> 27) * 0x94d049bb133111ebULL;
	seed = (seed ^ seed >> 31) >> 32;
	return seed ? (unsigned long)seed : 1;
}

static void shuffle(struct plan *plan)
{
	gsl_rng *generator;

	if (plan->n_blocks < 2) /* GSL ends the program when it is to shuffle nothing */
		return;
	generator = gsl_rng_alloc(gsl_rng_mt19937);
	if (!generator)
		(void)memory_alloc(SIZE_MAX / 2, 1); /* ends the program with the out-of-memory line */
	gsl_rng_set(generator, generator_seed(plan->seed));
	gsl_ran_shuffle(generator, plan->blocks, plan->n_blocks, sizeof(*plan->blocks));
	gsl_rng_free(generator);
}

static bool is_better(const struct topology_node *a, const struct topology_node *b)
{
	return !b || a->n_movable_online > b->n_movable_online;
}

/*
 * The two nodes with the most movable online blocks: there pages find room that the kernel does
 * not need for itself. Among equals the lower id, so that two hosts of one make agree.
 */
static void choose_move_nodes(struct plan *plan, const struct topology *t)
{
	const struct topology_node *first = NULL, *second = NULL;

	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct topology_node *node = &t->nodes[i];

		if (!node->has_memory)
			continue;
		if (is_better(node, first)) {
			second = first;
			first = node;
		} else if (is_better(node, second)) {
			second = node;
		}
	}
	if (!second) {
		(void)snprintf(plan->cannot_move_why, sizeof(plan->cannot_move_why),
			       "move_pages needs two nodes with memory, this host has %s",
			       first ? "one" : "none");
		return;
	}
	plan->can_move = true;
	plan->move_nodes[0] = first->id < second->id ? first->id : second->id;
	plan->move_nodes[1] = first->id < second->id ? second->id : first->id;
}

/* Why most blocks are refused, in one line. */
static int nothing_testable(const struct plan *plan, struct err *e)
{
	size_t counts[REFUSED_MAX] = {0};
	unsigned int most = 0;
	const char *and_move = plan->profile->has_move_pages ? "; " : "";
	const char *why = plan->profile->has_move_pages ? plan->cannot_move_why : "";

	if (!plan->profile->has_offline)
		return err_set(e, -ENODEV, "nothing to test here: %s", plan->cannot_move_why);
	for (size_t i = 0; i < plan->n_refusals; i++)
		counts[plan->refusals[i].refusal]++;
	for (unsigned int r = 1; r < REFUSED_MAX; r++)
		if (counts[r] > counts[most])
			most = r;
	if (plan->n_refusals == 0)
		return err_set(e, -ENODEV,
			       "nothing to test here: this host has no memory block%s%s", and_move, why);
	return err_set(e, -ENODEV,
		       "nothing to test here: no memory block can be attempted (of %zu, for %zu: %s)%s%s",
		       plan->n_refusals, counts[most],
		       block_refusal_text((enum block_refusal)most), and_move, why);
}

bool plan_can_call(const struct plan *plan, enum caller caller)
{
	if (!plan->profile->callers[caller].is_there)
		return false;
	return !caller_needs_two_nodes(caller) || plan->can_move;
}

uint64_t plan_reserve_bytes(const struct topology *t, const struct profile *p)
{
	uint64_t tenth = total_bytes(t) / 10;

	return tenth > p->reserve_bytes ? tenth : p->reserve_bytes;
}

int plan_make(const struct topology *t, const struct profile *p, uint64_t seed, struct plan *plan,
	      struct err *e)
{
	bool can_offline, can_move, can_call = false;

	*plan = (struct plan){.profile = p, .seed = seed};
	if (seed > PROFILE_MAX_SEED)
		return err_set(e, -ERANGE, "a seed is at most %llu",
			       (unsigned long long)PROFILE_MAX_SEED);
	plan->reserve_bytes = plan_reserve_bytes(t, p);
	digest_profile(p, seed, plan->digest);
	if (p->has_offline) {
		judge_blocks(plan, t);
		shuffle(plan);
	}
	choose_move_nodes(plan, t);
	can_offline = p->has_offline && plan->n_blocks > 0;
	can_move = p->has_move_pages && plan->can_move;
	for (int i = 0; i < CALLER_MAX; i++)
		can_call |= plan_can_call(plan, (enum caller)i);
	if (!can_offline && !can_move && !can_call)
		return nothing_testable(plan, e);
	phases_make(plan, can_offline, can_move);
	return 0;
}

void plan_done(struct plan *plan)
{
	free(plan->blocks);
	free(plan->refusals);
	free(plan->phases);
	*plan = (struct plan){0};
}

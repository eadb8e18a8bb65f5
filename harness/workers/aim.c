// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Aiming: the pages of the groups that offline drives are put into one block, and home again.
 * The placer does it, and the touching threads rest meanwhile: on a kernel where waiters make
 * migration fail they would be in the way, and such a kernel would be let off with a block that
 * its pages never reached.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "workers/groups.h"

#define AIM_NS (30 * NS_PER_S) /* mostly ms; under emulation on a busy host 20 s were seen */
#define HOME_NS (5 * NS_PER_S)
#define REST_NS (50 * NS_PER_MS) /* until a thread has ended what it is at: a pin lasts 20 ms */

/* Owned by the caller. */
static struct placer_target *collect_targets(const struct worker_groups *groups, size_t *ret_n)
{
	cleanup_free struct worker_target *driven = NULL;
	size_t n_driven = worker_groups_targets(groups, DRIVEN_BY_OFFLINE, &driven);
	struct placer_target *targets = NULL;
	size_t n = 0;

	for (size_t i = 0; i < n_driven; i++) {
		/* Huge pages would need huge holes in the block. */
		if (workload_kind_is_huge(driven[i].config->kind))
			continue;
		targets = memory_grow(targets, n + 1, sizeof(*targets));
		targets[n++] = (struct placer_target){
			.pid = (int32_t)driven[i].pid,
			.home_node = driven[i].home_node,
			.address = driven[i].base_address,
			.count = driven[i].pages,
		};
	}
	*ret_n = n;
	return targets;
}

static void set_resting(struct worker_groups *groups, bool rests)
{
	for (size_t i = 0; i < groups->n_groups; i++) {
		struct worker_group *group = &groups->groups[i];

		for (size_t k = 0;
		     group->config.driven_by == DRIVEN_BY_OFFLINE && k < group->n_processes; k++)
			worker_word_set(&group->processes[k].shared->active_threads,
					rests ? 0 : group->config.threads);
	}
}

static int ask(struct worker_groups *groups, struct placer_request *request,
	       const struct placer_target *targets, size_t n, struct worker_aim *aim, struct err *e)
{
	struct placer_answer answer;
	int r = placer_client_ask(&groups->placer, request, targets, n, &answer, e);

	if (r < 0)
		return r;
	aim->pages_wanted = answer.wanted;
	aim->pages_in_block = answer.in_range;
	aim->pages_moved += answer.moved;
	if (answer.hoard_bytes > aim->hoard_bytes)
		aim->hoard_bytes = answer.hoard_bytes;
	if (answer.error < 0)
		return err_set(e, answer.error, "%.*s", (int)sizeof(answer.error_text) - 1,
			       answer.error_text);
	return 0;
}

int worker_groups_aim(struct worker_groups *groups, uint32_t node, uint64_t first_pfn,
		      uint64_t n_pfns, uint64_t budget_bytes, struct worker_aim *ret_aim,
		      struct err *e)
{
	struct placer_request request = {
		.task = PLACER_PLACE,
		.first_frame = first_pfn,
		.n_frames = n_pfns,
		.node = (int32_t)node,
		.away_node = placement_other_node(&groups->placement, (int32_t)node),
		.budget_bytes = budget_bytes,
		.budget_ns = AIM_NS,
	};
	struct worker_aim aim = {0};
	cleanup_free struct placer_target *targets = NULL;
	size_t n;
	int r;

	targets = collect_targets(groups, &n);
	if (n == 0) {
		*ret_aim = aim;
		return 0;
	}
	set_resting(groups, true);
	(void)clock_sleep_ns(REST_NS);
	r = ask(groups, &request, targets, n, &aim, e);
	set_resting(groups, false);
	if (r < 0)
		return r;
	*ret_aim = aim;
	return 0;
}

int worker_groups_unaim(struct worker_groups *groups, uint64_t *ret_moved, struct err *e)
{
	struct placer_request request = {.task = PLACER_HOME, .budget_ns = HOME_NS};
	struct worker_aim aim = {0};
	cleanup_free struct placer_target *targets = NULL;
	size_t n;
	int r = 0;

	targets = collect_targets(groups, &n);
	if (n)
		r = ask(groups, &request, targets, n, &aim, e);
	if (r < 0)
		return r;
	*ret_moved = aim.pages_moved;
	return 0;
}

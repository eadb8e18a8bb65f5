// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a worker that fills a node needs: swap, so that others can take back what it has. Where
 * there is none and none can be made, it takes nothing, and that is on record: the rest of the run
 * goes on.
 */
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "service/prepare_swap.h"
#include "service/run.h"

/* Twice what the worker takes beyond the node (workloads/hog.c), and a margin. */
#define SWAP_BYTES (256ULL << 20)

static bool fills_a_node(const struct run *run)
{
	for (size_t i = 0; i < run->profile.n_workers; i++)
		if (strcmp(run->profile.workers[i].workload, "hog") == 0)
			return true;
	return false;
}

void run_prepare_pressure(struct run *run)
{
	struct err e = {0};

	if (!fills_a_node(run) || run->plan.n_phases == 0 ||
	    prepare_swap(&run->fs, run->recorder, &run->prepared, SWAP_BYTES, &e) == 0)
		return;
	log_warning("no node is filled: %s", e.text);
	record_unavailable(run->recorder, "pressure", e.text);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What workers need whose pages are to be reclaimed: swap, to put them there. Where there is none
 * and none can be made, that is on record, and the rest of the run goes on: who fills a node takes
 * nothing then, and of huge pages only those are reclaimed that were given back.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "service/prepare_swap.h"
#include "service/run.h"

/* Twice what a hog takes beyond the node (workloads/hog.c), and a margin. */
#define SWAP_BYTES (256ULL << 20)

static const struct {
	const char *workload, *lacks;
} swappers[] = {
	{"hog", "no node is filled"},
	{"read-across", "no huge page is swapped out"},
};

/* What the run lacks without swap; NULL: nothing. */
static const char *lacks_without(const struct run *run)
{
	for (size_t i = 0; i < run->profile.n_workers; i++)
		for (size_t k = 0; k < ARRAY_SIZE(swappers); k++)
			if (strcmp(run->profile.workers[i].workload, swappers[k].workload) == 0)
				return swappers[k].lacks;
	return NULL;
}

void run_prepare_pressure(struct run *run)
{
	const char *lacks = lacks_without(run);
	struct err e = {0};

	if (!lacks || run->plan.n_phases == 0 ||
	    prepare_swap(&run->fs, run->recorder, &run->prepared, SWAP_BYTES, &e) == 0)
		return;
	log_warning("%s: %s", lacks, e.text);
	record_unavailable(run->recorder, "pressure", e.text);
}

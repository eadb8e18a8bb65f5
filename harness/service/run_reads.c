// SPDX-License-Identifier: GPL-2.0-or-later
/* Workers whose O_DIRECT reads stay in flight need FUSE; where there is none they are left out, and
 * it is said. */
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "service/run.h"

#define HOLD_DIRECT "hold-direct"

/* Of the plan's phases, those with this workload. */
static void leave_out(struct plan *plan, const char *workload)
{
	for (size_t i = 0; i < plan->n_phases; i++) {
		struct plan_phase *phase = &plan->phases[i];
		size_t n = 0;

		for (size_t k = 0; k < phase->n_workers; k++)
			if (strcmp(phase->workers[k].workload, workload) != 0)
				phase->workers[n++] = phase->workers[k];
		phase->n_workers = n;
	}
}

void run_prepare_reads(struct run *run)
{
	struct err missing = {0};
	bool is_wanted = false;

	for (size_t i = 0; i < run->profile.n_workers; i++)
		is_wanted |= strcmp(run->profile.workers[i].workload, HOLD_DIRECT) == 0;
	if (!is_wanted || prepare_fuse(&run->fs, run->recorder, &run->prepared, &missing) == 0)
		return;
	log_warning("no O_DIRECT read is kept in flight: %s", missing.text);
	record_unavailable(run->recorder, HOLD_DIRECT, missing.text);
	leave_out(&run->plan, HOLD_DIRECT);
}

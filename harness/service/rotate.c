// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal within its bound: its totals are kept all along, and at the head of each new file. */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "reports/totals.h"
#include "service/run.h"

static void tell(struct run *run, const struct err *e)
{
	if (run->is_rotation_told)
		return;
	run->is_rotation_told = true;
	log_error("the journal does not stay within its limit: %s", e->text);
	record_fault(run->recorder, "the journal does not stay within its limit: %s", e->text);
}

static int take(void *context, uint64_t size, struct err *e)
{
	struct run *run = context;

	return totals_take(run->totals, size, e);
}

static void put(void *context, void (*put_one)(void *to, struct jsonw *record), void *to)
{
	struct run *run = context;

	totals_put(run->totals, put_one, to);
}

void run_follow_journal(struct run *run)
{
	struct err e = {0};

	if (totals_take(run->totals, recorder_whole_bytes(run->recorder), &e) < 0)
		tell(run, &e);
}

void run_rotate_journal(struct run *run)
{
	const struct recorder_totals totals = {take, put, run};
	struct err e = {0};
	int r = recorder_rotate(run->recorder, &totals, &e);

	if (r < 0)
		tell(run, &e);
	if (r == 1)
		totals_begin_file(run->totals);
}

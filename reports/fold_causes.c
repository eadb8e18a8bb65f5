// SPDX-License-Identifier: GPL-2.0-or-later
/* migration.eagain.by_cause: what programs in the kernel saw of the pages that would not move. */
#include <stdio.h>

#include "base/jsonw.h"

#include "reports/fold.h"

static const char *const names[FOLD_CAUSES] = {
	[FOLD_CAUSE_WAITER] = "waiter",
	[FOLD_CAUSE_QUEUEING_WAITER] = "queueing_waiter",
	[FOLD_CAUSE_PAGE_CACHE] = "page_cache",
	[FOLD_CAUSE_BATCH] = "batch",
	[FOLD_CAUSE_OTHER_HOLDER] = "other_holder",
	[FOLD_CAUSE_LOCK] = "lock",
	[FOLD_CAUSE_UNKNOWN] = "unknown",
};

void fold_take_causes(struct fold *f, struct journal_value o)
{
	(void)journal_string(o, "how", f->causes_how, sizeof(f->causes_how));
	(void)journal_string(o, "why", f->causes_why, sizeof(f->causes_why));
}

void fold_take_cause_counts(struct fold *f, struct journal_value migration)
{
	struct journal_value by_cause = journal_get(migration, "by_cause");

	for (int i = 0; i < FOLD_CAUSES; i++)
		fold_known(by_cause, names[i], &f->counts.by_cause[i]);
	fold_known(migration, "unmap_eagain", &f->counts.unmap_eagain);
	fold_known(migration, "cause_misses", &f->counts.cause_misses);
}

/* What the programs did not see is unknown too: so the parts make up the whole. */
static uint64_t unknown(const struct fold_counts *c)
{
	uint64_t whole = c->eagain.value + c->unmap_eagain.value, told = 0;

	for (int i = 0; i < FOLD_CAUSES; i++)
		told += i == FOLD_CAUSE_UNKNOWN ? 0 : c->by_cause[i].value;
	return c->eagain.is_known ? whole - (told < whole ? told : whole)
				  : c->by_cause[FOLD_CAUSE_UNKNOWN].value;
}

void fold_describe_causes(struct fold *f, struct jsonw *eagain)
{
	const struct fold_counts *c = &f->counts;
	struct jsonw *by_cause;

	if (c->unmap_eagain.is_known)
		jsonw_set_uint(eagain, "unmap_phase", c->unmap_eagain.value);
	else
		fold_unmeasured(f, "migration.eagain.unmap_phase",
				"no probe sees EAGAIN of the unmap phase: it is in no figure here");
	if (!f->causes_how[0] && !f->causes_why[0])
		return; /* nobody has asked */
	if (!c->by_cause[FOLD_CAUSE_UNKNOWN].is_known) {
		fold_unmeasured(f, "migration.eagain.by_cause", "%s",
				f->causes_why[0] ? f->causes_why : "no count of it was recorded");
		return;
	}
	by_cause = jsonw_object();
	for (int i = 0; i < FOLD_CAUSE_UNKNOWN; i++)
		fold_set_known(by_cause, names[i], &c->by_cause[i]);
	jsonw_set_uint(by_cause, names[FOLD_CAUSE_UNKNOWN], unknown(c));
	jsonw_set(eagain, "by_cause", by_cause);
	if (f->causes_how[0])
		jsonw_set_string(eagain, "causes", f->causes_how);
	fold_set_known(eagain, "cause_misses", &c->cause_misses);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* migration: the cumulative counts of the observers, and what each source of them cannot see. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"

#include "reports/fold.h"

/*
 * Counts since the run began: the last record has them all. What it has not any more is lost: a CPU
 * went offline, as all but one do when a machine is suspended, and took its counters with it.
 */
static void take_latest(struct journal_value migration, const char *key, struct known *into)
{
	into->is_known = false;
	fold_known(migration, key, into);
}

void fold_take_counts(struct fold *f, struct journal_value migration)
{
	struct journal_value drivers = journal_get(migration, "by_driver");
	struct fold_counts *c = &f->counts;

	if (!journal_is_object(migration))
		return;
	take_latest(migration, "attempts", &c->attempts);
	take_latest(migration, "succeeded", &c->succeeded);
	take_latest(migration, "eagain", &c->eagain);
	take_latest(migration, "waits", &c->waits);
	take_latest(migration, "allocations", &c->allocations);
	take_latest(migration, "allocations_locked", &c->allocations_locked);
	fold_known(migration, "failed_pages", &c->failed_pages);
	fold_known(migration, "migrated_pages", &c->migrated_pages);
	fold_known(migration, "probe_misses", &c->probe_misses);
	fold_take_cause_counts(f, migration);
	for (int i = 0; i < FOLD_DRIVERS; i++) {
		struct journal_value driver = journal_get(drivers, fold_driver_name((enum fold_driver)i));

		fold_known(driver, "attempts", &c->driver_attempts[i]);
		fold_known(driver, "succeeded", &c->driver_succeeded[i]);
		fold_known(driver, "eagain", &c->driver_eagain[i]);
		fold_known(driver, "allocations", &c->driver_allocations[i]);
		fold_known(driver, "allocations_locked", &c->driver_locked[i]);
	}
	if (f->phase)
		f->phase->last = *c;
}

/* Threads were counted, which CPUs were not: until one of them went offline they were, too. */
static bool has_lost_a_cpu(const struct fold_counts *c)
{
	for (int i = 0; i < FOLD_DRIVERS && !c->attempts.is_known; i++)
		if (c->driver_attempts[i].is_known)
			return true;
	return false;
}

#define LOST_A_CPU                                                                                 \
	"a CPU went offline (all but one do in a suspend), and what was counted on it went with it"

static void describe_drivers(struct fold *f, struct jsonw *eagain)
{
	const struct fold_counts *c = &f->counts;
	struct jsonw *drivers = jsonw_object();
	uint64_t others = c->eagain.value;
	bool all_known = c->eagain.is_known;

	for (int i = 0; i < FOLD_DRIVERS; i++) {
		if (i >= FOLD_FIRST_CALLER && !f->callers[i].is_there)
			continue;
		fold_set_known(drivers, fold_driver_name((enum fold_driver)i),
			       &c->driver_eagain[i]);
		all_known = all_known && c->driver_eagain[i].is_known;
		/* Read one after the other, the parts may have run a little ahead of the whole. */
		others -= c->driver_eagain[i].value < others ? c->driver_eagain[i].value : others;
	}
	if (all_known)
		jsonw_set_uint(drivers, "other", others);
	else if (has_lost_a_cpu(c))
		fold_unmeasured(f, "migration.eagain.by_driver", LOST_A_CPU);
	else
		fold_unmeasured(f, "migration.eagain.by_driver",
				"the source '%s' does not tell who migrated",
				f->source ? f->source : "none");
	jsonw_set(eagain, "by_driver", drivers);
}

/* What each driver's own thread migrated; the difference to the whole is everybody else's. */
static struct jsonw *describe_shares(const struct fold_counts *c)
{
	struct jsonw *shares = jsonw_object();

	for (int i = 0; i < FOLD_DRIVERS; i++) {
		struct jsonw *share;

		if (!c->driver_attempts[i].is_known)
			continue;
		share = jsonw_object();
		fold_set_known(share, "attempts", &c->driver_attempts[i]);
		fold_set_known(share, "succeeded", &c->driver_succeeded[i]);
		fold_set_known(share, "eagain", &c->driver_eagain[i]);
		fold_set_known(share, "allocations", &c->driver_allocations[i]);
		fold_set_known(share, "allocations_locked", &c->driver_locked[i]);
		jsonw_set(shares, fold_driver_name((enum fold_driver)i), share);
	}
	return shares;
}

static struct jsonw *describe_eagain(struct fold *f, const char *why)
{
	const struct fold_counts *c = &f->counts;
	struct jsonw *eagain = jsonw_object();

	if (c->eagain.is_known) {
		/* What the probe on move_to_new_* sees is the move phase: that is all there is. */
		jsonw_set_uint(eagain, "total", c->eagain.value);
		jsonw_set_uint(eagain, "move_phase", c->eagain.value);
	} else {
		fold_unmeasured(f, "migration.eagain.total", "%s", why);
	}
	fold_describe_causes(f, eagain);
	describe_drivers(f, eagain);
	jsonw_set_string(eagain, "source", f->source ? f->source : "none");
	if (f->symbol[0])
		jsonw_set_string(eagain, "symbol", f->symbol);
	if (f->source_why[0])
		jsonw_set_string(eagain, "why", f->source_why);
	if (c->probe_misses.is_known)
		jsonw_set_uint(eagain, "probe_misses", c->probe_misses.value);
	else
		fold_unmeasured(f, "migration.eagain.probe_misses", "%s", why);
	return eagain;
}

/* Looked at only where the scenario is about them; without that they are no gap. */
static bool wants_allocations(const struct fold *f)
{
	const char *scenario = jsonw_get_string(jsonw_get(f->run.document, "plan"), "scenario");

	return scenario && strcmp(scenario, "alloc-locked") == 0;
}

struct jsonw *fold_describe_counts(struct fold *f)
{
	const struct fold_counts *c = &f->counts;
	const struct {
		const char *key, *path;
		const struct known *count;
		bool is_gap; /* when it is not known */
	} table[] = {
		{"attempts", "migration.attempts", &c->attempts, true},
		{"succeeded", "migration.succeeded", &c->succeeded, true},
		{"waits", "migration.waits", &c->waits, true},
		{"allocations", "migration.allocations", &c->allocations, wants_allocations(f)},
		{"allocations_locked", "migration.allocations_locked", &c->allocations_locked,
		 wants_allocations(f)},
	};
	struct jsonw *object = jsonw_object();
	char why[FOLD_TEXT_SIZE];

	if (!f->source)
		(void)snprintf(why, sizeof(why), "the journal has no start record");
	else if (has_lost_a_cpu(c))
		(void)snprintf(why, sizeof(why), LOST_A_CPU);
	else
		(void)snprintf(why, sizeof(why), "counted by '%s'%s%s", f->source,
			       f->source_why[0] ? ": " : ": it does not see this",
			       f->source_why);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].count->is_known)
			jsonw_set_uint(object, table[i].key, table[i].count->value);
		else if (table[i].is_gap)
			fold_unmeasured(f, table[i].path, "%s", why);
	}
	/* Only the sources that see no attempts tell these two. */
	fold_set_known(object, "failed_pages", &c->failed_pages);
	fold_set_known(object, "migrated_pages", &c->migrated_pages);
	jsonw_set(object, "by_driver", describe_shares(c));
	jsonw_set(object, "eagain", describe_eagain(f, why));
	if (f->vmstat.is_there)
		jsonw_set(object, "vmstat", tally_counts(&f->vmstat.differences));
	else
		fold_unmeasured(f, "migration.vmstat", "the journal has no end record");
	return object;
}

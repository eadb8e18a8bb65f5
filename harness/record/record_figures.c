// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts that several events share. */
#include "record/recorder.h"

void record_set_rung(struct recorder *r, struct jsonw *event)
{
	int rung = atomic_load(&r->rung);

	if (rung >= 0)
		jsonw_set_int(event, "rung", rung);
}

void record_set_measured(struct jsonw *object, const char *key, const struct measured *m)
{
	if (m->known)
		jsonw_set_uint(object, key, m->value);
}

static void set_counts(struct jsonw *object, const struct migration_counts *c)
{
	record_set_measured(object, "attempts", &c->attempts);
	record_set_measured(object, "succeeded", &c->succeeded);
	record_set_measured(object, "eagain", &c->eagain);
	record_set_measured(object, "waits", &c->waits);
	record_set_measured(object, "allocations", &c->allocations);
	record_set_measured(object, "allocations_locked", &c->allocations_locked);
	record_set_measured(object, "failed_pages", &c->failed_pages);
	record_set_measured(object, "migrated_pages", &c->migrated_pages);
}

static bool knows_any(const struct migration_counts *c)
{
	return c->attempts.known || c->succeeded.known || c->eagain.known || c->waits.known ||
	       c->allocations.known || c->allocations_locked.known ||
	       c->failed_pages.known || c->migrated_pages.known;
}

struct jsonw *record_counts(const struct migration_counts *total,
			    const struct migration_counts *by_driver,
			    const struct measured *probe_misses)
{
	struct jsonw *object = jsonw_object();

	set_counts(object, total);
	if (by_driver) {
		struct jsonw *drivers = jsonw_object();

		for (int i = 0; i < OBSERVED_MAX; i++) {
			struct jsonw *driver;

			if (!knows_any(&by_driver[i]))
				continue;
			driver = jsonw_object();
			set_counts(driver, &by_driver[i]);
			jsonw_set(drivers, observed_driver_name((enum observed_driver)i), driver);
		}
		jsonw_set(object, "by_driver", drivers);
	}
	if (probe_misses)
		record_set_measured(object, "probe_misses", probe_misses);
	return object;
}

void record_set_causes(struct jsonw *counts, const struct cause_counts *causes)
{
	struct jsonw *by_cause;

	if (!causes->by_cause[EAGAIN_UNKNOWN].known)
		return;
	by_cause = jsonw_object();
	for (int i = 0; i < EAGAIN_CAUSES; i++)
		record_set_measured(by_cause, eagain_cause_name((enum eagain_cause)i),
				    &causes->by_cause[i]);
	jsonw_set(counts, "by_cause", by_cause);
	record_set_measured(counts, "unmap_eagain", &causes->unmap_phase);
	record_set_measured(counts, "cause_misses", &causes->missed);
}

struct jsonw *record_vmstat(const struct vmstat *v)
{
	struct jsonw *object = jsonw_object();

	for (int i = 0; i < VMSTAT_MAX; i++)
		if (v->known[i])
			jsonw_set_uint(object, vmstat_names[i], v->value[i]);
	return object;
}

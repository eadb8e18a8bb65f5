// SPDX-License-Identifier: GPL-2.0-or-later
/* callers: the drivers that make one call again and again, and what it answered. */
#include <string.h>

#include "base/hist_json.h"
#include "base/jsonw.h"
#include "reports/fold.h"

static const char *const driver_names[FOLD_DRIVERS] = {
	[FOLD_OFFLINE] = "offline",
	[FOLD_MOVE_PAGES] = "move_pages",
	[FOLD_COMPACTION] = "compaction",
	[FOLD_MIGRATE_PAGES] = "migrate_pages",
	[FOLD_SOFT_OFFLINE] = "soft_offline",
	[FOLD_MBIND] = "mbind",
	[FOLD_NUMA_BALANCING] = "numa_balancing",
	[FOLD_DEMOTION] = "demotion",
	[FOLD_RECLAIM] = "reclaim",
};

const char *fold_driver_name(enum fold_driver driver)
{
	return driver_names[driver];
}

/* NULL: a newer version's, or none. */
static struct fold_caller *caller_of(struct fold *f, struct journal_value o)
{
	for (int i = FOLD_FIRST_CALLER; i < FOLD_DRIVERS; i++) {
		if (!journal_equals(o, "driver", driver_names[i]))
			continue;
		f->callers[i].is_there = true;
		return &f->callers[i];
	}
	return NULL;
}

static void take_tally(struct tally *t, struct journal_value counts)
{
	for (struct journal_iterator i = journal_each(counts); journal_more(&i); journal_step(&i)) {
		char name[TALLY_NAME_SIZE];
		uint64_t count;

		if (journal_uint(i.value, NULL, &count) &&
		    journal_string(i.key, NULL, name, sizeof(name)))
			tally_add(t, name, 0, count);
	}
}

void fold_take_called(struct fold *f, struct journal_value o)
{
	struct fold_caller *c = caller_of(f, o);

	if (!c)
		return;
	fold_sum(o, "calls", &c->calls);
	take_tally(&c->errors, journal_get(o, "errors"));
	take_tally(&c->numbers, journal_get(o, "numbers"));
	fold_add_hist(o, "latency", &c->latency);
}

/* Workers that were left out: what they were to show was not looked at. */
static void note_no_reads(struct fold *f, struct journal_value o)
{
	char why[FOLD_TEXT_SIZE] = "";

	(void)journal_string(o, "why", why, sizeof(why));
	fold_unmeasured(f, "workers.hold-direct", "%s", why);
}

void fold_take_unavailable(struct fold *f, struct journal_value o)
{
	struct fold_caller *c = caller_of(f, o);
	char why[FOLD_TEXT_SIZE];

	if (c)
		(void)journal_string(o, "why", c->unavailable, sizeof(c->unavailable));
	else if (journal_equals(o, "driver", "veto"))
		(void)journal_string(o, "why", f->veto.unavailable, sizeof(f->veto.unavailable));
	else if (journal_equals(o, "driver", "pressure") &&
		 journal_string(o, "why", why, sizeof(why)))
		fold_unmeasured(f, "waits_under_pressure", "%s", why);
	else if (journal_equals(o, "driver", "hold-direct"))
		note_no_reads(f, o);
}

static struct jsonw *describe_caller(struct fold *f, int i)
{
	const struct fold_caller *c = &f->callers[i];
	struct jsonw *object = jsonw_object();
	char path[FOLD_NAME_SIZE];

	jsonw_set_string(object, "driver", driver_names[i]);
	jsonw_set_uint(object, "calls", c->calls);
	if (c->unavailable[0])
		jsonw_set_string(object, "unavailable", c->unavailable);
	jsonw_set(object, "errors", tally_counts(&c->errors));
	jsonw_set(object, "numbers", tally_counts(&c->numbers));
	if (c->latency.count) {
		jsonw_set(object, "latency", hist_to_json(&c->latency));
		return object;
	}
	(void)snprintf(path, sizeof(path), "callers.%s.latency", driver_names[i]);
	fold_unmeasured(f, path, "no call was made");
	return object;
}

struct jsonw *fold_describe_callers(struct fold *f)
{
	struct jsonw *list = jsonw_array();

	for (int i = FOLD_FIRST_CALLER; i < FOLD_DRIVERS; i++)
		if (f->callers[i].is_there)
			jsonw_append(list, describe_caller(f, i));
	return list;
}

void fold_callers_done(struct fold *f)
{
	for (int i = FOLD_FIRST_CALLER; i < FOLD_DRIVERS; i++) {
		tally_done(&f->callers[i].errors);
		tally_done(&f->callers[i].numbers);
	}
}

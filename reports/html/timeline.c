// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/html/timeline.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "record/journal.h"

#define NS_PER_SECOND 1e9

struct reading {
	struct timeline *timeline;
	uint64_t first_ns;
	uint64_t attempts, eagain; /* cumulative, of the last sample */
	bool has_boot;		   /* of this file a record has been read */
	bool is_begun;		   /* a record of the run has been read */
	bool lacks_counts;	   /* the samples before are gone: the next one says from where to count */
};

static double second_of(const struct reading *r, const struct journal_event *event)
{
	return event->t_ns < r->first_ns ? 0 : (double)(event->t_ns - r->first_ns) / NS_PER_SECOND;
}

static struct timeline_bin *bin_of(const struct reading *r, const struct journal_event *event)
{
	double share = second_of(r, event) / r->timeline->seconds;
	size_t bin = share >= 1 ? TIMELINE_BINS - 1 : (size_t)(share * TIMELINE_BINS);

	return &r->timeline->bins[bin];
}

static void take_offline(struct reading *r, const struct journal_event *event)
{
	struct timeline_bin *bin = bin_of(r, event);

	r->timeline->cycles++;
	if (journal_equals(event->object, "error", "OK"))
		bin->done++;
	else if (journal_equals(event->object, "ended_by", "kernel"))
		bin->failed++;
	else
		bin->cut++;
}

/* The counts are since the run began: what came in since the last sample belongs to this bin. */
static void take_sample(struct reading *r, const struct journal_event *event)
{
	struct journal_value migration = journal_get(event->object, "migration");
	struct timeline_bin *bin = bin_of(r, event);
	uint64_t attempts, eagain;

	if (!journal_uint(migration, "attempts", &attempts) ||
	    !journal_uint(migration, "eagain", &eagain))
		return;
	r->timeline->has_eagain = true;
	if (!r->lacks_counts && attempts >= r->attempts && eagain >= r->eagain) {
		bin->attempts += attempts - r->attempts;
		bin->eagain += eagain - r->eagain;
	}
	r->lacks_counts = false;
	r->attempts = attempts;
	r->eagain = eagain;
}

static void take_finding(struct reading *r, const struct journal_event *event)
{
	struct timeline *t = r->timeline;
	struct timeline_finding *finding;

	if (t->n_findings == TIMELINE_MAX_FINDINGS) {
		t->more_findings++;
		return;
	}
	finding = &t->findings[t->n_findings++];
	finding->second = second_of(r, event);
	if (!journal_string(event->object, "kind", finding->kind, sizeof(finding->kind)))
		finding->kind[0] = '\0';
}

/* What comes first in a file that others were before: when the run began, and that they are gone. */
static void take_totals(struct reading *r, const struct journal_event *event)
{
	if (r->is_begun || !journal_uint(event->object, "first_t", &r->first_ns))
		return;
	r->is_begun = true;
	r->lacks_counts = true;
	r->timeline->missing_seconds = second_of(r, event);
}

static void take(struct reading *r, const struct journal_event *event)
{
	static const struct {
		const char *name;
		void (*take)(struct reading *, const struct journal_event *);
	} takers[] = {
		{"offline", take_offline},
		{"sample", take_sample},
		{"finding", take_finding},
		{JOURNAL_TOTALS, take_totals},
	};

	for (size_t i = 0; i < ARRAY_SIZE(takers); i++)
		if (journal_event_is(event, takers[i].name))
			takers[i].take(r, event);
}

/* false: it is of another boot, which has another clock. */
static bool read_record(struct reading *r, const struct journal_event *event)
{
	if (event->is_new_boot && r->is_begun && r->has_boot)
		return false;
	r->has_boot = true;
	if (!r->is_begun && !journal_event_is(event, JOURNAL_TOTALS)) {
		r->first_ns = event->t_ns;
		r->is_begun = true;
	}
	take(r, event);
	return true;
}

static int read_file(struct reading *reading, const char *path, struct err *e)
{
	struct journal_event event;
	struct journal *journal;
	int r = journal_open(path, &journal, e);

	if (r < 0)
		return r;
	reading->has_boot = false;
	while ((r = journal_next(journal, &event, e)) > 0)
		if (!read_record(reading, &event))
			break;
	journal_close(journal);
	return r < 0 ? r : 0;
}

int timeline_read(const char *run, double seconds, struct timeline *ret, struct err *e)
{
	cleanup_free char *path = memory_format("%s/events.jsonl", run);
	cleanup_free char *before = memory_format("%s.1", path);
	struct reading reading = {.timeline = ret};

	*ret = (struct timeline){.seconds = seconds > 0 ? seconds : 1};
	if (access(before, F_OK) == 0 && read_file(&reading, before, e) < 0)
		return e->code;
	return read_file(&reading, path, e);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/html/timeline.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "record/journal.h"

#define NS_PER_SECOND 1e9

struct reading {
	struct timeline *timeline;
	uint64_t first_ns;
	uint64_t attempts, eagain; /* cumulative, of the last sample */
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
	if (attempts >= r->attempts && eagain >= r->eagain) {
		bin->attempts += attempts - r->attempts;
		bin->eagain += eagain - r->eagain;
	}
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

static void take(struct reading *r, const struct journal_event *event)
{
	static const struct {
		const char *name;
		void (*take)(struct reading *, const struct journal_event *);
	} takers[] = {
		{"offline", take_offline},
		{"sample", take_sample},
		{"finding", take_finding},
	};

	for (size_t i = 0; i < ARRAY_SIZE(takers); i++)
		if (journal_event_is(event, takers[i].name))
			takers[i].take(r, event);
}

int timeline_read(const char *run, double seconds, struct timeline *ret, struct err *e)
{
	cleanup_free char *path = memory_format("%s/events.jsonl", run);
	struct reading reading = {.timeline = ret};
	struct journal_event event;
	struct journal *journal;
	bool is_first = true;
	int r;

	*ret = (struct timeline){.seconds = seconds > 0 ? seconds : 1};
	r = journal_open(path, &journal, e);
	if (r < 0)
		return r;
	while ((r = journal_next(journal, &event, e)) > 0) {
		/* What was added after a reboot has another clock. */
		if (event.is_new_boot && !is_first)
			break;
		if (is_first)
			reading.first_ns = event.t_ns;
		is_first = false;
		take(&reading, &event);
	}
	journal_close(journal);
	return r < 0 ? r : 0;
}

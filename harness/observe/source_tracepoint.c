// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Without kprobes: the tracepoint migrate:mm_migrate_pages tells, once for each call of
 * migrate_pages(), how many pages were moved and how many were given up on. Retries are not seen,
 * so no figure of attempts or of EAGAIN comes from here.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "observe/source.h"
#include "observe/trace_text.h"
#include "observe/tracing.h"

#define GROUP "migrate"
#define EVENT "mm_migrate_pages"
/* The fields' names, which are not those of the printed line (include/trace/events/migrate.h). */
#define TRIGGER "hist:keys=common_pid:vals=succeeded,failed:size=8192"

static void tracepoint_close(struct observer *o)
{
	tracing_instance_remove(o->instance);
	o->instance = NULL;
}

static int tracepoint_open(struct observer *o, const char *group, char why[OBSERVER_WHY_SIZE])
{
	int r = tracing_begin(o->fs, why);

	if (r < 0)
		return r;
	o->instance = tracing_instance(group, why);
	if (!o->instance)
		return -EIO;
	r = tracing_hist_start(o->instance, GROUP, EVENT, TRIGGER, why);
	if (r < 0)
		tracepoint_close(o);
	return r;
}

struct page_sums {
	pid_t tid; /* -1: everybody */
	bool is_malformed;
	uint64_t succeeded, failed;
};

static void add_pages(void *context, const struct hist_entry *entry)
{
	struct page_sums *sums = context;
	uint64_t pid, succeeded, failed;

	if (!hist_entry_get(entry, "common_pid", &pid) ||
	    !hist_entry_get(entry, "succeeded", &succeeded) ||
	    !hist_entry_get(entry, "failed", &failed)) {
		sums->is_malformed = true;
		return;
	}
	if (sums->tid >= 0 && (pid_t)pid != sums->tid)
		return;
	sums->succeeded += succeeded;
	sums->failed += failed;
}

static void read_pages(struct observer *o, pid_t tid, struct migration_counts *ret)
{
	cleanup_free char *text = tracing_hist_read(o->instance, GROUP, EVENT);
	struct page_sums sums = {.tid = tid};
	struct hist_totals totals;

	/* What was dropped had pages that nobody knows. */
	if (!text || !hist_text_walk(text, add_pages, &sums, &totals) || sums.is_malformed ||
	    totals.dropped)
		return;
	ret->migrated_pages = (struct measured){true, sums.succeeded};
	ret->failed_pages = (struct measured){true, sums.failed};
}

static void tracepoint_read_total(struct observer *o, struct migration_counts *ret)
{
	read_pages(o, -1, ret);
}

static void tracepoint_read_thread(struct observer *o, struct observed_thread *thread,
				   struct migration_counts *ret)
{
	read_pages(o, thread->tid, ret);
}

const struct source_ops source_tracepoint = {
	.open = tracepoint_open,
	.close = tracepoint_close,
	.read_total = tracepoint_read_total,
	.thread_fields = FIELD_BIT(migrated_pages) | FIELD_BIT(failed_pages),
	.read_thread = tracepoint_read_thread,
};

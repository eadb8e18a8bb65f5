// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "service/run.h"

/*
 * Resident memory grows also by the pages of our programs' files, each when its code runs for the
 * first time; what we allocate is the anonymous part.
 */
static void own_memory(struct fsio *fs, struct record_sample *s)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned long long resident, shared;
	char text[128];

	if (fsio_read_text(fs, text, sizeof(text), "proc/self/statm") < 0 ||
	    sscanf(text, "%*u %llu %llu", &resident, &shared) != 2 || shared > resident)
		return;
	s->rss_bytes = resident * page_size;
	s->anonymous_bytes = (resident - shared) * page_size;
}

/* Offline and move_pages are told of in every run, if only that they did nothing. */
static bool has_driver(const struct run *run, enum observed_driver driver)
{
	for (int i = 0; i < CALLER_MAX; i++)
		if (strcmp(caller_name((enum caller)i), observed_driver_name(driver)) == 0)
			return run->profile.callers[i].is_there;
	return true;
}

void run_sample(struct run *run, struct record_sample *ret_sample)
{
	struct record_sample *s = ret_sample;

	*s = (struct record_sample){
		.elapsed_ns = clock_monotonic_ns() - run->start_ns,
		.touches = run->touches_before,
		.faulters = run->phase ? run->phase->faulters : 0,
	};
	own_memory(&run->fs, s);
	if (run->observer) { /* none yet when the set-up has failed */
		if (run->causes)
			causes_read(run->causes, &s->causes);
		observer_read_total(run->observer, &s->total);
		for (int i = 0; i < OBSERVED_MAX; i++)
			if (has_driver(run, (enum observed_driver)i))
				observer_read_driver(run->observer, (enum observed_driver)i,
						     &s->by_driver[i]);
		observer_probe_misses(run->observer, &s->probe_misses);
	}
	for (size_t i = 0; run->groups && i < worker_groups_count(run->groups); i++) {
		struct worker_totals totals;

		worker_group_totals(run->groups, i, &totals);
		s->touches += totals.touches;
		s->alive += totals.alive;
	}
	(void)pthread_mutex_lock(&run->figures_lock);
	if (run->figures.is_offline)
		s->memory_offline_bytes = run->topology.block_size_bytes;
	(void)pthread_mutex_unlock(&run->figures_lock);
}

void run_note_finding(void *context, const struct kmsg_finding *finding)
{
	struct run *run = context;
	size_t length = finding->title_length > 200 ? 200 : finding->title_length;

	record_finding(run->recorder, finding);
	run->findings_by_kind[finding->kind]++;
	/* Pages that could not be migrated are what a soak is for: in the report, no alarm. */
	if (finding->kind == KMSG_MIGRATION_FAILURE || finding->kind == KMSG_UNMOVABLE_PAGE)
		return;
	(void)pthread_mutex_lock(&run->figures_lock);
	run->figures.findings++;
	(void)pthread_mutex_unlock(&run->figures_lock);
	log_warning("kernel: %s: %.*s", kmsg_kind_name(finding->kind), (int)length, finding->text);
	run_tell_finding(run, kmsg_kind_name(finding->kind), finding->text, length);
}

void run_drain_kmsg(struct run *run)
{
	struct kmsg_record record;
	struct err e = {0};
	uint64_t lost;
	int r;

	while (run->has_kmsg) {
		lost = 0;
		r = kmsg_next(&run->kmsg, &record, &lost, &e);
		if (lost)
			record_kmsg_lost(run->recorder, lost);
		if (r == 0)
			return;
		if (r < 0) {
			record_fault(run->recorder, "reading the kernel's log: %s", e.text);
			kmsg_close(&run->kmsg);
			run->has_kmsg = false;
			return;
		}
		record_kmsg(run->recorder, &record);
		kmsg_classify_record(run->classifier, &record);
		run_rotate_journal(run); /* findings may come by the thousand */
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The run's tasks that do not get on: which to look at, and who is told. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/memory.h"
#include "service/run.h"

#define FRAMES_SHOWN 5

/* "migrate_pages < do_migrate_range < offline_pages"; "": there is no trace. */
static char *describe_frames(const struct stuck_place *place)
{
	char *text = memory_string("");
	const char *frame = place->frames;

	for (size_t i = 0; i < place->n_frames && i < FRAMES_SHOWN; i++, frame += strlen(frame) + 1) {
		cleanup_free char *old = text;

		text = memory_format("%s%s%s", old, i ? " < " : ": ", frame);
	}
	return text;
}

static void on_sample(void *context, const struct stuck_sample *sample)
{
	struct run *run = context;
	const struct stuck_suspect *suspect = sample->suspect;
	unsigned long long seconds = (clock_monotonic_ns() - sample->since_ns) / NS_PER_S;
	cleanup_free char *frames = describe_frames(&sample->place);

	record_stuck(run->recorder, sample);
	if (sample->number > 0)
		return;
	if (suspect->has_block)
		log_warning("memory%u has been going offline for %llu s%s", suspect->block, seconds, frames);
	else
		log_warning("%s %s (task %d) has slept in the kernel for %llu s%s", suspect->who,
			    suspect->group ? suspect->group : "driver", (int)sample->tid, seconds, frames);
}

void run_open_stuck_watch(struct run *run)
{
	run->stuck = stuck_watch_new(&run->fs, on_sample, run);
}

static void watch_offline(struct run *run, uint64_t now_ns)
{
	struct offline_progress progress;
	struct stuck_suspect suspect = {.who = "offline", .has_block = true, .pid = getpid()};

	offline_driver_progress(run->offline, &progress);
	if (!progress.writing)
		return;
	suspect.tid = progress.tid;
	suspect.block = progress.block;
	suspect.since_ns = progress.since_ns;
	suspect.deadline_ns = progress.deadline_ns;
	stuck_watch_call(run->stuck, &suspect, now_ns);
}

static bool is_going_offline(const struct run *run)
{
	struct offline_progress progress = {0};

	if (run->offline)
		offline_driver_progress(run->offline, &progress);
	return progress.writing;
}

static void watch_tasks(struct run *run, uint64_t now_ns)
{
	struct stuck_suspect *suspects = memory_alloc(OBSERVED_MAX, sizeof(*suspects));
	size_t n = 0;

	/* The offline driver's thread too, when it brings a block back: its offline has a clock of its own. */
	for (int i = 0; i < OBSERVED_MAX; i++)
		if (run->driver_tids[i] && !(i == OBSERVED_OFFLINE && is_going_offline(run)))
			suspects[n++] = (struct stuck_suspect){
				.who = observed_driver_name((enum observed_driver)i),
				.pid = getpid(),
				.tid = run->driver_tids[i],
			};
	for (size_t i = 0; run->groups && i < worker_groups_count(run->groups); i++) {
		cleanup_free pid_t *pids = NULL;
		size_t n_pids = worker_group_pids(run->groups, i, &pids);

		suspects = memory_grow(suspects, n + n_pids + OBSERVED_MAX, sizeof(*suspects));
		for (size_t k = 0; k < n_pids; k++)
			suspects[n++] = (struct stuck_suspect){
				.who = "worker",
				.group = worker_group_config(run->groups, i)->name,
				.pid = pids[k],
			};
	}
	stuck_watch_tasks(run->stuck, suspects, n, now_ns);
	free(suspects);
}

void run_watch_stuck(struct run *run, uint64_t now_ns)
{
	if (!run->stuck)
		return;
	if (run->offline)
		watch_offline(run, now_ns);
	if (stuck_watch_is_due(run->stuck, now_ns))
		watch_tasks(run, now_ns);
}

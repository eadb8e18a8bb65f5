// SPDX-License-Identifier: GPL-2.0-or-later
/* Every way out ends here: memory back, settings back, probes gone, the last record on disk. */
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/memory.h"
#include "observe/host.h"
#include "reports/totals.h"
#include "service/control.h"
#include "service/notify.h"
#include "service/resume.h"
#include "service/run.h"
#include "service/worker_cgroup.h"

#define MORE_TIME_NS (300 * NS_PER_S) /* a block that somebody else takes offline: 240 s (drive/online.c) */

/* The drivers bring back each block themselves; this is the proof, and the second try. */
static size_t bring_back_blocks(struct run *run, uint32_t *left, unsigned int *ret_brought_back)
{
	size_t n_left = 0;

	*ret_brought_back = 0;
	for (size_t i = 0; i < run->plan.n_blocks; i++) {
		const struct plan_block *wanted = &run->plan.blocks[i];
		struct topology_block now;
		struct online_event event;

		if (topology_read_block(&run->fs, wanted->id, &now) < 0 ||
		    (now.state == BLOCK_ONLINE && now.n_zones > 0 && now.zones[0] == wanted->zone))
			continue;
		notify_more_time(MORE_TIME_NS);
		(void)record_intent(run->recorder, "online", wanted->id, (int32_t)wanted->node,
				    wanted->zone);
		drive_online(&run->fs, wanted->id, wanted->zone, &event);
		record_online(run->recorder, &event);
		if (event.restored) {
			(*ret_brought_back)++;
			continue;
		}
		if (event.is_gone)
			continue;
		left[n_left++] = wanted->id;
		notify_milestone(MILESTONE_MEMORY_OFFLINE, &(struct milestone_fields){
				 .run_id = run->id, .profile = run->profile.name,
				 .directory = run->directory, .block = wanted->id},
				 "memory%u is offline and could not be brought back: %s", wanted->id,
				 errno_name(event.error));
		log_error("memory%u could not be brought back online as %s: %s: \"memsoak restore\" tries again",
			  wanted->id, zone_name(wanted->zone), errno_name(event.error));
	}
	return n_left;
}

/* Has the kernel counted what was read in its log, and the other way round? */
static void ask_witnesses(struct run *run)
{
	struct witness_statement statements[WITNESS_MAX];
	struct witness_counts now;
	size_t n;

	witness_read(&run->fs, &now);
	n = witness_compare(&run->witnesses_start, &now, run->findings_by_kind, statements);
	record_witnesses(run->recorder, statements, n);
	for (size_t i = 0; i < n; i++)
		if (statements[i].disagreement)
			log_warning("%s: %s", statements[i].name, statements[i].disagreement);
}

static void close_observers(struct run *run)
{
	causes_close(steal_ptr(&run->causes));
	observer_close(steal_ptr(&run->observer));
}

size_t run_finish(struct run *run)
{
	cleanup_free uint32_t *left = memory_alloc(run->plan.n_blocks, sizeof(*left));
	static const char *const ended[] = {
		[RUN_GOES_ON] = "completed",
		[RUN_SETTLED] = "settled",
		[RUN_ABORTED] = "aborted",
		[RUN_HURRIED] = "aborted",
	};
	struct record_end end = {.ended = ended[run->stop]};
	unsigned int brought_back;
	struct vmstat vmstat_now;
	bool settings_restored;
	size_t n_left;

	notify_stopping("bringing memory and settings back");
	run_look_at_topology(run, UINT64_MAX);
	n_left = bring_back_blocks(run, left, &brought_back);
	settings_restored = run_restore_settings(run);
	run_give_back_poison(run); /* when the pools of huge pages are gone: no frame is within one */
	run_undo_preparations(run);
	worker_cgroup_record_end(run->cgroup, run->recorder);
	worker_cgroup_close(steal_ptr(&run->cgroup)); /* its workers have ended */
	run_drain_kmsg(run);
	if (run->classifier) {
		kmsg_classify_flush(run->classifier);
		ask_witnesses(run);
	}
	run_sample(run, &end.last);
	if (vmstat_read(&run->fs, &vmstat_now, NULL) == 0)
		vmstat_difference(&vmstat_now, &run->vmstat_start, &end.vmstat);
	end.elapsed_ns = clock_monotonic_ns() - run->start_ns;
	end.kmsg_records = run->kmsg.records;
	end.kmsg_lost = run->kmsg.lost;
	end.taint_after = host_taint(&run->fs);
	record_restore(run->recorder, brought_back, left, n_left, settings_restored);
	record_end(run->recorder, &end);
	record_flush(run->recorder);
	run_end_progress(run);
	if (recorder_trouble(run->recorder))
		log_error("%llu records were lost: %s",
			  (unsigned long long)recorder_lost(run->recorder),
			  recorder_trouble(run->recorder));
	close_observers(run); /* who is killed later leaves no probes */
	/* A run that left something behind stays listed, so that "memsoak restore" finds it. */
	if (n_left == 0 && settings_restored && run->poison.frames_left == 0 && run->active_path) {
		(void)unlink(run->active_path);
		run->is_all_back = true;
	}
	(void)resume_forget(run->profile.name, NULL); /* mostly there is nothing to forget */
	return n_left;
}

void run_done(struct run *run)
{
	control_close(run->control);
	stress_ng_done(run->stress_ng);
	worker_cgroup_close(run->cgroup);
	close_observers(run);
	if (run->has_kmsg)
		kmsg_close(&run->kmsg);
	kmsg_classifier_free(run->classifier);
	stuck_watch_free(run->stuck);
	run_loop_close(run);
	recorder_close(run->recorder);
	totals_free(run->totals);
	plan_done(&run->plan);
	topology_watch_done(&run->topology_watch);
	topology_done(&run->topology);
	profile_done(&run->profile);
	fsio_close(&run->fs);
	free(run->directory);
	free(run->active_path);
	free(run->worker_program);
	if (run->lock_fd >= 0)
		(void)close(run->lock_fd);
	(void)pthread_mutex_destroy(&run->figures_lock);
}

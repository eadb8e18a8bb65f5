// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the run stands, for all who ask: the runtime folder, the control socket, the manager. */
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/memory.h"
#include "service/active.h"
#include "service/control.h"
#include "service/notify.h"
#include "service/run.h"

#define MANAGER_PERIOD_NS (5 * NS_PER_S)
#define MAX_FINDINGS_TOLD 20 /* to the journal; events.jsonl has them all */

void run_read_figures(struct run *run, struct run_figures *ret_figures)
{
	(void)pthread_mutex_lock(&run->figures_lock);
	*ret_figures = run->figures;
	(void)pthread_mutex_unlock(&run->figures_lock);
}

/* What is offline now, by node. */
static struct jsonw *offline_by_node(const struct run *run, const struct run_figures *f)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < run->topology.n_nodes; i++) {
		const struct topology_node *node = &run->topology.nodes[i];
		const struct topology_block *block =
			f->is_offline ? topology_find_block(&run->topology, f->offline_block) : NULL;
		bool is_here = block && block->node == (int32_t)node->id;
		struct jsonw *item = jsonw_object();

		jsonw_set_uint(item, "node", node->id);
		jsonw_set_uint(item, "memory_offline_bytes",
			       is_here ? run->topology.block_size_bytes : 0);
		jsonw_append(list, item);
	}
	return list;
}

struct jsonw *run_status(struct run *run)
{
	const struct record_sample *sample = &run->last_sample;
	cleanup_free char *line = run_progress_line(run, sample);
	struct jsonw *status = jsonw_object();
	struct run_figures f;

	run_read_figures(run, &f);
	jsonw_set_string(status, "id", run->id);
	jsonw_set_string(status, "directory", run->directory);
	jsonw_set_string(status, "profile", run->profile.name);
	jsonw_set_int(status, "pid", getpid());
	jsonw_set_string(status, "phase", run->phase ? run->phase->name : NULL);
	jsonw_set_bool(status, "stopping", run->stop != RUN_GOES_ON);
	jsonw_set_uint(status, "elapsed_ns", sample->elapsed_ns);
	jsonw_set_uint(status, "planned_ns", run->planned_ns);
	jsonw_set_uint(status, "attempts", f.attempts);
	jsonw_set_uint(status, "succeeded", f.succeeded);
	jsonw_set_uint(status, "failed", f.failed);
	jsonw_set_uint(status, "censored", f.censored);
	jsonw_set_uint(status, "refused", f.refused);
	jsonw_set_uint(status, "moved", f.moved);
	jsonw_set_uint(status, "not_moved", f.not_moved);
	if (sample->total.eagain.known)
		jsonw_set_uint(status, "eagain", sample->total.eagain.value);
	if (sample->total.waits.known)
		jsonw_set_uint(status, "waits", sample->total.waits.value);
	jsonw_set_uint(status, "touches", sample->touches);
	jsonw_set_uint(status, "workers_alive", sample->alive);
	jsonw_set_uint(status, "findings", f.findings);
	jsonw_set_uint(status, "memory_offline_bytes", sample->memory_offline_bytes);
	jsonw_set(status, "nodes", offline_by_node(run, &f));
	jsonw_set_string(status, "line", line);
	return status;
}

static void tell_manager(struct run *run, uint64_t now_ns)
{
	cleanup_free char *line = NULL;

	if (!notify_is_managed() || (run->last_told_ns && now_ns - run->last_told_ns < MANAGER_PERIOD_NS))
		return;
	run->last_told_ns = now_ns;
	line = run_progress_line(run, &run->last_sample);
	notify_status(line);
}

void run_tell_status(struct run *run, uint64_t now_ns)
{
	(void)active_write(run->active_path, run_status(run), NULL); /* made anew each second */
	if (run->control)
		control_publish(run->control, now_ns);
	tell_manager(run, now_ns);
}

void run_tell_finding(struct run *run, const char *kind, const char *text, size_t length)
{
	const struct milestone_fields fields = {
		.run_id = run->id,
		.profile = run->profile.name,
		.directory = run->directory,
		.kind = kind,
		.block = -1,
	};

	if (run->figures.findings <= MAX_FINDINGS_TOLD)
		notify_milestone(MILESTONE_FINDING, &fields, "%s during run %s: %.*s", kind,
				 run->id, (int)length, text);
}

static struct jsonw *on_status(void *context)
{
	return run_status(context);
}

static void on_abort(void *context, const struct control_peer *peer)
{
	log_warning("process %d of user %u asks for the end", (int)peer->pid, (unsigned int)peer->uid);
	run_stop(context, false);
}

/* Without it the run goes on: signals and the runtime folder are enough to ask and to stop. */
void run_open_control(struct run *run)
{
	const struct control_hooks hooks = {run, on_status, on_abort};
	cleanup_free char *path = active_control_path();
	struct err e = {0};

	if (control_open(path, &hooks, &run->control, &e) == 0)
		return;
	log_warning("no control socket: %s", e.text);
	record_fault(run->recorder, "no control socket: %s", e.text);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* From the command line to a run that is about to begin: every refusal happens here, before anything changed. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/units.h"
#include "reports/totals.h"
#include "service/active.h"
#include "service/notify.h"
#include "service/open_runs.h"
#include "service/resume.h"
#include "service/run.h"
#include "service/worker_cgroup.h"

static int load(struct run *run, struct err *e)
{
	uint64_t seed;
	int r = profile_load(run->options.profile, &run->profile, e);

	if (r == 0 && run->profile.n_members > 0)
		r = err_set(e, -EINVAL, "%s: a list of profiles is no run", run->profile.path);
	if (r < 0)
		return EXIT_USAGE;
	if (run->options.duration_ns)
		run->profile.duration_ns = run->options.duration_ns;
	if (fsio_open(&run->fs, NULL, e) < 0 || topology_read(&run->fs, &run->topology, e) < 0)
		return e->code == -ENOENT ? EXIT_SKIP : EXIT_CANNOT_JUDGE;
	seed = run->options.seed == UINT64_MAX ? run->profile.seed : run->options.seed;
	r = plan_make(&run->topology, &run->profile, seed, &run->plan, e);
	if (r == -ENODEV)
		return EXIT_SKIP;
	if (r == -ERANGE)
		return EXIT_USAGE;
	return r < 0 ? EXIT_CANNOT_JUDGE : EXIT_PASS;
}

static int check_consent(const struct run *run, struct err *e)
{
	const struct profile_caller *poison = &run->profile.callers[CALLER_SOFT_OFFLINE];
	bool is_asked_to_offline = run->profile.has_offline;

	if (geteuid() != 0) {
		(void)err_set(e, -EPERM,
			      "memsoak run needs root (it writes /sys/devices/system/memory and moves other processes' pages): try sudo");
		return EXIT_CANNOT_JUDGE;
	}
	if (poison->is_there && !(poison->consent && run->options.yes)) {
		(void)err_set(e, -EPERM,
			      "this run takes page frames of this live host out of use: say --yes, and set consent = yes in [soft_offline] of %s",
			      run->profile.path);
		return EXIT_USAGE;
	}
	if (run->options.yes || run->profile.unattended || run->options.unattended)
		return EXIT_PASS;
	(void)err_set(e, -EPERM,
		      "this run %s of this live host: say --yes, or set unattended = yes in [run] of %s",
		      is_asked_to_offline ? "takes memory offline" : "migrates memory",
		      run->profile.path);
	return EXIT_USAGE;
}

/* A run that was killed may have left memory offline: a new one would take that for normal. */
static int check_unfinished(struct err *e)
{
	struct active_run *runs;
	size_t n;
	int code = EXIT_PASS;

	if (active_list(&runs, &n, e) < 0)
		return EXIT_CANNOT_JUDGE;
	for (size_t i = 0; i < n && code == EXIT_PASS; i++) {
		if (runs[i].alive)
			continue;
		(void)err_set(e, -EBUSY,
			      "run %s was killed and not closed: run \"memsoak restore\" first",
			      runs[i].id);
		code = EXIT_CANNOT_JUDGE;
	}
	active_done(runs, n);
	return code;
}

/* Only what begins by itself is held back: who asks for a run at a terminal knows what he does. */
static int check_resume(const struct run *run, struct err *e)
{
	const char *policy = run->options.resume ? run->options.resume : run->profile.resume;

	if (notify_is_managed() && resume_check(run->profile.name, policy, e) < 0)
		return EXIT_CANNOT_JUDGE;
	return EXIT_PASS;
}

/* memsoak-worker stands beside memsoakd in a build folder, and in /usr/libexec/memsoak when installed. */
static int find_worker(struct run *run, struct err *e)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	cleanup_free char *beside = NULL;

	if (n < 0)
		return err_errno(e, -errno, "cannot read /proc/self/exe");
	self[n] = '\0';
	beside = memory_format("%s/memsoak-worker", dirname(self));
	if (access(beside, X_OK) == 0)
		run->worker_program = steal_ptr(&beside);
	else
		run->worker_program = memory_string(MEMSOAK_PREFIX "/libexec/memsoak/memsoak-worker");
	if (access(run->worker_program, X_OK) < 0)
		return err_errno(e, -errno, "cannot find the worker program '%s'",
				 run->worker_program);
	return 0;
}

static int open_record(struct run *run, struct err *e)
{
	cleanup_free char *journal = NULL;
	struct err open_error = {0};
	int r;

	run->directory = run->options.out ? memory_string(run->options.out)
					  : memory_format("%s/runs/%s", state_folder(), run->id);
	r = recorder_open(run->directory, &run->recorder, e);
	if (r < 0)
		return r;
	/* Absolute from here on: status and restore are asked from other folders. */
	if (run->directory[0] != '/') {
		char *absolute = realpath(run->directory, NULL);

		if (absolute) {
			free(run->directory);
			run->directory = absolute;
		}
	}
	/* Before run.json: whoever is killed after that is found by "memsoak recover". */
	if (open_runs_add(run->id, run->directory, &open_error) < 0)
		record_fault(run->recorder, "%s", open_error.text);
	journal = memory_format("%s/events.jsonl", run->directory);
	run->totals = totals_new(journal);
	recorder_set_limit(run->recorder, run->profile.journal_limit_bytes);
	return recorder_write_run(run->recorder, run_describe(run), e);
}

/* What it costs is only paid by who has asked; without it a run goes on. */
static void open_causes(struct run *run, const char *group)
{
	char how[CAUSES_HOW_SIZE] = "";
	struct err e = {0};

	if (!run->profile.causes)
		return;
	if (causes_open(&run->fs, group, &run->causes, &e) < 0) {
		log_warning("EAGAIN is not told apart by cause: %s", e.text);
		record_causes(run->recorder, NULL, e.text);
		return;
	}
	causes_how(run->causes, how);
	record_causes(run->recorder, how, NULL);
}

static int open_observers(struct run *run, struct err *e)
{
	cleanup_free char *group = memory_format("memsoak_%d", (int)getpid());
	unsigned int extras =
		run->profile.scenario == SCENARIO_ALLOC_LOCKED ? OBSERVE_ALLOCATIONS : 0;
	enum count_source force = SOURCE_MAX;
	char why[256] = "";
	struct err kmsg_error = {0};
	int r;

	for (int i = 0; run->options.count_source && i < SOURCE_MAX; i++)
		if (strcmp(run->options.count_source, count_source_name((enum count_source)i)) == 0)
			force = (enum count_source)i;
	if (run->options.count_source && force == SOURCE_MAX)
		return err_set(e, -EINVAL, "--count-source '%s' is none of perf-kprobe hist tracepoint vmstat-proxy none",
			       run->options.count_source);
	r = observer_open(&run->fs, group, force, extras, &run->observer, why, e);
	if (r < 0)
		return r;
	if (why[0])
		log_warning("counting by %s: %s", count_source_name(observer_source(run->observer)),
			    why);
	run->classifier = kmsg_classifier_new(run_note_finding, run, kmsg_this_hz());
	run_open_stuck_watch(run);
	witness_read(&run->fs, &run->witnesses_start);
	run->has_kmsg = kmsg_open(&run->kmsg, NULL, true, &kmsg_error) == 0;
	if (!run->has_kmsg) {
		log_warning("the kernel's log is not read: %s", kmsg_error.text);
		record_fault(run->recorder, "the kernel's log is not read: %s", kmsg_error.text);
	}
	if (vmstat_read(&run->fs, &run->vmstat_start, &kmsg_error) < 0)
		record_fault(run->recorder, "%s", kmsg_error.text);
	record_start(run->recorder, observer_source(run->observer), observer_symbol(run->observer),
		     why[0] ? why : NULL, &run->vmstat_start);
	open_causes(run, group);
	return 0;
}

static void write_active(struct run *run)
{
	struct jsonw *entry = jsonw_object();
	struct err e = {0};

	run->active_path = memory_format("%s/%s.json", active_folder(), run->id);
	jsonw_set_string(entry, "id", run->id);
	jsonw_set_string(entry, "directory", run->directory);
	jsonw_set_string(entry, "profile", run->profile.name);
	jsonw_set_int(entry, "pid", getpid());
	if (active_write(run->active_path, entry, &e) < 0)
		record_fault(run->recorder, "%s", e.text);
}

static uint64_t planned_ns(const struct plan *plan)
{
	uint64_t total_ns = 0;

	for (size_t i = 0; i < plan->n_phases; i++)
		total_ns += plan->phases[i].duration_ns;
	return total_ns;
}

int run_set_up(struct run *run, struct err *e)
{
	int code = load(run, e);

	if (code == EXIT_PASS)
		code = check_consent(run, e);
	if (code != EXIT_PASS)
		return code;
	if (active_lock(&run->lock_fd, e) < 0)
		return EXIT_CANNOT_JUDGE;
	code = check_unfinished(e);
	if (code == EXIT_PASS)
		code = check_resume(run, e);
	if (code == EXIT_PASS && run_find_stress_ng(run, e) < 0)
		code = EXIT_CANNOT_JUDGE;
	if (code != EXIT_PASS)
		return code;
	run_hold_signals();
	run_make_id(run->profile.name, run->id);
	run_open_cgroup(run); /* before there are threads and files: it moves the process */
	if (drive_init(e) < 0 || find_worker(run, e) < 0 || open_record(run, e) < 0)
		return EXIT_CANNOT_JUDGE;
	write_active(run);
	worker_cgroup_record(run->cgroup, run->recorder);
	if (open_observers(run, e) < 0)
		return e->code == -EINVAL ? EXIT_USAGE : EXIT_CANNOT_JUDGE;
	run_open_control(run);
	if (run_loop_open(run, e) < 0 || run_change_settings(run, e) < 0 ||
	    run_open_veto(run, e) < 0 || run_prepare_poison(run, e) < 0)
		return EXIT_CANNOT_JUDGE;
	run_prepare_pressure(run);
	run_prepare_reads(run);
	topology_watch_begin(&run->topology_watch, &run->topology);
	run->reserve_bytes = run->plan.reserve_bytes;
	run->start_ns = clock_monotonic_ns();
	run->last_sample_ns = run->start_ns;
	run->planned_ns = planned_ns(&run->plan);
	return EXIT_PASS;
}

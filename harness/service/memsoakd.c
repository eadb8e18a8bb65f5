// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memsoakd: runs one soak. "memsoak run" execs it in the foreground.
 */
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/terminal.h"
#include "reports/report.h"
#include "service/notify.h"
#include "service/run.h"

#define FIELD(f) offsetof(struct run_options, f)
#define FOLD_TIME_NS (300 * NS_PER_S)
#define HEAP_RESERVE_BYTES (1 << 20)
#define HEAP_STRIDE_BYTES 4096 /* one in each page: what was never touched is not there */

static const struct option_spec specs[] = {
	{"profile", 'p', OPTION_STRING, FIELD(profile), 0, 0, "PROFILE",
	 "what to do: a profile's name or file"},
	{"duration", 'd', OPTION_DURATION, FIELD(duration_ns), 0, 0, "T",
	 "instead of the profile's duration: 90s, 8h"},
	{"seed", 's', OPTION_NUMBER, FIELD(seed), 0, 1ULL << 53, "N", "instead of the profile's seed"},
	{"out", 'o', OPTION_STRING, FIELD(out), 0, 0, "DIR",
	 "the run's folder (default: /var/lib/memsoak/runs/ID)"},
	{"yes", 'y', OPTION_FLAG, FIELD(yes), 0, 0, NULL,
	 "yes, take memory of this live host offline"},
	{"quiet", 'q', OPTION_FLAG, FIELD(quiet), 0, 0, NULL, "no progress lines"},
	{"foreground", 'f', OPTION_FLAG, FIELD(foreground), 0, 0, NULL,
	 "stay in the foreground (always so)"},
	{"count-source", 0, OPTION_STRING, FIELD(count_source), 0, 0, "SOURCE",
	 "count EAGAIN by perf-kprobe, hist, tracepoint or vmstat-proxy only"},
};

static const struct option_command command = {
	.program = "memsoakd",
	.usage = "--profile PROFILE [options]",
	.summary = "Runs one soak: refault workers, offline/online cycles, move_pages, and their record.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

static void tell_end(const struct run *run, const struct report *report)
{
	const struct jsonw *verdict = jsonw_get(report_document(report), "verdict");
	const struct milestone_fields fields = {
		.run_id = run->id,
		.profile = run->profile.name,
		.directory = run->directory,
		.verdict = jsonw_get_string(verdict, "result"),
		.block = -1,
	};

	notify_status(fields.verdict);
	notify_milestone(MILESTONE_RUN_END, &fields, "run %s has ended: %s", run->id,
			 fields.verdict);
}

/* Folds the run, prints the summary; the verdict's exit code. */
static int report_run(const struct run *run, size_t n_left)
{
	struct report *report = NULL;
	struct err e = {0};
	int code;

	notify_more_time(FOLD_TIME_NS);
	if (report_fold_run(run->directory, &report, &e) < 0 ||
	    report_write(run->directory, report, &e) < 0) {
		log_error("%s: the record is in '%s', \"memsoak report\" folds it again", e.text,
			  run->directory);
		report_free(report);
		return n_left ? EXIT_ABORTED_MEMORY_OFFLINE : EXIT_CANNOT_JUDGE;
	}
	code = report_exit(report);
	tell_end(run, report);
	report_print(report, stdout, terminal_has_colours(STDOUT_FILENO));
	(void)printf("report: %s/report.json\n", run->directory);
	report_free(report);
	return code;
}

/* The first moment at which the run is sure to do what it is for. */
static void tell_start(const struct run *run)
{
	const struct milestone_fields fields = {
		.run_id = run->id,
		.profile = run->profile.name,
		.directory = run->directory,
		.block = -1,
	};

	notify_ready("probes armed, plan accepted");
	notify_milestone(MILESTONE_RUN_START, &fields, "run %s begins: its record is %s", run->id,
			 run->directory);
}

/* Hundreds of CPUs times several counters are more descriptors than the usual limit. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/*
 * One heap, as large from the start as a run makes it (0.9 MB were seen): a soak that runs for nights
 * asks the kernel for nothing more, and memory that grows is a leak.
 */
static void reserve_heap(void)
{
	char *reserve;

	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_THRESHOLD, 2 * HEAP_RESERVE_BYTES); /* the reserve is to be of the heap */
	(void)mallopt(M_TRIM_THRESHOLD, 16 * HEAP_RESERVE_BYTES);
	reserve = memory_alloc(1, HEAP_RESERVE_BYTES);
	for (size_t i = 0; i < HEAP_RESERVE_BYTES; i += HEAP_STRIDE_BYTES)
		((volatile char *)reserve)[i] = 1;
	free(reserve);
}

int main(int argc, char *argv[])
{
	struct run run = {
		.options.seed = UINT64_MAX,
		.lock_fd = -1,
		.epoll_fd = -1,
		.signal_fd = -1,
		.timer_fd = -1,
		.fs.root_fd = -1,
		.figures_lock = PTHREAD_MUTEX_INITIALIZER,
	};
	struct err e = {0};
	size_t n_left;
	int code, r;

	r = options_parse(&command, argc, argv, &run.options, NULL, &e);
	if (r == 0 && !run.options.profile)
		r = err_set(&e, -EINVAL, "--profile is missing: see memsoakd --help");
	if (r != 0) {
		if (r < 0)
			log_error("%s", e.text);
		return r < 0 ? EXIT_USAGE : EXIT_PASS;
	}
	raise_descriptor_limit();
	reserve_heap();
	notify_open();
	code = run_set_up(&run, &e);
	if (code != EXIT_PASS) {
		log_error("%s", e.text);
		/* A service that ends before it is ready has failed, whatever its status: a skip has not. */
		if (code == EXIT_SKIP)
			notify_ready(e.text);
		else
			notify_status(e.text);
	} else {
		tell_start(&run);
		run_phases(&run);
	}
	if (run.recorder) {
		n_left = run_finish(&run);
		code = code == EXIT_PASS ? report_run(&run, n_left) : code;
	}
	run_done(&run);
	return code;
}

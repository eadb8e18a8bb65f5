// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memsoakd: runs one soak, or one after the other of those that a profile names. "memsoak run"
 * execs it in the foreground.
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
#include "base/err.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "service/notify.h"
#include "service/run.h"
#include "service/series.h"
#include "service/soak.h"

#define FIELD(f) offsetof(struct run_options, f)
#define HEAP_RESERVE_BYTES (2 << 20)
#define LARGE_BYTES (64 << 10)
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
	 "count EAGAIN by perf-kprobe, hist, tracepoint or vmstat-proxy only, or by none"},
};

/* Who came by "memsoak run" is to be told of that, not of memsoakd: the name is the caller's to give. */
static const struct option_command command_without_name = {
	.usage = "--profile PROFILE [options]",
	.summary = "Runs one soak, or one after the other of those that the profile names: workers that touch\n"
		   "pages, drivers that move them or take their memory offline and online, and the record. Ends\n"
		   "with the verdict. Needs root, and --yes unless the profile says unattended = yes.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

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
 * One heap, as large from the start as what is small in a run comes to, with the gaps between (1 MB was
 * seen in a million events): a soak that runs for nights asks the kernel for nothing more. What is large
 * lives outside of it and leaves no gap when it goes.
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
	(void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
}

static int parse(int argc, char *argv[], struct run_options *options, struct profile *ret_profile,
		 struct err *e)
{
	struct option_command command = command_without_name;
	int r;

	command.program = program_invocation_short_name;
	r = options_parse(&command, argc, argv, options, NULL, e);
	if (r == 0 && !options->profile)
		r = options_refuse(&command, e, "--profile is missing");
	return r == 0 ? profile_load(options->profile, ret_profile, e) : r;
}

int main(int argc, char *argv[])
{
	struct run_options options = {.seed = UINT64_MAX};
	struct soak_outcome outcome;
	struct profile profile = {0};
	struct err e = {0};
	int code, r = parse(argc, argv, &options, &profile, &e);

	if (r != 0) {
		if (r < 0)
			log_error("%s", e.text);
		return r < 0 ? EXIT_USAGE : EXIT_PASS;
	}
	raise_descriptor_limit();
	reserve_heap();
	notify_open();
	if (profile.n_members > 0) {
		code = series_run(&options, &profile);
	} else {
		soak(&options, &outcome);
		code = outcome.exit;
	}
	profile_done(&profile);
	return code;
}

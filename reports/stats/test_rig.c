// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/stats/test_rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "base/cleanup.h"
#include "base/memory.h"

#define MOST_FILES 64

void assert_near(double value, double expected, double relative)
{
	double scale = fmax(fabs(value), fabs(expected));

	if (!(fabs(value - expected) <= relative * scale))
		fail_msg("%.10g is not %.10g", value, expected);
}

struct compare_run *rig_add(struct rig *rig, enum compare_side side)
{
	struct compare_run *run = &rig->runs[rig->n];

	assert_true(rig->n < RIG_MOST);
	*run = (struct compare_run){
		.path = memory_format("run%zu", rig->n),
		.id = memory_format("id%zu", rig->n),
		.kernel = memory_string(side == COMPARE_TEST ? "6.1.0-test" : "6.1.0-base"),
		.ended = memory_string("completed"),
		.boot_id = memory_format("boot%zu", rig->n),
		.plan_digest = memory_string("0123456789abcdef"),
		.has_start = true,
		.start_ms = (int64_t)(rig->n * 30000),
		.seconds = 13,
		.has_migrated = true,
	};
	rig->n++;
	rig->pointers[side][rig->sides.n[side]++] = run;
	rig->sides.runs[side] = rig->pointers[side];
	return run;
}

void rig_clear(struct rig *rig)
{
	for (size_t i = 0; i < rig->n; i++)
		compare_run_done(&rig->runs[i]);
	*rig = (struct rig){0};
}

void rig_interleave(struct rig *rig, size_t n, size_t block, uint64_t seed)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	enum compare_side sides[RIG_MOST];

	gsl_rng_set(rng, seed);
	for (size_t begin = 0; begin < n; begin += block) {
		for (size_t i = 0; i < block; i++)
			sides[i] = i < block / 2 ? COMPARE_BASE : COMPARE_TEST;
		gsl_ran_shuffle(rng, sides, block, sizeof(sides[0]));
		for (size_t i = 0; i < block; i++)
			(void)rig_add(rig, sides[i]);
	}
	gsl_rng_free(rng);
}

struct compare_count rig_count(double events, double of)
{
	return (struct compare_count){.is_known = true, .events = events, .of = of};
}

struct compare_options rig_options(void)
{
	return (struct compare_options){.alpha = 0.05, .margin = 1.25, .seed = 1};
}

const struct rig_report rig_report_plain = {
	.watchdog_thresh = 10,
	.id = "run",
	.boot_id = "boot",
	.start = "2024-05-06T07:08:09.250+02:00",
	.digest = "0123456789abcdef",
	.release = "6.1.0-lab",
	.ended = "completed",
	.source = "perf-kprobe",
	.major = 1,
	.seed = 1,
	.cpus = 2,
	.attempts = 2000,
	.eagain = 100,
	.moved = 1900,
	.not_moved = 10,
	.has_faults = true,
	.fault_ns = 1000,
};

static char folder[64];
static char *files[MOST_FILES];
static size_t n_files;

char *rig_folder(void)
{
	if (!folder[0]) {
		(void)snprintf(folder, sizeof(folder), "/tmp/memsoak-compare-XXXXXX");
		assert_non_null(mkdtemp(folder));
	}
	return memory_string(folder);
}

char *rig_write_text(const char *name, const char *text)
{
	cleanup_free char *in = rig_folder();
	char *path = memory_format("%s/%s", in, name);
	cleanup_file FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_true(n_files < MOST_FILES);
	files[n_files++] = memory_string(path);
	return path;
}

int rig_files_done(void **state)
{
	(void)state;
	while (n_files > 0) {
		(void)unlink(files[--n_files]);
		free(files[n_files]);
	}
	if (folder[0])
		(void)rmdir(folder);
	folder[0] = '\0';
	return 0;
}

static char *offline_text(const struct rig_report *r)
{
	cleanup_free char *first =
		r->has_first ? memory_format(",\"first_attempt\":{\"wall_ns\":%llu,\"succeeded\":%s,"
					     "\"censored\":%s}",
					     (unsigned long long)r->first_ns,
					     r->first_succeeded ? "true" : "false",
					     r->first_succeeded ? "false" : "true")
			     : memory_string("");

	return memory_format("{\"attempts\":%llu,\"refused_before\":0,\"refusals\":[],"
			     "\"succeeded\":%llu,\"by_errno\":{},\"censored\":0,\"onlines\":0,"
			     "\"not_restored\":0,\"blocks\":[]%s}",
			     (unsigned long long)r->offline_attempts,
			     (unsigned long long)r->offline_succeeded, first);
}

static char *ladder_text(const struct rig_report *r)
{
	char *text = memory_string("");

	for (unsigned int i = 0; i < r->rungs; i++) {
		char *longer = memory_format(
			"%s%s{\"phase\":\"p%u\",\"rung\":%u,\"faulters\":%u,\"attempts\":100,"
			"\"eagain\":%u,\"offline_attempts\":0,\"offline_succeeded\":0,\"moved\":%u,"
			"\"not_moved\":%u,\"success_probability\":{\"numerator\":%u,"
			"\"denominator\":100}}",
			text, i ? "," : "", i, i, i, 10 * i, 100 - i, i, 100 - i);

		free(text);
		text = longer;
	}
	return text;
}

static char *lockups_text(const struct rig_report *r)
{
	/* The second is none of those that count. */
	return r->lockups ? memory_format("{\"kind\":\"soft_lockup\",\"text\":\"x\",\"count\":%llu},"
					  "{\"kind\":\"warning\",\"text\":\"y\",\"count\":7}",
					  (unsigned long long)r->lockups)
			  : memory_string("");
}

char *rig_write(const char *name, const struct rig_report *r)
{
	const uint64_t slow_ns = r->fault_ns * 100, pages = r->moved + r->not_moved;
	cleanup_free char *offline = offline_text(r), *ladder = ladder_text(r);
	cleanup_free char *lockups = lockups_text(r);
	cleanup_free char *workers =
		r->has_faults ? memory_format("{\"name\":\"w\",\"processes\":1,\"threads\":1,"
					      "\"pages\":1,\"phases\":1,\"latency\":{\"count\":4,"
					      "\"sum_ns\":1,\"max_ns\":%llu,\"buckets\":[[%llu,3],[%llu,1]]}}",
					      (unsigned long long)slow_ns,
					      (unsigned long long)r->fault_ns,
					      (unsigned long long)slow_ns)
			      : memory_string("");
	cleanup_free char *text = memory_format(
		"{\"schema\":{\"name\":\"memsoak-report\",\"major\":%u,\"minor\":0},"
		"\"verdict\":{\"result\":\"pass\",\"exit\":0,\"why\":[\"-\"]},"
		"\"run\":{\"id\":\"%s\",\"start\":\"%s\",\"duration_ns\":13000000000,"
		"\"plan_digest\":\"%s\",\"profile\":\"ab\",\"seed\":%llu,\"ended\":\"%s\"},"
		"\"host\":{\"boot_id\":\"%s\",\"cpus\":%llu},\"kernel\":{\"release\":\"%s\","
		"\"config\":{\"HZ\":\"250\"}},"
		"\"topology\":{\"block_size_bytes\":134217728,\"nodes\":[{\"id\":0,\"cpus\":\"0-1\"}],"
		"\"blocks\":[]},\"workers\":[%s],\"offline\":%s,"
		"\"move_pages\":{\"calls\":1,\"single_calls\":1,\"batch_calls\":0,\"call_errors\":0,"
		"\"pages\":%llu,\"moved\":%llu,\"not_moved\":%llu,\"already_there\":0,\"by_status\":{}},"
		"\"migration\":{\"attempts\":%llu,\"by_driver\":{\"move_pages\":{\"attempts\":%llu,"
		"\"eagain\":%llu}},\"eagain\":{\"total\":%llu,\"by_driver\":{},\"source\":\"%s\"}},"
		"\"ladder\":[%s],\"lockup_exposure\":{\"cpu_seconds\":26.5,\"thresholds\":{\"watchdog_thresh\":%llu}},"
		"\"lockups\":[%s],\"harness\":{\"faults\":[],\"overhead\":{},"
		"\"memory_left_offline\":[],\"settings_changed\":[],\"settings_restored\":true,"
		"\"journal\":{\"records\":1,\"unknown\":0,\"corrupt\":0,\"gaps\":0,\"boots\":1,"
		"\"torn\":false}},\"unmeasured\":[]}\n",
		r->major, r->id, r->start, r->digest, (unsigned long long)r->seed, r->ended,
		r->boot_id, (unsigned long long)r->cpus, r->release, workers, offline,
		(unsigned long long)pages, (unsigned long long)r->moved,
		(unsigned long long)r->not_moved, (unsigned long long)r->attempts,
		(unsigned long long)r->attempts, (unsigned long long)r->eagain,
		(unsigned long long)r->eagain, r->source, ladder,
		(unsigned long long)r->watchdog_thresh, lockups);

	return rig_write_text(name, text);
}

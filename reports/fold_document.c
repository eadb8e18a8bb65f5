// SPDX-License-Identifier: GPL-2.0-or-later
/* The report's document, section by section. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "reports/behaviour.h"
#include "reports/fold.h"

/* "2024-01-02T03:04:05.678+01:00": what clock_wall_text() writes, and nothing else. */
static bool is_wall_time(const char *text)
{
	static const char shape[] = "0000-00-00T00:00:00.000+00:00";

	if (!text || strlen(text) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i]; i++) {
		bool fits = shape[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];

		if (!fits && !(shape[i] == '+' && text[i] == '-'))
			return false;
	}
	return true;
}

static int number_at(const char *text, size_t at, size_t digits)
{
	int number = 0;

	while (digits-- > 0)
		number = number * 10 + (text[at++] - '0');
	return number;
}

/* The wall time @ns after @start, in the same time zone; false beyond the year 9999. */
static bool add_to_wall(const char *start, uint64_t ns, char *buffer, size_t size)
{
	uint64_t sum_ms = (uint64_t)number_at(start, 20, 3) + ns / NS_PER_MS;
	struct tm tm = {
		.tm_year = number_at(start, 0, 4) - 1900,
		.tm_mon = number_at(start, 5, 2) - 1,
		.tm_mday = number_at(start, 8, 2),
		.tm_hour = number_at(start, 11, 2),
		.tm_min = number_at(start, 14, 2),
		.tm_sec = number_at(start, 17, 2),
	};
	time_t seconds = timegm(&tm) + (time_t)(sum_ms / 1000);
	char rest[32];

	/* strftime()'s %Y is as short as the year. */
	if (!gmtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		return false;
	(void)strftime(rest, sizeof(rest), "-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(buffer, size, "%04d%s.%03d%s", tm.tm_year + 1900, rest, (int)(sum_ms % 1000),
		       start + 23);
	return true;
}

static uint64_t duration_ns(const struct fold *f)
{
	return f->elapsed_ns.is_known ? f->elapsed_ns.value : f->last_t_ns - f->first_t_ns;
}

static const char *how_ended(const struct fold *f)
{
	static const char *const words[] = {"completed", "settled", "aborted", "deadline"};

	if (f->ended[0] == '\0')
		return "crashed";
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(f->ended, words[i]) == 0)
			return words[i];
	return "completed";
}

/* While the host slept no CPU ran and nothing was tested: neither is in any duration. */
static void describe_clocks(const struct fold *f, struct jsonw *run)
{
	struct jsonw *one;

	if (f->suspends) {
		one = jsonw_object();
		jsonw_set_uint(one, "times", f->suspends);
		jsonw_set_uint(one, "duration_ns", f->suspended_ns);
		jsonw_set(run, "suspended", one);
	}
	if (f->clock_steps) {
		one = jsonw_object();
		jsonw_set_uint(one, "times", f->clock_steps);
		jsonw_set_int(one, "by_ns", f->stepped_ns);
		jsonw_set(run, "clock_set", one);
	}
}

static struct jsonw *describe_run(struct fold *f)
{
	const struct jsonw *from = jsonw_get(f->run.document, "run");
	static const char *const strings[] = {"id", "profile", "plan_digest", "virtualisation"};
	struct jsonw *run = jsonw_object();
	const char *start = jsonw_get_string(from, "start");
	uint64_t wall_ns = duration_ns(f);
	char end[64];

	fold_add(&wall_ns, f->suspended_ns);

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		jsonw_set_string(run, strings[i], jsonw_get_string(from, strings[i]));
	if (jsonw_has(from, "seed"))
		jsonw_set_uint(run, "seed", jsonw_get_uint(from, "seed"));
	jsonw_set_uint(run, "duration_ns", duration_ns(f));
	describe_clocks(f, run);
	jsonw_set(run, "settled", f->settled);
	f->settled = NULL;
	if (is_wall_time(start))
		jsonw_set_string(run, "start", start);
	else
		fold_unmeasured(f, "run.start", "run.json does not tell when the run began");
	if (f->is_live) {
		fold_unmeasured(f, "run.ended", "the run is going on");
		fold_unmeasured(f, "run.end", "the run is going on");
		return run;
	}
	jsonw_set_string(run, "ended", how_ended(f));
	if (f->guest_end.ended_by && f->ended[0] == '\0')
		jsonw_set_string(run, "ended_by", f->guest_end.ended_by);
	if (!is_wall_time(start))
		fold_unmeasured(f, "run.end", "run.json does not tell when the run began");
	else if (!add_to_wall(start, wall_ns, end, sizeof(end)))
		fold_unmeasured(f, "run.end", "run.json and the journal give no year of four digits");
	else
		jsonw_set_string(run, "end", end);
	return run;
}

static struct jsonw *describe_kernel(struct fold *f)
{
	struct jsonw *kernel = run_file_kernel(&f->run);

	fold_set_known(kernel, "taint_after", &f->taint_after);
	if (!f->taint_after.is_known)
		fold_unmeasured(f, "kernel.taint_after", "the journal has no end record");
	if (!jsonw_has(kernel, "fingerprint"))
		fold_unmeasured(f, "kernel.fingerprint", "run.json has none");
	return kernel;
}

static int copy_threshold(void *context, const char *key, struct jsonw *value)
{
	if (tally_is_name(key) && jsonw_type_of(value) == JSONW_INTEGER)
		jsonw_set_int(context, key, jsonw_as_int(value));
	return 0;
}

/* Those that the run has set for itself: run.json has what the host had. */
static void renew_thresholds(const struct fold *f, struct jsonw *thresholds)
{
	for (size_t i = 0; f->settings && i < jsonw_length(f->settings); i++) {
		const struct jsonw *setting = jsonw_at(f->settings, i);
		const char *path = jsonw_get_string(setting, "path");
		const char *value = jsonw_get_string(setting, "new");
		const char *slash = path ? strrchr(path, '/') : NULL;

		if (slash && value && jsonw_has(thresholds, slash + 1))
			jsonw_set_int(thresholds, slash + 1, strtoll(value, NULL, 10));
	}
}

/* How long how many CPUs were watched: what "no lockup" is worth. */
static struct jsonw *describe_exposure(struct fold *f)
{
	uint64_t cpus = jsonw_get_uint(jsonw_get(f->run.document, "host"), "cpus");
	struct jsonw *exposure = jsonw_object(), *thresholds = jsonw_object();

	if (cpus > 0)
		jsonw_set_double(exposure, "cpu_seconds",
				 (double)cpus * (double)duration_ns(f) / (double)NS_PER_S);
	else
		fold_unmeasured(f, "lockup_exposure.cpu_seconds",
				"run.json does not tell the number of CPUs");
	(void)jsonw_each(jsonw_get(f->run.document, "thresholds"), copy_threshold, thresholds);
	renew_thresholds(f, thresholds);
	jsonw_set(exposure, "thresholds", thresholds);
	return exposure;
}

static void describe_kernel_log(struct fold *f, struct jsonw *report)
{
	bool is_unread = f->ended[0] && !f->kmsg_records.is_known;
	struct jsonw *log = jsonw_object();
	uint64_t lost = f->kmsg_lost.is_known ? f->kmsg_lost.value : f->kmsg_lost_told;

	if (is_unread) {
		if (f->guest_end.findings)
			jsonw_set(report, "lockups", fold_describe_findings(f));
		else
			fold_unmeasured(f, "lockups", "the kernel's log could not be read");
		fold_unmeasured(f, "kernel_log", "the kernel's log could not be read");
		jsonw_free(log);
		return;
	}
	jsonw_set(report, "lockups", fold_describe_findings(f));
	fold_set_known(log, "records", &f->kmsg_records);
	if (!f->kmsg_records.is_known)
		fold_unmeasured(f, "kernel_log.records", "the journal has no end record");
	jsonw_set_uint(log, "lost", lost);
	if (f->kmsg_dropped)
		jsonw_set_uint(log, "dropped", f->kmsg_dropped);
	if (lost)
		fold_unmeasured(f, "lockups",
				"%llu records of the kernel's log were overwritten before they were read: what they said is not listed",
				(unsigned long long)lost);
	if (!f->witnesses)
		fold_unmeasured(f, "kernel_log.witnesses", "the run ended before they were asked");
	jsonw_set(log, "witnesses", f->witnesses);
	f->witnesses = NULL;
	jsonw_set(report, "kernel_log", log);
}

/* A ladder that shows how the kernel behaves is compared with what its symbols promise. */
static void describe_behaviour(const struct jsonw *report)
{
	struct jsonw *fingerprint = jsonw_get(jsonw_get(report, "kernel"), "fingerprint");

	if (fingerprint)
		jsonw_set(fingerprint, "behaviour", behaviour_describe(report));
}

static bool has_callers(const struct fold *f)
{
	for (int i = FOLD_FIRST_CALLER; i < FOLD_DRIVERS; i++)
		if (f->callers[i].is_there)
			return true;
	return false;
}

struct jsonw *fold_describe(struct fold *f)
{
	struct jsonw *report = jsonw_object(), *schema = jsonw_object();

	jsonw_set_string(schema, "name", "memsoak-report");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 0);
	jsonw_set(report, "schema", schema);
	/* Its place is the second; the rules need the rest first. */
	jsonw_set(report, "verdict", jsonw_object());
	jsonw_set(report, "run", describe_run(f));
	jsonw_set(report, "host", run_file_host(&f->run));
	jsonw_set(report, "kernel", describe_kernel(f));
	jsonw_set(report, "topology", run_file_topology(&f->run));
	jsonw_set(jsonw_get(report, "topology"), "changes", f->topology_changes);
	f->topology_changes = NULL;
	jsonw_set(report, "workers", fold_describe_groups(f));
	jsonw_set(report, "offline", fold_describe_offline(f));
	jsonw_set(report, "move_pages", fold_describe_move(f));
	if (has_callers(f))
		jsonw_set(report, "callers", fold_describe_callers(f));
	if (f->holders)
		jsonw_set(report, "holders", f->holders);
	f->holders = NULL;
	if (f->holders_cut)
		fold_unmeasured(f, "holders",
				"%llu searches were cut: not every process was looked at in time",
				(unsigned long long)f->holders_cut);
	if (f->holders_left_out)
		fold_unmeasured(f, "holders", "%llu further ones are not in the list",
				(unsigned long long)f->holders_left_out);
	jsonw_set(report, "soft_offline", fold_describe_soft_offline(f));
	jsonw_set(report, "stress_ng", fold_describe_stress_ng(f));
	jsonw_set(report, "migration", fold_describe_counts(f));
	jsonw_set(report, "ladder", fold_describe_ladder(f));
	describe_behaviour(report);
	jsonw_set(report, "lockup_exposure", describe_exposure(f));
	describe_kernel_log(f, report);
	jsonw_set(report, "stuck", fold_describe_stuck(f));
	jsonw_set(report, "harness", fold_describe_harness(f));
	jsonw_set(report, "unmeasured", f->unmeasured);
	f->unmeasured = NULL;
	return report;
}

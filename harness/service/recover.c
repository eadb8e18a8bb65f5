// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/recover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "observe/kmsg.h"
#include "record/journal.h"
#include "record/record.h"
#include "reports/report.h"
#include "service/evidence.h"
#include "service/notify.h"
#include "service/resume.h"

/* The kernel's clock at the last whole line of such a file; 0: there is none. */
static uint64_t last_time_us(const char *path)
{
	cleanup_file FILE *log = fopen(path, "re");
	cleanup_free char *line = NULL;
	uint64_t last_us = 0;
	size_t room = 0;

	while (log && getline(&line, &room, log) > 0) {
		unsigned long long us;

		if (sscanf(line, "%*u,%*u,%llu,", &us) == 1 && us > last_us)
			last_us = us;
	}
	return last_us;
}

/* The last record that the run itself has read: of kmsg.log, or when that has just begun, of the one before. */
static uint64_t known_until_ns(const char *directory)
{
	cleanup_free char *path = memory_format("%s/kmsg.log", directory);
	cleanup_free char *before = memory_format("%s/kmsg.log.1", directory);
	uint64_t last_us = last_time_us(path);

	return (last_us ? last_us : last_time_us(before)) * NS_PER_US;
}

static void on_finding(void *context, const struct kmsg_finding *finding)
{
	record_finding(context, finding);
}

static int64_t began_at(const char *directory)
{
	cleanup_free char *path = memory_format("%s/run.json", directory);
	struct stat at;

	return stat(path, &at) == 0 ? at.st_mtime : 0;
}

static int collect(const char *directory, const char *boot_id, struct recover_result *result,
		   struct err *e)
{
	struct recorder *recorder = NULL;
	int r = recorder_reopen(directory, &recorder, e);

	if (r < 0)
		return r;
	r = evidence_collect(directory, boot_id, began_at(directory), known_until_ns(directory),
			     on_finding, recorder, &result->evidence, e);
	if (r == 0)
		record_crash(recorder, &result->evidence);
	recorder_close(recorder);
	return r;
}

static int fold(const char *directory, struct recover_result *result, struct err *e)
{
	struct report *report = NULL;
	int r = report_fold_run(directory, &report, e);

	if (r == 0)
		r = report_write(directory, report, e);
	if (r == 0) {
		const char *verdict = jsonw_get_string(
			jsonw_get(report_document(report), "verdict"), "result");

		(void)snprintf(result->verdict, sizeof(result->verdict), "%s",
			       verdict ? verdict : "");
	}
	report_free(report);
	return r;
}

/* What run.json says of the run; the boot it was of is compared with this one. */
static int identify(struct fsio *fs, const char *directory, struct recover_result *result,
		    char boot_id[64], struct err *e)
{
	cleanup_free char *path = memory_format("%s/run.json", directory);
	struct jsonw *document = NULL;
	const char *profile, *boot;
	char boot_now[64] = "";
	int r = jsonw_parse_file(path, &document, e);

	if (r < 0)
		return r;
	boot = jsonw_get_string(document, "boot_id");
	profile = jsonw_get_string(jsonw_get(document, "run"), "profile");
	(void)snprintf(boot_id, 64, "%s", boot ? boot : "");
	(void)snprintf(result->profile, sizeof(result->profile), "%s", profile ? profile : "");
	jsonw_free(document);
	(void)fsio_read_text(fs, boot_now, sizeof(boot_now), "proc/sys/kernel/random/boot_id");
	result->has_crashed = boot_id[0] && boot_now[0] && strcmp(boot_id, boot_now) != 0;
	return 0;
}

/* How far the run has come, and whoever has closed it before us. */
static int look_at_end(const char *directory, bool *ret_has_end, bool *ret_is_collected,
		       struct err *e)
{
	cleanup_free char *path = memory_format("%s/events.jsonl", directory);
	struct journal *journal = NULL;
	struct journal_event event;
	int r = journal_open(path, &journal, e);

	*ret_has_end = *ret_is_collected = false;
	if (r < 0)
		return r;
	while ((r = journal_next(journal, &event, e)) > 0) {
		*ret_has_end = *ret_has_end || journal_event_is(&event, "end");
		*ret_is_collected = *ret_is_collected || journal_event_is(&event, "crash");
	}
	journal_close(journal);
	return r;
}

static void tell(const char *id, const char *directory, const struct recover_result *result)
{
	const struct milestone_fields fields = {
		.run_id = id,
		.profile = result->profile,
		.directory = directory,
		.verdict = result->verdict,
		.block = -1,
	};

	notify_milestone(MILESTONE_CRASH_RECOVERED, &fields,
			 "run %s was ended by a crash of the host: closed as %s, its record is %s", id,
			 result->verdict, directory);
}

int recover_run(struct fsio *fs, const char *id, const char *directory,
		struct recover_result *ret_result, struct err *e)
{
	struct recover_result *result = ret_result;
	bool is_collected = false;
	char boot_id[64];
	int r;

	*result = (struct recover_result){0};
	r = identify(fs, directory, result, boot_id, e);
	if (r == 0)
		r = look_at_end(directory, &result->is_closed, &is_collected, e);
	if (r < 0)
		return r;
	if (result->is_closed)
		result->has_crashed = false; /* it went down afterwards */
	if (result->has_crashed)
		result->crashes_in_a_row = resume_count_crash(result->profile, id, e);
	if (result->crashes_in_a_row < 0)
		return result->crashes_in_a_row;
	r = restore_run(fs, directory, &result->restored, e);
	if (r == 0 && result->has_crashed && !is_collected)
		r = collect(directory, boot_id, result, e);
	if (r == 0)
		r = fold(directory, result, e);
	if (r == 0 && result->has_crashed)
		tell(id, directory, result);
	return r;
}

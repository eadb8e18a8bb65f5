// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/trace_hist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>

#include "base/cleanup.h"
#include "base/memory.h"

static bool number_after(const char *line, const char *label, long long *ret)
{
	const char *at = strstr(line, label);

	return at && sscanf(at + strlen(label), " %lld", ret) == 1;
}

bool trace_hist_parse(const char *text, pid_t tid, struct hist_sums *ret)
{
	cleanup_free char *copy = memory_string(text);
	char *save = NULL;
	bool is_hist = false;

	*ret = (struct hist_sums){0};
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		long long value, pid, hits;

		if (number_after(line, "Dropped:", &value)) {
			ret->drops += (uint64_t)value;
			is_hist = true;
		}
		if (line[0] != '{' || !number_after(line, " ret:", &value) ||
		    !number_after(line, "common_pid:", &pid) || !number_after(line, "hitcount:", &hits))
			continue;
		is_hist = true;
		if (tid >= 0 && pid != tid)
			continue;
		ret->attempts += (uint64_t)hits;
		/* Printed unsigned by some kernels: the field is 32 bits wide. */
		if ((int32_t)value == 0)
			ret->succeeded += (uint64_t)hits;
		else if ((int32_t)value == -EAGAIN)
			ret->eagain += (uint64_t)hits;
	}
	return is_hist;
}

bool trace_hist_parse_pages(const char *text, uint64_t *ret_succeeded, uint64_t *ret_failed)
{
	cleanup_free char *copy = memory_string(text);
	char *save = NULL;
	bool is_hist = strstr(text, "Totals:") != NULL;

	*ret_succeeded = 0;
	*ret_failed = 0;
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		long long succeeded, failed;

		if (line[0] != '{' || !number_after(line, " succeeded:", &succeeded) ||
		    !number_after(line, " failed:", &failed))
			continue;
		*ret_succeeded += (uint64_t)succeeded;
		*ret_failed += (uint64_t)failed;
	}
	return is_hist;
}

int trace_hist_start(const char *group, const char *event, const char *trigger)
{
	/*
	 * Not enabled: a trigger alone puts the event into soft mode, where it is counted and no
	 * record is written to the trace buffer (kernel/trace/trace_events.c).
	 */
	return tracefs_event_file_write(NULL, group, event, "trigger", trigger) < 0 ? -EOPNOTSUPP : 0;
}

void trace_hist_stop(const char *group, const char *event, const char *trigger)
{
	cleanup_free char *removal = memory_format("!%s", trigger);

	(void)tracefs_event_file_write(NULL, group, event, "trigger", removal);
}

char *trace_hist_read(const char *group, const char *event)
{
	return tracefs_event_file_read(NULL, group, event, "hist", NULL);
}

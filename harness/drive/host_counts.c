// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/host_counts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "drive/caller_step.h"

static bool find(const char *text, const char *name, uint64_t *ret_value)
{
	size_t length = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) == 0 && line[length] == ' ')
			return sscanf(line + length, " %" SCNu64, ret_value) == 1;
	}
	return false;
}

static void take(struct host_counts *h, struct fsio *fs, struct caller_event *event)
{
	cleanup_free char *text = NULL;

	if (fsio_read_all(fs, &text, NULL, "proc/vmstat") < 0)
		return;
	for (size_t i = 0; h->names[i]; i++) {
		uint64_t now;

		if (!find(text, h->names[i], &now))
			continue;
		if (event && h->last[i].is_known && now >= h->last[i].value)
			caller_add_number(event, h->names[i], now - h->last[i].value);
		h->last[i].is_known = true;
		h->last[i].value = now;
	}
}

void host_counts_start(struct host_counts *h, struct fsio *fs, const char *const *names)
{
	*h = (struct host_counts){.names = names};
	take(h, fs, NULL);
}

void host_counts_tell(struct host_counts *h, struct fsio *fs, struct caller_event *event)
{
	take(h, fs, event);
}

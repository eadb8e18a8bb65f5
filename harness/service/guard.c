// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "service/run.h"

static uint64_t field_bytes(const char *text, const char *name)
{
	const char *line = strstr(text, name);
	unsigned long long kib;

	if (!line || sscanf(line + strlen(name), " %llu kB", &kib) != 1)
		return 0;
	return kib * 1024;
}

uint64_t guard_available_bytes(struct fsio *fs)
{
	cleanup_free char *text = NULL;

	if (fsio_read_all(fs, &text, NULL, "proc/meminfo") < 0)
		return 0;
	return field_bytes(text, "MemAvailable:");
}

uint64_t guard_node_free_bytes(struct fsio *fs, uint32_t node)
{
	char text[8192];

	if (fsio_read_text(fs, text, sizeof(text), "sys/devices/system/node/node%u/meminfo", node) <
	    0)
		return 0;
	return field_bytes(text, "MemFree:");
}

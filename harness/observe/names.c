// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/observe.h"

#include "base/cleanup.h"

static const char *const source_names[] = {
	[SOURCE_PERF_KPROBE] = "perf-kprobe", [SOURCE_HIST] = "hist",
	[SOURCE_TRACEPOINT] = "tracepoint",   [SOURCE_VMSTAT] = "vmstat-proxy",
	[SOURCE_NONE] = "none",
};
_Static_assert(ARRAY_SIZE(source_names) == SOURCE_MAX, "one name for each source");

const char *count_source_name(enum count_source source)
{
	return source_names[source];
}

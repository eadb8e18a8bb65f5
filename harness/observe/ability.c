// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/ability.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "observe/tracing.h"
#include "observe/vmstat.h"

static bool has_file(struct fsio *fs, const char *folder, const char *name)
{
	cleanup_free char *path = memory_format("%s/%s", folder, name);

	return fsio_exists(fs, path);
}

static void look_into_tracefs(struct fsio *fs, struct count_ability *a)
{
	const char *folder = tracing_folder(fs, &a->is_hidden, a->tracefs_why);
	char text[16];

	a->has_tracefs = folder != NULL;
	if (!folder)
		return;
	a->has_kprobes = has_file(fs, folder, "kprobe_events");
	a->has_hist = has_file(fs, folder, "events/migrate/mm_migrate_pages/hist");
	a->is_kprobes_off =
		fsio_read_text(fs, text, sizeof(text), "sys/kernel/debug/kprobes/enabled") > 0 &&
		text[0] == '0';
}

static void look_for_symbols(struct fsio *fs, struct count_ability *a)
{
	char waits[PROBE_MAX_WAITS][SYMBOL_SIZE];

	if (probes_symbols(fs, a->symbol, waits, a->symbol_why) < 0)
		return;
	for (size_t i = 0; i < PROBE_MAX_WAITS; i++)
		a->n_waits += waits[i][0] != '\0';
}

static void look_for_perf(struct fsio *fs, struct count_ability *a)
{
	char text[32];

	/* The file is there with CONFIG_PERF_EVENTS only (kernel/events/core.c). */
	a->has_perf =
		fsio_read_text(fs, text, sizeof(text), "proc/sys/kernel/perf_event_paranoid") > 0;
	if (a->has_perf)
		a->perf_paranoid = strtoll(text, NULL, 10);
}

static enum count_source best_source(struct fsio *fs, const struct count_ability *a)
{
	bool can_probe = a->has_kprobes && !a->is_kprobes_off && a->symbol[0];
	struct vmstat vmstat;

	if (can_probe && a->has_perf)
		return SOURCE_PERF_KPROBE;
	if (can_probe && a->has_hist)
		return SOURCE_HIST;
	if (a->has_hist)
		return SOURCE_TRACEPOINT;
	if (vmstat_read(fs, &vmstat, NULL) == 0 && vmstat.known[VMSTAT_pgmigrate_success])
		return SOURCE_VMSTAT;
	return SOURCE_NONE;
}

void count_ability_read(struct fsio *fs, struct count_ability *a)
{
	*a = (struct count_ability){0};
	look_into_tracefs(fs, a);
	look_for_symbols(fs, a);
	look_for_perf(fs, a);
	a->source = best_source(fs, a);
}

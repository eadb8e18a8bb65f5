// SPDX-License-Identifier: GPL-2.0-or-later
/* What a killed process left in tracefs: it is known by the process number in its name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "observe/trace_text.h"
#include "observe/tracing.h"

static bool is_stale(struct fsio *fs, const char *name)
{
	char comm[64];
	pid_t pid;

	if (!tracing_is_ours(name, &pid))
		return false;
	return fsio_read_text(fs, comm, sizeof(comm), "proc/%d/comm", (int)pid) < 0 ||
	       strcmp(comm, "memsoakd") != 0;
}

struct removal {
	struct fsio *fs;
	const char *folder;
	unsigned int *removed;
	struct err *e;
	int result; /* the first failure */
};

static void note(struct removal *removal, int r, const char *what, const char *name)
{
	if (r == 0)
		(*removal->removed)++;
	else if (removal->result == 0)
		removal->result = err_errno(removal->e, r, "cannot remove the %s %s", what, name);
}

static int remove_instance(void *context, const char *name)
{
	struct removal *removal = context;
	cleanup_free char *path = NULL;

	if (!is_stale(removal->fs, name))
		return 0;
	path = memory_format("%s/instances/%s", removal->folder, name);
	note(removal, unlinkat(removal->fs->root_fd, path, AT_REMOVEDIR) < 0 ? -errno : 0,
	     "tracefs instance", name);
	return 0;
}

static void remove_probe(void *context, const char *group, const char *name)
{
	struct removal *removal = context;
	cleanup_free char *command = NULL;

	if (!is_stale(removal->fs, group))
		return;
	command = memory_format("-:%s/%s\n", group, name);
	note(removal, tracing_kprobe_command(removal->fs, command), "probe", name);
}

int observer_remove_stale(struct fsio *fs, unsigned int *ret_removed, struct err *e)
{
	char why[OBSERVER_WHY_SIZE];
	struct removal removal = {.fs = fs, .removed = ret_removed, .e = e};
	cleanup_free char *instances = NULL, *events_path = NULL, *events = NULL;

	*ret_removed = 0;
	removal.folder = fs->is_real_root ? tracing_folder(fs, NULL, why) : NULL;
	if (!removal.folder)
		return 0; /* without tracefs there is nothing of ours in it */
	instances = memory_format("%s/instances", removal.folder);
	events_path = memory_format("%s/kprobe_events", removal.folder);
	/* The instances first: their triggers hold the probes. */
	(void)fsio_list(fs, instances, remove_instance, &removal);
	if (fsio_read_all(fs, &events, NULL, events_path) == 0)
		kprobe_events_walk(events, remove_probe, &removal);
	return removal.result;
}

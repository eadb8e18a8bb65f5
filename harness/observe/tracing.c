// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/memory.h"

const char *tracing_folder(struct fsio *fs, bool *ret_is_hidden, char why[OBSERVER_WHY_SIZE])
{
	static const char *const folders[] = {TRACING_FOLDER, TRACING_FOLDER_OLD};
	bool is_hidden = false;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		cleanup_free char *file = memory_format("%s/events", folders[i]);

		if (faccessat(fs->root_fd, file, F_OK, AT_EACCESS) == 0)
			return folders[i];
		is_hidden |= errno == EACCES || errno == EPERM;
	}
	if (ret_is_hidden)
		*ret_is_hidden = is_hidden;
	if (is_hidden)
		(void)snprintf(why, OBSERVER_WHY_SIZE,
			       "/sys/kernel/tracing may not be looked into: root is needed");
	else
		(void)snprintf(why, OBSERVER_WHY_SIZE,
			       "no tracefs at /sys/kernel/tracing: mount -t tracefs tracefs "
			       "/sys/kernel/tracing");
	return NULL;
}

int tracing_begin(struct fsio *fs, char why[OBSERVER_WHY_SIZE])
{
	const char *folder = tracing_folder(fs, NULL, why);
	cleanup_free char *path = NULL;

	if (!fs->is_real_root) {
		(void)snprintf(why, OBSERVER_WHY_SIZE, "this is not the running system's root");
		return -EROFS;
	}
	if (!folder)
		return -ENOENT;
	tracefs_set_loglevel(TEP_LOG_NONE);
	path = memory_format("/%s", folder);
	if (tracefs_set_tracing_dir(path) < 0) {
		(void)snprintf(why, OBSERVER_WHY_SIZE, "libtracefs does not take %s", path);
		return -ENOENT;
	}
	return 0;
}

bool tracing_is_ours(const char *name, pid_t *ret_pid)
{
	const char *digits = name + strlen(OBSERVER_GROUP_PREFIX);
	char *end;
	long pid;

	if (strncmp(name, OBSERVER_GROUP_PREFIX, strlen(OBSERVER_GROUP_PREFIX)) != 0 ||
	    digits[0] < '1' || digits[0] > '9')
		return false;
	errno = 0;
	pid = strtol(digits, &end, 10);
	if (errno || *end || pid > INT32_MAX)
		return false;
	*ret_pid = (pid_t)pid;
	return true;
}

struct tracefs_instance *tracing_instance(const char *name, char why[OBSERVER_WHY_SIZE])
{
	struct tracefs_instance *instance = tracefs_instance_create(name);

	if (!instance) {
		(void)snprintf(why, OBSERVER_WHY_SIZE, "cannot make the tracefs instance %s: %s",
			       name, strerror(errno));
		return NULL;
	}
	/* Hist triggers write no records: the smallest buffer there is does. */
	(void)tracefs_instance_set_buffer_size(instance, 4, -1);
	return instance;
}

void tracing_instance_remove(struct tracefs_instance *instance)
{
	if (!instance)
		return;
	(void)tracefs_instance_destroy(instance);
	tracefs_instance_free(instance);
}

int tracing_kprobe_command(struct fsio *fs, const char *command)
{
	char why[OBSERVER_WHY_SIZE];
	const char *folder = tracing_folder(fs, NULL, why);
	cleanup_free char *path = NULL;
	cleanup_close int fd = -1;

	if (!folder)
		return -ENOENT;
	path = memory_format("%s/kprobe_events", folder);
	/* Never O_TRUNC: it would remove the probes of everybody (trace_kprobe.c, probes_open()).
	 */
	fd = openat(fs->root_fd, path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return write(fd, command, strlen(command)) < 0 ? -errno : 0;
}

int tracing_hist_start(struct tracefs_instance *instance, const char *group, const char *event,
		       const char *trigger, char why[OBSERVER_WHY_SIZE])
{
	/* kernel/trace/trace_events.c, event_create_dir(): `hist` is there with HIST_TRIGGERS only.
	 */
	if (!tracefs_event_file_exists(instance, group, event, "hist")) {
		(void)snprintf(why, OBSERVER_WHY_SIZE,
			       "no hist trigger on %s:%s in this kernel (CONFIG_HIST_TRIGGERS)",
			       group, event);
		return -EOPNOTSUPP;
	}
	/*
	 * The event is not enabled: a trigger puts it into soft mode, where it is counted and no
	 * record stays in the buffer (kernel/trace/trace_events_trigger.c).
	 */
	if (tracefs_event_file_write(instance, group, event, "trigger", trigger) < 0) {
		int r = -errno;

		(void)snprintf(why, OBSERVER_WHY_SIZE, "'%s' on %s:%s: %s", trigger, group, event,
			       strerror(-r));
		return r;
	}
	return 0;
}

char *tracing_hist_read(struct tracefs_instance *instance, const char *group, const char *event)
{
	return tracefs_event_file_read(instance, group, event, "hist", NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/cgroup_traces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"

#define MOUNTS "/sys/fs/cgroup"
#define CONTROL "/cgroup.subtree_control"
#define EMPTY_NS (20 * NS_PER_S)
#define LOOK_NS (20 * NS_PER_MS)

static bool is_below_mount(const char *path)
{
	return strncmp(path, MOUNTS "/", strlen(MOUNTS "/")) == 0 && !strstr(path, "/../");
}

/* Its workers die with their daemon; a page that is on its way keeps one for a moment. */
static int remove_group(const char *path)
{
	const char *name = strrchr(path, '/');
	uint64_t until_ns = clock_monotonic_ns() + EMPTY_NS;

	if (!is_below_mount(path) || strcmp(name + 1, CGROUP_WORKERS) != 0)
		return -EINVAL;
	while (rmdir(path) < 0) {
		if (errno == ENOENT)
			return 0;
		if (errno != EBUSY || clock_monotonic_ns() >= until_ns)
			return -errno;
		(void)clock_sleep_ns(LOOK_NS);
	}
	return 0;
}

static bool has_groups(const char *folder)
{
	DIR *listing = opendir(folder);
	const struct dirent *entry;
	bool has = false;

	while (listing && !has && (entry = readdir(listing)))
		has = entry->d_type == DT_DIR && entry->d_name[0] != '.';
	if (listing)
		(void)closedir(listing);
	return has;
}

static int switch_off(const char *name)
{
	cleanup_free char *path = memory_string(name);
	char *list = strchr(path, ' '), *word, *next = NULL, *end;
	cleanup_close int fd = -1;
	int r = 0;

	if (!list)
		return -EINVAL;
	*list++ = '\0';
	end = strrchr(path, '/');
	if (!is_below_mount(path) || strcmp(end, CONTROL) != 0)
		return -EINVAL;
	*end = '\0';
	/* Whoever has made a group there meanwhile counts on them. */
	if (access(path, F_OK) < 0 || has_groups(path))
		return 0;
	*end = '/';
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (word = strtok_r(list, " ", &next); word && r == 0; word = strtok_r(NULL, " ", &next)) {
		cleanup_free char *text = memory_format("-%s", word);

		r = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	}
	return r;
}

int cgroup_undo(const char *what, const char *name)
{
	if (strcmp(what, CGROUP_WHAT_GROUP) == 0)
		return remove_group(name);
	return strcmp(what, CGROUP_WHAT_CONTROLLERS) == 0 ? switch_off(name) : -EINVAL;
}

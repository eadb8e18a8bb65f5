// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/cgroup_place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"

#define CGROUP_ROOT "/sys/fs/cgroup"

static const char *const controllers[CGROUP_CONTROLLERS] = {"memory", "pids", "cpuset"};

const char *cgroup_mode_name(enum cgroup_mode mode)
{
	static const char *const names[CGROUP_MODE_MAX] = {
		[CGROUP_NONE] = "none",
		[CGROUP_V2] = "v2",
		[CGROUP_V1] = "v1",
	};

	return names[mode];
}

static bool is_word_of(const char *word, const char *list, const char *separators)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || strchr(separators, at[-1])) &&
		    (at[length] == '\0' || strchr(separators, at[length])))
			return true;
	return false;
}

/* Our path in the hierarchy of @controller ("": version 2), from /proc/self/cgroup's "ID:LIST:PATH". */
static int own_path(const char *controller, char path[CGROUP_PATH_SIZE])
{
	cleanup_file FILE *in = fopen("/proc/self/cgroup", "re");
	cleanup_free char *line = NULL;
	size_t room = 0;

	while (in && getline(&line, &room, in) > 0) {
		char *list = strchr(line, ':'), *at = list ? strchr(list + 1, ':') : NULL;

		if (!at)
			continue;
		*at++ = '\0';
		at[strcspn(at, "\n")] = '\0';
		if (controller[0] ? !is_word_of(controller, list + 1, ",") : list[1] != '\0')
			continue;
		if (strlen(at) >= CGROUP_PATH_SIZE)
			return -ENAMETOOLONG;
		(void)strcpy(path, strcmp(at, "/") == 0 ? "" : at);
		return 0;
	}
	return -ENOENT;
}

/* systemd marks what it has given away (252: src/core/cgroup.c, set_xattr "delegate"). */
static bool is_delegated(const char *directory)
{
	static const char *const marks[] = {"trusted.delegate", "user.delegate"};
	char value[8];

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		ssize_t n = getxattr(directory, marks[i], value, sizeof(value));

		if (n == 1 && value[0] == '1')
			return true;
	}
	return false;
}

static int write_file(const char *path, const char *text, struct err *e)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_errno(e, -errno, "cannot write '%s' to '%s'", text, path);
	return 0;
}

/* "No internal processes": only a group without any hands its controllers on. The root may. */
static int go_to_supervisor(const char *directory, char path[CGROUP_PATH_SIZE], struct err *e)
{
	cleanup_free char *supervisor = memory_format("%s/supervisor", directory);
	cleanup_free char *procs = memory_format("%s/cgroup.procs", supervisor);
	char now[CGROUP_PATH_SIZE], wanted[CGROUP_PATH_SIZE + 16];
	int r;

	if (mkdir(supervisor, 0755) < 0 && errno != EEXIST)
		return err_errno(e, -errno, "cannot make '%s'", supervisor);
	r = write_file(procs, "0", e);
	if (r < 0)
		return r;
	(void)snprintf(wanted, sizeof(wanted), "%s/supervisor", path);
	r = own_path("", now);
	if (r == 0 && strcmp(now, wanted) != 0)
		r = err_set(e, -EIO, "we asked to be in '%s' and are in '%s'", wanted, now);
	return r;
}

/* Where a parent of ours (a run of several) has gone before: the place is the one above. */
static void leave_supervisor(char path[CGROUP_PATH_SIZE])
{
	char *last = strrchr(path, '/');
	cleanup_free char *above = NULL;

	if (!last || strcmp(last, "/supervisor") != 0)
		return;
	above = memory_format(CGROUP_ROOT "%.*s", (int)(last - path), path);
	if (is_delegated(above))
		*last = '\0';
}

static int find_v2(struct cgroup_place *place, struct err *e)
{
	char path[CGROUP_PATH_SIZE];
	cleanup_free char *directory = NULL, *list = NULL, *offered = NULL;
	size_t length;
	int r = own_path("", path);

	if (r < 0)
		return err_errno(e, r, "/proc/self/cgroup does not say where we are");
	leave_supervisor(path);
	directory = memory_format(CGROUP_ROOT "%s", path);
	if (path[0] ? !is_delegated(directory) : sd_booted() > 0)
		return err_set(e, -EPERM,
			       "'%s' is not delegated to us: start the run by its unit, or by systemd-run --scope -p Delegate=yes",
			       path[0] ? path : "/");
	list = memory_format("%s/cgroup.controllers", directory);
	r = file_read_all(list, &offered, &length, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < CGROUP_CONTROLLERS; i++) {
		if (!is_word_of(controllers[i], offered, " \n"))
			continue;
		place->at[place->n].controller = controllers[i];
		(void)strcpy(place->at[place->n].mount, CGROUP_ROOT);
		(void)strcpy(place->at[place->n++].parent, path);
	}
	if (place->n == 0)
		return err_set(e, -ENODEV, "'%s' offers none of memory, pids and cpuset", directory);
	return path[0] ? go_to_supervisor(directory, path, e) : 0;
}

static int find_v1(struct cgroup_place *place, struct err *e)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char text[4096];

	while (mounts && getmntent_r(mounts, &entry, text, sizeof(text))) {
		if (strcmp(entry.mnt_type, "cgroup") != 0 ||
		    strlen(entry.mnt_dir) >= CGROUP_PATH_SIZE)
			continue;
		for (size_t i = 0; i < CGROUP_CONTROLLERS && place->n < CGROUP_CONTROLLERS; i++) {
			if (!hasmntopt(&entry, controllers[i]) ||
			    own_path(controllers[i], place->at[place->n].parent) < 0)
				continue;
			place->at[place->n].controller = controllers[i];
			(void)strcpy(place->at[place->n++].mount, entry.mnt_dir);
		}
	}
	if (mounts)
		(void)endmntent(mounts);
	return place->n ? 0 : err_set(e, -ENODEV, "no cgroup with memory, pids or cpuset is mounted");
}

int cgroup_find_place(struct cgroup_place *place, struct err *e)
{
	struct statfs root;
	int r;

	*place = (struct cgroup_place){.mode = CGROUP_NONE};
	if (statfs(CGROUP_ROOT, &root) == 0 && root.f_type == CGROUP2_SUPER_MAGIC)
		place->mode = CGROUP_V2;
	else
		place->mode = CGROUP_V1;
	r = place->mode == CGROUP_V2 ? find_v2(place, e) : find_v1(place, e);
	if (r < 0)
		place->mode = CGROUP_NONE;
	return r;
}

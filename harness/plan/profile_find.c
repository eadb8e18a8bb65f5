// SPDX-License-Identifier: GPL-2.0-or-later
/* Where profiles are. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "plan/profile_keys.h"
#include "plan/profile_names.h"

#define MAX_NAMES_LENGTH 280 /* the line has room for the folders, too */

/* build/memsoak finds workloads/profiles; an installed program finds nothing there. */
static char *source_folder(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return memory_string("workloads/profiles");
	self[n] = '\0';
	return memory_format("%s/workloads/profiles", dirname(dirname(self)));
}

/* Says where it was looked for, also where there is no folder yet, and which there are instead. */
static int refuse(const char *name, const char *const *folders, size_t n_folders, struct err *e)
{
	cleanup_free char *searched = memory_string("");
	cleanup_free char *there = memory_string("");
	struct profile_names names = {0};

	for (size_t i = 0; i < n_folders; i++) {
		if (!folders[i])
			continue;
		memory_append(&searched, ", ", folders[i]);
		(void)profile_names_add(&names, folders[i]);
	}
	profile_names_sort(&names);
	for (size_t i = 0; i < names.n; i++) {
		bool fits = strlen(there) + strlen(names.names[i]) < MAX_NAMES_LENGTH;

		memory_append(&there, " ", fits ? names.names[i] : "...");
		if (!fits)
			break;
	}
	profile_names_done(&names);
	return err_set(e, -ENOENT, "no profile '%.64s' in %s; there are: %s", name,
		       searched, *there ? there : "none");
}

int profile_find(const char *name, char **ret_path, struct err *e)
{
	const char *own = getenv("MEMSOAK_PROFILES");
	cleanup_free char *source = source_folder();
	const char *const folders[] = {
		own && *own ? own : NULL,
		"/etc/memsoak",
		MEMSOAK_PREFIX "/share/memsoak/profiles",
		file_is_folder(source) ? source : NULL,
	};
	size_t length = strlen(name);

	if (length == 0)
		return err_set(e, -ENOENT, "a profile's name is empty");
	if (strchr(name, '/') || (length > 4 && strcmp(name + length - 4, ".ini") == 0)) {
		*ret_path = memory_string(name);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		cleanup_free char *path = NULL;

		if (!folders[i])
			continue;
		path = memory_format("%s/%s.ini", folders[i], name);
		if (access(path, F_OK) == 0) {
			*ret_path = steal_ptr(&path);
			return 0;
		}
	}
	return refuse(name, folders, ARRAY_SIZE(folders), e);
}

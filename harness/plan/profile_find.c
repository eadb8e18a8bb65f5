// SPDX-License-Identifier: GPL-2.0-or-later
/* Where profiles are. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "plan/profile_keys.h"

/* build/memsoak finds workloads/profiles; an installed program finds nothing there. */
static char *source_folder(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return memory_string("workloads/profiles");
	self[n] = '\0';
	return memory_format("%s/../workloads/profiles", dirname(self));
}

int profile_find(const char *name, char **ret_path, struct err *e)
{
	const char *own = getenv("MEMSOAK_PROFILES");
	cleanup_free char *source = source_folder();
	const char *const folders[] = {
		own && *own ? own : NULL,
		"/etc/memsoak",
		MEMSOAK_PREFIX "/share/memsoak/profiles",
		source,
	};
	cleanup_free char *searched = memory_string("");
	size_t length = strlen(name);

	if (length == 0)
		return err_set(e, -ENOENT, "a profile's name is empty");
	if (strchr(name, '/') || (length > 4 && strcmp(name + length - 4, ".ini") == 0)) {
		*ret_path = memory_string(name);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		cleanup_free char *path = NULL;
		char *longer;

		if (!folders[i])
			continue;
		path = memory_format("%s/%s.ini", folders[i], name);
		if (access(path, F_OK) == 0) {
			*ret_path = steal_ptr(&path);
			return 0;
		}
		longer = memory_format("%s%s%s", searched, *searched ? ", " : "", folders[i]);
		free(searched);
		searched = longer;
	}
	return err_set(e, -ENOENT, "no profile '%.64s' (%.64s.ini) in %s", name, name, searched);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

/* The first of two folders that has @file in it, without dots and links; NULL for neither. */
static char *folder_with(const char *first, const char *second, const char *file)
{
	const char *const folders[] = {first, second};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		cleanup_free char *path = memory_format("%s/%s", folders[i], file);

		if (access(path, F_OK) == 0)
			return realpath(folders[i], NULL);
	}
	return NULL;
}

static char *sibling_with(const char *binaries, const char *tree, const char *installed,
			  const char *file)
{
	cleanup_free char *first = memory_format("%s/../%s", binaries, tree);
	cleanup_free char *second = memory_format("%s/../share/memsoak/%s", binaries, installed);

	return folder_with(first, second, file);
}

static char *cache_folder(struct err *e)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (cache && cache[0])
		return memory_format("%s/memsoak", cache);
	if (home && home[0])
		return memory_format("%s/.cache/memsoak", home);
	(void)err_set(e, -ENOENT, "no place for kernels: set HOME or XDG_CACHE_HOME");
	return NULL;
}

int paths_find(struct paths *p, struct err *e)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	*p = (struct paths){0};
	if (n < 0)
		return err_errno(e, -errno, "cannot read /proc/self/exe");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	p->binaries = memory_string(self);
	p->lab = sibling_with(self, "harness/lab", "lab", "make-initramfs.sh");
	if (!p->lab)
		return err_set(
			e, -ENOENT,
			"no make-initramfs.sh in %s/../harness/lab or %s/../share/memsoak/lab:"
			" run memsoak-lab where it was built or installed",
			self, self);
	p->profiles = sibling_with(self, "workloads/profiles", "profiles", ".");
	p->cache = cache_folder(e);
	return p->cache ? 0 : -ENOENT;
}

void paths_done(struct paths *p)
{
	free(p->binaries);
	free(p->lab);
	free(p->profiles);
	free(p->cache);
	*p = (struct paths){0};
}

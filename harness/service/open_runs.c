// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/open_runs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"

const char *state_folder(void)
{
	const char *folder = getenv("MEMSOAK_STATE_DIR");

	return folder && folder[0] ? folder : "/var/lib/memsoak";
}

static char *folder_path(void)
{
	return memory_format("%s/open", state_folder());
}

int open_runs_add(const char *id, const char *directory, struct err *e)
{
	cleanup_free char *folder = folder_path();
	cleanup_free char *path = memory_format("%s/%s", folder, id);
	cleanup_close int fd = -1;
	int r = file_make_directories(folder, e);

	if (r < 0)
		return r;
	if (symlink(directory, path) < 0)
		return err_errno(e, -errno, "cannot make '%s'", path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_errno(e, -errno, "cannot put '%s' on disk", path);
	return 0;
}

void open_runs_remove(const char *id)
{
	cleanup_free char *folder = folder_path();
	cleanup_free char *path = memory_format("%s/%s", folder, id);

	(void)unlink(path);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct open_run *)a)->id, ((const struct open_run *)b)->id);
}

int open_runs_list(struct open_run **ret_runs, size_t *ret_n, struct err *e)
{
	cleanup_free char *folder = folder_path();
	cleanup_dir DIR *dir = opendir(folder);
	struct open_run *runs = NULL;
	struct dirent *entry;
	size_t n = 0;

	*ret_runs = NULL;
	*ret_n = 0;
	if (!dir)
		return errno == ENOENT ? 0 : err_errno(e, -errno, "cannot read '%s'", folder);
	while ((entry = readdir(dir))) {
		char target[PATH_MAX];
		ssize_t length =
			readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (length <= 0) /* also ".", ".." and what somebody else has put there */
			continue;
		target[length] = '\0';
		runs = memory_grow(runs, n + 1, sizeof(*runs));
		runs[n].id = memory_string(entry->d_name);
		runs[n++].directory = memory_string(target);
	}
	if (n > 1)
		qsort(runs, n, sizeof(*runs), by_id);
	*ret_runs = runs;
	*ret_n = n;
	return 0;
}

void open_runs_done(struct open_run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(runs[i].id);
		free(runs[i].directory);
	}
	free(runs);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/active.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"

const char *active_folder(void)
{
	const char *folder = getenv("MEMSOAK_RUNTIME_DIR");

	return folder && folder[0] ? folder : "/run/memsoak";
}

char *active_control_path(void)
{
	return memory_format("%s/control", active_folder());
}

int active_lock(int *ret_fd, struct err *e)
{
	cleanup_free char *path = memory_format("%s/lock", active_folder());
	cleanup_close int fd = -1;
	int r = file_make_directories(active_folder(), e);

	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_errno(e, -errno, "cannot open '%s'", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(e, -EBUSY,
			       "another run is going on this host: see \"memsoak status\", end it with \"memsoak abort\"");
	*ret_fd = steal_fd(&fd);
	return 0;
}

int active_write(const char *path, struct jsonw *status, struct err *e)
{
	size_t length;
	const char *text = jsonw_text(status, &length);
	int r = file_write_atomic(path, text, length, e);

	jsonw_free(status);
	return r;
}

/*
 * A pid may have been given to another program since: only a memsoakd counts as alive. Who may send
 * it no signal (EPERM) is told all the same that it is there.
 */
static bool is_memsoakd(pid_t pid)
{
	cleanup_free char *path = memory_format("/proc/%d/comm", (int)pid);
	cleanup_free char *comm = NULL;
	size_t length;

	return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM) &&
	       file_read_all(path, &comm, &length, NULL) == 0 &&
	       strncmp(comm, "memsoakd", 8) == 0;
}

static int read_entry(const char *path, struct active_run *run)
{
	struct jsonw *status = NULL;
	const char *id, *directory;

	if (jsonw_parse_file(path, &status, NULL) < 0)
		return -EBADMSG;
	id = jsonw_get_string(status, "id");
	directory = jsonw_get_string(status, "directory");
	if (!id || !directory) {
		jsonw_free(status);
		return -EBADMSG;
	}
	*run = (struct active_run){
		.id = memory_string(id),
		.directory = memory_string(directory),
		.path = memory_string(path),
		.pid = (pid_t)jsonw_get_int(status, "pid"),
		.status = status,
	};
	run->alive = is_memsoakd(run->pid);
	return 0;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct active_run *)a)->id, ((const struct active_run *)b)->id);
}

int active_list(struct active_run **ret_runs, size_t *ret_n, struct err *e)
{
	cleanup_dir DIR *dir = opendir(active_folder());
	struct active_run *runs = NULL;
	struct dirent *entry;
	size_t n = 0;

	*ret_runs = NULL;
	*ret_n = 0;
	if (!dir)
		return errno == ENOENT ? 0
				       : err_errno(e, -errno, "cannot read '%s'", active_folder());
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);
		cleanup_free char *path = NULL;

		if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0)
			continue;
		path = memory_format("%s/%s", active_folder(), entry->d_name);
		runs = memory_grow(runs, n + 1, sizeof(*runs));
		if (read_entry(path, &runs[n]) == 0)
			n++;
	}
	if (n > 1)
		qsort(runs, n, sizeof(*runs), by_id);
	*ret_runs = runs;
	*ret_n = n;
	return 0;
}

void active_done(struct active_run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(runs[i].id);
		free(runs[i].directory);
		free(runs[i].path);
		jsonw_free(runs[i].status);
	}
	free(runs);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/memsoak.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/process.h"
#include "lab/arguments.h"
#include "lab/paths.h"

static int open_new(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd < 0 ? err_errno(e, -errno, "cannot write %s", path) : fd;
}

int memsoak_call(const struct paths *paths, const char *const words[], const char *output,
		 const char *complaints, struct err *e)
{
	cleanup_close int out = open_new(output ? output : "/dev/null", e);
	cleanup_close int error = complaints && out >= 0 ? open_new(complaints, e) : -1;
	struct process_options options = {.stdout_fd = out, .stderr_fd = error};
	struct arguments call = {0};
	struct process p;
	int status, r;

	if (out < 0)
		return out;
	if (complaints && error < 0)
		return error;
	arguments_add(&call, "%s/memsoak", paths->binaries);
	for (size_t i = 0; words[i]; i++)
		arguments_add(&call, "%s", words[i]);
	r = process_spawn(&p, arguments_argv(&call), &options, e);
	arguments_done(&call);
	if (r < 0)
		return r;
	r = process_reap(&p, &status);
	if (r < 0)
		return err_errno(e, r, "lost memsoak %s", words[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

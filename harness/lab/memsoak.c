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

int memsoak_call(const struct paths *paths, const char *const words[], const char *output,
		 struct err *e)
{
	const char *to = output ? output : "/dev/null";
	cleanup_close int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	struct process_options options = {.stdout_fd = out, .stderr_fd = -1};
	struct arguments call = {0};
	struct process p;
	int status, r;

	if (out < 0)
		return err_errno(e, -errno, "cannot write %s", to);
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

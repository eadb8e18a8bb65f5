// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/script.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/process.h"
#include "lab/arguments.h"
#include "lab/paths.h"

/* What the script printed, up to the first newline. */
static char *first_line(int fd)
{
	char *text = memory_alloc(PATH_MAX, 1);
	size_t length = 0;
	ssize_t n;

	while (length < PATH_MAX - 1) {
		n = read(fd, text + length, PATH_MAX - 1 - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		length += (size_t)n;
	}
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* A file without a name that holds the script's stdin; the script opens it by its number. */
static int input_file(const char *input, struct err *e)
{
	cleanup_close int fd = memfd_create("input", MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return err_errno(e, -errno, "cannot make a memory file");
	r = file_write_fd(fd, input, strlen(input));
	if (r < 0)
		return err_errno(e, r, "cannot fill a memory file");
	(void)lseek(fd, 0, SEEK_SET);
	return steal_fd(&fd);
}

int script_run(const struct paths *paths, const char *const argv[], const char *input, int quiet,
	       char **ret_answer, struct err *e)
{
	cleanup_close int nothing = quiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
	cleanup_close int read_end = -1, write_end = -1, in = -1;
	struct process_options options = {.stdout_fd = -1, .stderr_fd = nothing};
	struct arguments words = {0};
	struct process p;
	int ends[2], status = 0, r;

	if (input) {
		in = input_file(input, e);
		if (in < 0)
			return in;
		options.keep_fds = &in;
		options.n_keep_fds = 1;
		arguments_add(&words, "/bin/sh");
		arguments_add(&words, "-c");
		arguments_add(&words, "exec \"$0\" \"$@\" <&%d", in);
	}
	arguments_add(&words, "%s/%s", paths->lab, argv[0]);
	for (size_t i = 1; argv[i]; i++)
		arguments_add(&words, "%s", argv[i]);
	if (pipe2(ends, O_CLOEXEC) < 0) {
		arguments_done(&words);
		return err_errno(e, -errno, "cannot make a pipe for %s", argv[0]);
	}
	read_end = ends[0];
	write_end = ends[1];
	options.stdout_fd = write_end;
	r = process_spawn(&p, arguments_argv(&words), &options, e);
	arguments_done(&words);
	if (r < 0)
		return r;
	(void)close(steal_fd(&write_end));
	*ret_answer = first_line(read_end);
	r = process_reap(&p, &status);
	if (r < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		free(*ret_answer);
		*ret_answer = NULL;
	}
	if (r < 0)
		return err_errno(e, r, "lost %s", argv[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

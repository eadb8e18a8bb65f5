// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"

/* 0 stands for whoever writes it. After exec it would be too late: memory is charged where it is first touched. */
static int enter_cgroups(const struct process_options *options)
{
	for (size_t i = 0; i < options->n_cgroup_fds; i++)
		if (write(options->cgroup_fds[i], "0\n", 2) < 0)
			return errno;
	return 0;
}

static void child_setup(const struct process_options *options, pid_t parent)
{
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* the parent was gone before the request took effect */
	if (options->new_session)
		(void)setsid();
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (options->stdout_fd >= 0)
		(void)dup2(options->stdout_fd, STDOUT_FILENO);
	if (options->stderr_fd >= 0)
		(void)dup2(options->stderr_fd, STDERR_FILENO);
	for (size_t i = 0; i < options->n_keep_fds; i++)
		(void)fcntl(options->keep_fds[i], F_SETFD, 0);
}

/* Every descriptor of ours is O_CLOEXEC; the exec'd image sees 0, 1, 2 and keep_fds only. */
int process_spawn(struct process *p, const char *const argv[], const struct process_options *options,
		  struct err *e)
{
	cleanup_close int read_end = -1, write_end = -1;
	pid_t pid, parent = getpid();
	int ends[2], error = 0, pidfd;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(e, -errno, "cannot make a pipe for '%s'", argv[0]);
	read_end = ends[0];
	write_end = ends[1];
	pid = fork();
	if (pid < 0)
		return err_errno(e, -errno, "cannot start '%s'", argv[0]);
	if (pid == 0) {
		child_setup(options, parent);
		error = enter_cgroups(options);
		if (!error) {
			(void)execv(argv[0], (char *const *)(uintptr_t)argv);
			error = errno;
		}
		(void)!write(write_end, &error, sizeof(error));
		_exit(127);
	}
	(void)close(steal_fd(&write_end));
	do
		n = read(read_end, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(error)) {
		(void)waitpid(pid, NULL, 0);
		return err_errno(e, -error, "cannot start '%s'", argv[0]);
	}
	/* -1 before Linux 5.3: the caller then learns of the end by SIGCHLD alone. */
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd >= 0)
		(void)fcntl(pidfd, F_SETFD, FD_CLOEXEC);
	*p = (struct process){.pid = pid, .pidfd = pidfd};
	return 0;
}

int process_reap(struct process *p, int *ret_status)
{
	pid_t r;

	do
		r = waitpid(p->pid, ret_status, 0);
	while (r < 0 && errno == EINTR);
	if (p->pidfd >= 0)
		(void)close(p->pidfd);
	p->pidfd = -1;
	return r < 0 ? -errno : 0;
}

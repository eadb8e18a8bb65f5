// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/behaviour_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/process.h"
#include "cli/daemon_path.h"
#include "reports/report.h"

/* Until the child has ended. All of @set are blocked. */
static int wait_for(struct process *p, const sigset_t *set, struct err *e)
{
	siginfo_t ended = {0}, told = {0};
	int status = 0, r;

	do {
		int number = sigwaitinfo(set, &told);

		/* What a terminal sends the child has got itself. */
		if (number > 0 && number != SIGCHLD && told.si_code != SI_KERNEL)
			(void)kill(p->pid, number);
		/* Looked at only: process_reap() takes it. */
		r = waitid(P_PID, (id_t)p->pid, &ended, WEXITED | WNOHANG | WNOWAIT);
	} while (r == 0 && ended.si_pid == 0);
	r = process_reap(p, &status);
	if (r < 0)
		return err_errno(e, r, "cannot learn how memsoakd ended");
	if (!WIFEXITED(status))
		return err_set(e, -ECHILD,
			       "memsoakd was killed by signal %d: run \"memsoak restore\"",
			       WTERMSIG(status));
	return WEXITSTATUS(status);
}

/* memsoakd's exit code, or a negative errno. */
static int run_daemon(const char *directory, struct err *e)
{
	cleanup_free char *path = daemon_path();
	/* Nothing goes offline, so there is nothing to consent to. */
	const char *const argv[] = {path,	   "--foreground", "--quiet", "--yes", "--profile",
				    "fingerprint", "--out",	   directory, NULL};
	cleanup_close int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct process_options options = {.stdout_fd = null, .stderr_fd = -1};
	struct process process;
	sigset_t set, before;
	int r;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	/*
	 * Each move first has every CPU drain its page lists, by a kworker (mm/swap.c,
	 * lru_add_drain_all()). Where faulters keep all CPUs busy that takes milliseconds, unless
	 * they give way: with the lowest priority there are twice to four times as many moves.
	 */
	(void)setpriority(PRIO_PROCESS, 0, 19);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	r = process_spawn(&process, argv, &options, e);
	if (r == 0)
		r = wait_for(&process, &set, e);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

static int load(const char *directory, int code, struct report **ret_report, struct err *e)
{
	cleanup_free char *path = memory_format("%s/report.json", directory);

	if (code < 0)
		return EXIT_CANNOT_JUDGE;
	/* Refused before it began: that it has said itself. Aborted: there is a report, of a part.
	 */
	if (access(path, F_OK) < 0 || code == EXIT_ABORTED_RESTORED ||
	    code == EXIT_ABORTED_MEMORY_OFFLINE)
		return code == EXIT_PASS ? EXIT_CANNOT_JUDGE : code;
	/* Its verdict is no matter: a kernel that fails the soak's rules behaves like something,
	 * too. */
	return report_load(path, ret_report, e) < 0 ? EXIT_CANNOT_JUDGE : EXIT_PASS;
}

int behaviour_run(const char *directory, struct report **ret_report, struct err *e)
{
	char temporary[] = "/tmp/memsoak-fingerprint-XXXXXX";
	int result, code;

	if (directory)
		return load(directory, run_daemon(directory, e), ret_report, e);
	if (!mkdtemp(temporary)) {
		(void)err_errno(e, -errno, "cannot make a folder in /tmp");
		return EXIT_CANNOT_JUDGE;
	}
	result = run_daemon(temporary, e);
	code = load(temporary, result, ret_report, e);
	if (result >= 0) /* else "memsoak restore" needs what is there */
		(void)file_remove_tree(temporary);
	return code;
}

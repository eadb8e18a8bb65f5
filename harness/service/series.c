// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each run is a child that is no other program: what a run leaves in its process (signals, threads,
 * the heap) ends with it, and a crash of the harness takes one run along and not the night.
 */
#include "service/series.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/units.h"
#include "plan/series.h"
#include "service/cgroup_place.h"
#include "service/notify.h"
#include "service/open_runs.h"
#include "service/soak.h"

struct runs {
	const struct run_options *options;
	const struct profile *list;
	struct series series;
	char id[64];
	char start[64];
	char *directory; /* owned */
	struct soak_outcome outcomes[PROFILE_MAX_MEMBERS];
	uint64_t elapsed_ns[PROFILE_MAX_MEMBERS];
	bool is_stopped;
};

static void set_outcome(struct soak_outcome *outcome, enum exit_code code, const char *result,
			const char *why)
{
	*outcome = (struct soak_outcome){.exit = code};
	(void)snprintf(outcome->result, sizeof(outcome->result), "%s", result);
	(void)snprintf(outcome->why, sizeof(outcome->why), "%s", why);
}

/* What is worse stands before. */
static int worst(int a, int b)
{
	static const int order[] = {EXIT_ABORTED_MEMORY_OFFLINE,
				    EXIT_KERNEL_FAILED,
				    EXIT_ABORTED_RESTORED,
				    EXIT_CANNOT_JUDGE,
				    EXIT_USAGE,
				    EXIT_PASS,
				    EXIT_SKIP};

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return EXIT_CANNOT_JUDGE;
}

static int exit_of_all(const struct runs *r, size_t n)
{
	int code = EXIT_SKIP;

	for (size_t i = 0; i < n; i++)
		code = worst(code, (int)r->outcomes[i].exit);
	return code;
}

/* Before the child is made: what it would refuse although nothing is wrong with the profile. */
static bool is_left_out(const struct runs *r, const struct profile *p, struct soak_outcome *outcome)
{
	const struct profile_caller *poison = &p->callers[CALLER_SOFT_OFFLINE];

	if (r->is_stopped) {
		set_outcome(outcome, EXIT_ABORTED_RESTORED, "aborted",
			    "not begun: the runs before it were stopped");
		return true;
	}
	if (poison->is_there && !(poison->consent && r->options->yes)) {
		set_outcome(
			outcome, EXIT_SKIP, "skip",
			"it takes page frames out of use: that needs --yes, and consent = yes in "
			"its [soft_offline]");
		return true;
	}
	return false;
}

/* In the child: the run as if it were the only one. Does not return. */
static void be_the_run(const struct runs *r, const struct series_member *member, int outcome_fd)
{
	cleanup_free char *out = memory_format("%s/%s", r->directory, member->profile.name);
	struct run_options options = *r->options;
	struct soak_outcome outcome;

	/* When the one who waits is killed, the run ends as by "memsoak abort". */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	notify_begin_member();
	options.profile = member->profile.path;
	options.duration_ns = member->duration_ns;
	options.out = out;
	options.unattended = r->list->unattended;
	options.resume = r->list->resume;
	soak(&options, &outcome);
	(void)!write(outcome_fd, &outcome, sizeof(outcome));
	(void)fflush(NULL);
	_exit((int)outcome.exit);
}

/* What comes from a terminal has reached the child, too; everything else is passed on to it. */
static void take_signal(struct runs *r, pid_t child)
{
	sigset_t set;
	siginfo_t info;
	int number;

	(void)sigprocmask(SIG_BLOCK, NULL, &set);
	number = sigwaitinfo(&set, &info);
	if (number <= 0 || number == SIGCHLD)
		return;
	if (info.si_code != SI_KERNEL)
		(void)kill(child, number);
	if (number != SIGHUP || !notify_is_managed()) /* which would read the profile again */
		r->is_stopped = true;
}

static void block_signals(void)
{
	sigset_t set;

	soak_signals(&set);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
}

static void note_end(int fd, int status, struct soak_outcome *outcome)
{
	char why[128];

	if (WIFEXITED(status) && read(fd, outcome, sizeof(*outcome)) == (ssize_t)sizeof(*outcome))
		return;
	(void)snprintf(why, sizeof(why),
		       "the run ended with %s %d and said nothing: run \"memsoak restore\"",
		       WIFSIGNALED(status) ? "signal" : "status",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	set_outcome(outcome, EXIT_CANNOT_JUDGE, "error", why);
}

static void run_one(struct runs *r, const struct series_member *member,
		    struct soak_outcome *outcome)
{
	int fds[2], status = 0;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		set_outcome(outcome, EXIT_CANNOT_JUDGE, "error", "cannot make a pipe");
		return;
	}
	(void)fflush(NULL);
	child = fork();
	if (child == 0)
		be_the_run(r, member, fds[1]);
	(void)close(fds[1]);
	if (child < 0)
		set_outcome(outcome, EXIT_CANNOT_JUDGE, "error", "cannot fork");
	while (child > 0 && waitpid(child, &status, WNOHANG) == 0)
		take_signal(r, child);
	if (child > 0)
		note_end(fds[0], status, outcome);
	(void)close(fds[0]);
	r->is_stopped |= outcome->exit == EXIT_ABORTED_RESTORED ||
			 outcome->exit == EXIT_ABORTED_MEMORY_OFFLINE;
}

static struct jsonw *describe_one(const struct runs *r, size_t i)
{
	const struct series_member *member = &r->series.members[i];
	const struct soak_outcome *outcome = &r->outcomes[i];
	struct jsonw *one = jsonw_object();

	jsonw_set_string(one, "profile", member->profile.name);
	jsonw_set_uint(one, "planned_ns", member->duration_ns);
	jsonw_set_string(one, "result", outcome->result);
	jsonw_set_int(one, "exit", (int)outcome->exit);
	jsonw_set_string(one, "why", outcome->why);
	jsonw_set_uint(one, "elapsed_ns", r->elapsed_ns[i]);
	if (outcome->directory[0])
		jsonw_set_string(one, "directory", outcome->directory);
	return one;
}

/* After each run, so that a crash of the host leaves what was known. */
static int write_summary(const struct runs *r, size_t n_done, struct err *e)
{
	cleanup_free char *path = memory_format("%s/series.json", r->directory);
	struct jsonw *document = jsonw_object(), *schema = jsonw_object(), *runs = jsonw_array();
	char now[64];
	size_t length;
	const char *text;
	int error;

	jsonw_set_string(schema, "name", "memsoak-series");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 0);
	jsonw_set(document, "schema", schema);
	jsonw_set_string(document, "id", r->id);
	jsonw_set_string(document, "profile", r->list->name);
	jsonw_set_string(document, "start", r->start);
	clock_wall_text(now, sizeof(now));
	jsonw_set_string(document, "end", now);
	jsonw_set_uint(document, "planned_runs", r->series.n);
	for (size_t i = 0; i < n_done; i++)
		jsonw_append(runs, describe_one(r, i));
	jsonw_set(document, "runs", runs);
	jsonw_set_int(document, "exit", exit_of_all(r, n_done));
	text = jsonw_pretty(document, &length);
	error = file_write_atomic(path, text, length, e);
	jsonw_free(document);
	return error;
}

static void print_summary(const struct runs *r)
{
	(void)printf("\nprofiles of %s:\n", r->list->name);
	for (size_t i = 0; i < r->series.n; i++) {
		char elapsed[32];

		units_format_duration(r->elapsed_ns[i] / NS_PER_S * NS_PER_S, elapsed,
				      sizeof(elapsed));
		(void)printf("  %-20s %-8s %8s  %s\n", r->series.members[i].profile.name,
			     r->outcomes[i].result, elapsed, r->outcomes[i].why);
	}
	(void)printf("summary: %s/series.json\n", r->directory);
	(void)fflush(stdout);
}

static int open_series(struct runs *r, struct err *e)
{
	uint64_t total_ns =
		r->options->duration_ns ? r->options->duration_ns : r->list->duration_ns;
	int error = series_load(r->list, total_ns, &r->series, e);
	char absolute[4096];

	if (error < 0)
		return error;
	run_make_id(r->list->name, r->id);
	clock_wall_text(r->start, sizeof(r->start));
	r->directory = r->options->out ? memory_string(r->options->out)
				       : memory_format("%s/runs/%s", state_folder(), r->id);
	error = file_make_directories(r->directory, e);
	/* A child may not go to another folder, but "memsoak restore" is asked from others. */
	if (error == 0 && realpath(r->directory, absolute)) {
		free(r->directory);
		r->directory = memory_string(absolute);
	}
	return error;
}

int series_run(const struct run_options *options, const struct profile *list)
{
	struct runs r = {.options = options, .list = list};
	struct cgroup_place place;
	struct err e = {0};
	int code = EXIT_USAGE;

	if (open_series(&r, &e) < 0) {
		log_error("%s", e.text);
	} else {
		block_signals();
		/* Out of the way of the children's own groups (version 2); where there is none, no
		 * matter. */
		(void)cgroup_find_place(&place, NULL);
		for (size_t i = 0; i < r.series.n; i++) {
			const struct series_member *member = &r.series.members[i];
			uint64_t began_ns = clock_monotonic_ns();

			if (!is_left_out(&r, &member->profile, &r.outcomes[i])) {
				(void)printf("\nprofile %s (%zu of %zu)\n", member->profile.name,
					     i + 1, r.series.n);
				run_one(&r, member, &r.outcomes[i]);
			}
			r.elapsed_ns[i] = clock_monotonic_ns() - began_ns;
			if (write_summary(&r, i + 1, &e) < 0)
				log_error("%s", e.text);
		}
		print_summary(&r);
		code = exit_of_all(&r, r.series.n);
	}
	notify_status(code == EXIT_PASS ? "pass" : "see series.json");
	series_done(&r.series);
	free(r.directory);
	return code;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workers/stress_ng.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/process.h"

#define ANSWER_NS (60 * NS_PER_S) /* an emulated guest under load takes seconds to start it */
#define LOOK_NS (10 * NS_PER_MS)
#define MAX_ANSWER 65536
#define MAX_FIXED_ARGUMENTS 24
#define MAX_OPTION_WORDS (2 * PROFILE_STRESS_OPTIONS_SIZE / 3)

struct stress_ng {
	pid_t pid;
	struct profile_stress_ng wanted;
	char *folder, *yaml; /* owned */
	uint64_t started_ns, asked_ns, killed_ns, ended_ns; /* 0: has not */
	bool is_over;
	int status;
};

static int wait_for_answer(struct process *process, uint64_t until_ns)
{
	int status = 0;

	while (waitpid(process->pid, &status, WNOHANG) == 0) {
		if (clock_monotonic_ns() >= until_ns)
			(void)kill(process->pid, SIGKILL);
		(void)clock_sleep_ns(LOOK_NS);
	}
	cleanup_closep(&process->pidfd);
	return status;
}

/* What the program prints to "PROGRAM OPTION"; the caller's. */
static int ask(const char *path, const char *option, char **ret_text, struct err *e)
{
	const char *const argv[] = {path, option, NULL};
	cleanup_close int fd = memfd_create("stress-ng", MFD_CLOEXEC);
	const struct process_options options = {.stdout_fd = fd, .stderr_fd = fd, .new_session = 1};
	cleanup_free char *text = memory_alloc(1, MAX_ANSWER);
	struct process process;
	int status, r;

	if (fd < 0)
		return err_errno(e, -errno, "cannot make memory for what '%s' says", path);
	r = process_spawn(&process, argv, &options, e);
	if (r < 0)
		return r;
	status = wait_for_answer(&process, clock_monotonic_ns() + ANSWER_NS);
	if (pread(fd, text, MAX_ANSWER - 1, 0) < 0 || status != 0)
		return err_set(e, -EIO, "'%s %s' gives no answer (it ended with %s %d): is this stress-ng?",
			       path, option, WIFEXITED(status) ? "status" : "signal",
			       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	*ret_text = steal_ptr(&text);
	return 0;
}

/* "stress-ng, version 0.15.06 (gcc 12.2.0, ...)" */
static void read_version(const char *text, char version[32])
{
	const char *word = strstr(text, "version ");
	size_t length = word ? strspn(word + strlen("version "), "0123456789.") : 0;

	(void)snprintf(version, 32, "%.*s", (int)(length < 31 ? length : 31),
		       word ? word + strlen("version ") : "");
	if (!version[0])
		(void)strcpy(version, "unknown");
}

static bool has_word(const char *text, const char *word, size_t length)
{
	for (const char *at = text; (at = strstr(at, word)); at++)
		if ((at == text || strchr(" \n\t", at[-1])) && strchr(" \n\t\r", at[length]))
			return true;
	return false;
}

static int check_wanted(const struct stress_ng_program *program, const char *stressors,
			const struct profile_stress_ng *wanted, struct err *e)
{
	char options[PROFILE_STRESS_OPTIONS_SIZE], *rest = NULL;

	for (size_t i = 0; i < wanted->n_stressors; i++) {
		const char *name = wanted->stressors[i].name;

		if (!has_word(stressors, name, strlen(name)))
			return err_set(e, -EINVAL,
				       "stress-ng %s has no stressor '%s': \"stress-ng --stressors\" names those that it has",
				       program->version, name);
	}
	/* "vm-rw 2" would be no option of vm, but another stressor. */
	(void)strcpy(options, wanted->options);
	for (char *item = strtok_r(options, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
		item += strspn(item, " ");
		item[strcspn(item, " ")] = '\0';
		if (has_word(stressors, item, strlen(item)))
			return err_set(e, -EINVAL,
				       "the option '%s' is a stressor of stress-ng %s: it belongs into stressors",
				       item, program->version);
	}
	return 0;
}

int stress_ng_find(const char *const *paths, const struct profile_stress_ng *wanted,
		   struct stress_ng_program *ret_program, struct err *e)
{
	static const char *const usual[] = {"/usr/bin/stress-ng", "/usr/local/bin/stress-ng",
					    "/bin/stress-ng", NULL};
	cleanup_free char *version = NULL, *stressors = NULL;
	struct stress_ng_program program = {0};
	int r;

	for (size_t i = 0; (paths ? paths : usual)[i] && !program.path[0]; i++)
		if (access((paths ? paths : usual)[i], X_OK) == 0)
			(void)snprintf(program.path, sizeof(program.path), "%s",
				       (paths ? paths : usual)[i]);
	if (!program.path[0])
		return err_set(e, -ENOENT,
			       "the profile has [stress-ng], and there is no %s: install stress-ng, or take the section out",
			       (paths ? paths : usual)[0]);
	r = ask(program.path, "--version", &version, e);
	if (r == 0)
		r = ask(program.path, "--stressors", &stressors, e);
	if (r < 0 || !version || !stressors)
		return r;
	read_version(version, program.version);
	r = check_wanted(&program, stressors, wanted, e);
	if (r == 0)
		*ret_program = program;
	return r;
}

struct command_line {
	const char *argv[MAX_FIXED_ARGUMENTS + 2 * PROFILE_MAX_STRESSORS + MAX_OPTION_WORDS + 1];
	char *owned[3 * PROFILE_MAX_STRESSORS + MAX_OPTION_WORDS + 8];
	size_t n, n_owned;
};

static void add(struct command_line *line, const char *word)
{
	line->argv[line->n++] = word;
}

static void add_owned(struct command_line *line, char *word)
{
	line->owned[line->n_owned++] = word;
	add(line, word);
}

/* "vm-bytes 64M, vm-keep": each name gets its dashes. */
static void add_options(struct command_line *line, const char *text)
{
	bool is_name = true;

	while (*text) {
		size_t length = strcspn(text, ", ");
		const char *end = text + length;

		if (length > 0)
			add_owned(line, memory_format("%s%.*s", is_name ? "--" : "", (int)length, text));
		is_name = *end == ',' || (length == 0 && is_name);
		text = *end ? end + 1 : end;
	}
}

static void build(struct command_line *line, const char *path, const struct stress_ng_options *options,
		  const char *folder, const char *yaml)
{
	const struct profile_stress_ng *wanted = options->wanted;

	*line = (struct command_line){0};
	add(line, path);
	for (size_t i = 0; i < wanted->n_stressors; i++) {
		add_owned(line, memory_format("--%s", wanted->stressors[i].name));
		add_owned(line, memory_format("%" PRIu32, wanted->stressors[i].instances));
	}
	add_options(line, wanted->options);
	add(line, "--exclude");
	add(line, "memhotplug");
	/* Who is killed for want of memory stays dead, and is seen to have failed. */
	add(line, "--oomable");
	add(line, "--metrics");
	add(line, "--seed");
	add_owned(line, memory_format("%" PRIu64, options->seed));
	add(line, "--timeout");
	add_owned(line, memory_format("%" PRIu64 "s", options->timeout_s));
	add(line, "--temp-path");
	add(line, folder);
	/* "--quiet" would keep it from writing the YAML. */
	add(line, "--yaml");
	add(line, yaml);
	add(line, NULL);
}

int stress_ng_start(const struct stress_ng_program *program, const struct stress_ng_options *options,
		    struct stress_ng **ret_stress_ng, struct err *e)
{
	struct process_options how = {.new_session = 1};
	cleanup_free char *folder = memory_format("%s/stress-ng", options->folder);
	cleanup_free char *yaml = memory_format("%s/stress-ng.yaml", options->folder);
	cleanup_free char *log = memory_format("%s/stress-ng.log", options->folder);
	cleanup_close int log_fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	struct command_line line;
	struct process process;
	struct stress_ng *s;
	int r;

	if (log_fd < 0)
		return err_errno(e, -errno, "cannot write '%s'", log);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return err_errno(e, -errno, "cannot make '%s'", folder);
	how.stdout_fd = log_fd;
	how.stderr_fd = log_fd;
	if (options->home) {
		how.cgroup_fds = options->home->cgroup_fds;
		how.n_cgroup_fds = options->home->n_cgroup_fds;
	}
	build(&line, program->path, options, folder, yaml);
	r = process_spawn(&process, line.argv, &how, e);
	for (size_t i = 0; i < line.n_owned; i++)
		free(line.owned[i]);
	if (r < 0) {
		(void)rmdir(folder);
		return r;
	}
	cleanup_closep(&process.pidfd); /* SIGCHLD tells */
	s = memory_alloc(1, sizeof(*s));
	s->pid = process.pid;
	s->wanted = *options->wanted;
	s->folder = steal_ptr(&folder);
	s->yaml = steal_ptr(&yaml);
	s->started_ns = clock_monotonic_ns();
	*ret_stress_ng = s;
	return 0;
}

pid_t stress_ng_pid(const struct stress_ng *s)
{
	return s->pid;
}

bool stress_ng_reap(struct stress_ng *s)
{
	siginfo_t info = {0};

	if (s->is_over)
		return true;
	/* While it is not reaped nobody else gets its number, and the group's is the same. */
	if (waitid(P_PID, (id_t)s->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0)
		return false;
	s->ended_ns = clock_monotonic_ns();
	(void)kill(-s->pid, SIGKILL);
	if (waitpid(s->pid, &s->status, 0) < 0)
		s->status = 0; /* reaped by somebody else: how it ended is lost */
	s->is_over = true;
	return true;
}

void stress_ng_ask_to_end(struct stress_ng *s)
{
	if (s->is_over || s->asked_ns)
		return;
	s->asked_ns = clock_monotonic_ns();
	(void)kill(s->pid, SIGTERM);
}

void stress_ng_kill(struct stress_ng *s)
{
	if (s->is_over)
		return;
	if (!s->killed_ns)
		s->killed_ns = clock_monotonic_ns();
	(void)kill(-s->pid, SIGKILL);
}

void stress_ng_result(const struct stress_ng *s, struct stress_ng_result *ret_result)
{
	struct stress_ng_claim claims[2 * PROFILE_MAX_STRESSORS];
	uint64_t until_ns = s->asked_ns ? s->asked_ns : s->killed_ns ? s->killed_ns : s->ended_ns;
	cleanup_free char *text = NULL;
	size_t length = 0, n = 0;

	*ret_result = (struct stress_ng_result){
		.status = s->status,
		.was_asked = s->asked_ns > 0,
		.was_killed = s->killed_ns > 0,
		.ran_ns = until_ns - s->started_ns,
		.lived_ns = s->ended_ns - s->started_ns,
		.n_figures = s->wanted.n_stressors,
	};
	if (file_read_all(s->yaml, &text, &length, NULL) == 0)
		n = stress_ng_read_yaml(text, length, claims, ARRAY_SIZE(claims));
	for (size_t i = 0; i < s->wanted.n_stressors; i++) {
		const struct stress_ng_claim *claim = NULL;

		(void)strcpy(ret_result->figures[i].name, s->wanted.stressors[i].name);
		for (size_t k = 0; k < n && !claim; k++)
			if (strcmp(claims[k].name, s->wanted.stressors[i].name) == 0)
				claim = &claims[k];
		stress_ng_weigh(claim, ret_result, &ret_result->figures[i]);
	}
}

void stress_ng_done(struct stress_ng *s)
{
	if (!s)
		return;
	stress_ng_kill(s);
	while (!stress_ng_reap(s))
		(void)clock_sleep_ns(LOOK_NS);
	(void)file_remove_tree(s->folder);
	free(s->folder);
	free(s->yaml);
	free(s);
}

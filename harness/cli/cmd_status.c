// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/options.h"
#include "cli/commands.h"
#include "cli/status_watch.h"
#include "service/active.h"
#include "service/control_ask.h"

struct status_options {
	bool json, watch;
};

static const struct option_spec status_specs[] = {
	{"json", 'j', OPTION_FLAG, offsetof(struct status_options, json), 0, 0, NULL, "JSON"},
	{"watch", 'w', OPTION_FLAG, offsetof(struct status_options, watch), 0, 0, NULL,
	 "follow the run until it ends"},
};

static const struct option_command status_command = {
	.program = "memsoak status",
	.usage = "[--json | --watch]",
	.summary = "What is running on this host, and what was killed and not closed.",
	.specs = status_specs,
	.n_specs = ARRAY_SIZE(status_specs),
};

static void print_json(const struct active_run *runs, size_t n)
{
	struct jsonw *document = jsonw_object(), *schema = jsonw_object(), *list = jsonw_array();

	jsonw_set_string(schema, "name", "memsoak-status");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 0);
	jsonw_set(document, "schema", schema);
	for (size_t i = 0; i < n; i++) {
		struct jsonw *copy = NULL;
		size_t length;
		const char *text = jsonw_text(runs[i].status, &length);

		if (jsonw_parse(text, length, &copy, NULL) < 0)
			continue;
		jsonw_set_bool(copy, "alive", runs[i].alive);
		jsonw_append(list, copy);
	}
	jsonw_set(document, "runs", list);
	(void)puts(jsonw_pretty(document, NULL));
	jsonw_free(document);
}

static int watch(void)
{
	struct err e = {0};
	int code = status_watch(&e);

	if (e.code < 0)
		log_error("%s", e.text);
	return code;
}

int cmd_status(int argc, char *const argv[])
{
	struct status_options options = {0};
	struct active_run *runs = NULL;
	struct err e = {0};
	size_t n = 0;
	int r = options_parse(&status_command, argc, argv, &options, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	if (r == 0 && options.json && options.watch)
		r = err_set(&e, -EINVAL, "--json and --watch: one of them");
	if (r < 0) {
		log_error("%s", e.text);
		return EXIT_USAGE;
	}
	if (options.watch)
		return watch();
	if (active_list(&runs, &n, &e) < 0) {
		log_error("%s", e.text);
		return EXIT_CANNOT_JUDGE;
	}
	if (options.json)
		print_json(runs, n);
	else if (n == 0)
		(void)puts("no run on this host");
	for (size_t i = 0; i < n && !options.json; i++) {
		const char *line = jsonw_get_string(runs[i].status, "line");

		(void)printf("%s (pid %d) %s\n", runs[i].id, (int)runs[i].pid,
			     !runs[i].alive ? "was killed and not closed: run \"memsoak restore\""
					    : (line ? line : "is starting"));
	}
	active_done(runs, n);
	return EXIT_PASS;
}

static const struct option_command abort_command = {
	.program = "memsoak abort",
	.usage = "",
	.summary = "Stops what is running: no new attempt, memory back online, exit code 5.",
};

static bool wait_until_gone(pid_t pid)
{
	for (int i = 0; i < 6000; i++) {
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return true;
		(void)clock_sleep_ns(100 * NS_PER_MS);
	}
	return false;
}

/* By the control socket, which the group may use; by a signal where there is none. */
static int ask_to_end(const struct active_run *run, struct err *e)
{
	cleanup_free char *path = active_control_path();
	cleanup_file FILE *stream = NULL;
	struct jsonw *answer = NULL;

	if (control_connect(path, &stream, NULL) == 0 &&
	    control_ask(stream, "abort", &answer, NULL) == 0) {
		jsonw_free(answer);
		return 0;
	}
	if (kill(run->pid, SIGTERM) < 0)
		return err_errno(e, -errno, "cannot end run %s (pid %d)", run->id, (int)run->pid);
	return 0;
}

int cmd_abort(int argc, char *const argv[])
{
	struct active_run *runs = NULL;
	struct err e = {0};
	size_t n = 0, stopped = 0;
	int code = EXIT_PASS;
	int r = options_parse(&abort_command, argc, argv, NULL, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	if (r < 0) {
		log_error("%s", e.text);
		return EXIT_USAGE;
	}
	if (active_list(&runs, &n, &e) < 0) {
		log_error("%s", e.text);
		return EXIT_CANNOT_JUDGE;
	}
	for (size_t i = 0; i < n; i++) {
		if (!runs[i].alive)
			continue;
		stopped++;
		if (ask_to_end(&runs[i], &e) < 0) {
			log_error("%s", e.text);
			code = EXIT_CANNOT_JUDGE;
		} else if (!wait_until_gone(runs[i].pid)) {
			log_error("run %s (pid %d) has not ended after 10 minutes: an offline is stuck in the kernel",
				  runs[i].id, (int)runs[i].pid);
			code = EXIT_CANNOT_JUDGE;
		} else {
			(void)printf("%s has ended\n", runs[i].id);
		}
	}
	if (stopped == 0)
		(void)puts("no run on this host");
	active_done(runs, n);
	return code;
}

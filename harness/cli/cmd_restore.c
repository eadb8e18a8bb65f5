// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/fsio.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "cli/commands.h"
#include "reports/run_folder.h"
#include "service/active.h"
#include "service/restore.h"

static const struct option_command command = {
	.program = "memsoak restore",
	.usage = "[RUN]...",
	.summary = "Brings back online what a killed run left offline, gives back the page frames that it\n"
		   "took out of use, puts back the settings that it changed and removes its probes.\n"
		   "Without RUN, a run's folder: every run of this host that was not closed. Can be repeated;\n"
		   "needs no daemon.",
};

static int restore_one(struct fsio *fs, const char *name, const char *directory,
		       const char *active_path)
{
	struct restore_result result;
	struct err e = {0};

	if (restore_run(fs, directory, &result, &e) < 0) {
		log_error("%s", e.text);
		return EXIT_CANNOT_JUDGE;
	}
	(void)printf("%s: %u blocks brought back, %u left offline, %u settings put back, %u probes removed",
		     name, result.blocks_restored, result.blocks_left_offline,
		     result.settings_restored, result.probes_removed);
	if (result.frames_given_back || result.frames_left)
		(void)printf(", %u page frames given back, %u left", result.frames_given_back,
			     result.frames_left);
	(void)putchar('\n');
	if (result.trouble[0])
		log_error("%s", result.trouble);
	if (result.blocks_left_offline)
		return EXIT_ABORTED_MEMORY_OFFLINE;
	if (result.settings_failed || result.frames_left)
		return EXIT_CANNOT_JUDGE;
	if (active_path)
		(void)unlink(active_path);
	return EXIT_PASS;
}

/* A journal is enough: what is told to be missing besides must keep nobody from a restore. */
static int check_run(const char *directory, struct err *e)
{
	cleanup_free char *journal = memory_format("%s/events.jsonl", directory);

	return access(journal, F_OK) == 0 ? 0 : run_folder_check(directory, e);
}

static bool is_same_folder(const char *a, const char *b)
{
	struct stat of_a, of_b;

	return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
	       of_a.st_ino == of_b.st_ino;
}

static void say_goes_on(const struct active_run *run)
{
	log_warning("run %s is going on (pid %d): it restores by itself, \"memsoak abort\" ends it",
		    run->id, (int)run->pid);
}

/* Nobody takes away from a run what it works with. */
static bool goes_on(const char *directory)
{
	struct active_run *runs = NULL;
	bool is_alive = false;
	size_t n = 0;

	(void)active_list(&runs, &n, NULL);
	for (size_t i = 0; i < n && !is_alive; i++) {
		is_alive = runs[i].alive && is_same_folder(runs[i].directory, directory);
		if (is_alive)
			say_goes_on(&runs[i]);
	}
	active_done(runs, n);
	return is_alive;
}

/* A run that the caller has named. */
static int restore_named(struct fsio *fs, const char *directory)
{
	struct err e = {0};

	if (check_run(directory, &e) < 0) {
		log_error("%s", e.text);
		return EXIT_USAGE;
	}
	if (goes_on(directory))
		return EXIT_USAGE;
	return restore_one(fs, directory, directory, NULL);
}

static int restore_all(struct fsio *fs, struct err *e)
{
	struct active_run *runs = NULL;
	int code = EXIT_PASS;
	size_t n = 0;

	if (active_list(&runs, &n, e) < 0)
		return EXIT_CANNOT_JUDGE;
	if (n == 0)
		(void)puts("nothing to restore");
	for (size_t i = 0; i < n; i++) {
		int one;

		if (runs[i].alive) {
			say_goes_on(&runs[i]);
			continue;
		}
		one = restore_one(fs, runs[i].id, runs[i].directory, runs[i].path);
		if (one > code)
			code = one;
	}
	active_done(runs, n);
	return code;
}

int cmd_restore(int argc, char *const argv[])
{
	struct option_list words = {0};
	struct fsio fs = {.root_fd = -1};
	struct err e = {0};
	int code = EXIT_PASS;
	int r = options_parse(&command, argc, argv, NULL, &words, &e);

	if (r < 0)
		code = EXIT_USAGE;
	if (r == 0 && geteuid() != 0)
		r = err_set(&e, -EPERM, "memsoak restore needs root: try sudo");
	if (r == 0)
		r = fsio_open(&fs, NULL, &e);
	if (r < 0 && code == EXIT_PASS)
		code = EXIT_CANNOT_JUDGE;
	if (r == 0 && words.n_items == 0)
		code = restore_all(&fs, &e);
	for (size_t i = 0; r == 0 && i < words.n_items; i++) {
		int one = restore_named(&fs, words.items[i]);

		if (one > code)
			code = one;
	}
	if (e.code < 0)
		log_error("%s", e.text);
	fsio_close(&fs);
	option_list_done(&words);
	return code;
}

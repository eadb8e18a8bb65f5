// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/fsio.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "cli/commands.h"
#include "service/active.h"
#include "service/open_runs.h"
#include "service/recover.h"
#include "service/resume.h"

struct options {
	const char *forget;
};

static const struct option_spec specs[] = {
	{"forget", 0, OPTION_STRING, offsetof(struct options, forget), 0, 0, "PROFILE",
	 "only that: the service may begin PROFILE again, which has crashed the host"},
};

static const struct option_command command = {
	.program = "memsoak recover",
	.usage = "[--forget PROFILE]",
	.summary = "Closes the runs of this host that did not come to their end: memory and settings back,\n"
		   "after a reboot also what the kernel said at last (the host's journal, pstore), then the\n"
		   "report. Can be repeated; ends 1 when one of them was ended by a crash of the host.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

static void say(const char *id, const char *directory, const struct recover_result *result)
{
	const struct record_crash_evidence *evidence = &result->evidence;

	(void)printf("%s: %s (profile %s), %u blocks brought back, %u left offline; \"memsoak report %s\"\n",
		     id, result->has_crashed ? "ended by a crash of the host" : result->verdict,
		     result->profile, result->restored.blocks_restored,
		     result->restored.blocks_left_offline, directory);
	if (result->restored.trouble[0])
		log_error("%s", result->restored.trouble);
	if (!result->has_crashed)
		return;
	(void)printf("%s: %llu records of the kernel's log, %zu files of pstore in %s/crash; crash %d in a row of this profile\n",
		     id, (unsigned long long)evidence->log_records, (size_t)evidence->pstore_files,
		     directory, result->crashes_in_a_row);
	if (evidence->why_no_log[0])
		log_warning("no kernel log of that boot: %s", evidence->why_no_log);
	if (evidence->why_no_pstore[0])
		log_warning("no pstore: %s", evidence->why_no_pstore);
}

static void drop_entry(const char *id)
{
	cleanup_free char *path = memory_format("%s/%s.json", active_folder(), id);

	(void)unlink(path);
	open_runs_remove(id);
}

/* A folder without run.json: it was killed before it could change anything of the host. */
static bool has_begun(const char *directory)
{
	cleanup_free char *path = memory_format("%s/run.json", directory);

	return access(path, F_OK) == 0 || access(directory, F_OK) < 0;
}

static int recover_one(struct fsio *fs, const char *id, const char *directory)
{
	struct recover_result result;
	struct err e = {0};

	if (!has_begun(directory)) {
		(void)printf("%s: was killed before it began, there is nothing to bring back\n", id);
		drop_entry(id);
		return EXIT_PASS;
	}
	if (recover_run(fs, id, directory, &result, &e) < 0) {
		log_error("%s: %s", id, e.text);
		return EXIT_CANNOT_JUDGE;
	}
	say(id, directory, &result);
	if (result.restored.blocks_left_offline)
		return EXIT_ABORTED_MEMORY_OFFLINE; /* it stays listed, for the next try */
	if (result.restored.settings_failed)
		return EXIT_CANNOT_JUDGE;
	drop_entry(id);
	return result.has_crashed ? EXIT_KERNEL_FAILED : EXIT_PASS;
}

static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int recover_all(struct fsio *fs, struct err *e)
{
	struct open_run *runs = NULL;
	int code = EXIT_PASS;
	size_t n = 0;

	if (open_runs_list(&runs, &n, e) < 0)
		return EXIT_CANNOT_JUDGE;
	if (n == 0)
		(void)puts("nothing to recover");
	for (size_t i = 0; i < n; i++)
		code = worse(code, recover_one(fs, runs[i].id, runs[i].directory));
	open_runs_done(runs, n);
	return code;
}

/* The lock keeps a run from beginning meanwhile; a run that has it restores by itself. */
static int recover(struct err *e)
{
	struct fsio fs = {.root_fd = -1};
	cleanup_close int lock = -1;
	int code, r;

	if (geteuid() != 0) {
		(void)err_set(e, -EPERM, "memsoak recover needs root: try sudo");
		return EXIT_CANNOT_JUDGE;
	}
	r = active_lock(&lock, e);
	if (r == -EBUSY) {
		/* It has found nothing unfinished when it began. */
		*e = (struct err){0};
		(void)puts("a run is going on, which restores by itself: nothing to recover");
		return EXIT_PASS;
	}
	if (r < 0 || fsio_open(&fs, NULL, e) < 0)
		return EXIT_CANNOT_JUDGE;
	code = recover_all(&fs, e);
	fsio_close(&fs);
	return code;
}

int cmd_recover(int argc, char *const argv[])
{
	struct options options = {0};
	struct err e = {0};
	int code = EXIT_PASS;
	int r = options_parse(&command, argc, argv, &options, NULL, &e);

	if (r < 0)
		code = EXIT_USAGE;
	else if (r == 0 && options.forget)
		code = resume_forget(options.forget, &e) < 0 ? EXIT_USAGE : EXIT_PASS;
	else if (r == 0)
		code = recover(&e);
	if (e.code < 0)
		log_error("%s", e.text);
	return code;
}

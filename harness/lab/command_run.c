// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak-lab run: a kernel, a machine, one command in it, and how that ended. */
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "lab/boot.h"
#include "lab/commands.h"
#include "lab/paths.h"
#include "lab/run_options.h"
#include "lab/say.h"

/* Returns the exit code, or a negative errno. */
static int run(const struct run_options *o, const struct paths *paths, struct err *e)
{
	struct boot boot;
	int code, r = boot_guest(o, paths, STDOUT_FILENO, &boot, e);

	if (r < 0)
		return r;
	code = boot.end.exit_code;
	/* For an end that is none of the command's, with --quiet too. */
	if (!o->quiet || boot.end.ended != GUEST_EXIT) {
		cleanup_free char *line = boot_describe(&boot);

		say("%s", line);
	}
	boot_done(&boot);
	return code;
}

int command_run(int argc, char *const argv[])
{
	struct run_options options;
	struct paths paths = {0};
	struct err e = {0};
	int r = run_options_parse(&options, argc, argv, &e), code = EXIT_PASS;

	if (r == 0) {
		r = paths_find(&paths, &e);
		if (r == 0)
			r = run(&options, &paths, &e);
		code = r;
	}
	if (r < 0) {
		say("%s", e.text);
		code = EXIT_USAGE;
	}
	paths_done(&paths);
	run_options_done(&options);
	return code;
}

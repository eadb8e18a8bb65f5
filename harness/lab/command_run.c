// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak-lab run: a kernel, a machine, one command in it, and how that ended. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "base/units.h"
#include "lab/accel.h"
#include "lab/commands.h"
#include "lab/guest.h"
#include "lab/kernel.h"
#include "lab/machine.h"
#include "lab/paths.h"
#include "lab/payload.h"
#include "lab/run_options.h"
#include "lab/say.h"
#include "lab/share.h"

static double seconds(uint64_t ns)
{
	uint64_t ms = ns / NS_PER_MS;

	return (double)ms / 1000.0;
}

static int write_end(const struct machine *m, const struct guest_end *end, struct err *e)
{
	cleanup_free char *path = memory_format("%s/" SHARE_END, m->share);
	struct jsonw *o = jsonw_object();
	const char *text;
	size_t length;
	int r;

	jsonw_set_string(o, "ended", guest_ended_name(end->ended));
	jsonw_set_int(o, "exit", end->exit_code);
	jsonw_set_double(o, "seconds", seconds(end->total_ns));
	if (end->is_up)
		jsonw_set_double(o, "boot_seconds", seconds(end->up_ns));
	jsonw_set_string(o, "accel", m->accel);
	jsonw_set_string(o, "kernel", m->kernel->name);
	if (end->release)
		jsonw_set_string(o, "release", end->release);
	if (end->why)
		jsonw_set_string(o, "why", end->why);
	text = jsonw_pretty(o, &length);
	{
		cleanup_free char *line = memory_format("%s\n", text);

		r = file_write_atomic(path, line, strlen(line), e);
	}
	jsonw_free(o);
	return r;
}

/* One line in each case; for an end that is none of the command's, with --quiet too. */
static void tell_end(const struct machine *m, const struct guest_end *end, const char *console)
{
	static const char *const verbs[] = {
		[GUEST_PANIC] = "the guest's kernel panicked",
		[GUEST_TIMEOUT] = "the guest was killed",
		[GUEST_QEMU_FAILED] = "the guest died",
		[GUEST_INTERRUPTED] = "the guest was killed",
	};

	if (end->ended != GUEST_EXIT)
		say("%s after %.1f s: %s (console: %s)", verbs[end->ended], seconds(end->total_ns),
		    end->why, console);
	else if (!m->options->quiet)
		say("exit %d after %.1f s (user space after %.1f s); results in %s", end->exit_code,
		    seconds(end->total_ns), seconds(end->up_ns), m->share);
}

static void tell_start(const struct machine *m)
{
	const struct run_options *o = m->options;
	char bytes[32];

	if (o->quiet)
		return;
	units_format_bytes(o->node_bytes, bytes, sizeof(bytes));
	say("booting %s (%s): %llu node%s of %s, %llu CPU%s", m->kernel->name, m->accel,
	    (unsigned long long)o->nodes, o->nodes == 1 ? "" : "s", bytes,
	    (unsigned long long)o->cpus, o->cpus == 1 ? "" : "s");
}

/* Returns the exit code, or a negative errno. */
static int boot(struct machine *m, const struct paths *paths, struct err *e)
{
	const struct run_options *o = m->options;
	cleanup_free char *console =
		o->console ? memory_string(o->console) : memory_format("%s/console.log", m->share);
	struct guest_end end;
	int r;

	m->accel = accel_choose(o->accel, paths, m->kernel, o->quiet);
	tell_start(m);
	r = guest_run(m, console, o->timeout_ns, &end, e);
	if (r == 0) {
		tell_end(m, &end, console);
		r = write_end(m, &end, e);
		r = r < 0 ? r : end.exit_code;
	}
	guest_end_done(&end);
	return r;
}

/* What can be wrong is looked at before anything is left in the share. */
static int run(const struct run_options *o, const struct paths *paths, struct kernel *kernel,
	       struct err *e)
{
	cleanup_free char *qemu = machine_qemu(e), *share = NULL;
	cleanup_close int initrd = -1;
	struct machine m = {.kernel = kernel, .options = o};
	int r;

	if (!qemu)
		return -ENOENT;
	r = kernel_find(kernel, paths, o->kernel, o->modules, o->as_image, e);
	if (r < 0)
		return r;
	initrd = payload_image(o, paths, kernel, e);
	if (initrd < 0)
		return initrd;
	r = share_prepare(o, &share, e);
	if (r < 0)
		return r;
	m.share = share;
	m.initrd_fd = initrd;
	return boot(&m, paths, e);
}

int command_run(int argc, char *const argv[])
{
	struct run_options options;
	struct paths paths = {0};
	struct kernel kernel = {0};
	struct err e = {0};
	int r = run_options_parse(&options, argc, argv, &e), code = EXIT_PASS;

	if (r == 0) {
		r = paths_find(&paths, &e);
		if (r == 0)
			r = run(&options, &paths, &kernel, &e);
		code = r;
	}
	if (r < 0) {
		say("%s", e.text);
		code = EXIT_USAGE;
	}
	kernel_done(&kernel);
	paths_done(&paths);
	run_options_done(&options);
	return code;
}

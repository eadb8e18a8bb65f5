// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "base/units.h"
#include "lab/accel.h"
#include "lab/findings.h"
#include "lab/kernel.h"
#include "lab/machine.h"
#include "lab/memsoak.h"
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

static struct jsonw *describe_end(const struct machine *m, const struct guest_end *end)
{
	struct jsonw *o = jsonw_object();

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
	return o;
}

static int write_end(const char *folder, struct jsonw *document, struct err *e)
{
	cleanup_free char *path = memory_format("%s/" SHARE_END, folder);
	cleanup_free char *text = memory_format("%s\n", jsonw_pretty(document, NULL));

	return file_write_atomic(path, text, strlen(text), e);
}

/*
 * Was it begun since @began? A share may hold the run of an earlier guest, and this one may have gone
 * on with its journal ("memsoak restore"): run.json is written once, when a run begins.
 */
static bool is_of_this_guest(const char *run, time_t began)
{
	cleanup_free char *identity = memory_format("%s/run.json", run);
	struct stat st;

	return stat(identity, &st) == 0 && st.st_mtime >= began;
}

/*
 * What the host knows goes beside what the guest wrote. The report is made here when the guest could
 * not, and once more when the console may know of something that the guest's own did not.
 */
static int complete_run(const struct paths *paths, const char *share, time_t began,
			struct jsonw *document, struct err *e)
{
	cleanup_free char *run = memory_format("%s/" SHARE_RUN, share);
	cleanup_free char *journal = memory_format("%s/events.jsonl", run);
	cleanup_free char *report = memory_format("%s/report.json", run);
	const char *const call[] = {"report", run, NULL};
	int r;

	if (!is_of_this_guest(run, began) || access(journal, F_OK) < 0)
		return 0;
	r = write_end(run, document, e);
	if (r < 0 || (access(report, F_OK) == 0 && jsonw_length(jsonw_get(document, "findings")) == 0))
		return r;
	r = memsoak_call(paths, call, NULL, NULL, e);
	if (r > 0)
		return err_set(e, -EIO, "no report of %s: memsoak report ended with %d", run, r);
	return r;
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

static int run_machine(struct machine *m, const struct paths *paths, int out_fd, struct boot *boot,
		       struct err *e)
{
	const struct run_options *o = m->options;
	time_t began = time(NULL);
	struct jsonw *document;
	int r;

	boot->console = o->console ? memory_string(o->console)
				   : memory_format("%s/console.log", boot->share);
	m->accel = accel_choose(o->accel, paths, m->kernel, o->quiet);
	tell_start(m);
	r = guest_run(m, boot->console, out_fd, o->timeout_ns, &boot->end, e);
	if (r < 0)
		return r;
	document = describe_end(m, &boot->end);
	r = findings_of_console(paths, boot->console, boot->share, document, e);
	if (r == 0)
		r = write_end(boot->share, document, e);
	if (r == 0)
		r = complete_run(paths, boot->share, began, document, e);
	jsonw_free(document);
	return r;
}

/* What can be wrong is looked at before anything is left in the share. */
static int prepare_and_run(const struct run_options *o, const struct paths *paths,
			   struct kernel *kernel, int out_fd, struct boot *boot, struct err *e)
{
	cleanup_free char *qemu = machine_qemu(e);
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
	r = share_prepare(o, &boot->share, e);
	if (r < 0)
		return r;
	m.share = boot->share;
	m.initrd_fd = initrd;
	return run_machine(&m, paths, out_fd, boot, e);
}

int boot_guest(const struct run_options *o, const struct paths *paths, int out_fd,
	       struct boot *ret_boot, struct err *e)
{
	struct kernel kernel = {0};
	int r;

	*ret_boot = (struct boot){0};
	r = prepare_and_run(o, paths, &kernel, out_fd, ret_boot, e);
	kernel_done(&kernel);
	if (r < 0)
		boot_done(ret_boot);
	return r;
}

char *boot_describe(const struct boot *boot)
{
	static const char *const verbs[] = {
		[GUEST_PANIC] = "the guest's kernel panicked",
		[GUEST_TIMEOUT] = "the guest was killed",
		[GUEST_QEMU_FAILED] = "the guest died",
		[GUEST_INTERRUPTED] = "the guest was killed",
	};
	const struct guest_end *end = &boot->end;

	if (end->ended != GUEST_EXIT)
		return memory_format("%s after %.1f s: %s (console: %s)", verbs[end->ended],
				     seconds(end->total_ns), end->why, boot->console);
	return memory_format("exit %d after %.1f s (user space after %.1f s); results in %s",
			     end->exit_code, seconds(end->total_ns), seconds(end->up_ns),
			     boot->share);
}

void boot_done(struct boot *boot)
{
	guest_end_done(&boot->end);
	free(boot->share);
	free(boot->console);
	*boot = (struct boot){0};
}

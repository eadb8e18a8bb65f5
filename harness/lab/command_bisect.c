// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memsoak-lab bisect: does this kernel have the defect? For "git bisect run": 0 good, 1 bad, 125
 * cannot tell, 129 no kernel can be judged here. One guest, the profile "fingerprint" (one private
 * page, moved to and fro under none, one, two and three threads), and what the report says of the
 * kernel's behaviour: a waiter that keeps a reference while it sleeps (A) is the defect, one that
 * takes it for a moment (B) or never (C) is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "base/options.h"
#include "lab/boot.h"
#include "lab/commands.h"
#include "lab/machine.h"
#include "lab/paths.h"
#include "lab/run_options.h"
#include "lab/say.h"
#include "lab/share.h"

/* Above 127 "git bisect run" stops: no kernel could be judged here, so going on would be vain. */
enum { BISECT_GOOD = 0, BISECT_BAD = 1, BISECT_CANNOT_TELL = 125, BISECT_STOP = 129 };

struct options {
	const char *kernel, *modules, *share, *accel;
	uint64_t cpus, timeout_ns, tries;
};

#define FIELD(f) offsetof(struct options, f)

static const struct option_spec specs[] = {
	{"kernel", 'k', OPTION_STRING, FIELD(kernel), 0, 0, "K",
	 "a bzImage, or a name of 'memsoak-lab kernels'"},
	{"initrd-modules", 0, OPTION_STRING, FIELD(modules), 0, 0, "DIR",
	 "its modules, as for 'memsoak-lab run'"},
	{"share", 0, OPTION_STRING, FIELD(share), 0, 0, "DIR",
	 "where each boot leaves its console and report, as DIR/1, DIR/2 (default: new folders in /tmp)"},
	{"tries", 0, OPTION_NUMBER, FIELD(tries), 1, 10, "N",
	 "boots, until one can tell (default 2)"},
	{"cpus", 0, OPTION_NUMBER, FIELD(cpus), 1, 255, "C", "of the guest (default 2)"},
	{"timeout", 0, OPTION_DURATION, FIELD(timeout_ns), 0, 0, "T",
	 "the guest is killed after this time (default 3m)"},
	{"accel", 0, OPTION_STRING, FIELD(accel), 0, 0, "auto|kvm|tcg", "as for 'memsoak-lab run'"},
};

static const struct option_command command = {
	.program = "memsoak-lab bisect",
	.usage = "--kernel K [options]",
	.summary = "Boots a kernel and asks whether a task that waits for a page in migration keeps a\n"
		   "reference to it: 0 it does not (good), 1 it does (bad), 125 cannot tell (it does not\n"
		   "boot, has no probes, or moved and waited too little). Made for 'git bisect run', which\n"
		   "129 stops: no guest can be started here at all.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

/* Of A, as in reports/behaviour.h: fewer of its runs would show what was seen. */
#define RULED_OUT 0.025

static int answer_of(const struct jsonw *behaviour)
{
	const char *generation = jsonw_get_string(behaviour, "generation");
	const struct jsonw *a = jsonw_get(jsonw_get(behaviour, "eagain_per_wait"), "A");

	static const struct {
		const char *generation;
		int answer;
	} answers[] = {{"A", BISECT_BAD}, {"B", BISECT_GOOD}, {"C", BISECT_GOOD}};

	for (size_t i = 0; generation && i < ARRAY_SIZE(answers); i++)
		if (strcmp(generation, answers[i].generation) == 0)
			return answers[i].answer;
	/* B or C, and which does not matter: neither has the defect. */
	if (jsonw_has(a, "chance") && jsonw_as_double(jsonw_get(a, "chance")) < RULED_OUT)
		return BISECT_GOOD;
	return BISECT_CANNOT_TELL;
}

/* What the guest left; a guest that ended badly may have left a report that says enough. */
static int judge(const char *share)
{
	static const char *const words[] = {[BISECT_GOOD] = "good", [BISECT_BAD] = "bad"};
	cleanup_free char *path = memory_format("%s/" SHARE_RUN "/report.json", share);
	struct jsonw *document = NULL;
	const struct jsonw *kernel, *behaviour;
	const char *generation, *why;
	int answer;

	if (jsonw_parse_file(path, &document, NULL) < 0) {
		say("cannot tell: the guest left no report in %s", share);
		return BISECT_CANNOT_TELL;
	}
	kernel = jsonw_get(document, "kernel");
	behaviour = jsonw_get(jsonw_get(kernel, "fingerprint"), "behaviour");
	generation = jsonw_get_string(behaviour, "generation");
	why = jsonw_get_string(behaviour, "why");
	answer = answer_of(behaviour);
	say("%s: %s behaves as generation %s%s%s",
	    answer == BISECT_CANNOT_TELL ? "cannot tell" : words[answer],
	    jsonw_get_string(kernel, "release"), generation ? generation : "unknown", why ? ": " : "",
	    why ? why : "");
	jsonw_free(document);
	return answer;
}

static int boot_once(const struct options *o, uint64_t number, const struct paths *paths,
		     struct err *e)
{
	cleanup_close int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC); /* the report has it all */
	cleanup_free char *folder = NULL;
	struct run_options run;
	struct boot boot;
	int r = 0;

	if (o->share) {
		folder = memory_format("%s/%llu", o->share, (unsigned long long)number);
		r = file_make_directories(folder, e);
	}
	if (r < 0)
		return r;
	run_options_init(&run);
	run.kernel = o->kernel;
	run.modules = o->modules;
	run.profile = "fingerprint";
	run.share = folder;
	run.accel = o->accel ? o->accel : run.accel;
	run.cpus = o->cpus;
	run.timeout_ns = o->timeout_ns;
	run.quiet = true;
	r = boot_guest(&run, paths, nowhere, &boot, e);
	if (r < 0)
		return r;
	if (boot.end.ended == GUEST_INTERRUPTED) {
		r = boot.end.exit_code;
	} else {
		if (boot.end.why)
			say("%s", boot.end.why);
		r = judge(boot.share);
	}
	boot_done(&boot);
	return r;
}

/* What must be right for any kernel. Returns 1 when --help was printed. */
static int prepare(int argc, char *const argv[], struct options *o, struct paths *paths,
		   struct err *e)
{
	cleanup_free char *qemu = NULL;
	int r = options_parse(&command, argc, argv, o, NULL, e);

	if (r)
		return r;
	if (!o->kernel)
		return options_refuse(&command, e, "--kernel is missing");
	qemu = machine_qemu(e);
	return qemu ? paths_find(paths, e) : -ENOENT;
}

int command_bisect(int argc, char *const argv[])
{
	struct options o = {.cpus = 2, .timeout_ns = 180 * NS_PER_S, .tries = 2};
	struct paths paths = {0};
	struct err e = {0};
	int r = prepare(argc, argv, &o, &paths, &e);

	if (r != 0) {
		if (r < 0)
			say("%s", e.text);
		paths_done(&paths);
		/* Not 2: "git bisect run" would take a slip of the pen for a bad kernel. */
		return r < 0 ? BISECT_STOP : EXIT_PASS;
	}
	for (uint64_t i = 0; r >= 0 && i < o.tries; i++) {
		r = boot_once(&o, i + 1, &paths, &e);
		if (r != BISECT_CANNOT_TELL)
			break;
	}
	if (r < 0) {
		say("cannot tell: %s", e.text);
		r = BISECT_CANNOT_TELL;
	}
	paths_done(&paths);
	return r;
}

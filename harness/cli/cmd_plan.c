// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/fsio.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/options.h"
#include "cli/commands.h"
#include "plan/plan.h"

#define PROFILES_SEED UINT64_MAX /* no option can give it: it is the profile's to say */

struct plan_options {
	const char *profile, *sysroot;
	uint64_t seed;
	bool json;
};

static const struct option_spec plan_specs[] = {
	{"profile", 'p', OPTION_STRING, offsetof(struct plan_options, profile), 0, 0, "P",
	 "a profile's name or file; required"},
	{"seed", 0, OPTION_NUMBER, offsetof(struct plan_options, seed), 0, PROFILE_MAX_SEED, "N",
	 "instead of the profile's: another order of the blocks"},
	{"json", 'j', OPTION_FLAG, offsetof(struct plan_options, json), 0, 0, NULL, "JSON"},
	{"sysroot", 's', OPTION_STRING, offsetof(struct plan_options, sysroot), 0, 0, "DIR",
	 "for the host whose sysfs is in DIR/sys"},
};

static const struct option_command plan_command = {
	.program = "memsoak plan",
	.usage = "--profile P [--seed N] [--json] [--sysroot DIR]",
	.summary = "The exact steps that a run would take; nothing is run.",
	.specs = plan_specs,
	.n_specs = ARRAY_SIZE(plan_specs),
};

static int read_topology(const char *sysroot, struct topology *t, struct err *e)
{
	struct fsio fs;
	int r = fsio_open(&fs, sysroot, e);

	if (r < 0)
		return EXIT_USAGE;
	r = topology_read(&fs, t, e);
	fsio_close(&fs);
	if (r == -ENOENT) /* a kernel without memory hotplug */
		return EXIT_SKIP;
	return r < 0 ? EXIT_CANNOT_JUDGE : EXIT_PASS;
}

static int show(const struct plan *plan, bool as_json, struct err *e)
{
	if (as_json) {
		struct jsonw *document = plan_to_json(plan);

		(void)puts(jsonw_pretty(document, NULL));
		jsonw_free(document);
	} else {
		plan_print(plan, stdout);
	}
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return err_errno(e, -errno, "cannot write the plan");
}

static int run(const struct plan_options *options, struct profile *p, struct topology *t,
	       struct plan *plan, struct err *e)
{
	int r, code;

	if (!options->profile) {
		(void)err_set(e, -EINVAL, "--profile is missing: see memsoak plan --help");
		return EXIT_USAGE;
	}
	r = profile_load(options->profile, p, e);
	if (r < 0)
		return EXIT_USAGE;
	code = read_topology(options->sysroot, t, e);
	if (code != EXIT_PASS)
		return code;
	r = plan_make(t, p, options->seed == PROFILES_SEED ? p->seed : options->seed, plan, e);
	if (r < 0 && r != -ENODEV)
		return EXIT_USAGE;
	if (show(plan, options->json, e) < 0)
		return EXIT_CANNOT_JUDGE;
	return r == -ENODEV ? EXIT_SKIP : EXIT_PASS;
}

int cmd_plan(int argc, char *const argv[])
{
	struct plan_options options = {.seed = PROFILES_SEED};
	struct profile p = {0};
	struct topology t = {0};
	struct plan plan = {0};
	struct err e = {0};
	int code, r = options_parse(&plan_command, argc, argv, &options, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	code = r < 0 ? EXIT_USAGE : run(&options, &p, &t, &plan, &e);
	if (code != EXIT_PASS)
		log_error("%s", e.text);
	plan_done(&plan);
	topology_done(&t);
	profile_done(&p);
	return code;
}

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
#include "plan/series.h"

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
	.summary = "The exact steps that a run would take; nothing is run. Of a profile that names others, those\n"
		   "of each, or why it is skipped on this host. Ends 4 when nothing could be tested.",
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

static int flush(struct err *e)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return err_errno(e, -errno, "cannot write the plan");
}

/* With EXIT_SKIP the plan is there, too, and @e says why. plan_done() is the caller's. */
static int make_plan(const struct plan_options *options, const struct profile *p,
		     const struct topology *t, struct plan *plan, struct err *e)
{
	int r = plan_make(t, p, options->seed == PROFILES_SEED ? p->seed : options->seed, plan, e);

	return r == 0 ? EXIT_PASS : r == -ENODEV ? EXIT_SKIP : EXIT_USAGE;
}

static struct jsonw *describe(const struct plan *plan, const struct err *why)
{
	struct jsonw *document = plan_to_json(plan);

	if (why->code < 0)
		jsonw_set_string(document, "skip", why->text);
	return document;
}

static int plan_one(const struct plan_options *options, const struct profile *p,
		    const struct topology *t, struct err *e)
{
	struct plan plan = {0};
	struct jsonw *document;
	int code = make_plan(options, p, t, &plan, e);

	if (code != EXIT_USAGE && options->json) {
		document = describe(&plan, e);
		(void)puts(jsonw_pretty(document, NULL));
		jsonw_free(document);
	} else if (code != EXIT_USAGE) {
		plan_print(&plan, stdout);
	}
	plan_done(&plan);
	return code;
}

/* One of a series: its plan, or why it is left out, on the terminal or into @list (JSON). */
static int plan_member(const struct plan_options *options, const struct profile *p,
		       const struct topology *t, struct jsonw *list, struct err *e)
{
	struct plan plan = {0};
	struct err why = {0};
	int code = make_plan(options, p, t, &plan, &why);

	if (code == EXIT_USAGE)
		*e = why;
	else if (list)
		jsonw_append(list, describe(&plan, &why));
	else if (code == EXIT_SKIP)
		plan_print_skip(&plan, why.text, stdout);
	else
		plan_print(&plan, stdout);
	plan_done(&plan);
	return code;
}

/* A profile that names others: the plan of each, with its part of the time. */
static int plan_series(const struct plan_options *options, const struct profile *p,
		       const struct topology *t, struct err *e)
{
	struct series series;
	struct jsonw *list = options->json ? jsonw_array() : NULL;
	int code = EXIT_USAGE, r = series_load(p, p->duration_ns, &series, e);
	size_t n_skipped = 0;

	for (size_t i = 0; r == 0 && i < series.n; i++) {
		struct series_member *member = &series.members[i];

		member->profile.duration_ns = member->duration_ns;
		code = plan_member(options, &member->profile, t, list, e);
		n_skipped += code == EXIT_SKIP;
		r = code == EXIT_USAGE ? e->code : 0;
		if (r == 0 && !list)
			(void)putchar('\n');
	}
	if (r == 0) {
		code = n_skipped < series.n ? EXIT_PASS : EXIT_SKIP;
		if (list)
			(void)puts(jsonw_pretty(list, NULL));
		else
			(void)printf("Of the %zu profiles of %s %zu can be run here, %zu are skipped\n",
				     series.n, p->name, series.n - n_skipped, n_skipped);
	}
	if (code == EXIT_SKIP)
		(void)err_set(e, -ENODEV, "nothing to test here by any of the profiles of %s",
			      p->name);
	jsonw_free(list);
	series_done(&series);
	return code;
}

static int run(const struct plan_options *options, struct profile *p, struct topology *t,
	       struct err *e)
{
	int r, code;

	if (!options->profile) {
		(void)options_refuse(&plan_command, e, "--profile is missing");
		return EXIT_USAGE;
	}
	r = profile_load(options->profile, p, e);
	if (r < 0)
		return EXIT_USAGE;
	code = read_topology(options->sysroot, t, e);
	if (code != EXIT_PASS)
		return code;
	code = p->n_members ? plan_series(options, p, t, e) : plan_one(options, p, t, e);
	return code != EXIT_USAGE && flush(e) < 0 ? EXIT_CANNOT_JUDGE : code;
}

int cmd_plan(int argc, char *const argv[])
{
	struct plan_options options = {.seed = PROFILES_SEED};
	struct profile p = {0};
	struct topology t = {0};
	struct err e = {0};
	int code, r = options_parse(&plan_command, argc, argv, &options, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	code = r < 0 ? EXIT_USAGE : run(&options, &p, &t, &e);
	if (code != EXIT_PASS)
		log_error("%s", e.text);
	topology_done(&t);
	profile_done(&p);
	return code;
}

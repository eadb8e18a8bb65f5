// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak-lab ab: are these two kernels different? Boots them in turn, compares, tells. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/options.h"
#include "lab/ab.h"
#include "lab/commands.h"
#include "lab/kernel.h"
#include "lab/order.h"
#include "lab/paths.h"
#include "lab/say.h"

#define MAX_BOOTS 1000

struct options {
	const char *tree, *base, *test, *out, *profile, *offline_profile, *accel;
	uint64_t boots, offline_boots, seed, timeout_ns, offline_timeout_ns, cpus, offline_cpus;
};

#define FIELD(f) offsetof(struct options, f)

static const struct option_spec specs[] = {
	{"tree", 't', OPTION_STRING, FIELD(tree), 0, 0, "TREE",
	 "the pair of a tree, with and without the patch: 5.10 (default) or 6.1"},
	{"base", 0, OPTION_STRING, FIELD(base), 0, 0, "K",
	 "instead: one kernel, as for 'memsoak-lab run --kernel'"},
	{"test", 0, OPTION_STRING, FIELD(test), 0, 0, "K", "and the other"},
	{"boots", 'b', OPTION_NUMBER, FIELD(boots), 0, MAX_BOOTS, "N",
	 "of each kernel with the profile (default 8)"},
	{"offline-boots", 0, OPTION_NUMBER, FIELD(offline_boots), 0, MAX_BOOTS, "N",
	 "of each kernel with the offline profile (default 6)"},
	{"seed", 's', OPTION_NUMBER, FIELD(seed), 0, UINT64_MAX, "N",
	 "of the order of the boots, and of what the comparison draws (default 1)"},
	{"out", 'o', OPTION_STRING, FIELD(out), 0, 0, "DIR",
	 "where all reports and the comparison go (default: ab)"},
	{"profile", 'p', OPTION_STRING, FIELD(profile), 0, 0, "P", "default ab"},
	{"offline-profile", 0, OPTION_STRING, FIELD(offline_profile), 0, 0, "P",
	 "default ab-offline"},
	{"timeout", 0, OPTION_DURATION, FIELD(timeout_ns), 0, 0, "T",
	 "a guest is killed after this time (default 5m)"},
	{"offline-timeout", 0, OPTION_DURATION, FIELD(offline_timeout_ns), 0, 0, "T",
	 "the same with the offline profile (default 150s: its deadline, and a minute to obey)"},
	{"cpus", 0, OPTION_NUMBER, FIELD(cpus), 1, 255, "C", "CPUs of a guest (default 2)"},
	{"offline-cpus", 0, OPTION_NUMBER, FIELD(offline_cpus), 1, 255, "C",
	 "the same with the offline profile (default 4)"},
	{"accel", 0, OPTION_STRING, FIELD(accel), 0, 0, "auto|kvm|tcg", "as for 'memsoak-lab run'"},
};

static const struct option_command command = {
	.program = "memsoak-lab ab",
	.usage = "[--tree TREE | --base K --test K] [options]",
	.summary = "Boots two kernels again and again in a balanced random order, each boot a fresh\n"
		   "guest that runs one profile, and compares them with the boot as the unit. Ends as\n"
		   "'memsoak compare' on the first profile: 0 different or same, 3 not enough data.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

static void take_rungs(struct ab *ab, const struct options *o)
{
	ab->rungs[0] = (struct ab_rung){
		.name = "move-pages",
		.title = "moving pages",
		.folder = "",
		.profile = o->profile,
		.a_side = o->boots,
		.cpus = o->cpus,
		.timeout_ns = o->timeout_ns,
	};
	ab->rungs[1] = (struct ab_rung){
		.name = "offline",
		.title = "taking a block offline",
		.folder = "offline/",
		.profile = o->offline_profile,
		.a_side = o->offline_boots,
		.cpus = o->offline_cpus,
		.timeout_ns = o->offline_timeout_ns,
		.takes_killed = true,
	};
	for (size_t i = 0; i < AB_RUNGS; i++) {
		struct ab_rung *rung = &ab->rungs[i];

		if (!rung->a_side)
			continue;
		rung->block = order_block(rung->a_side);
		rung->is_test = memory_alloc(2 * rung->a_side, sizeof(*rung->is_test));
		/* The rungs' orders must not be the same. */
		order_make(rung->is_test, rung->a_side, rung->block, ab->seed + i);
		ab->n_planned += 2 * rung->a_side;
	}
	ab->boots = memory_alloc(ab->n_planned, sizeof(*ab->boots));
}

/* Found, fetched or built before the first boot, so that no boot waits for a compiler. */
static int find_kernels(const struct ab *ab, struct err *e)
{
	for (int side = 0; side < AB_SIDES; side++) {
		struct kernel kernel = {0};
		int r = kernel_find(&kernel, ab->paths, ab_kernel(ab, (enum ab_side)side), NULL, 0, e);

		kernel_done(&kernel);
		if (r < 0)
			return r;
	}
	return 0;
}

static int make_folder(struct ab *ab, const char *out, struct err *e)
{
	cleanup_free char *order = memory_format("%s/order.json", out);
	int r = file_make_directories(out, e);

	if (r < 0)
		return err_wrap(e, "--out");
	if (access(order, F_OK) == 0)
		return err_set(e, -EEXIST, "--out %s holds a series already: move it away", out);
	ab->folder = realpath(out, NULL);
	return ab->folder ? 0 : err_errno(e, -errno, "--out %s", out);
}

static int choose_pair(struct ab *ab, const struct options *o, struct err *e)
{
	if (!o->base != !o->test)
		return err_set(e, -EINVAL, "name both of --base and --test, or a --tree");
	if (!o->base)
		return pair_of_tree(&ab->kernels, ab->paths, o->tree, e);
	ab->kernels.base = memory_string(o->base);
	ab->kernels.test = memory_string(o->test);
	return 0;
}

static int prepare(struct ab *ab, const struct options *o, struct err *e)
{
	int r = choose_pair(ab, o, e);

	if (r == 0 && o->boots + o->offline_boots == 0)
		r = err_set(e, -EINVAL, "--boots and --offline-boots are both 0");
	if (r == 0)
		r = find_kernels(ab, e);
	if (r == 0)
		r = make_folder(ab, o->out, e);
	if (r < 0)
		return r;
	take_rungs(ab, o);
	return ab_record_order(ab, e);
}

/* Returns an exit code or a negative errno. */
static int run_series(struct ab *ab, struct err *e)
{
	int answer = -1;

	ab->start_ns = clock_monotonic_ns();
	say("%zu boots of %s and %s; %s/order.json has their order", ab->n_planned, ab->kernels.base,
	    ab->kernels.test, ab->folder);
	for (size_t i = 0; i < AB_RUNGS; i++) {
		int r = ab->rungs[i].a_side ? ab_run_rung(ab, &ab->rungs[i], e) : 0;

		if (r > 0)
			say("interrupted after %zu of %zu boots", ab->n_boots - 1, ab->n_planned);
		if (r)
			return r;
	}
	for (size_t i = 0; i < AB_RUNGS; i++) {
		int code = ab->rungs[i].a_side ? ab_compare_rung(ab, &ab->rungs[i], e) : 0;

		if (code < 0)
			return code;
		if (ab->rungs[i].a_side && answer < 0)
			answer = code;
	}
	return ab_tell(ab, e) < 0 ? EXIT_CANNOT_JUDGE : answer;
}

static void ab_done(struct ab *ab)
{
	for (size_t i = 0; i < ab->n_boots; i++)
		free(ab->boots[i].why);
	for (size_t i = 0; i < AB_RUNGS; i++)
		free(ab->rungs[i].is_test);
	free(ab->boots);
	free(ab->folder);
	pair_done(&ab->kernels);
}

int command_ab(int argc, char *const argv[])
{
	struct options o = {
		.tree = "5.10",
		.out = "ab",
		.profile = "ab",
		.offline_profile = "ab-offline",
		.accel = "auto",
		.boots = 8,
		.offline_boots = 6,
		.seed = 1,
		.timeout_ns = 300 * NS_PER_S,
		.offline_timeout_ns = 150 * NS_PER_S,
		.cpus = 2,
		.offline_cpus = 4,
	};
	struct paths paths = {0};
	struct ab ab = {.paths = &paths};
	struct err e = {0};
	int code = EXIT_USAGE;
	int r = options_parse(&command, argc, argv, &o, NULL, &e);

	if (r == 1)
		return EXIT_PASS;
	ab.seed = o.seed;
	ab.accel = o.accel;
	if (r == 0)
		r = paths_find(&paths, &e);
	if (r == 0)
		r = prepare(&ab, &o, &e);
	if (r == 0) {
		r = run_series(&ab, &e);
		code = r < 0 ? EXIT_CANNOT_JUDGE : r;
	}
	if (e.code < 0)
		say("%s", e.text);
	ab_done(&ab);
	paths_done(&paths);
	return code;
}

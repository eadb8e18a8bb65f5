// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak-lab kernels: what "--kernel NAME" can be, and what of it is in the cache. */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/options.h"
#include "lab/commands.h"
#include "lab/paths.h"
#include "lab/registry.h"
#include "lab/say.h"
#include "lab/script.h"

static const struct option_command command = {
	.program = "memsoak-lab kernels",
	.usage = "",
	.summary =
		"Lists the kernels that 'memsoak-lab run --kernel NAME' knows. One that is not in\n"
		"the cache is fetched or built by its first use, or by make lab-stock lab-kernels.",
};

static void print_entry(const struct registry_entry *entry, const struct paths *paths)
{
	cleanup_free char *folder = NULL;
	const char *call[4];

	registry_call(entry, 1, call);
	(void)printf("%-16s %-6s %-12s %-7s %s\n", entry->name, entry->tree, entry->variant,
		     script_run(paths, call, NULL, 1, &folder, NULL) == 0 ? "yes" : "no",
		     entry->about);
}

int command_kernels(int argc, char *const argv[])
{
	struct registry registry = {0};
	struct paths paths = {0};
	struct err e = {0};
	int r = options_parse(&command, argc, argv, NULL, NULL, &e);

	if (r == 1)
		return EXIT_PASS;
	if (r == 0)
		r = paths_find(&paths, &e);
	if (r == 0)
		r = registry_load(&registry, &paths, &e);
	if (r < 0) {
		say("%s", e.text);
	} else {
		(void)printf("%-16s %-6s %-12s %-7s %s\n", "NAME", "TREE", "VARIANT", "CACHED",
			     "ABOUT");
		for (size_t i = 0; i < registry.n_entries; i++)
			print_entry(&registry.entries[i], &paths);
	}
	registry_done(&registry);
	paths_done(&paths);
	return r < 0 ? EXIT_USAGE : EXIT_PASS;
}

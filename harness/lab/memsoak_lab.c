// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak-lab: throw-away machines to run memsoak in. Only the table of commands is here. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "lab/commands.h"
#include "lab/say.h"

static const struct {
	const char *name;
	int (*run)(int argc, char *const argv[]);
	const char *help;
} commands[] = {
	{"run", command_run, "boot a guest, run one command in it, end with its exit code"},
	{"ab", command_ab, "boot two kernels in turn, again and again, and compare them"},
	{"bisect", command_bisect, "does a kernel have the defect? For 'git bisect run': 0, 1 or 125"},
	{"kernels", command_kernels, "list the kernels that a guest can be given by name"},
};

static void usage(FILE *out)
{
	(void)fprintf(out,
		      "Usage: memsoak-lab COMMAND [options]\n"
		      "Guests of two or more NUMA nodes, for tests that take memory offline.\n\n"
		      "Commands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		(void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
	(void)fprintf(out, "\nmemsoak-lab COMMAND --help shows a command's options.\n");
}

int main(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (name && (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)) {
		usage(stdout);
		return EXIT_PASS;
	}
	if (name && strcmp(name, "--version") == 0) {
		(void)printf("memsoak-lab %s\n", MEMSOAK_VERSION);
		return EXIT_PASS;
	}
	for (size_t i = 0; name && i < ARRAY_SIZE(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (name)
		say("unknown command '%s': see memsoak-lab --help", name);
	else
		usage(stderr);
	return EXIT_USAGE;
}

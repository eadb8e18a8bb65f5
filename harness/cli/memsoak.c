// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak: one program, one table of commands, one file a command. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "cli/commands.h"

const struct command commands[] = {
	{"doctor", cmd_doctor, "what this host can and cannot test, and why; changes nothing"},
	{"topology", cmd_topology, "nodes, memory blocks, zones, and which blocks can go offline"},
	{"fingerprint", cmd_fingerprint,
	 "how this kernel waits on a migration entry, and which fixes it has"},
	{"plan", cmd_plan, "the exact steps of a profile on this host, nothing run"},
	{"run", cmd_run, "a one-off soak in the foreground"},
	{"status", cmd_status, "what is running on this host"},
	{"abort", cmd_abort, "stop what is running, memory restored"},
	{"restore", cmd_restore, "bring back what a killed run left offline or changed"},
	{"recover", cmd_recover, "close the runs that a crash or a kill has ended"},
	{"report", cmd_report, "fold a run into its report and print it"},
	{"compare", cmd_compare, "are two kernels different, and how sure are we"},
	{"export", cmd_export, "a report as KTAP, JUnit, KCIDB, Prometheus, LAVA, lkp or CSV"},
	{"trend", cmd_trend, "one metric of many reports, by run, kernel or day"},
	{"scan-log", cmd_scan_log, "lockups, stalls and oopses in a kernel log"},
	{"validate", cmd_validate, "check a report or a run against its schema"},
	{"schema", cmd_schema, "print a schema"},
	{"completion", cmd_completion, "shell completion for bash"},
};
const unsigned int n_commands = ARRAY_SIZE(commands);

static void print_help(FILE *out)
{
	(void)fprintf(out, "Usage: memsoak COMMAND [options]\n"
			   "Stress test of Linux memory offlining and page migration.\n\nCommands:\n");
	for (unsigned int i = 0; i < n_commands; i++)
		(void)fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].summary);
	(void)fprintf(out, "\nmemsoak COMMAND --help tells the options of a command.\n"
			   "Exit codes: 0 pass, 1 the kernel failed, 2 usage, 3 could not judge, 4 nothing testable,\n"
			   "5 aborted and restored, 6 aborted with memory left offline.\n");
}

int main(int argc, char *argv[])
{
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_PASS;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("memsoak " MEMSOAK_VERSION);
		return EXIT_PASS;
	}
	for (unsigned int i = 0; i < n_commands; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	log_error("unknown command '%s': see memsoak --help", argv[1]);
	return EXIT_USAGE;
}

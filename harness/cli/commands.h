/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of memsoak: one function each, one file each; the table is in memsoak.c. */
#pragma once

int cmd_doctor(int argc, char *const argv[]);
int cmd_topology(int argc, char *const argv[]);
int cmd_fingerprint(int argc, char *const argv[]);
int cmd_plan(int argc, char *const argv[]);
int cmd_run(int argc, char *const argv[]);
int cmd_status(int argc, char *const argv[]);
int cmd_abort(int argc, char *const argv[]);
int cmd_restore(int argc, char *const argv[]);
int cmd_recover(int argc, char *const argv[]);
int cmd_report(int argc, char *const argv[]);
int cmd_export(int argc, char *const argv[]);
int cmd_trend(int argc, char *const argv[]);
int cmd_compare(int argc, char *const argv[]);
int cmd_validate(int argc, char *const argv[]);
int cmd_scan_log(int argc, char *const argv[]);
int cmd_schema(int argc, char *const argv[]);
int cmd_completion(int argc, char *const argv[]);

struct command {
	const char *name;
	int (*run)(int argc, char *const argv[]);
	const char *summary;
};
extern const struct command commands[];
extern const unsigned int n_commands;

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running one of the lab's scripts: its stdout is its answer, its stderr goes to the person. */
#pragma once

struct err;
struct paths;

/*
 * Runs the script @argv[0] (a name in the lab's folder) with @input, or nothing, on its stdin.
 * Returns its exit code, or a negative errno; *ret_answer is the first line that it printed
 * (owned by the caller, NULL when it failed). @quiet silences what it says.
 */
int script_run(const struct paths *paths, const char *const argv[], const char *input, int quiet,
	       char **ret_answer, struct err *e);

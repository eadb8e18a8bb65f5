/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking memsoak itself, the program beside memsoak-lab, about what a guest left. */
#pragma once

struct err;
struct paths;

/*
 * Runs "memsoak @words..." (NULL-terminated). What it prints goes into the file @output, NULL: to
 * nobody; what it complains of into @complaints, NULL: to the person. Returns its exit code or a
 * negative errno.
 */
int memsoak_call(const struct paths *paths, const char *const words[], const char *output,
		 const char *complaints, struct err *e);

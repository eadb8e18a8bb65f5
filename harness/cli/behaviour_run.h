/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The short run that shows how this host's kernel behaves: memsoakd with the profile "fingerprint".
 */
#pragma once

struct err;
struct report;

/*
 * Runs it in @directory (which must not be there, or be empty), or with NULL in one that is removed
 * afterwards. EXIT_PASS and the report, owned by the caller; else the exit code to end with, and in
 * @e why (empty when memsoakd has said it). SIGINT, SIGTERM and SIGHUP are handed on to memsoakd,
 * which puts everything back.
 */
int behaviour_run(const char *directory, struct report **ret_report, struct err *e);

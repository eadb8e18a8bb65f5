/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bringing back what a run changed and could not bring back itself (SIGKILL, a crash of the
 * daemon): from the run folder alone, idempotent, without a daemon.
 */
#pragma once

#include <stddef.h>

struct err;
struct fsio;

struct restore_result {
	unsigned int blocks_restored;
	unsigned int blocks_left_offline;
	unsigned int settings_restored;
	unsigned int settings_failed;
	unsigned int probes_removed;
	unsigned int frames_given_back; /* page frames that were poisoned */
	unsigned int frames_left;
	char trouble[512]; /* the first thing that did not work, "" when all did */
};

/* A negative errno only when the run folder cannot be read; what did not work is in the result. */
int restore_run(struct fsio *fs, const char *directory, struct restore_result *ret_result,
		struct err *e);

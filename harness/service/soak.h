/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run in this process, from its refusal or its first record to its report. */
#pragma once

#include <signal.h>

#include "base/exit_code.h"

struct run_options;

struct soak_outcome {
	enum exit_code exit;
	char result[16]; /* the verdict's, or of a run that did not begin: "skip", "error", "usage"
			  */
	char why[512];	 /* in one line */
	char directory[512]; /* the run's folder; "": there is none */
};

/* Prints what a run has to say. Once in a process: it leaves signals, limits and the heap as a run
 * needs them. */
void soak(const struct run_options *options, struct soak_outcome *ret_outcome);

/* loop.c: those that the loop takes. Who starts soaks as children takes the same. */
void soak_signals(sigset_t *ret);

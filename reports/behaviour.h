/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel does to a page that is waited for while it moves, judged from a ladder of
 * move_pages with one hot private page: does a waiter on its migration entry hold a reference as
 * long as it sleeps (A), for a moment (B), or never (C)? Symbols (observe/fingerprint.h) tell only
 * what code is there.
 *
 * Each generation makes a prediction, with its spread over runs; those that would show what was
 * seen in fewer than BEHAVIOUR_ALPHA of their runs are ruled out. The one that is left is the
 * answer; when more are left, or none, it is unknown.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonw;

#define BEHAVIOUR_ALPHA 0.025

enum behaviour_generation {
	BEHAVIOUR_A,
	BEHAVIOUR_B,
	BEHAVIOUR_C,
	BEHAVIOUR_GENERATIONS,
};

/* Of one rung, or the sum of several. */
struct behaviour_counts {
	uint64_t attempts, eagain, waits;
	uint64_t gave_up; /* pages that did not move in all the passes of a call */
};

struct behaviour {
	const char *generation; /* "A", "B", "C", "unknown" */
	char why[320];
	/* Of each generation: the share of its runs that are like this one, or farther out. */
	double chance[BEHAVIOUR_GENERATIONS];
	bool has_chances;
};

/* @control: nobody touched the page. @faulted: one to three threads did. Pure. */
void behaviour_judge(const struct behaviour_counts *control, const struct behaviour_counts *faulted,
		     struct behaviour *ret);

/* EAGAIN for each wait that 95 % of a generation's runs show; for C the low end is 0. */
void behaviour_range(enum behaviour_generation generation, double *ret_low, double *ret_high);

/*
 * The report's kernel.fingerprint.behaviour, from its workers, ladder and
 * kernel.fingerprint.generation; owned by the caller. NULL when the ladder is not one to judge
 * from: the page is shared or not alone, or there are not both rungs without and with faulters.
 */
struct jsonw *behaviour_describe(const struct jsonw *report);

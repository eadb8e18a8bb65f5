/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One series: two kernels, boot after boot in a random order, rung after rung, and its folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/pair.h"

struct err;
struct jsonw;
struct paths;

enum ab_side {
	AB_BASE,
	AB_TEST,
	AB_SIDES,
};

/* The same profile in boot after boot of both kernels: one comparison. */
struct ab_rung {
	const char *name;    /* in order.json and boots.json */
	const char *title;   /* for people */
	const char *folder;  /* within the series': "", or a name with its slash */
	const char *profile; /* as for --profile */
	uint64_t a_side;     /* boots of each kernel; 0: the rung is left out */
	uint64_t cpus, timeout_ns;
	bool takes_killed; /* a guest that had to be killed is a result, not a failure */

	uint64_t block;	  /* boots in a balanced block */
	uint8_t *is_test; /* of 2 * a_side boots, in their order; owned */
};

/* What became of one boot. */
struct ab_boot {
	const struct ab_rung *rung;
	enum ab_side side;
	uint64_t number;   /* of its side, from 1 */
	uint64_t position; /* in the rung's order, from 1 */
	unsigned int repeats;
	const char *ended; /* guest_ended_name() */
	int exit_code;
	double seconds;
	char *why;	 /* what was wrong with it; owned; NULL: nothing */
	bool is_counted; /* its report says something, and so is in the comparison */
};

#define AB_RUNGS 2

struct ab {
	const struct paths *paths;
	const char *accel;
	char *folder; /* absolute; owned */
	struct pair kernels;
	uint64_t seed;
	struct ab_rung rungs[AB_RUNGS];
	struct ab_boot *boots; /* owned */
	size_t n_boots, n_planned;
	uint64_t start_ns; /* CLOCK_MONOTONIC */
};

const char *ab_side_name(enum ab_side side);
const char *ab_kernel(const struct ab *ab, enum ab_side side);

/* The folder of a boot; owned by the caller. */
char *ab_boot_folder(const struct ab *ab, const struct ab_boot *boot);

/* ab_run.c: all boots of a rung. Returns 0, 128 + the signal that ended it, or a negative errno. */
int ab_run_rung(struct ab *ab, struct ab_rung *rung, struct err *e);

/*
 * ab_judge.c: why the report of a boot (NULL: it left none) cannot be in the comparison; owned by
 * the caller. NULL: it can.
 */
char *ab_what_is_wrong(const struct jsonw *document);

/* ab_record.c: order.json before the first boot, boots.json after each. */
int ab_record_order(const struct ab *ab, struct err *e);
int ab_record_boots(const struct ab *ab, struct err *e);

/*
 * ab_compare.c: holds the sides of a rung against each other and leaves compare.txt and
 * compare.json in its folder. Returns the exit code of "memsoak compare", or a negative errno.
 */
int ab_compare_rung(const struct ab *ab, const struct ab_rung *rung, struct err *e);
/* Puts the rungs' texts into verdict.txt, and that on stdout. */
int ab_tell(const struct ab *ab, struct err *e);

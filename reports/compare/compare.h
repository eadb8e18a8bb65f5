/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Are two kernels different, and how sure are we? Each side is a number of boots, each boot one
 * report; what happened within a boot is one observation, however many events it had. The metrics
 * are a fixed table, so that nobody can choose them after having seen the figures.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "reports/stats/interval.h"

struct err;
struct jsonw;

enum compare_side {
	COMPARE_BASE,
	COMPARE_TEST,
	COMPARE_SIDES,
};

/* @events of so many trials, or in so much exposure. */
struct compare_count {
	bool is_known;
	double events, of;
};

/* Whose migrations: the drivers' own are cleaner than everybody's. */
enum compare_driver {
	COMPARE_MOVE_PAGES,
	COMPARE_OFFLINE,
	COMPARE_EVERYBODY,
	COMPARE_DRIVERS,
};

enum compare_quantile {
	COMPARE_P50,
	COMPARE_P99,
	COMPARE_QUANTILES,
};

struct compare_rung {
	uint64_t rung, faulters;
	struct compare_count moved, eagain, offline; /* moved of those that had to move */
};

/* The kernel's own detectors of a processor or a task that does not get on. */
#define COMPARE_LOCKUP_KINDS 6
extern const char *const compare_lockup_kinds[COMPARE_LOCKUP_KINDS]; /* as in a report */

/* Something that ought to be the same in all runs: a node's processors, a kernel's option. */
struct compare_aspect {
	char *name, *value; /* owned */
};

/* What one report says, as far as it is compared. */
struct compare_run {
	char *path, *id, *kernel, *ended;	/* owned */
	char *boot_id, *plan_digest;		/* owned; NULL: not told */
	bool has_start;
	int64_t start_ms; /* wall time */
	double seconds;
	bool has_migrated;
	struct compare_count eagain[COMPARE_DRIVERS], not_moved, offline, lockups;
	struct compare_count locked; /* sources, when move_pages had their destinations allocated */
	double lockups_by_kind[COMPARE_LOCKUP_KINDS];
	bool has_first; /* attempt to go offline */
	bool first_succeeded;
	double first_seconds;
	bool has_faults;
	double fault_ns[COMPARE_QUANTILES];
	struct compare_rung *rungs; /* owned */
	size_t n_rungs;
	struct compare_aspect *aspects; /* owned */
	size_t n_aspects;
};

/* @path: a report.json, or a run's folder. */
int compare_read_run(const char *path, struct compare_run *ret_run, struct err *e);
void compare_run_done(struct compare_run *run);

struct compare_sides {
	const struct compare_run *const *runs[COMPARE_SIDES]; /* borrowed */
	size_t n[COMPARE_SIDES];
};

struct compare_options {
	double alpha;	/* intervals are of 1 - alpha */
	double margin;	/* > 1: ratios between 1 / margin and margin are "the same" */
	uint64_t seed;	/* of every draw */
	uint64_t block; /* boots in a block of the order; 0: found out */
	bool force;	/* compare different plans */
	bool without_intervals; /* for simulations, which ask for p only */
};

/*
 * May these be compared at all? -EINVAL: no, they are the wrong runs; -ENODATA: there is too
 * little in them for any answer.
 */
int compare_check(const struct compare_sides *sides, const struct compare_options *options,
		  struct err *e);

enum compare_outcome {
	COMPARE_NOT_ENOUGH_DATA,
	COMPARE_SAME,
	COMPARE_DIFFERENT,
};

enum compare_effect {
	COMPARE_RATIO,	    /* test / base */
	COMPARE_DIFFERENCE, /* test - base */
	COMPARE_HAZARD_RATIO,
};

/* One side of one metric; figures that the metric has not are not finite. */
struct compare_figures {
	size_t boots; /* in which it was measured */
	double events, of, rate, median;
	struct stats_interval bounds; /* of the rate */
};

struct compare_metric {
	const struct compare_metric_spec *spec;
	bool is_measured;
	char why[200];	  /* why not */
	char detail[200]; /* what the test made of it, for people; may be empty */
	struct compare_figures side[COMPARE_SIDES];
	double effect; /* not finite: there is none */
	struct stats_interval interval;
	double p, p_adjusted;
	const char *test_name;
	bool is_enough; /* so many boots can reach alpha, after the correction */
};

struct compare_metric_spec {
	const char *name, *title, *unit;
	enum compare_effect effect;
};

/* One rung of the ladder on both sides; described, not tested. */
struct compare_step {
	uint64_t rung, faulters;
	struct {
		size_t boots; /* 0: the rung was not measured */
		double moved, had_to_move, eagain, attempts, offline, offline_attempts;
		double share; /* mean of the boots' shares */
		struct stats_interval interval; /* of it, between boots */
	} side[COMPARE_SIDES];
};

/* One kind of lockup on both sides, against the CPU-seconds in which it would have been seen. */
struct compare_lockups {
	const char *kind;
	struct compare_figures side[COMPARE_SIDES];
	double ratio; /* of the rates, test / base; not finite: base has none */
	struct stats_interval interval; /* of it; each lockup taken for itself */
};

#define COMPARE_METRICS 8

struct compare {
	enum compare_outcome outcome;
	char **why; /* sentences; owned */
	size_t n_why;
	char **notes; /* what a reader must know beside; owned */
	size_t n_notes;
	struct compare_options options;
	struct compare_metric metrics[COMPARE_METRICS];
	const struct compare_metric *primary; /* NULL: nothing was measured */
	const char *whose_eagain;
	size_t n_tested;
	bool is_ordered, is_interleaved, is_exact;
	size_t block; /* boots in a block */
	double arrangements;
	size_t least_boots, least_boots_corrected; /* a side */
	struct compare_step *steps; /* owned */
	size_t n_steps;
	struct compare_lockups lockups[COMPARE_LOCKUP_KINDS]; /* described, not tested */
	size_t n_lockups; /* kinds that either side has */
	struct compare_sides sides; /* borrowed */
};

/* -EINVAL: the boots are not balanced in the blocks that were stated. Pure: no clock, no files. */
int compare_judge(const struct compare_sides *sides, const struct compare_options *options,
		  struct compare *ret, struct err *e);
void compare_done(struct compare *c);

const char *compare_outcome_name(enum compare_outcome outcome);
const char *compare_side_name(enum compare_side side);

/* The first line is "verdict: OUTCOME". */
void compare_print(const struct compare *c, FILE *out);
/* As reports/schema/compare-1.schema.json; owned by the caller. */
struct jsonw *compare_describe(const struct compare *c);

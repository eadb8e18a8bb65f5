/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has a soak still something to tell? Its headline figures over a sliding window that is cut into
 * blocks of equal time: attempts within a block are not independent of each other, blocks nearly are.
 * A figure has settled when
 *
 * - half of its 95 % interval (batch means over the blocks, and never less than the number of trials
 *   alone allows) is at most the tolerance's part of it,
 * - a line through the blocks has no slope that differs from 0 (t-test, 5 %),
 * - and at least ten blocks of the window have something of it.
 *
 * All that are measured have to, at three ends of a block in a row, and never before a minimum.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum settled_figure {
	SETTLED_EAGAIN,		 /* EAGAIN of each migration attempt */
	SETTLED_OFFLINE_SUCCESS, /* successes of each offline attempt */
	SETTLED_OFFLINE_LATENCY, /* ln(ns) of each offline that succeeded: its mean is the geometric one's */
	SETTLED_MAX,
};
/* "eagain_per_attempt" "offline_success" "offline_latency" */
const char *settled_figure_name(enum settled_figure figure);

#define SETTLED_BLOCKS 20

/* So much of what was looked for, in so many. */
struct settled_part {
	double sum, n;
};

/* All of it since the run began. */
struct settled_counts {
	struct settled_part parts[SETTLED_MAX];
	bool is_measured[SETTLED_MAX]; /* in this run, from its beginning to its end */
	uint64_t offline_attempts;
	/* What the run is for was seen: faulters have waited, where that is counted. */
	bool is_exercised;
};

struct settled_rule {
	uint64_t window_ns;
	uint64_t after_ns; /* not before the run is so old */
	uint64_t after_offline_attempts; /* ... and has made so many, where it measures them */
	double tolerance;  /* 0.05: within 5 % */
};

/* A figure over the window, as it was last looked at. */
struct settled_estimate {
	double value;	   /* sum / n; of the latency as ns */
	double half_width; /* of the 95 % interval; of the latency as a part of it */
	double slope_t;	   /* Student's t of the slope; 0: the blocks do not differ */
	double n;	   /* trials in the window */
	unsigned int blocks; /* that have any */
	bool has_settled;
};

struct settled {
	struct settled_rule rule;
	uint64_t began_ns, block_began_ns;
	struct settled_counts at_block; /* when the block began that is going on */
	struct settled_part blocks[SETTLED_BLOCKS][SETTLED_MAX]; /* a ring */
	uint64_t n_blocks; /* that are over, all in all */
	unsigned int in_row; /* ends of a block at which all had settled */
	struct settled_estimate estimates[SETTLED_MAX];
};

/* @now_ns as everywhere, CLOCK_MONOTONIC: while the host sleeps no block goes on. */
void settled_begin(struct settled *s, const struct settled_rule *rule, uint64_t now_ns,
		   const struct settled_counts *now);

/* About once a second. True: the run has settled; the estimates say how. */
bool settled_look(struct settled *s, uint64_t now_ns, const struct settled_counts *now);

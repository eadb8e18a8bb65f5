/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comparison's inside. */
#pragma once

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/compare/compare.h"
#include "reports/stats/design.h"

#define COMPARE_SIDE_LEAST 2 /* boots */

/* All boots of both sides, as they ran one after the other; without times base before test. */
struct compare_order {
	const struct compare_run **runs; /* owned; the runs are borrowed */
	uint8_t *is_test;		 /* owned */
	size_t n;
	bool is_known; /* all have told when they began */
};
void compare_order_make(struct compare_order *order, const struct compare_sides *sides);
void compare_order_done(struct compare_order *order);

extern const struct compare_metric_spec compare_metric_specs[COMPARE_METRICS];

struct compare_job {
	const struct compare_order *order;
	const struct compare_options *options;
	enum compare_driver driver; /* whose EAGAIN is compared */
};

/* Which driver's EAGAIN: a choice by what was driven, never by how many there were. */
enum compare_driver compare_driver_of(const struct compare_order *order);

/* All but the correction: effect, interval, p. */
void compare_metric_judge(const struct compare_job *job, size_t number, struct compare_metric *m);

/* The ladder's rungs that any run has, with each side's figures. */
void compare_ladder_make(const struct compare_sides *sides, const struct compare_options *options,
			 struct compare_step **ret_steps, size_t *ret_n);

/* c->lockups: of the runs whose log was read and whose exposure is known. */
void compare_lockups_make(struct compare *c);

/* What the runs do not agree in, as sentences; and who is who. */
void compare_find_notes(struct compare *c);

/* Appends a sentence to a list of them. */
void compare_say(char ***list, size_t *n, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A side's figures, and the effect with its interval, as people read them. */
void compare_word_side(const struct compare_metric *m, enum compare_side side, char *buffer,
		       size_t size);
void compare_word_rate(const struct compare_figures *f, char *buffer, size_t size);
void compare_word_ratio(double ratio, const struct stats_interval *interval, char *buffer, size_t size);
void compare_word_effect(const struct compare_metric *m, char *buffer, size_t size);

/* A generator of its own for each use, so that no figure depends on which others were asked for. */
gsl_rng *compare_rng(uint64_t seed, uint64_t use);

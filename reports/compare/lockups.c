// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lockups by kind, against the CPU-seconds in which they would have been seen. What decides is the
 * metric of all kinds together, which was named beforehand; this says what they were.
 */
#include <math.h>

#include "reports/compare/parts.h"
#include "reports/stats/exact.h"

static void add_up(const struct compare_sides *sides, size_t kind, struct compare_lockups *l)
{
	for (int side = 0; side < COMPARE_SIDES; side++) {
		struct compare_figures *f = &l->side[side];

		*f = (struct compare_figures){.median = NAN};
		for (size_t i = 0; i < sides->n[side]; i++) {
			const struct compare_run *run = sides->runs[side][i];

			if (!run->lockups.is_known)
				continue;
			f->boots++;
			f->events += run->lockups_by_kind[kind];
			f->of += run->lockups.of;
		}
		f->rate = f->events / f->of;
	}
}

void compare_lockups_make(struct compare *c)
{
	double confidence = 1 - c->options.alpha;

	for (size_t kind = 0; kind < COMPARE_LOCKUP_KINDS; kind++) {
		struct compare_lockups l = {.kind = compare_lockup_kinds[kind]};
		const struct compare_figures *base = &l.side[COMPARE_BASE], *test = &l.side[COMPARE_TEST];

		add_up(&c->sides, kind, &l);
		/* Without an exposure on either side there is nothing to set against each other. */
		if (base->boots == 0 || test->boots == 0 || base->events + test->events <= 0)
			continue;
		l.ratio = base->events > 0 ? test->rate / base->rate : NAN;
		l.interval = exact_rate_ratio((uint64_t)base->events, base->of, (uint64_t)test->events,
					      test->of, confidence);
		for (int side = 0; side < COMPARE_SIDES; side++)
			l.side[side].bounds =
				exact_rate((uint64_t)l.side[side].events, l.side[side].of, confidence);
		c->lockups[c->n_lockups++] = l;
	}
}

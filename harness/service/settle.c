// SPDX-License-Identifier: GPL-2.0-or-later
/* [run] stop_when_settled: a soak whose figures have settled ends before its duration is over. */
#include <math.h>

#include "base/clock.h"
#include "base/log.h"
#include "reports/touching.h"
#include "service/run.h"

static bool has_touching_threads(const struct plan_phase *phase)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < phase->n_workers; i++)
		sum += touching_threads(phase->workers[i].workload, phase->workers[i].processes,
					phase->workers[i].threads);
	return sum > 0;
}

static void read_counts(struct run *run, struct settled_counts *ret)
{
	const struct migration_counts *m = &run->last_sample.total;
	struct run_figures f;

	run_read_figures(run, &f);
	*ret = (struct settled_counts){
		.is_measured[SETTLED_EAGAIN] = m->eagain.known && m->attempts.known,
		.is_measured[SETTLED_OFFLINE_SUCCESS] = run->phase->offline,
		.is_measured[SETTLED_OFFLINE_LATENCY] = run->phase->offline && f.succeeded > 0,
		.parts[SETTLED_EAGAIN] = {(double)m->eagain.value, (double)m->attempts.value},
		.parts[SETTLED_OFFLINE_SUCCESS] = {(double)f.succeeded, (double)f.attempts},
		.parts[SETTLED_OFFLINE_LATENCY] = {f.sum_ln_offline_ns, (double)f.succeeded},
		.offline_attempts = f.attempts,
		/* A refault worker that never waited, pages that never migrated: that is no result. */
		.is_exercised = !(m->waits.known && m->waits.value == 0 && has_touching_threads(run->phase)) &&
				!(m->attempts.known && m->attempts.value == 0),
	};
}

static bool can_settle(const struct run *run)
{
	return run->profile.stop_when_settled && run->phase && run->stop == RUN_GOES_ON;
}

void run_begin_settling(struct run *run)
{
	const struct profile *p = &run->profile;
	const struct settled_rule rule = {
		.window_ns = p->settle_window_ns,
		.after_ns = p->settle_after_ns,
		.after_offline_attempts = p->settle_cycles,
		.tolerance = p->settle_tolerance_percent / 100.0,
	};
	struct settled_counts now;

	if (!can_settle(run))
		return;
	run_sample(run, &run->last_sample);
	read_counts(run, &now);
	settled_begin(&run->settled, &rule, clock_monotonic_ns(), &now);
	if (!now.is_measured[SETTLED_EAGAIN] && !now.is_measured[SETTLED_OFFLINE_SUCCESS])
		log_warning("stop_when_settled: nothing that could settle is measured, so the run goes on to its end");
}

/* What is under way comes to its end by itself: it is no abort. */
static void end_soon(struct run *run)
{
	run->stop = RUN_SETTLED;
	if (run->offline)
		offline_driver_finish(run->offline);
	run_stop_movers(run);
}

void run_look_whether_settled(struct run *run, uint64_t now_ns)
{
	struct record_settled told = {.window_ns = run->profile.settle_window_ns};
	struct settled_counts now;

	if (!can_settle(run))
		return;
	read_counts(run, &now);
	if (!settled_look(&run->settled, now_ns, &now))
		return;
	for (int i = 0; i < SETTLED_MAX; i++) {
		const struct settled_estimate *e = &run->settled.estimates[i];
		bool is_mean = i == SETTLED_OFFLINE_LATENCY;

		if (!now.is_measured[i])
			continue;
		told.figures[told.n_figures++] = (struct record_settled_figure){
			.name = settled_figure_name((enum settled_figure)i),
			.is_mean = is_mean,
			.trials = (uint64_t)e->n,
			.count = (uint64_t)llround(is_mean ? e->value : e->value * e->n),
			.half_width_ppm = (uint64_t)llround(e->half_width * 1e6),
		};
	}
	record_settled(run->recorder, &told);
	log_info("the figures have settled: no further work is begun");
	end_soon(run);
}

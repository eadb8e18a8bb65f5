// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thread that makes one call until its phase ends: what there is beside offline and move_pages to
 * have the kernel migrate pages. Each call runs to its end: none of them can be cancelled, and none
 * of them can be endless.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "drive/caller_step.h"

#define EMIT_NS NS_PER_S
#define ERROR_PAUSE_NS NS_PER_MS
#define NAP_NS                                                                                     \
	(50 * NS_PER_MS) /* a pause is slept in pieces, so that a stop need not wait for it */

const struct caller_step *const caller_steps[CALLER_MAX] = {
	[CALLER_COMPACTION] = &step_compaction,
	[CALLER_MIGRATE_PAGES] = &step_migrate_pages,
	[CALLER_SOFT_OFFLINE] = &step_soft_offline,
	[CALLER_MBIND] = &step_mbind,
	[CALLER_NUMA_BALANCING] = &step_numa_balancing,
	[CALLER_DEMOTION] = &step_demotion,
	[CALLER_RECLAIM] = &step_reclaim,
};

struct caller_driver {
	const struct caller_step *step;
	struct drive_hooks hooks;
	pthread_t thread;
	atomic_bool is_stopping;
	atomic_bool has_ended;
	/* The thread's own. */
	uint64_t end_ns; /* UINT64_MAX: no such bound */
	uint64_t last_event_ns;
	struct move_target *targets;
	struct caller_context context;
	struct caller_event event;
};

void caller_add_number(struct caller_event *event, const char *name, uint64_t value)
{
	uint32_t i;

	for (i = 0; i < event->n_numbers && strcmp(event->numbers[i].name, name) != 0; i++)
		;
	if (i == CALLER_MAX_NUMBERS)
		return;
	if (i == event->n_numbers) {
		event->numbers[i].name = name;
		event->numbers[i].value = 0;
		event->n_numbers++;
	}
	event->numbers[i].value += value;
}

void caller_tell_host(struct caller_context *c)
{
	host_counts_tell(&c->host_counts, c->fs, c->event);
}

void caller_count_targets(struct caller_context *c)
{
	for (size_t i = 0; i < c->n_targets && c->hooks->count_thread; i++)
		c->hooks->count_thread(c->hooks->context, c->targets[i].pid);
}

/* The kernel has a handful of answers to such a call: were there more, calls would still be right.
 */
static void count_error(struct caller_event *event, int error)
{
	uint32_t i;

	for (i = 0; i < event->n_errors && event->errors[i].error != error; i++)
		;
	if (i == CALLER_MAX_ERRORS)
		return;
	if (i == event->n_errors) {
		event->errors[i].error = error;
		event->errors[i].count = 0;
		event->n_errors++;
	}
	event->errors[i].count++;
}

static void emit(struct caller_driver *d)
{
	if (d->hooks.counts)
		d->hooks.counts(d->hooks.context, &d->event.counts);
	d->hooks.called(d->hooks.context, &d->event);
	d->event = (struct caller_event){.caller = d->event.caller};
	d->last_event_ns = clock_monotonic_ns();
}

static bool goes_on(const struct caller_driver *d)
{
	return !atomic_load(&d->is_stopping) && !d->context.is_done &&
	       clock_monotonic_ns() < d->end_ns;
}

static void nap(const struct caller_driver *d, uint64_t ns)
{
	uint64_t until_ns = clock_monotonic_ns() + ns, now_ns;

	while (goes_on(d) && (now_ns = clock_monotonic_ns()) < until_ns)
		(void)clock_sleep_ns(until_ns - now_ns < NAP_NS ? until_ns - now_ns : NAP_NS);
}

static void call_once(struct caller_driver *d)
{
	uint64_t start_ns = clock_monotonic_ns();
	int error = d->step->call(&d->context);

	hist_add(&d->event.latency, clock_monotonic_ns() - start_ns);
	d->event.calls++;
	d->context.turn++;
	if (error) {
		count_error(&d->event, error);
		(void)clock_sleep_ns(ERROR_PAUSE_NS); /* a call that fails at once must not spin */
	}
}

static void *caller_thread(void *argument)
{
	struct caller_driver *d = argument;

	drive_block_signals();
	if (d->hooks.thread_started)
		d->hooks.thread_started(d->hooks.context, caller_name(d->event.caller), gettid());
	if (d->step->begin)
		d->step->begin(&d->context);
	if (d->step->host_counts)
		host_counts_start(&d->context.host_counts, d->context.fs, d->step->host_counts);
	d->last_event_ns = clock_monotonic_ns();
	while (goes_on(d)) {
		call_once(d);
		if (clock_monotonic_ns() - d->last_event_ns >= EMIT_NS)
			emit(d);
		if (d->context.options->pause_ns)
			nap(d, d->context.options->pause_ns);
	}
	if (d->step->host_counts)
		caller_tell_host(&d->context); /* what came in the last pause, too */
	emit(d);
	atomic_store(&d->has_ended, true);
	return NULL;
}

static void caller_driver_free(struct caller_driver *d)
{
	free(d->targets);
	free(d);
}

struct caller_driver *caller_driver_start_with(const struct caller_step *step, struct fsio *fs,
					       const struct plan *plan,
					       const struct plan_phase *phase, enum caller caller,
					       const struct move_target *targets, size_t n_targets,
					       const struct drive_hooks *hooks, struct err *e)
{
	struct caller_driver *d = memory_alloc(1, sizeof(*d));
	int r;

	d->step = step;
	d->hooks = *hooks;
	d->end_ns = phase->duration_ns ? clock_monotonic_ns() + phase->duration_ns : UINT64_MAX;
	d->targets = memory_alloc(n_targets, sizeof(*d->targets));
	if (n_targets)
		memcpy(d->targets, targets, n_targets * sizeof(*targets));
	d->event.caller = caller;
	d->context = (struct caller_context){
		.fs = fs,
		.plan = plan,
		.options = &plan->profile->callers[caller],
		.hooks = &d->hooks,
		.targets = d->targets,
		.n_targets = n_targets,
		.event = &d->event,
	};
	r = d->step->open ? d->step->open(&d->context, e) : 0;
	if (r == 0) {
		r = -pthread_create(&d->thread, NULL, caller_thread, d);
		if (r == 0)
			return d;
		(void)err_errno(e, r, "cannot start the thread of the %s driver",
				caller_name(caller));
		if (d->step->close)
			d->step->close(&d->context);
	}
	caller_driver_free(d);
	return NULL;
}

struct caller_driver *caller_driver_start(struct fsio *fs, const struct plan *plan,
					  const struct plan_phase *phase, enum caller caller,
					  const struct move_target *targets, size_t n_targets,
					  const struct drive_hooks *hooks, struct err *e)
{
	return caller_driver_start_with(caller_steps[caller], fs, plan, phase, caller, targets,
					n_targets, hooks, e);
}

void caller_driver_stop(struct caller_driver *d)
{
	atomic_store(&d->is_stopping, true);
}

bool caller_driver_has_ended(struct caller_driver *d)
{
	return atomic_load(&d->has_ended);
}

void caller_driver_join(struct caller_driver *d)
{
	(void)pthread_join(d->thread, NULL);
	if (d->step->close)
		d->step->close(&d->context);
	caller_driver_free(d);
}

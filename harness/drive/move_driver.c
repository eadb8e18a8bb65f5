// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ping-pong: the pages of several processes are moved between two nodes, a call for each
 * process in turn. A stretch of pages goes there in a batch, one of them goes back and there again
 * by itself, and the stretch comes back: so neither kind of call has a direction of its own, there
 * are as many of the one as of the other, and the pages end where they began. A single page for
 * each batch and no more, because a call costs the same whatever it moves: it first has every
 * CPU drain its page lists (lru_cache_disable(), v5.13 on), 16 ms where faulters keep all CPUs
 * busy.
 */
#include "drive/move_driver.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"

#define EMIT_NS NS_PER_S
#define ERROR_PAUSE_NS NS_PER_MS

static const bool leg_is_single[] = {false, true, true, false};

/* Where the ping-pong of one process stands. */
struct ping_pong {
	struct move_target target;
	bool is_gone;
	uint64_t first; /* of the stretch */
	uint32_t leg;
	uint64_t round; /* over all stretches: which page goes by itself */
	uint32_t away;	/* index of the node that the even legs go to */
};

struct move_driver {
	const struct plan *plan;
	struct drive_hooks hooks;
	pthread_t thread;
	atomic_bool is_stopping;
	atomic_bool has_ended;
	/* The thread's own. */
	uint64_t end_ns; /* UINT64_MAX: no such bound */
	uint64_t last_event_ns;
	size_t batch;
	struct ping_pong *balls;
	size_t n_balls, n_alive;
	struct move_call call;
	struct move_event event;
};

static void emit(struct move_driver *d)
{
	if (d->hooks.counts)
		d->hooks.counts(d->hooks.context, &d->event.counts);
	d->hooks.moved(d->hooks.context, &d->event);
	memset(&d->event, 0, sizeof(d->event));
	d->last_event_ns = clock_monotonic_ns();
}

/* The node that fewer pages of the stretch are on. */
static uint32_t choose_away(const struct move_driver *d, size_t count)
{
	size_t on[2] = {0};

	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; n < ARRAY_SIZE(on); n++)
			if (d->call.before[i] == (int)d->plan->move_nodes[n])
				on[n]++;
	return on[0] > on[1] ? 1 : 0;
}

static uint64_t stretch_pages(const struct move_driver *d, const struct ping_pong *b)
{
	uint64_t left = b->target.pages - b->first;

	return left < d->batch ? left : d->batch;
}

static void advance(const struct move_driver *d, struct ping_pong *b)
{
	if (++b->leg < ARRAY_SIZE(leg_is_single))
		return;
	b->leg = 0;
	b->first += stretch_pages(d, b);
	if (b->first < b->target.pages)
		return;
	b->first = 0;
	b->round++;
}

static void drop(struct move_driver *d, struct ping_pong *b)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "process %d has ended: its pages are not moved any more",
		       (int)b->target.pid);
	d->hooks.fault(d->hooks.context, text);
	b->is_gone = true;
	d->n_alive--;
}

/* One call. */
static void step(struct move_driver *d, struct ping_pong *b)
{
	bool is_single = leg_is_single[b->leg];
	uint64_t stretch = stretch_pages(d, b);
	uint64_t first = is_single ? b->first + b->round % stretch : b->first;
	size_t count = is_single ? 1 : stretch;
	int r = move_call_query(&d->call, &b->target, first, count);

	if (r == 0) {
		if (b->leg == 0)
			b->away = choose_away(d, count);
		r = move_call_make(&d->call, &b->target, count,
				   d->plan->move_nodes[b->away ^ (b->leg & 1)], &d->event);
	} else if (!move_call_process_gone(r)) {
		move_call_note_failed_query(&d->event, r, count);
	}
	if (move_call_process_gone(r))
		drop(d, b);
	else if (r < 0)
		(void)clock_sleep_ns(ERROR_PAUSE_NS); /* a call that fails at once must not spin */
	advance(d, b);
}

static void *move_thread(void *argument)
{
	struct move_driver *d = argument;
	size_t turn = 0;

	drive_block_signals();
	if (d->hooks.thread_started)
		d->hooks.thread_started(d->hooks.context, "move_pages", gettid());
	d->last_event_ns = clock_monotonic_ns();
	while (d->n_alive > 0 && !atomic_load(&d->is_stopping)) {
		struct ping_pong *b = &d->balls[turn++ % d->n_balls];
		uint64_t now_ns = clock_monotonic_ns();

		if (now_ns >= d->end_ns)
			break;
		if (now_ns - d->last_event_ns >= EMIT_NS)
			emit(d);
		if (!b->is_gone)
			step(d, b);
	}
	emit(d);
	atomic_store(&d->has_ended, true);
	return NULL;
}

static void move_driver_free(struct move_driver *d)
{
	move_call_done(&d->call);
	free(d->balls);
	free(d);
}

static struct move_driver *move_driver_new(move_function function, const struct plan *plan,
					   const struct plan_phase *phase,
					   const struct move_target *targets, size_t n_targets,
					   const struct drive_hooks *hooks)
{
	struct move_driver *d = memory_alloc(1, sizeof(*d));

	d->plan = plan;
	d->hooks = *hooks;
	d->end_ns = phase->duration_ns ? clock_monotonic_ns() + phase->duration_ns : UINT64_MAX;
	d->batch = plan->profile->move_pages_batch ? plan->profile->move_pages_batch : 1;
	d->balls = memory_alloc(n_targets, sizeof(*d->balls));
	for (size_t i = 0; i < n_targets; i++)
		if (targets[i].pages > 0)
			d->balls[d->n_balls++].target = targets[i];
	d->n_alive = d->n_balls;
	move_call_init(&d->call, d->batch, function);
	return d;
}

struct move_driver *move_driver_start_with(move_function function, const struct plan *plan,
					   const struct plan_phase *phase,
					   const struct move_target *targets, size_t n_targets,
					   const struct drive_hooks *hooks, struct err *e)
{
	struct move_driver *d;
	int r;

	if (!plan->can_move) {
		(void)err_set(e, -EINVAL, "pages cannot be moved between nodes: %s",
			      plan->cannot_move_why);
		return NULL;
	}
	d = move_driver_new(function, plan, phase, targets, n_targets, hooks);
	if (d->n_balls == 0) {
		(void)err_set(e, -EINVAL,
			      "phase %s: no worker has pages for move_pages: give the profile a "
			      "[workers] section with driven_by = move_pages",
			      phase->name);
		move_driver_free(d);
		return NULL;
	}
	r = pthread_create(&d->thread, NULL, move_thread, d);
	if (r) {
		(void)err_errno(e, -r, "cannot start the thread of the move_pages driver");
		move_driver_free(d);
		return NULL;
	}
	return d;
}

struct move_driver *move_driver_start(const struct plan *plan, const struct plan_phase *phase,
				      const struct move_target *targets, size_t n_targets,
				      const struct drive_hooks *hooks, struct err *e)
{
	return move_driver_start_with(NULL, plan, phase, targets, n_targets, hooks, e);
}

void move_driver_stop(struct move_driver *d)
{
	atomic_store(&d->is_stopping, true);
}

bool move_driver_has_ended(struct move_driver *d)
{
	return atomic_load(&d->has_ended);
}

void move_driver_join(struct move_driver *d)
{
	(void)pthread_join(d->thread, NULL);
	move_driver_free(d);
}

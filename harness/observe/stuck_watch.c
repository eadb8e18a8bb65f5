// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/stuck_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "base/units.h"

struct episode {
	pid_t pid, tid;
	uint64_t since_ns;
	uint64_t switches; /* of a task that goes by its state */
	uint64_t number;   /* of the next sample */
	uint64_t next_ns, interval_ns;
	uint64_t seen; /* the look that saw it last */
};

struct stuck_watch {
	struct fsio *fs;
	void (*told)(void *context, const struct stuck_sample *sample);
	void *context;
	struct episode call;
	struct episode *tasks; /* owned */
	size_t n_tasks, room;
	uint64_t next_look_ns, look;
	uint64_t samples;
};

struct stuck_watch *stuck_watch_new(struct fsio *fs,
				    void (*told)(void *context, const struct stuck_sample *sample),
				    void *context)
{
	struct stuck_watch *w = memory_alloc(1, sizeof(*w));

	*w = (struct stuck_watch){.fs = fs, .told = told, .context = context};
	return w;
}

void stuck_watch_free(struct stuck_watch *w)
{
	if (!w)
		return;
	free(w->tasks);
	free(w);
}

static void begin(struct episode *e, pid_t pid, pid_t tid, uint64_t since_ns, uint64_t after_ns)
{
	*e = (struct episode){
		.pid = pid,
		.tid = tid,
		.since_ns = since_ns,
		.next_ns = since_ns + after_ns,
		.interval_ns = STUCK_FIRST_INTERVAL_NS,
	};
}

static void plan_next(struct episode *e, uint64_t deadline_ns, uint64_t now_ns)
{
	e->next_ns = now_ns + e->interval_ns;
	e->interval_ns += e->interval_ns / 2;
	if (e->interval_ns > STUCK_LONGEST_INTERVAL_NS)
		e->interval_ns = STUCK_LONGEST_INTERVAL_NS;
	/* The moment before it is cancelled is the one that is asked for most. */
	if (deadline_ns && now_ns < e->since_ns + deadline_ns && e->next_ns > e->since_ns + deadline_ns)
		e->next_ns = e->since_ns + deadline_ns;
}

static void sample(struct stuck_watch *w, struct episode *e, const struct stuck_suspect *suspect,
		   const struct stuck_state *state, uint64_t now_ns)
{
	struct stuck_sample s = {
		.suspect = suspect,
		.tid = e->tid,
		.since_ns = e->since_ns,
		.number = e->number,
		.state = *state,
	};

	plan_next(e, suspect->deadline_ns, now_ns);
	if (w->samples == STUCK_MAX_SAMPLES)
		return;
	stuck_read_place(w->fs, e->pid, e->tid, &s.place);
	e->number++;
	s.is_last = ++w->samples == STUCK_MAX_SAMPLES;
	w->told(w->context, &s);
}

void stuck_watch_call(struct stuck_watch *w, const struct stuck_suspect *suspect, uint64_t now_ns)
{
	struct episode *e = &w->call;
	struct stuck_state state;
	uint64_t after_ns = suspect->deadline_ns ? suspect->deadline_ns / 2 : STUCK_AFTER_NS;

	if (e->since_ns != suspect->since_ns)
		begin(e, suspect->pid, suspect->tid, suspect->since_ns, after_ns);
	if (now_ns < e->next_ns || stuck_read_state(w->fs, e->pid, e->tid, &state) < 0)
		return;
	sample(w, e, suspect, &state, now_ns);
}

bool stuck_watch_is_due(const struct stuck_watch *w, uint64_t now_ns)
{
	return now_ns >= w->next_look_ns;
}

/* A task is remembered while it sleeps: few do. NULL: it is not, and there is no room. */
static struct episode *episode_of(struct stuck_watch *w, pid_t pid, pid_t tid, uint64_t now_ns)
{
	struct episode *e;

	for (size_t i = 0; i < w->n_tasks; i++)
		if (w->tasks[i].tid == tid && w->tasks[i].pid == pid)
			return &w->tasks[i];
	if (w->n_tasks == STUCK_MAX_TASKS)
		return NULL;
	if (w->n_tasks == w->room) {
		w->room = w->room ? 2 * w->room : 16;
		w->tasks = memory_grow(w->tasks, w->room, sizeof(*w->tasks));
	}
	e = &w->tasks[w->n_tasks++];
	begin(e, pid, tid, now_ns, STUCK_AFTER_NS);
	e->switches = UINT64_MAX;
	return e;
}

static void look_at(struct stuck_watch *w, const struct stuck_suspect *suspect, pid_t tid, uint64_t now_ns)
{
	struct stuck_state state;
	struct episode *e;

	if (stuck_read_state(w->fs, suspect->pid, tid, &state) < 0 || state.letter != 'D')
		return;
	e = episode_of(w, suspect->pid, tid, now_ns);
	if (!e)
		return;
	/* It sleeps again, not still: that is how a task waits its turn. */
	if (e->switches != state.switches)
		begin(e, suspect->pid, tid, now_ns, STUCK_AFTER_NS);
	e->switches = state.switches;
	e->seen = w->look;
	if (now_ns >= e->next_ns)
		sample(w, e, suspect, &state, now_ns);
}

struct process_look {
	struct stuck_watch *watch;
	const struct stuck_suspect *suspect;
	uint64_t now_ns;
	size_t n;
};

static int look_at_name(void *context, const char *name)
{
	struct process_look *l = context;
	uint64_t tid;

	if (units_parse_number(name, 1, INT32_MAX, &tid, NULL) == 0)
		look_at(l->watch, l->suspect, (pid_t)tid, l->now_ns);
	return ++l->n == STUCK_MAX_TASKS;
}

static void forget_unseen(struct stuck_watch *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n_tasks; i++)
		if (w->tasks[i].seen == w->look)
			w->tasks[kept++] = w->tasks[i];
	w->n_tasks = kept;
}

void stuck_watch_tasks(struct stuck_watch *w, const struct stuck_suspect *suspects, size_t n,
		       uint64_t now_ns)
{
	w->look++;
	w->next_look_ns = now_ns + STUCK_LOOK_NS;
	for (size_t i = 0; i < n; i++) {
		struct process_look l = {.watch = w, .suspect = &suspects[i], .now_ns = now_ns};
		cleanup_free char *path = memory_format("proc/%d/task", (int)suspects[i].pid);

		if (suspects[i].tid)
			look_at(w, &suspects[i], suspects[i].tid, now_ns);
		else
			(void)fsio_list(w->fs, path, look_at_name, &l);
	}
	forget_unseen(w);
}

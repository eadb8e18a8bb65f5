// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/unfinished_poison.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

/* No budget of ours is greater: a journal with more is not one of ours. */
#define MAX_FRAMES 1048576
#define MAX_PREPARED 64

/* Where @frame stands in the sorted list, or would. */
static size_t find_frame(const struct journal_unfinished *u, uint64_t frame)
{
	size_t low = 0, high = u->n_frames;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (u->frames[middle] < frame)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_frame(const struct journal_unfinished *u, size_t at, uint64_t frame)
{
	return at < u->n_frames && u->frames[at] == frame;
}

/* From here on it may be poisoned, unless it was before: then it is somebody else's. */
static void take_intent(struct journal_unfinished *u, struct journal_value o)
{
	bool was_poisoned = true;
	uint64_t frame;
	size_t at;

	if (!journal_uint(o, "frame", &frame) || !journal_bool(o, "was_poisoned", &was_poisoned) ||
	    was_poisoned || u->n_frames == MAX_FRAMES)
		return;
	at = find_frame(u, frame);
	if (has_frame(u, at, frame))
		return;
	if (u->n_frames == u->room_frames) {
		u->room_frames = u->room_frames ? u->room_frames * 2 : 64;
		u->frames = memory_grow(u->frames, u->room_frames, sizeof(*u->frames));
	}
	memmove(&u->frames[at + 1], &u->frames[at], (u->n_frames - at) * sizeof(*u->frames));
	u->frames[at] = frame;
	u->n_frames++;
}

static void drop_frame(struct journal_unfinished *u, uint64_t frame)
{
	size_t at = find_frame(u, frame);

	if (!has_frame(u, at, frame))
		return;
	u->n_frames--;
	memmove(&u->frames[at], &u->frames[at + 1], (u->n_frames - at) * sizeof(*u->frames));
}

static void take_outcome(struct journal_unfinished *u, struct journal_value o)
{
	bool is_poisoned = true;
	uint64_t frame;

	if (journal_uint(o, "frame", &frame) && journal_bool(o, "is_poisoned", &is_poisoned) &&
	    !is_poisoned)
		drop_frame(u, frame);
}

static void take_unpoison(struct journal_unfinished *u, struct journal_value o)
{
	uint64_t frame;

	if (journal_uint(o, "frame", &frame) && journal_equals(o, "error", "OK"))
		drop_frame(u, frame);
}

static struct unfinished_prepared *find_prepared(struct journal_unfinished *u, const char *what,
						 const char *name)
{
	for (size_t i = 0; i < u->n_prepared; i++)
		if (strcmp(u->prepared[i].what, what) == 0 &&
		    strcmp(u->prepared[i].name, name) == 0)
			return &u->prepared[i];
	return NULL;
}

static void take_prepared(struct journal_unfinished *u, struct journal_value o)
{
	struct unfinished_prepared p = {0};

	if (!journal_string(o, "what", p.what, sizeof(p.what)) ||
	    !journal_string(o, "name", p.name, sizeof(p.name)) || u->n_prepared == MAX_PREPARED ||
	    find_prepared(u, p.what, p.name))
		return;
	u->prepared = memory_grow(u->prepared, u->n_prepared + 1, sizeof(*u->prepared));
	u->prepared[u->n_prepared++] = p;
}

static void take_undone(struct journal_unfinished *u, struct journal_value o)
{
	struct unfinished_prepared p = {0}, *known;

	if (!journal_string(o, "what", p.what, sizeof(p.what)) ||
	    !journal_string(o, "name", p.name, sizeof(p.name)))
		return;
	known = find_prepared(u, p.what, p.name);
	if (!known || journal_is_there(journal_get(o, "error")))
		return;
	u->n_prepared--;
	memmove(known, known + 1, (size_t)(u->prepared + u->n_prepared - known) * sizeof(*known));
}

bool unfinished_poison_take(struct journal_unfinished *u, const struct journal_event *event)
{
	static const struct {
		const char *name;
		void (*take)(struct journal_unfinished *u, struct journal_value object);
	} table[] = {
		{"soft_offline_intent", take_intent}, {"soft_offline", take_outcome},
		{"unpoison", take_unpoison},	      {"prepared", take_prepared},
		{"prepared_undone", take_undone},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (!journal_event_is(event, table[i].name))
			continue;
		table[i].take(u, event->object);
		return true;
	}
	return false;
}

void unfinished_poison_done(struct journal_unfinished *u)
{
	free(u->frames);
	free(u->prepared);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks that did not get on, and where they were: samples of kernel stacks, put together. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"

#define STACKS_LISTED 8

const char *fold_known_who(const char *who)
{
	for (int i = 0; i < FOLD_DRIVERS; i++)
		if (strcmp(fold_driver_name((enum fold_driver)i), who) == 0)
			return fold_driver_name((enum fold_driver)i);
	return strcmp(who, "worker") == 0 ? "worker" : "other";
}

static struct fold_stuck *find_who(struct fold *f, const struct fold_stuck *new)
{
	for (size_t i = 0; i < f->n_stuck; i++) {
		struct fold_stuck *s = &f->stuck[i];

		if (s->who == new->who && s->block.is_known == new->block.is_known &&
		    s->block.value == new->block.value && strcmp(s->group, new->group) == 0)
			return s;
	}
	if (f->n_stuck == FOLD_MAX_STUCK)
		return NULL;
	f->stuck = memory_grow(f->stuck, f->n_stuck + 1, sizeof(*f->stuck));
	f->stuck[f->n_stuck] = *new;
	return &f->stuck[f->n_stuck++];
}

/* A function's name as kernels have them; whatever else stands there becomes "?". */
static void put_frame(char *text, size_t size, size_t *used, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$", name[i]))
			length = 0;
	if (length == 0) {
		name = "?";
		length = 1;
	}
	if (*used + length + 2 > size)
		return;
	memcpy(text + *used, name, length);
	*used += length;
	text[(*used)++] = '\n';
	text[*used] = '\0';
}

static void add_stack(struct fold_stuck *s, const char *frames)
{
	for (size_t i = 0; i < s->n_stacks; i++) {
		if (strcmp(s->stacks[i].frames, frames) == 0) {
			s->stacks[i].samples++;
			return;
		}
	}
	if (s->n_stacks == FOLD_MAX_STACKS)
		return;
	s->stacks = memory_grow(s->stacks, s->n_stacks + 1, sizeof(*s->stacks));
	s->stacks[s->n_stacks++] = (struct fold_stack){memory_string(frames), 1};
}

static void take_frames(struct fold_stuck *s, struct journal_value o)
{
	struct journal_value list = journal_get(o, "frames");
	char frames[FOLD_FRAMES_SIZE] = "", name[256];
	size_t used = 0;

	for (struct journal_iterator i = journal_each(list); journal_more(&i); journal_step(&i))
		if (journal_string(i.value, NULL, name, sizeof(name)))
			put_frame(frames, sizeof(frames), &used, name);
	if (journal_string(o, "no_frames", s->why_unread, sizeof(s->why_unread)))
		s->unread++;
	else if (used == 0)
		s->running++;
	else
		add_stack(s, frames);
}

void fold_take_stuck(struct fold *f, struct journal_value o)
{
	struct fold_stuck new = {0}, *s;
	char who[32] = "", state[8] = "?";
	uint64_t number = 0, since_ns, now_ns;
	bool is_last = false;

	(void)journal_string(o, "who", who, sizeof(who));
	(void)journal_string(o, "group", new.group, sizeof(new.group));
	(void)journal_string(o, "state", state, sizeof(state));
	new.who = fold_known_who(who);
	fold_known(o, "block", &new.block);
	if (journal_bool(o, "is_last", &is_last) && is_last)
		f->is_stuck_cut = true;
	s = find_who(f, &new);
	if (!s) {
		f->stuck_unlisted++;
		return;
	}
	s->samples++;
	if (journal_uint(o, "number", &number) && number == 0)
		s->times++;
	tally_add(&s->states, state, 0, 1);
	if (journal_uint(o, "since_ns", &since_ns) && journal_uint(o, "t", &now_ns) && now_ns > since_ns &&
	    now_ns - since_ns > s->longest_ns)
		s->longest_ns = now_ns - since_ns;
	take_frames(s, o);
}

/* The part of the stack from its outermost @n frames on; NULL: it has fewer. */
static const char *outer_part(const char *frames, size_t n)
{
	const char *p = frames + strlen(frames);

	for (; n > 0; n--) {
		if (p == frames)
			return NULL;
		for (p--; p > frames && p[-1] != '\n'; p--)
			;
	}
	return p;
}

static uint64_t samples_within(const struct fold_stuck *s, const char *part, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->n_stacks; i++) {
		const char *other = outer_part(s->stacks[i].frames, n);

		if (other && strcmp(other, part) == 0)
			sum += s->stacks[i].samples;
	}
	return sum;
}

/* The longest way in that more than half of the stacks have in common. NULL: there is none. */
static const char *common_path(const struct fold_stuck *s, uint64_t *ret_samples)
{
	uint64_t all = s->samples - s->unread - s->running;
	const char *path = NULL;

	for (size_t n = 1; n <= FOLD_MAX_FRAMES; n++) {
		const char *deeper = NULL;

		for (size_t i = 0; i < s->n_stacks && !deeper; i++) {
			const char *part = outer_part(s->stacks[i].frames, n);
			uint64_t samples = part ? samples_within(s, part, n) : 0;

			if (samples > all / 2) {
				deeper = part;
				*ret_samples = samples;
			}
		}
		if (!deeper)
			break;
		path = deeper;
	}
	return path;
}

static struct jsonw *describe_frames(const char *frames)
{
	struct jsonw *list = jsonw_array();

	while (*frames) {
		size_t length = strcspn(frames, "\n");

		jsonw_append(list, jsonw_string_of(frames, length));
		frames += length + 1;
	}
	return list;
}

static int most_samples_first(const void *a, const void *b)
{
	const struct fold_stack *first = a, *second = b;

	if (first->samples != second->samples)
		return first->samples < second->samples ? 1 : -1;
	return strcmp(first->frames, second->frames);
}

static void describe_stacks(struct fold_stuck *s, struct jsonw *object)
{
	struct jsonw *list = jsonw_array(), *one;
	uint64_t samples = 0;
	const char *path = common_path(s, &samples);

	if (path) {
		one = jsonw_object();
		jsonw_set(one, "frames", describe_frames(path));
		jsonw_set(one, "share", fold_share(samples, s->samples));
		jsonw_set(object, "path", one);
	}
	if (s->n_stacks)
		qsort(s->stacks, s->n_stacks, sizeof(*s->stacks), most_samples_first);
	for (size_t i = 0; i < s->n_stacks && i < STACKS_LISTED; i++) {
		one = jsonw_object();
		jsonw_set(one, "frames", describe_frames(s->stacks[i].frames));
		jsonw_set_uint(one, "samples", s->stacks[i].samples);
		jsonw_append(list, one);
	}
	jsonw_set(object, "stacks", list);
}

static struct jsonw *describe_one(struct fold *f, struct fold_stuck *s, size_t index)
{
	struct jsonw *object = jsonw_object();
	char path[48];

	jsonw_set_string(object, "who", s->who);
	fold_set_known(object, "block", &s->block);
	if (s->group[0])
		jsonw_set_string(object, "group", s->group);
	jsonw_set_uint(object, "times", s->times);
	jsonw_set_uint(object, "longest_ns", s->longest_ns);
	jsonw_set_uint(object, "samples", s->samples);
	jsonw_set(object, "states", tally_counts(&s->states));
	jsonw_set_uint(object, "without_stack", s->unread + s->running);
	describe_stacks(s, object);
	if (s->unread) {
		(void)snprintf(path, sizeof(path), "stuck.%zu.stacks", index);
		fold_unmeasured(f, path, "%" PRIu64 " stacks could not be read (%s)", s->unread,
				s->why_unread);
	}
	return object;
}

struct jsonw *fold_describe_stuck(struct fold *f)
{
	struct jsonw *list;

	if (f->n_stuck == 0 && !jsonw_has(jsonw_get(f->run.document, "thresholds"), "stuck_after_secs")) {
		fold_unmeasured(f, "stuck", "this run did not look for tasks that do not get on");
		return NULL;
	}
	list = jsonw_array();
	for (size_t i = 0; i < f->n_stuck; i++)
		jsonw_append(list, describe_one(f, &f->stuck[i], i));
	if (f->is_stuck_cut)
		fold_unmeasured(f, "stuck", "the run had as many samples as it may take: later ones are missing");
	if (f->stuck_unlisted)
		fold_unmeasured(f, "stuck", "%" PRIu64 " further samples, of others, are not listed",
				f->stuck_unlisted);
	return list;
}

void fold_stuck_done(struct fold *f)
{
	for (size_t i = 0; i < f->n_stuck; i++) {
		for (size_t k = 0; k < f->stuck[i].n_stacks; k++)
			free(f->stuck[i].stacks[k].frames);
		free(f->stuck[i].stacks);
		tally_done(&f->stuck[i].states);
	}
	free(f->stuck);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run has not given back, as the first records of a journal's next file, and from there. */
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/memory.h"
#include "record/journal.h"

/* In one record: its line stays far below JOURNAL_MAX_LINE, even of settings of 4 KiB each. */
#define BLOCKS_IN_RECORD 4096
#define SETTINGS_IN_RECORD 16
#define FRAMES_IN_RECORD 65536

struct jsonw *journal_totals(const char *part)
{
	struct jsonw *record = jsonw_object();

	jsonw_set_string(record, "ev", JOURNAL_TOTALS);
	jsonw_set_string(record, "part", part);
	return record;
}

static struct jsonw *describe_block(const struct journal_unfinished *u, size_t i)
{
	const struct unfinished_block *b = &u->blocks[i];
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "block", b->block);
	jsonw_set_int(object, "node", b->node);
	jsonw_set_string(object, "zone", b->zone);
	jsonw_set_bool(object, "was_written", b->was_written);
	return object;
}

static struct jsonw *describe_setting(const struct journal_unfinished *u, size_t i)
{
	const struct unfinished_setting *s = &u->settings[i];
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "path", s->path);
	jsonw_set_string(object, "old", s->old_value);
	jsonw_set_string(object, "new", s->new_value);
	return object;
}

static struct jsonw *describe_frame(const struct journal_unfinished *u, size_t i)
{
	return jsonw_uint(u->frames[i]);
}

static struct jsonw *describe_prepared(const struct journal_unfinished *u, size_t i)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "what", u->prepared[i].what);
	jsonw_set_string(object, "name", u->prepared[i].name);
	return object;
}

static void take_block(struct journal_unfinished *u, struct journal_value o)
{
	struct unfinished_block b = {.node = -1};
	uint64_t id;
	int64_t node;

	if (!journal_uint(o, "block", &id) || id > UINT32_MAX)
		return;
	b.block = (uint32_t)id;
	if (journal_int(o, "node", &node) && node >= -1 && node <= INT32_MAX)
		b.node = (int32_t)node;
	(void)journal_string(o, "zone", b.zone, sizeof(b.zone));
	(void)journal_bool(o, "was_written", &b.was_written);
	u->blocks = memory_grow(u->blocks, u->n_blocks + 1, sizeof(*u->blocks));
	u->blocks[u->n_blocks++] = b;
}

static void take_setting(struct journal_unfinished *u, struct journal_value o)
{
	struct unfinished_setting s = {
		.path = journal_string_alloc(o, "path"),
		.old_value = journal_string_alloc(o, "old"),
		.new_value = journal_string_alloc(o, "new"),
	};

	if (!s.path || !s.old_value || !s.new_value) {
		free(s.path);
		free(s.old_value);
		free(s.new_value);
		return;
	}
	u->settings = memory_grow(u->settings, u->n_settings + 1, sizeof(*u->settings));
	u->settings[u->n_settings++] = s;
}

static void take_frame(struct journal_unfinished *u, struct journal_value o)
{
	uint64_t frame;

	if (!journal_uint(o, NULL, &frame))
		return;
	if (u->n_frames == u->room_frames) {
		u->room_frames = u->room_frames ? u->room_frames * 2 : 64;
		u->frames = memory_grow(u->frames, u->room_frames, sizeof(*u->frames));
	}
	u->frames[u->n_frames++] = frame;
}

static void take_prepared(struct journal_unfinished *u, struct journal_value o)
{
	struct unfinished_prepared p = {0};

	if (!journal_string(o, "what", p.what, sizeof(p.what)) ||
	    !journal_string(o, "name", p.name, sizeof(p.name)))
		return;
	u->prepared = memory_grow(u->prepared, u->n_prepared + 1, sizeof(*u->prepared));
	u->prepared[u->n_prepared++] = p;
}

static const struct {
	const char *part;
	size_t count_offset, in_record;
	struct jsonw *(*describe)(const struct journal_unfinished *u, size_t i);
	void (*take)(struct journal_unfinished *u, struct journal_value o);
} parts[] = {
#define COUNT(member) offsetof(struct journal_unfinished, member)
	{"unfinished-blocks", COUNT(n_blocks), BLOCKS_IN_RECORD, describe_block, take_block},
	{"unfinished-settings", COUNT(n_settings), SETTINGS_IN_RECORD, describe_setting, take_setting},
	{"unfinished-frames", COUNT(n_frames), FRAMES_IN_RECORD, describe_frame, take_frame},
	{"unfinished-prepared", COUNT(n_prepared), FRAMES_IN_RECORD, describe_prepared, take_prepared},
#undef COUNT
};

void journal_unfinished_put(const struct journal_unfinished *u,
			    void (*put)(void *context, struct jsonw *record), void *context)
{
	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
		size_t n = *(const size_t *)(const void *)((const char *)u + parts[p].count_offset);

		for (size_t i = 0; i < n;) {
			struct jsonw *record = journal_totals(parts[p].part), *list = jsonw_array();

			for (size_t k = 0; k < parts[p].in_record && i < n; k++)
				jsonw_append(list, parts[p].describe(u, i++));
			jsonw_set(record, "list", list);
			put(context, record);
		}
	}
}

void journal_unfinished_take_totals(struct journal_unfinished *u, struct journal_value totals)
{
	struct journal_value list = journal_get(totals, "list");

	/* A run that has ended goes on in no further file: "end" is never among what was before. */
	if (journal_equals(totals, "part", "begin"))
		journal_unfinished_done(u);
	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
		if (!journal_equals(totals, "part", parts[p].part))
			continue;
		for (struct journal_iterator i = journal_each(list); journal_more(&i); journal_step(&i))
			parts[p].take(u, i.value);
	}
}

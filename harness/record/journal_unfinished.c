// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run left behind: blocks on their way offline or there, settings not put back. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "record/journal.h"
#include "record/unfinished_poison.h"

/* A run has one block offline at a time: a journal that leaves more open is not one of ours. */
#define MAX_BLOCKS 4096
#define MAX_SETTINGS 256

/* Where @block stands in the sorted list, or would. */
static size_t find_block(const struct journal_unfinished *u, uint32_t block)
{
	size_t low = 0, high = u->n_blocks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (u->blocks[middle].block < block)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_block(const struct journal_unfinished *u, size_t at, uint32_t block)
{
	return at < u->n_blocks && u->blocks[at].block == block;
}

static struct unfinished_block *add_block(struct journal_unfinished *u, uint32_t block)
{
	size_t at = find_block(u, block);

	if (has_block(u, at, block))
		return &u->blocks[at];
	if (u->n_blocks == MAX_BLOCKS)
		return NULL;
	u->blocks = memory_grow(u->blocks, u->n_blocks + 1, sizeof(*u->blocks));
	memmove(&u->blocks[at + 1], &u->blocks[at], (u->n_blocks - at) * sizeof(*u->blocks));
	u->n_blocks++;
	u->blocks[at] = (struct unfinished_block){.block = block, .node = -1};
	return &u->blocks[at];
}

static void drop_block(struct journal_unfinished *u, uint32_t block)
{
	size_t at = find_block(u, block);

	if (!has_block(u, at, block))
		return;
	u->n_blocks--;
	memmove(&u->blocks[at], &u->blocks[at + 1], (u->n_blocks - at) * sizeof(*u->blocks));
}

static bool block_of(struct journal_value value, const char *key, uint32_t *ret_block)
{
	uint64_t block;

	if (!journal_uint(value, key, &block) || block > UINT32_MAX)
		return false;
	*ret_block = (uint32_t)block;
	return true;
}

static void take_intent(struct journal_unfinished *u, struct journal_value o)
{
	struct unfinished_block *b;
	uint32_t block;
	int64_t node;

	if (!journal_equals(o, "operation", "offline") || !block_of(o, "block", &block))
		return;
	b = add_block(u, block);
	if (!b)
		return;
	b->was_written = false;
	if (journal_int(o, "node", &node) && node >= -1 && node <= INT32_MAX)
		b->node = (int32_t)node;
	(void)journal_string(o, "zone", b->zone, sizeof(b->zone));
}

static void take_offline(struct journal_unfinished *u, struct journal_value o)
{
	uint32_t block;
	size_t at;

	if (!block_of(o, "block", &block))
		return;
	if (journal_equals(o, "state_after", "online")) {
		drop_block(u, block);
		return;
	}
	at = find_block(u, block);
	if (has_block(u, at, block))
		u->blocks[at].was_written = true;
}

static void take_online(struct journal_unfinished *u, struct journal_value o)
{
	bool is_restored = false, is_gone = false;
	uint32_t block;

	(void)journal_bool(o, "restored", &is_restored);
	(void)journal_bool(o, "gone", &is_gone);
	if (block_of(o, "block", &block) && (is_restored || is_gone))
		drop_block(u, block);
}

/* What was unplugged is left offline by nobody: another DIMM may have its place later. */
static void take_topology_change(struct journal_unfinished *u, struct journal_value o)
{
	struct journal_iterator i = journal_each(journal_get(o, "blocks_went"));
	uint32_t block;

	for (; journal_more(&i); journal_step(&i))
		if (block_of(i.value, NULL, &block))
			drop_block(u, block);
}

/* The last look at every block of the plan: what it lists is what is missing, and nothing else. */
static void take_restore(struct journal_unfinished *u, struct journal_value o)
{
	struct journal_value list = journal_get(o, "left_offline");
	struct unfinished_block *old = u->blocks;
	size_t n_old = u->n_blocks;

	if (!journal_is_there(list))
		return;
	u->blocks = NULL;
	u->n_blocks = 0;
	for (struct journal_iterator i = journal_each(list); journal_more(&i); journal_step(&i)) {
		struct journal_unfinished before = {.blocks = old, .n_blocks = n_old};
		struct unfinished_block *b;
		uint32_t block;
		size_t at;

		b = block_of(i.value, NULL, &block) ? add_block(u, block) : NULL;
		if (!b)
			continue;
		at = find_block(&before, block);
		b->was_written = true;
		if (has_block(&before, at, block))
			*b = old[at];
	}
	free(old);
}

static struct unfinished_setting *find_setting(struct journal_unfinished *u, const char *path)
{
	for (size_t i = 0; i < u->n_settings; i++)
		if (strcmp(u->settings[i].path, path) == 0)
			return &u->settings[i];
	return NULL;
}

static void setting_done(struct unfinished_setting *s)
{
	free(s->path);
	free(s->old_value);
	free(s->new_value);
}

/* @value, which is given away, is what the kernel has there now. */
static void note_now(struct unfinished_setting *s, char **value)
{
	free(s->new_value);
	s->new_value = *value;
	*value = NULL;
}

static void take_setting(struct journal_unfinished *u, struct journal_value o)
{
	struct unfinished_setting *before, s = {
		.path = journal_string_alloc(o, "path"),
		.old_value = journal_string_alloc(o, "old"),
		.new_value = journal_string_alloc(o, "new"),
	};

	/* Changed twice: the value to go back to is the first one, ours there is the last one. */
	before = s.path ? find_setting(u, s.path) : NULL;
	if (before && s.new_value)
		note_now(before, &s.new_value);
	if (!s.path || !s.old_value || !s.new_value || u->n_settings == MAX_SETTINGS || before) {
		setting_done(&s);
		return;
	}
	u->settings = memory_grow(u->settings, u->n_settings + 1, sizeof(*u->settings));
	u->settings[u->n_settings++] = s;
}

static void take_setting_restored(struct journal_unfinished *u, struct journal_value o)
{
	char *path = journal_string_alloc(o, "path");
	struct unfinished_setting *s = path ? find_setting(u, path) : NULL;

	char *value = journal_string_alloc(o, "value");

	free(path);
	if (!s || journal_is_there(journal_get(o, "error"))) {
		free(value);
		return;
	}
	/* Back to what it was before its last change only: the one before that is still to be undone. */
	if (value && strcmp(value, s->old_value) != 0) {
		note_now(s, &value);
		free(value);
		return;
	}
	free(value);
	setting_done(s);
	u->n_settings--;
	memmove(s, s + 1, (size_t)(u->settings + u->n_settings - s) * sizeof(*s));
}

void journal_unfinished_take(struct journal_unfinished *u, const struct journal_event *event)
{
	static const struct {
		const char *name;
		void (*take)(struct journal_unfinished *u, struct journal_value object);
	} table[] = {
		{"intent", take_intent},   {"offline", take_offline},
		{"online", take_online},   {"restore", take_restore},
		{"setting", take_setting}, {"setting_restored", take_setting_restored},
		{JOURNAL_TOTALS, journal_unfinished_take_totals},
		{"topology_change", take_topology_change},
	};

	if (unfinished_poison_take(u, event))
		return;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (journal_event_is(event, table[i].name))
			table[i].take(u, event->object);
	if (journal_event_is(event, "end"))
		u->has_end = true;
}

int journal_unfinished(const char *path, struct journal_unfinished *ret, struct err *e)
{
	struct journal *j = NULL;
	struct journal_event event;
	int r;

	*ret = (struct journal_unfinished){0};
	r = journal_open(path, &j, e);
	if (r < 0)
		return r;
	while ((r = journal_next(j, &event, e)) > 0)
		journal_unfinished_take(ret, &event);
	ret->figures = *journal_figures(j);
	journal_close(j);
	if (r < 0)
		journal_unfinished_done(ret);
	return r;
}

void journal_unfinished_done(struct journal_unfinished *u)
{
	for (size_t i = 0; i < u->n_settings; i++)
		setting_done(&u->settings[i]);
	free(u->settings);
	free(u->blocks);
	unfinished_poison_done(u);
	*u = (struct journal_unfinished){0};
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/log_fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

#define MAX_FINDINGS 2048
#define MAX_SLOTS 4096 /* a power of two, above MAX_FINDINGS */

/* Texts and frames of all together; what comes later keeps its first line. */
#define MAX_BYTES (4u << 20)
#define SHORT_TEXT 256

struct folded {
	struct kmsg_finding finding; /* frames and text point into .bytes */
	uint64_t last_ns;
	char *bytes; /* owned */
};

struct log_fold {
	struct folded *items; /* owned */
	size_t n_items, n_bytes;
	uint64_t unlisted;
	uint16_t slots[MAX_SLOTS]; /* by "same": index + 1, 0: empty */
};

struct log_fold *log_fold_new(void)
{
	return memory_alloc(1, sizeof(struct log_fold));
}

void log_fold_free(struct log_fold *fold)
{
	if (!fold)
		return;
	for (size_t i = 0; i < fold->n_items; i++)
		free(fold->items[i].bytes);
	free(fold->items);
	free(fold);
}

static size_t frames_length(const struct kmsg_finding *f)
{
	const char *p = f->frames;

	for (size_t i = 0; i < f->n_frames; i++)
		p += strlen(p) + 1;
	return f->n_frames ? (size_t)(p - f->frames) : 0;
}

static void keep(struct log_fold *fold, const struct kmsg_finding *f)
{
	struct folded *item;
	size_t frames = frames_length(f), text = f->text_length;

	if (fold->n_bytes + frames + text > MAX_BYTES) {
		frames = 0;
		text = f->title_length < SHORT_TEXT ? f->title_length : SHORT_TEXT;
	}
	if (fold->n_items % 64 == 0)
		fold->items = memory_grow(fold->items, fold->n_items + 64, sizeof(*fold->items));
	item = &fold->items[fold->n_items++];
	*item = (struct folded){.finding = *f, .last_ns = f->time_ns};
	item->bytes = memory_alloc(frames + text + 1, 1);
	if (frames)
		memcpy(item->bytes, f->frames, frames);
	else
		item->finding.n_frames = 0;
	memcpy(item->bytes + frames, f->text, text);
	item->finding.frames = item->bytes;
	item->finding.text = item->bytes + frames;
	item->finding.text_length = text;
	fold->n_bytes += frames + text;
}

/* The first told most; a later one may have got further with its trace. */
static void repeat(struct folded *item, const struct kmsg_finding *f)
{
	/* The same line twice, as when a console is shown on another: that was one. */
	if (f->has_time && item->finding.has_time && f->time_ns == item->last_ns)
		return;
	if (f->has_time)
		item->last_ns = f->time_ns;
	item->finding.count++;
	item->finding.in_migration |= f->in_migration;
	if (f->has_seconds && (!item->finding.has_seconds || f->seconds > item->finding.seconds)) {
		item->finding.has_seconds = true;
		item->finding.seconds = f->seconds;
	}
}

void log_fold_add(void *context, const struct kmsg_finding *f)
{
	struct log_fold *fold = context;
	size_t i = (size_t)f->same & (MAX_SLOTS - 1);

	for (; fold->slots[i]; i = (i + 1) & (MAX_SLOTS - 1)) {
		struct folded *item = &fold->items[fold->slots[i] - 1];

		if (item->finding.same == f->same) {
			repeat(item, f);
			return;
		}
	}
	if (fold->n_items == MAX_FINDINGS) {
		fold->unlisted++;
		return;
	}
	keep(fold, f);
	fold->slots[i] = (uint16_t)fold->n_items;
}

static int compare(const void *a, const void *b)
{
	uint64_t first = ((const struct folded *)a)->finding.order;
	uint64_t second = ((const struct folded *)b)->finding.order;

	return (first > second) - (first < second);
}

void log_fold_sort(struct log_fold *fold)
{
	if (fold->n_items)
		qsort(fold->items, fold->n_items, sizeof(*fold->items), compare);
}

size_t log_fold_count(const struct log_fold *fold)
{
	return fold->n_items;
}

const struct kmsg_finding *log_fold_at(const struct log_fold *fold, size_t index)
{
	return &fold->items[index].finding;
}

uint64_t log_fold_last_ns(const struct log_fold *fold, size_t index)
{
	return fold->items[index].last_ns;
}

uint64_t log_fold_unlisted(const struct log_fold *fold)
{
	return fold->unlisted;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/memory.h"

static const char other[] = "other";

bool tally_is_name(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t length = strlen(name);

	return length > 0 && length < TALLY_NAME_SIZE && strspn(name, allowed) == length;
}

static struct tally_entry *find(const struct tally *t, const char *name)
{
	for (size_t i = 0; i < t->n_entries; i++)
		if (strcmp(t->entries[i].name, name) == 0)
			return &t->entries[i];
	return NULL;
}

void tally_add(struct tally *t, const char *name, int32_t number, uint64_t count)
{
	struct tally_entry *entry;

	if (!tally_is_name(name)) {
		name = other;
		number = 0;
	}
	entry = find(t, name);
	if (!entry && t->n_entries >= TALLY_MAX) {
		name = other;
		number = 0;
		entry = find(t, name);
	}
	if (!entry) {
		t->entries = memory_grow(t->entries, t->n_entries + 1, sizeof(*t->entries));
		entry = &t->entries[t->n_entries++];
		*entry = (struct tally_entry){.number = number};
		memcpy(entry->name, name, strlen(name) + 1);
	}
	entry->count += count;
}

uint64_t tally_get(const struct tally *t, const char *name)
{
	const struct tally_entry *entry = find(t, name);

	return entry ? entry->count : 0;
}

uint64_t tally_sum(const struct tally *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < t->n_entries; i++)
		if (__builtin_add_overflow(sum, t->entries[i].count, &sum))
			return UINT64_MAX;
	return sum;
}

void tally_done(struct tally *t)
{
	free(t->entries);
	*t = (struct tally){0};
}

static int by_name(const void *a, const void *b)
{
	const struct tally_entry *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static struct jsonw *describe(const struct tally *t, struct jsonw *(*value)(const struct tally_entry *))
{
	const struct tally_entry **sorted = memory_alloc(t->n_entries, sizeof(struct tally_entry *));
	struct jsonw *object = jsonw_object();

	for (size_t i = 0; i < t->n_entries; i++)
		sorted[i] = &t->entries[i];
	qsort(sorted, t->n_entries, sizeof(struct tally_entry *), by_name);
	for (size_t i = 0; i < t->n_entries; i++)
		jsonw_set(object, sorted[i]->name, value(sorted[i]));
	free(sorted);
	return object;
}

static struct jsonw *count_value(const struct tally_entry *entry)
{
	return jsonw_uint(entry->count);
}

static struct jsonw *errno_value(const struct tally_entry *entry)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_int(object, "number", entry->number);
	jsonw_set_uint(object, "count", entry->count);
	return object;
}

struct jsonw *tally_counts(const struct tally *t)
{
	return describe(t, count_value);
}

struct jsonw *tally_errnos(const struct tally *t)
{
	return describe(t, errno_value);
}

void text_tally_add(struct text_tally *t, const char *text, uint64_t count)
{
	size_t length = strnlen(text, TEXT_TALLY_SIZE - 1);

	for (size_t i = 0; i < t->n_entries; i++)
		if (strncmp(t->entries[i].text, text, TEXT_TALLY_SIZE - 1) == 0) {
			t->entries[i].count += count;
			return;
		}
	if (t->n_entries == TEXT_TALLY_MAX) {
		t->left_out += count;
		return;
	}
	t->entries = memory_grow(t->entries, t->n_entries + 1, sizeof(*t->entries));
	t->entries[t->n_entries] = (struct text_tally_entry){.count = count};
	memcpy(t->entries[t->n_entries++].text, text, length);
}

void text_tally_done(struct text_tally *t)
{
	free(t->entries);
	*t = (struct text_tally){0};
}

static struct jsonw *text_entry(const char *key, const char *text, uint64_t count)
{
	struct jsonw *entry = jsonw_object();

	jsonw_set_string(entry, key, text);
	jsonw_set_uint(entry, "count", count);
	return entry;
}

struct jsonw *text_tally_list(const struct text_tally *t, const char *key)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < t->n_entries; i++)
		jsonw_append(list, text_entry(key, t->entries[i].text, t->entries[i].count));
	if (t->left_out)
		jsonw_append(list, text_entry(key, "further ones, not listed", t->left_out));
	return list;
}

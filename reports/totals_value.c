// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/totals_value.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hist_json.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"
#include "reports/tally.h"

static struct jsonw *save_uint(const struct total_member *m, const void *at)
{
	const uint64_t *value = at;

	(void)m;
	return *value ? jsonw_uint(*value) : NULL;
}

static void load_uint(const struct total_member *m, struct journal_value from, void *at)
{
	(void)m;
	(void)journal_uint(from, NULL, at);
}

static struct jsonw *save_uint32(const struct total_member *m, const void *at)
{
	const uint32_t *value = at;

	(void)m;
	return *value ? jsonw_uint(*value) : NULL;
}

static void load_uint32(const struct total_member *m, struct journal_value from, void *at)
{
	uint64_t value = 0;

	(void)m;
	if (journal_uint(from, NULL, &value) && value <= UINT32_MAX)
		*(uint32_t *)at = (uint32_t)value;
}

static struct jsonw *save_int(const struct total_member *m, const void *at)
{
	const int64_t *value = at;

	(void)m;
	return *value ? jsonw_int(*value) : NULL;
}

static void load_int(const struct total_member *m, struct journal_value from, void *at)
{
	(void)m;
	(void)journal_int(from, NULL, at);
}

static struct jsonw *save_bool(const struct total_member *m, const void *at)
{
	const bool *value = at;

	(void)m;
	return *value ? jsonw_bool(true) : NULL;
}

static void load_bool(const struct total_member *m, struct journal_value from, void *at)
{
	(void)m;
	(void)journal_bool(from, NULL, at);
}

_Static_assert(sizeof(double) == sizeof(uint64_t), "a double's bits are a number of 64 bits");

static struct jsonw *save_double(const struct total_member *m, const void *at)
{
	uint64_t bits;

	(void)m;
	memcpy(&bits, at, sizeof(bits));
	return bits ? jsonw_uint(bits) : NULL;
}

static void load_double(const struct total_member *m, struct journal_value from, void *at)
{
	uint64_t bits;

	(void)m;
	if (journal_uint(from, NULL, &bits))
		memcpy(at, &bits, sizeof(bits));
}

/* [[], [7], …]: unknown, 7. Values are kept of unknown ones too: there are none. */
static struct jsonw *save_known(const struct total_member *m, const void *at)
{
	const struct known *known = at;
	struct jsonw *list = jsonw_array();
	bool is_any = false;

	for (size_t i = 0; i < m->size / sizeof(*known); i++) {
		struct jsonw *one = jsonw_array();

		if (known[i].is_known)
			jsonw_append(one, jsonw_uint(known[i].value));
		is_any |= known[i].is_known;
		jsonw_append(list, one);
	}
	if (is_any)
		return list;
	jsonw_free(list);
	return NULL;
}

static void load_known(const struct total_member *m, struct journal_value from, void *at)
{
	struct journal_iterator i = journal_each(from);
	struct known *known = at;

	for (size_t k = 0; k < m->size / sizeof(*known) && journal_more(&i); k++) {
		struct journal_iterator one = journal_each(i.value);

		known[k].is_known = journal_more(&one) && journal_uint(one.value, NULL, &known[k].value);
		journal_step(&i);
	}
}

static struct jsonw *save_text(const struct total_member *m, const void *at)
{
	const char *text = at;

	(void)m;
	return *text ? jsonw_string(text) : NULL;
}

static void load_text(const struct total_member *m, struct journal_value from, void *at)
{
	(void)journal_string(from, NULL, at, m->size);
}

static struct jsonw *save_pointer(const struct total_member *m, const void *at)
{
	const char *const *text = at;

	(void)m;
	return *text ? jsonw_string(*text) : NULL;
}

static void load_own_text(const struct total_member *m, struct journal_value from, void *at)
{
	(void)m;
	*(char **)at = journal_string_alloc(from, NULL);
}

static void load_word(const struct total_member *m, struct journal_value from, void *at)
{
	char text[64];

	if (journal_string(from, NULL, text, sizeof(text)))
		*(const char **)at = m->word(text);
}

/* [[name, number, count], …] in the order of arrival. */
static struct jsonw *save_tally(const struct total_member *m, const void *at)
{
	const struct tally *t = at;
	struct jsonw *list;

	(void)m;
	if (t->n_entries == 0)
		return NULL;
	list = jsonw_array();
	for (size_t i = 0; i < t->n_entries; i++) {
		struct jsonw *one = jsonw_array();

		jsonw_append(one, jsonw_string(t->entries[i].name));
		jsonw_append(one, jsonw_int(t->entries[i].number));
		jsonw_append(one, jsonw_uint(t->entries[i].count));
		jsonw_append(list, one);
	}
	return list;
}

static void load_tally(const struct total_member *m, struct journal_value from, void *at)
{
	(void)m;
	for (struct journal_iterator i = journal_each(from); journal_more(&i); journal_step(&i)) {
		struct journal_iterator one = journal_each(i.value);
		char name[TALLY_NAME_SIZE] = "";
		int64_t number = 0;
		uint64_t count = 0;

		if (!journal_more(&one) || !journal_string(one.value, NULL, name, sizeof(name)))
			continue;
		journal_step(&one);
		if (!journal_more(&one) || !journal_int(one.value, NULL, &number))
			continue;
		journal_step(&one);
		if (journal_more(&one) && journal_uint(one.value, NULL, &count))
			tally_add(at, name, (int32_t)number, count);
	}
}

/* [left_out, [text, count], …] */
static struct jsonw *save_texts(const struct total_member *m, const void *at)
{
	const struct text_tally *t = at;
	struct jsonw *list;

	(void)m;
	if (t->n_entries == 0)
		return NULL;
	list = jsonw_array();
	jsonw_append(list, jsonw_uint(t->left_out));
	for (size_t i = 0; i < t->n_entries; i++) {
		struct jsonw *one = jsonw_array();

		jsonw_append(one, jsonw_string(t->entries[i].text));
		jsonw_append(one, jsonw_uint(t->entries[i].count));
		jsonw_append(list, one);
	}
	return list;
}

static void load_texts(const struct total_member *m, struct journal_value from, void *at)
{
	struct journal_iterator i = journal_each(from);
	struct text_tally *t = at;

	(void)m;
	if (!journal_more(&i) || !journal_uint(i.value, NULL, &t->left_out))
		return;
	for (journal_step(&i); journal_more(&i); journal_step(&i)) {
		struct journal_iterator one = journal_each(i.value);
		char text[TEXT_TALLY_SIZE];
		uint64_t count;

		if (!journal_more(&one) || !journal_string(one.value, NULL, text, sizeof(text)))
			continue;
		journal_step(&one);
		if (journal_more(&one) && journal_uint(one.value, NULL, &count))
			text_tally_add(t, text, count);
	}
}

static struct jsonw *save_hist(const struct total_member *m, const void *at)
{
	const struct hist *h = at;

	(void)m;
	return h->count || h->sum_ns || h->max_ns ? hist_to_json(h) : NULL;
}

static void load_hist(const struct total_member *m, struct journal_value from, void *at)
{
	(void)m;
	fold_add_hist(from, NULL, at);
}

/* json-c's values have one parent each: a copy. */
static struct jsonw *save_json(const struct total_member *m, const void *at)
{
	struct jsonw *const *value = at;
	struct jsonw *copy = NULL;
	size_t length;
	const char *text;

	(void)m;
	if (!*value)
		return NULL;
	text = jsonw_text(*value, &length);
	(void)jsonw_parse(text, length, &copy, NULL);
	return copy;
}

static void load_json(const struct total_member *m, struct journal_value from, void *at)
{
	size_t length = 0;
	const char *text = journal_text(from, NULL, &length);
	char *copy = memory_format("%.*s", (int)length, text); /* the parser wants its NUL */

	(void)m;
	(void)jsonw_parse(copy, length, at, NULL);
	free(copy);
}

static struct jsonw *save_inner(const struct total_member *m, const void *at)
{
	return total_save(m->inner, at);
}

static void load_inner(const struct total_member *m, struct journal_value from, void *at)
{
	total_load(m->inner, from, at);
}

static const struct {
	struct jsonw *(*save)(const struct total_member *m, const void *at);
	void (*load)(const struct total_member *m, struct journal_value from, void *at);
} types[] = {
	[TOTAL_UINT] = {save_uint, load_uint},
	[TOTAL_UINT32] = {save_uint32, load_uint32},
	[TOTAL_INT] = {save_int, load_int},
	[TOTAL_BOOL] = {save_bool, load_bool},
	[TOTAL_DOUBLE] = {save_double, load_double},
	[TOTAL_KNOWN] = {save_known, load_known},
	[TOTAL_TEXT] = {save_text, load_text},
	[TOTAL_OWN_TEXT] = {save_pointer, load_own_text},
	[TOTAL_WORD] = {save_pointer, load_word},
	[TOTAL_TALLY] = {save_tally, load_tally},
	[TOTAL_TEXTS] = {save_texts, load_texts},
	[TOTAL_HIST] = {save_hist, load_hist},
	[TOTAL_JSON] = {save_json, load_json},
	[TOTAL_INNER] = {save_inner, load_inner},
};

struct jsonw *total_save(const struct total_table *table, const void *from)
{
	struct jsonw *object = jsonw_object();

	for (size_t i = 0; i < table->n; i++) {
		const struct total_member *m = &table->members[i];

		jsonw_set(object, m->name, types[m->type].save(m, (const char *)from + m->offset));
	}
	return object;
}

void total_load(const struct total_table *table, struct journal_value from, void *into)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct total_member *m = &table->members[i];
		struct journal_value value = journal_get(from, m->name);

		if (journal_is_there(value))
			types[m->type].load(m, value, (char *)into + m->offset);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* holders: who maps the pages that would not move, and what is known to hold them there. */
#include <string.h>

#include "base/jsonw.h"
#include "reports/fold.h"

#define MOST_HOLDERS 64 /* with evidence, and as many without */

static bool is_same(const struct jsonw *entry, const struct jsonw *other)
{
	static const char *const keys[] = {"mapping", "evidence"};

	if (jsonw_get_uint(entry, "pid") != jsonw_get_uint(other, "pid") ||
	    jsonw_has(entry, "block") != jsonw_has(other, "block") ||
	    jsonw_get_uint(entry, "block") != jsonw_get_uint(other, "block"))
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const char *a = jsonw_get_string(entry, keys[i]);
		const char *b = jsonw_get_string(other, keys[i]);

		if (strcmp(a ? a : "", b ? b : "") != 0)
			return false;
	}
	return true;
}

static struct jsonw *read_holder(struct journal_value o)
{
	static const char *const texts[] = {"comm", "mapping", "evidence"};
	static const char *const counts[] = {"pid", "pages", "pinned_bytes"};
	struct jsonw *entry = jsonw_object();
	char text[FOLD_TEXT_SIZE];
	uint64_t value;

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		if (journal_uint(o, counts[i], &value))
			jsonw_set_uint(entry, counts[i], value);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (journal_string(o, texts[i], text, sizeof(text)) && text[0])
			jsonw_set_string(entry, texts[i], text);
	return entry;
}

static void add_holder(struct fold *f, struct jsonw *entry)
{
	bool has_evidence = jsonw_has(entry, "evidence");
	size_t n_alike = 0;

	for (size_t i = 0; i < jsonw_length(f->holders); i++) {
		struct jsonw *known = jsonw_at(f->holders, i);

		n_alike += jsonw_has(known, "evidence") == has_evidence;
		if (!is_same(known, entry))
			continue;
		jsonw_set_uint(known, "count", jsonw_get_uint(known, "count") + 1);
		jsonw_free(entry);
		return;
	}
	if (n_alike == MOST_HOLDERS) {
		f->holders_left_out++;
		jsonw_free(entry);
		return;
	}
	jsonw_set_uint(entry, "count", 1);
	jsonw_append(f->holders, entry);
}

void fold_take_holders(struct fold *f, struct journal_value o)
{
	struct journal_value list = journal_get(o, "list");
	bool was_cut = false;
	uint64_t block;

	if (!f->holders)
		f->holders = jsonw_array();
	if (journal_bool(o, "cut", &was_cut) && was_cut)
		f->holders_cut++;
	for (struct journal_iterator i = journal_each(list); journal_more(&i); journal_step(&i)) {
		struct jsonw *entry = read_holder(i.value);

		if (journal_uint(o, "block", &block))
			jsonw_set_uint(entry, "block", block);
		add_holder(f, entry);
	}
}

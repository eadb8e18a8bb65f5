// SPDX-License-Identifier: GPL-2.0-or-later
/* topology.changes: what was plugged in or out while the run went on. */
#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/fold.h"

static const char *const lists[] = {"blocks_came", "blocks_went", "nodes_came", "nodes_went"};

/* As many as are listed at most; the figure beside the list has them all. */
static uint64_t take_list(struct jsonw *changes, struct journal_value o, const char *key)
{
	struct journal_iterator i = journal_each(journal_get(o, key));
	struct jsonw *list = jsonw_get(jsonw_get(changes, key), "ids");
	uint64_t id, n = 0;

	for (; journal_more(&i); journal_step(&i)) {
		if (!journal_uint(i.value, NULL, &id) || id > UINT32_MAX)
			continue;
		n++;
		if (jsonw_length(list) < FOLD_MAX_CHANGED)
			jsonw_append(list, jsonw_uint(id));
	}
	if (n > 0)
		jsonw_set_uint(jsonw_get(changes, key), "count",
			       jsonw_get_uint(jsonw_get(changes, key), "count") + n);
	return n;
}

static struct jsonw *new_changes(void)
{
	struct jsonw *changes = jsonw_object();

	jsonw_set_uint(changes, "times", 0);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct jsonw *list = jsonw_object();

		jsonw_set_uint(list, "count", 0);
		jsonw_set(list, "ids", jsonw_array());
		jsonw_set(changes, lists[i], list);
	}
	return changes;
}

void fold_take_topology_change(struct fold *f, struct journal_value o)
{
	if (!f->topology_changes)
		f->topology_changes = new_changes();
	jsonw_set_uint(f->topology_changes, "times",
		       jsonw_get_uint(f->topology_changes, "times") + 1);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		uint64_t n = take_list(f->topology_changes, o, lists[i]);

		if (i == 1)
			fold_add(&f->blocks_went, n);
	}
	fold_sum(o, "planned_blocks_went", &f->planned_blocks_went);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/totals.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"

struct totals {
	char *path; /* owned */
	struct journal *journal; /* NULL: not opened yet */
	bool is_new_file;	 /* since the journal was opened */
	struct fold fold;
};

struct totals *totals_new(const char *journal_path)
{
	struct totals *t = memory_alloc(1, sizeof(*t));

	t->path = memory_string(journal_path);
	t->fold.unmeasured = jsonw_array();
	return t;
}

void totals_free(struct totals *t)
{
	if (!t)
		return;
	journal_close(t->journal);
	fold_forget(&t->fold);
	jsonw_free(t->fold.unmeasured);
	free(t->path);
	free(t);
}

int totals_take(struct totals *t, uint64_t size, struct err *e)
{
	struct journal_event event;
	int r = 0;

	if (!t->journal)
		r = journal_open(t->path, &t->journal, e);
	else if (t->is_new_file)
		r = journal_reopen(t->journal, e);
	if (r < 0)
		return r;
	t->is_new_file = false;
	journal_read_until(t->journal, size);
	while ((r = journal_next(t->journal, &event, e)) > 0)
		fold_take_event(&t->fold, t->journal, &event);
	fold_look_at_journal(&t->fold, t->journal);
	return r;
}

void totals_put(const struct totals *t, void (*put)(void *context, struct jsonw *record),
		void *context)
{
	fold_put_totals(&t->fold, put, context);
}

void totals_begin_file(struct totals *t)
{
	t->is_new_file = true;
}

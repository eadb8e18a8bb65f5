// SPDX-License-Identifier: GPL-2.0-or-later
/* move_pages: what was asked, what became of it. */
#include "base/jsonw.h"
#include "base/hist_json.h"
#include "reports/fold.h"

static void add_known(struct journal_value o, const char *key, struct known *into)
{
	uint64_t value;

	if (!journal_uint(o, key, &value))
		return;
	into->is_known = true;
	fold_add(&into->value, value);
}

void fold_take_move(struct fold *f, struct journal_value o)
{
	struct journal_value by_status = journal_get(o, "by_status");
	struct journal_value private = journal_get(o, "private_anonymous");
	struct fold_move *m = &f->move;
	uint64_t moved = 0, not_moved = 0, asked;

	m->is_there = true;
	fold_sum(o, "calls", &m->calls);
	fold_sum(o, "single_calls", &m->single_calls);
	fold_sum(o, "batch_calls", &m->batch_calls);
	fold_sum(o, "pages", &m->pages);
	fold_sum(o, "moved", &moved);
	fold_sum(o, "not_moved", &not_moved);
	fold_sum(o, "already_there", &m->already_there);
	fold_sum(o, "call_errors", &m->call_errors);
	fold_add(&m->moved, moved);
	fold_add(&m->not_moved, not_moved);
	asked = moved;
	fold_add(&asked, not_moved);
	for (struct journal_iterator i = journal_each(by_status); journal_more(&i);
	     journal_step(&i)) {
		char name[TALLY_NAME_SIZE];
		uint64_t count;

		if (journal_uint(i.value, NULL, &count) &&
		    journal_string(i.key, NULL, name, sizeof(name)))
			tally_add(&m->by_status, name, 0, count);
	}
	fold_add_hist(o, "latency", &m->latency);
	add_known(private, "pages", &m->private_pages);
	add_known(private, "not_moved", &m->private_not_moved);
	if (f->phase) {
		fold_add(&f->phase->moved, moved);
		fold_add(&f->phase->not_moved, not_moved);
		add_known(private, "not_moved", &f->phase->gave_up);
		ratio_add_window(&f->phase->windows, moved, asked);
	}
}

struct jsonw *fold_describe_move(struct fold *f)
{
	struct fold_move *m = &f->move;
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "calls", m->calls);
	jsonw_set_uint(object, "single_calls", m->single_calls);
	jsonw_set_uint(object, "batch_calls", m->batch_calls);
	jsonw_set_uint(object, "call_errors", m->call_errors);
	jsonw_set_uint(object, "pages", m->pages);
	jsonw_set_uint(object, "moved", m->moved);
	jsonw_set_uint(object, "not_moved", m->not_moved);
	jsonw_set_uint(object, "already_there", m->already_there);
	jsonw_set(object, "by_status", tally_counts(&m->by_status));
	if (m->latency.count)
		jsonw_set(object, "latency", hist_to_json(&m->latency));
	else
		fold_unmeasured(f, "move_pages.latency", "no call was made");
	if (m->private_pages.is_known) {
		struct jsonw *private = jsonw_object();

		fold_set_known(private, "pages", &m->private_pages);
		jsonw_set_uint(private, "not_moved", m->private_not_moved.value);
		jsonw_set(object, "private_anonymous", private);
	} else {
		fold_unmeasured(f, "move_pages.private_anonymous",
				"no private anonymous pages were moved on their own");
	}
	return object;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* offline: attempts by result, in all and by block. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hist_json.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"

/* The slot of a block, or the empty one where it belongs. The table is never full. */
static uint32_t *slot_of(struct fold_offline *o, uint32_t id)
{
	size_t at = (id * 2654435761u) & (o->n_slots - 1); /* Knuth's multiplicative hash */

	while (o->slots[at] && o->blocks[o->slots[at] - 1].id != id)
		at = (at + 1) & (o->n_slots - 1);
	return &o->slots[at];
}

static void grow(struct fold_offline *o)
{
	o->n_slots = o->n_slots ? o->n_slots * 2 : 256;
	free(o->slots);
	o->slots = memory_alloc(o->n_slots, sizeof(*o->slots));
	for (size_t i = 0; i < o->n_blocks; i++)
		*slot_of(o, o->blocks[i].id) = (uint32_t)i + 1;
	o->blocks = memory_grow(o->blocks, o->n_slots / 2, sizeof(*o->blocks));
}

struct fold_block *fold_offline_block(struct fold_offline *o, uint32_t id)
{
	uint32_t *slot;

	if (o->n_blocks == o->n_slots / 2 && o->n_blocks < FOLD_MAX_BLOCKS)
		grow(o);
	slot = slot_of(o, id);
	if (*slot == 0) {
		if (o->n_blocks == FOLD_MAX_BLOCKS)
			return NULL;
		o->blocks[o->n_blocks++] = (struct fold_block){.id = id, .node = -1};
		*slot = (uint32_t)o->n_blocks;
	}
	return &o->blocks[*slot - 1];
}

struct attempt {
	bool is_success;
	bool is_censored; /* our signal ended it: nobody knows what it would have come to */
	bool is_by_deadline;
	char error[TALLY_NAME_SIZE];
	int64_t number;
	uint64_t pages_wanted, pages_in_block;
	bool was_aimed;
};

static void read_attempt(struct journal_value o, struct attempt *a)
{
	struct journal_value aim = journal_get(o, "aim");

	*a = (struct attempt){0};
	if (!journal_string(o, "error", a->error, sizeof(a->error)))
		(void)snprintf(a->error, sizeof(a->error), "other");
	(void)journal_int(o, "errno", &a->number);
	a->is_success = strcmp(a->error, "OK") == 0;
	a->is_by_deadline = !a->is_success && journal_equals(o, "ended_by", "deadline");
	a->is_censored =
		a->is_by_deadline || (!a->is_success && journal_equals(o, "ended_by", "abort"));
	a->was_aimed = journal_is_object(aim);
	(void)journal_uint(aim, "pages_wanted", &a->pages_wanted);
	(void)journal_uint(aim, "pages_in_block", &a->pages_in_block);
}

static void add_to_block(struct fold_block *b, struct journal_value o, const struct attempt *a)
{
	if (b->node < 0)
		(void)journal_int(o, "node", &b->node);
	b->attempts++;
	b->succeeded += a->is_success;
	b->censored += a->is_censored;
	if (!a->is_success)
		tally_add(&b->by_errno, a->error, (int32_t)a->number, 1);
	b->deadlines_in_row = a->is_by_deadline ? b->deadlines_in_row + 1 : 0;
	if (b->deadlines_in_row > b->most_deadlines_in_row)
		b->most_deadlines_in_row = b->deadlines_in_row;
	b->aims += a->was_aimed;
	b->pages_wanted += a->pages_wanted;
	b->pages_in_block += a->pages_in_block;
}

/* The intent is on disk before the write: of an attempt that a guest's end cut short it is all. */
void fold_take_intent(struct fold *f, struct journal_value o)
{
	struct fold_first *first = &f->offline.first;

	if (!first->is_over && first->began_ns == 0 && journal_equals(o, "operation", "offline"))
		(void)journal_uint(o, "t", &first->began_ns);
}

static void end_first(struct fold_first *first, struct journal_value o, const struct attempt *a)
{
	if (first->is_over || !journal_uint(o, "wall_ns", &first->wall_ns))
		return;
	first->is_over = true;
	first->is_success = a->is_success;
	first->is_censored = a->is_censored;
}

void fold_take_offline(struct fold *f, struct journal_value o)
{
	struct fold_offline *all = &f->offline;
	uint64_t id = UINT64_MAX, ns = 0;
	bool is_stray = false;
	struct fold_block *b;
	struct attempt a;

	if (fold_take_vetoed(f, o))
		return;
	read_attempt(o, &a);
	end_first(&all->first, o, &a);
	all->attempts++;
	all->succeeded += a.is_success;
	all->censored += a.is_censored;
	if (!a.is_success)
		tally_add(&all->by_errno, a.error, (int32_t)a.number, 1);
	if (a.is_success && journal_uint(o, "wall_ns", &ns))
		hist_add(&all->latency, ns);
	if (journal_uint(o, "time_to_return_ns", &ns))
		hist_add(&all->time_to_return, ns);
	if (journal_bool(o, "stray_signal", &is_stray) && is_stray)
		all->stray_signals++;
	all->aims += a.was_aimed;
	all->pages_wanted += a.pages_wanted;
	all->pages_in_block += a.pages_in_block;
	fold_sum(journal_get(o, "aim"), "pages_moved", &all->aim_moves);
	if (f->phase) {
		f->phase->offline_attempts++;
		f->phase->offline_succeeded += a.is_success;
	}
	b = journal_uint(o, "block", &id) && id <= UINT32_MAX ? fold_offline_block(all, (uint32_t)id)
								    : NULL;
	if (b)
		add_to_block(b, o, &a);
	else
		all->unlisted++;
}

void fold_take_online(struct fold *f, struct journal_value o)
{
	bool is_restored = false, is_gone = false;

	f->offline.onlines++;
	(void)journal_bool(o, "restored", &is_restored);
	(void)journal_bool(o, "gone", &is_gone);
	f->offline.unplugged += is_gone;
	f->offline.not_restored += !is_restored && !is_gone;
}

void fold_take_refused(struct fold *f, struct journal_value o)
{
	char why[FOLD_TEXT_SIZE];

	f->offline.refused++;
	f->offline.first.began_ns = 0; /* nothing was written after the intent */
	if (!journal_string(o, "why", why, sizeof(why)))
		(void)snprintf(why, sizeof(why), "no reason was recorded");
	text_tally_add(&f->offline.refusals, why, 1);
}

void fold_take_aimed(struct fold *f, struct journal_value o)
{
	fold_sum(o, "pages_moved", &f->offline.aim_moves);
}

/* One that is not over lasted at least to the last record of the run. */
static struct jsonw *describe_first(const struct fold *f)
{
	const struct fold_first *first = &f->offline.first;
	struct jsonw *object;

	if (!first->is_over && (first->began_ns == 0 || f->last_t_ns < first->began_ns))
		return NULL;
	object = jsonw_object();
	jsonw_set_uint(object, "wall_ns",
		       first->is_over ? first->wall_ns : f->last_t_ns - first->began_ns);
	jsonw_set_bool(object, "succeeded", first->is_success);
	jsonw_set_bool(object, "censored", first->is_censored || !first->is_over);
	return object;
}

struct jsonw *fold_describe_offline(struct fold *f)
{
	struct fold_offline *o = &f->offline;
	struct jsonw *object = jsonw_object(), *first = describe_first(f);

	jsonw_set_uint(object, "attempts", o->attempts);
	jsonw_set_uint(object, "refused_before", o->refused);
	jsonw_set(object, "refusals", text_tally_list(&o->refusals, "why"));
	jsonw_set_uint(object, "succeeded", o->succeeded);
	jsonw_set(object, "by_errno", tally_errnos(&o->by_errno));
	jsonw_set_uint(object, "censored", o->censored);
	if (first)
		jsonw_set(object, "first_attempt", first);
	else
		fold_unmeasured(f, "offline.first_attempt", "no attempt was made");
	if (o->latency.count)
		jsonw_set(object, "latency", hist_to_json(&o->latency));
	else
		fold_unmeasured(f, "offline.latency",
				o->succeeded ? "no attempt that succeeded has its time on record"
					     : "no attempt succeeded");
	if (o->time_to_return.count)
		jsonw_set(object, "time_to_return", hist_to_json(&o->time_to_return));
	else
		fold_unmeasured(f, "offline.time_to_return", "no attempt had to be cancelled");
	if (f->veto.attempts || f->veto.unavailable[0])
		jsonw_set(object, "veto", fold_describe_veto(f));
	jsonw_set_uint(object, "onlines", o->onlines);
	jsonw_set_uint(object, "not_restored", o->not_restored);
	if (o->unplugged)
		jsonw_set_uint(object, "unplugged", o->unplugged);
	if (o->aims) {
		struct jsonw *aim = jsonw_object();

		jsonw_set_uint(aim, "attempts", o->aims);
		jsonw_set_uint(aim, "pages_wanted", o->pages_wanted);
		jsonw_set_uint(aim, "pages_in_block", o->pages_in_block);
		jsonw_set_uint(aim, "pages_moved", o->aim_moves);
		jsonw_set(object, "aim", aim);
	} else {
		fold_unmeasured(f, "offline.aim", "no pages were aimed at a block");
	}
	if (o->stray_signals)
		fold_fault(f, "%llu offline attempts were ended by a signal that the harness had not sent",
			   (unsigned long long)o->stray_signals);
	if (o->unlisted)
		fold_fault(f, "%llu offline attempts name no block, or one more than can be listed",
			   (unsigned long long)o->unlisted);
	return object;
}

static struct jsonw *describe_block(const struct fold_block *b)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "id", b->id);
	if (b->node >= 0)
		jsonw_set_int(object, "node", b->node);
	jsonw_set_uint(object, "attempts", b->attempts);
	jsonw_set_uint(object, "succeeded", b->succeeded);
	jsonw_set(object, "by_errno", tally_errnos(&b->by_errno));
	jsonw_set_uint(object, "censored", b->censored);
	if (b->aims) {
		jsonw_set_uint(object, "pages_wanted", b->pages_wanted);
		jsonw_set_uint(object, "pages_in_block", b->pages_in_block);
	}
	return object;
}

static int by_id(const void *a, const void *b)
{
	const struct fold_block *const *x = a, *const *y = b;

	return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

char *fold_offline_blocks(const struct fold *f, size_t *ret_length)
{
	size_t n = f->offline.n_blocks;
	const struct fold_block **sorted = memory_alloc(n, sizeof(struct fold_block *));
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_length);
	struct jsonw_stream to = {.out = out};

	if (!out)
		(void)memory_alloc(SIZE_MAX / 2, 1); /* ends the program with the out-of-memory line */
	for (size_t i = 0; i < n; i++)
		sorted[i] = &f->offline.blocks[i];
	qsort(sorted, n, sizeof(struct fold_block *), by_id);
	jsonw_stream_begin(&to, NULL, '[');
	for (size_t i = 0; i < n; i++)
		jsonw_stream_value(&to, NULL, describe_block(sorted[i]));
	jsonw_stream_end(&to, ']');
	(void)fclose(out);
	free(sorted);
	return text;
}

void fold_offline_done(struct fold_offline *o)
{
	for (size_t i = 0; i < o->n_blocks; i++)
		tally_done(&o->blocks[i].by_errno);
	free(o->blocks);
	free(o->slots);
	tally_done(&o->by_errno);
	text_tally_done(&o->refusals);
}

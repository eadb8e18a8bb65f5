// SPDX-License-Identifier: GPL-2.0-or-later
/* The fold as records at the head of a journal's next file, and taken in from there. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"
#include "reports/totals_tables.h"

#define BLOCKS_IN_RECORD 256
#define PHASES_IN_RECORD 64

static struct jsonw *save_block(const struct fold *f, size_t i)
{
	struct jsonw *object = total_save(&totals_of_block, &f->offline.blocks[i]);

	jsonw_set_uint(object, "id", f->offline.blocks[i].id);
	return object;
}

static void load_block(struct fold *f, struct journal_value from)
{
	struct fold_block *b;
	uint64_t id;

	if (!journal_uint(from, "id", &id) || id > UINT32_MAX)
		return;
	b = fold_offline_block(&f->offline, (uint32_t)id);
	if (!b)
		return;
	tally_done(&b->by_errno);
	*b = (struct fold_block){.id = (uint32_t)id};
	total_load(&totals_of_block, from, b);
}

static struct jsonw *save_group(const struct fold *f, size_t i)
{
	return total_save(&totals_of_group, &f->groups[i]);
}

static void load_group(struct fold *f, struct journal_value from)
{
	if (f->n_groups == FOLD_MAX_GROUPS)
		return;
	f->groups = memory_grow(f->groups, f->n_groups + 1, sizeof(*f->groups));
	memset(&f->groups[f->n_groups], 0, sizeof(*f->groups));
	total_load(&totals_of_group, from, &f->groups[f->n_groups++]);
}

static struct jsonw *save_phase(const struct fold *f, size_t i)
{
	struct jsonw *object = total_save(&totals_of_phase, &f->phases[i]);

	if (f->phase == &f->phases[i])
		jsonw_set_bool(object, "is_open", true);
	return object;
}

static void load_phase(struct fold *f, struct journal_value from)
{
	bool is_open = false;

	if (f->n_phases == FOLD_MAX_PHASES)
		return;
	f->phases = memory_grow(f->phases, f->n_phases + 1, sizeof(*f->phases));
	f->phases[f->n_phases] = (struct fold_phase){0};
	total_load(&totals_of_phase, from, &f->phases[f->n_phases++]);
	if (journal_bool(from, "is_open", &is_open) && is_open) /* it is the last one */
		f->phase = &f->phases[f->n_phases - 1];
}

static struct jsonw *save_finding(const struct fold *f, size_t i)
{
	return total_save(&totals_of_finding, &f->findings[i]);
}

static void load_finding(struct fold *f, struct journal_value from)
{
	struct fold_finding x = {.kind = fold_finding_kind("")};

	total_load(&totals_of_finding, from, &x);
	if (!x.text)
		x.text = memory_string("");
	fold_keep_finding(f, &x);
}

static struct jsonw *save_stuck(const struct fold *f, size_t i)
{
	const struct fold_stuck *s = &f->stuck[i];
	struct jsonw *object = total_save(&totals_of_stuck, s), *stacks = jsonw_array();

	for (size_t k = 0; k < s->n_stacks; k++)
		jsonw_append(stacks, total_save(&totals_of_stack, &s->stacks[k]));
	jsonw_set(object, "stacks", stacks);
	return object;
}

static void load_stuck(struct fold *f, struct journal_value from)
{
	struct journal_iterator i = journal_each(journal_get(from, "stacks"));
	struct fold_stuck *s;

	if (f->n_stuck == FOLD_MAX_STUCK)
		return;
	f->stuck = memory_grow(f->stuck, f->n_stuck + 1, sizeof(*f->stuck));
	s = &f->stuck[f->n_stuck++];
	*s = (struct fold_stuck){.who = fold_known_who("")};
	total_load(&totals_of_stuck, from, s);
	for (; journal_more(&i) && s->n_stacks < FOLD_MAX_STACKS; journal_step(&i)) {
		struct fold_stack stack = {0};

		total_load(&totals_of_stack, i.value, &stack);
		if (!stack.frames)
			continue;
		s->stacks = memory_grow(s->stacks, s->n_stacks + 1, sizeof(*s->stacks));
		s->stacks[s->n_stacks++] = stack;
	}
}

/* The callers have their places. */
static struct jsonw *save_caller(const struct fold *f, size_t i)
{
	struct jsonw *object = total_save(&totals_of_caller, &f->callers[i]);

	jsonw_set_string(object, "driver", fold_driver_name((enum fold_driver)i));
	return object;
}

static void load_caller(struct fold *f, struct journal_value from)
{
	for (int i = FOLD_FIRST_CALLER; i < FOLD_DRIVERS; i++) {
		struct fold_caller *c = &f->callers[i];

		if (!journal_equals(from, "driver", fold_driver_name((enum fold_driver)i)))
			continue;
		tally_done(&c->errors);
		tally_done(&c->numbers);
		*c = (struct fold_caller){0};
		total_load(&totals_of_caller, from, c);
	}
}

static struct jsonw *save_stress_ng(const struct fold *f, size_t i)
{
	(void)i;
	return total_save(&totals_of_stress_ng, &f->stress_ng);
}

static void load_stress_ng(struct fold *f, struct journal_value from)
{
	total_load(&totals_of_stress_ng, from, &f->stress_ng);
}

static struct jsonw *save_stressor(const struct fold *f, size_t i)
{
	return total_save(&totals_of_stressor, &f->stress_ng.stressors[i]);
}

static void load_stressor(struct fold *f, struct journal_value from)
{
	struct fold_stress_ng *s = &f->stress_ng;

	if (s->n_stressors < FOLD_MAX_STRESSORS)
		total_load(&totals_of_stressor, from, &s->stressors[s->n_stressors++]);
}

/* What records said that cannot be measured; what the fold itself finds missing it finds again. */
static struct jsonw *save_unmeasured(const struct fold *f, size_t i)
{
	const struct jsonw *entry = jsonw_at(f->unmeasured, i);
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "path", jsonw_get_string(entry, "path"));
	jsonw_set_string(object, "why", jsonw_get_string(entry, "why"));
	return object;
}

static void load_unmeasured(struct fold *f, struct journal_value from)
{
	char path[FOLD_NAME_SIZE], why[FOLD_TEXT_SIZE];

	if (!journal_string(from, "path", path, sizeof(path)) ||
	    !journal_string(from, "why", why, sizeof(why)))
		return;
	for (size_t i = 0; i < jsonw_length(f->unmeasured); i++)
		if (strcmp(jsonw_get_string(jsonw_at(f->unmeasured, i), "path"), path) == 0)
			return;
	fold_unmeasured(f, path, "%s", why);
}

static struct jsonw *save_whole(const struct fold *f, size_t i)
{
	(void)i;
	return total_save(&totals_of_fold, f);
}

static void load_whole(struct fold *f, struct journal_value from)
{
	total_load(&totals_of_fold, from, f);
}

static size_t one(const struct fold *f)
{
	(void)f;
	return 1;
}

static size_t blocks(const struct fold *f)
{
	return f->offline.n_blocks;
}

static size_t groups(const struct fold *f)
{
	return f->n_groups;
}

static size_t phases(const struct fold *f)
{
	return f->n_phases;
}

static size_t findings(const struct fold *f)
{
	return f->n_findings;
}

static size_t stuck(const struct fold *f)
{
	return f->n_stuck;
}

static size_t callers(const struct fold *f)
{
	(void)f;
	return FOLD_DRIVERS;
}

static size_t stress_ng(const struct fold *f)
{
	return f->stress_ng.is_there ? 1 : 0;
}

static size_t stressors(const struct fold *f)
{
	return f->stress_ng.n_stressors;
}

static size_t unmeasured(const struct fold *f)
{
	return jsonw_length(f->unmeasured);
}

/* How many of a list fit into a record: its line stays far below JOURNAL_MAX_LINE. */
static const struct {
	const char *name;
	size_t (*count)(const struct fold *f);
	size_t in_record;
	struct jsonw *(*save)(const struct fold *f, size_t i);
	void (*load)(struct fold *f, struct journal_value from);
} parts[] = {
	{"whole", one, 1, save_whole, load_whole},
	{"blocks", blocks, BLOCKS_IN_RECORD, save_block, load_block},
	{"groups", groups, 1, save_group, load_group},
	{"phases", phases, PHASES_IN_RECORD, save_phase, load_phase},
	{"findings", findings, 1, save_finding, load_finding},
	{"stuck", stuck, 1, save_stuck, load_stuck},
	{"callers", callers, 1, save_caller, load_caller},
	{"stress_ng", stress_ng, 1, save_stress_ng, load_stress_ng},
	{"stressors", stressors, FOLD_MAX_STRESSORS, save_stressor, load_stressor},
	{"unmeasured", unmeasured, 1, save_unmeasured, load_unmeasured},
};

static struct jsonw *begin(const struct fold *f)
{
	struct jsonw *record = journal_totals("begin");

	jsonw_set_uint(record, "files", f->before.files + 1);
	jsonw_set_uint(record, "events", f->journal.events);
	jsonw_set_uint(record, "corrupt", f->journal.corrupt);
	jsonw_set_uint(record, "gaps", f->journal.gaps);
	jsonw_set_uint(record, "boots", f->journal.boots);
	jsonw_set_uint(record, "first_t", f->first_t_ns);
	return record;
}

void fold_put_totals(const struct fold *f, void (*put)(void *context, struct jsonw *record),
		     void *context)
{
	put(context, begin(f));
	journal_unfinished_put(&f->unfinished, put, context);
	for (size_t p = 0; p < ARRAY_SIZE(parts); p++) {
		size_t n = parts[p].count(f);

		for (size_t i = 0; i < n;) {
			struct jsonw *record = journal_totals(parts[p].name), *list = jsonw_array();

			for (size_t k = 0; k < parts[p].in_record && i < n; k++)
				jsonw_append(list, parts[p].save(f, i++));
			jsonw_set(record, "list", list);
			put(context, record);
		}
	}
}

/* All that was folded so far is in what comes now. (A struct fold is too large for the stack.) */
static void start_again(struct fold *f, struct journal_value o)
{
	const struct guest_end guest_end = f->guest_end;
	const struct run_file run = f->run;
	struct jsonw *unmeasured = f->unmeasured;
	bool is_live = f->is_live;

	fold_forget(f);
	memset(f, 0, sizeof(*f));
	f->guest_end = guest_end;
	f->run = run;
	f->unmeasured = unmeasured;
	f->is_live = is_live;
	(void)journal_uint(o, "files", &f->before.files);
	(void)journal_uint(o, "events", &f->before.events);
	(void)journal_uint(o, "corrupt", &f->before.corrupt);
	(void)journal_uint(o, "gaps", &f->before.gaps);
	(void)journal_uint(o, "boots", &f->before.boots);
}

void fold_take_totals(struct fold *f, struct journal_value o)
{
	struct journal_iterator i = journal_each(journal_get(o, "list"));

	if (journal_equals(o, "part", "begin"))
		start_again(f, o);
	f->before.totals++;
	for (size_t p = 0; p < ARRAY_SIZE(parts); p++)
		if (journal_equals(o, "part", parts[p].name))
			for (; journal_more(&i); journal_step(&i))
				parts[p].load(f, i.value);
}

void fold_look_at_journal(struct fold *f, const struct journal *j)
{
	const struct fold_before *b = &f->before;

	f->journal = *journal_figures(j);
	f->journal.events += b->events - b->totals;
	f->journal.corrupt += b->corrupt;
	f->journal.gaps += b->gaps;
	f->journal.boots += b->boots - (b->files > 0); /* the one that it goes on in */
}

void fold_count_dropped(struct fold *f, const char *directory)
{
	cleanup_free char *path = memory_format("%s/events.jsonl.1", directory);
	struct journal_event event;
	struct journal *j = NULL;
	uint64_t files = 0, events = 0;

	if (f->before.files == 0)
		return;
	f->events_dropped = f->before.events;
	if (journal_open(path, &j, NULL) < 0)
		return;
	if (journal_next(j, &event, NULL) > 0) {
		(void)journal_uint(event.object, "files", &files);
		(void)journal_uint(event.object, "events", &events);
		if (files + 1 == f->before.files && events <= f->before.events)
			f->events_dropped = events;
	}
	journal_close(j);
}

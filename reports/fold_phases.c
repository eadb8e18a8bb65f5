// SPDX-License-Identifier: GPL-2.0-or-later
/* workers: groups over all phases; ladder: one entry for each phase with a rung. */
#include <string.h>

#include "base/hist_json.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"
#include "reports/touching.h"

static struct fold_group *group_entry(struct fold *f, const char *name)
{
	for (size_t i = 0; i < f->n_groups; i++)
		if (strcmp(f->groups[i].name, name) == 0)
			return &f->groups[i];
	if (f->n_groups == FOLD_MAX_GROUPS)
		return NULL;
	f->groups = memory_grow(f->groups, f->n_groups + 1, sizeof(*f->groups));
	memset(&f->groups[f->n_groups], 0, sizeof(*f->groups));
	(void)snprintf(f->groups[f->n_groups].name, FOLD_NAME_SIZE, "%s", name);
	return &f->groups[f->n_groups++];
}

static struct fold_group *group_of(struct fold *f, struct journal_value group)
{
	char name[FOLD_NAME_SIZE];

	return journal_string(group, "name", name, sizeof(name)) ? group_entry(f, name) : NULL;
}

static void keep_most(struct journal_value o, const char *key, uint64_t *most)
{
	uint64_t value;

	if (journal_uint(o, key, &value) && value > *most)
		*most = value;
}

static void take_group(struct fold *f, struct journal_value group)
{
	struct fold_group *g = group_of(f, group);

	if (!g)
		return;
	(void)journal_string(group, "workload", g->workload, sizeof(g->workload));
	(void)journal_string(group, "kind", g->kind, sizeof(g->kind));
	(void)journal_string(group, "driven_by", g->driven_by, sizeof(g->driven_by));
	keep_most(group, "processes", &g->processes);
	keep_most(group, "threads", &g->threads);
	keep_most(group, "pages", &g->pages);
}

static void take_group_figures(struct fold *f, struct journal_value group)
{
	struct fold_group *g = group_of(f, group);
	uint64_t moved;

	if (!g)
		return;
	g->phases++;
	fold_sum(group, "touches", &g->touches);
	fold_sum(group, "slow_touches", &g->slow_touches);
	fold_sum(group, "minor_faults", &g->minor_faults);
	fold_sum(group, "operations", &g->operations);
	fold_sum(group, "mismatches", &g->mismatches);
	if (journal_uint(group, "moved", &moved)) {
		g->moved.is_known = true;
		fold_add(&g->moved.value, moved);
	}
	fold_add_hist(group, "latency", &g->latency);
}

static uint64_t touching_of_groups(struct journal_value groups)
{
	uint64_t sum = 0;

	for (struct journal_iterator i = journal_each(groups); journal_more(&i); journal_step(&i)) {
		char workload[FOLD_NAME_SIZE] = "";
		uint64_t processes = 0, threads = 0;

		(void)journal_string(i.value, "workload", workload, sizeof(workload));
		(void)journal_uint(i.value, "processes", &processes);
		(void)journal_uint(i.value, "threads", &threads);
		sum += touching_threads(workload, processes, threads);
	}
	return sum;
}

void fold_take_phase(struct fold *f, struct journal_value o)
{
	struct journal_value groups = journal_get(o, "workers");
	struct fold_phase *p;
	uint64_t touching = touching_of_groups(groups);
	int64_t rung;

	f->phase = NULL;
	if (touching > f->faulters)
		f->faulters = touching;
	for (struct journal_iterator i = journal_each(groups); journal_more(&i); journal_step(&i))
		take_group(f, i.value);
	if (!journal_int(o, "rung", &rung) || rung < 0 || f->n_phases == FOLD_MAX_PHASES)
		return;
	f->phases = memory_grow(f->phases, f->n_phases + 1, sizeof(*f->phases));
	p = &f->phases[f->n_phases++];
	*p = (struct fold_phase){.rung = rung, .before = f->counts, .last = f->counts};
	(void)journal_string(o, "name", p->name, sizeof(p->name));
	fold_sum(o, "faulters", &p->faulters);
	f->phase = p;
}

void fold_take_not_ended(struct fold *f, struct journal_value o)
{
	char name[FOLD_NAME_SIZE];
	struct fold_group *g = NULL;

	if (journal_string(o, "group", name, sizeof(name)))
		g = group_entry(f, name);
	if (g)
		fold_sum(o, "processes", &g->not_ended);
}

void fold_take_phase_end(struct fold *f, struct journal_value o)
{
	struct journal_value groups = journal_get(o, "workers");

	fold_take_counts(f, journal_get(o, "migration"));
	for (struct journal_iterator i = journal_each(groups); journal_more(&i); journal_step(&i))
		take_group_figures(f, i.value);
	if (!f->phase)
		return;
	fold_sum(o, "duration_ns", &f->phase->duration_ns);
	f->phase->is_over = true;
	f->phase = NULL;
}

static struct jsonw *describe_group(struct fold *f, const struct fold_group *g)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "name", g->name);
	if (g->workload[0])
		jsonw_set_string(object, "workload", g->workload);
	if (g->kind[0])
		jsonw_set_string(object, "kind", g->kind);
	if (g->driven_by[0])
		jsonw_set_string(object, "driven_by", g->driven_by);
	jsonw_set_uint(object, "processes", g->processes);
	jsonw_set_uint(object, "threads", g->threads);
	jsonw_set_uint(object, "pages", g->pages);
	jsonw_set_uint(object, "phases", g->phases);
	if (g->not_ended)
		jsonw_set_uint(object, "not_ended", g->not_ended);
	if (g->phases == 0) {
		char path[FOLD_NAME_SIZE + 16];

		(void)snprintf(path, sizeof(path), "workers.%s.touches", g->name);
		fold_unmeasured(f, path, "no phase of this group came to its end");
		return object;
	}
	jsonw_set_uint(object, "touches", g->touches);
	jsonw_set_uint(object, "slow_touches", g->slow_touches);
	jsonw_set_uint(object, "faults", g->minor_faults);
	jsonw_set_uint(object, "operations", g->operations);
	fold_set_known(object, "moved", &g->moved);
	jsonw_set_uint(object, "mismatches", g->mismatches);
	jsonw_set(object, "latency", hist_to_json(&g->latency));
	return object;
}

struct jsonw *fold_describe_groups(struct fold *f)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < f->n_groups; i++)
		jsonw_append(list, describe_group(f, &f->groups[i]));
	return list;
}

/* What a cumulative count grew by. Before the first counts came it was at its beginning: 0. */
static bool growth(const struct known *before, const struct known *last, uint64_t *ret)
{
	if (!last->is_known)
		return false;
	*ret = last->value - (before->is_known && before->value <= last->value ? before->value : 0);
	return true;
}

static void set_growth(struct jsonw *object, const char *key, const struct known *before,
		       const struct known *last)
{
	uint64_t value;

	if (growth(before, last, &value))
		jsonw_set_uint(object, key, value);
}

static struct jsonw *describe_interval(const struct fold_phase *p)
{
	struct ratio_interval interval = ratio_of_windows(&p->windows);
	struct jsonw *object = jsonw_object();

	jsonw_set_double(object, "low", interval.low);
	jsonw_set_double(object, "high", interval.high);
	jsonw_set_double(object, "confidence", 0.95);
	jsonw_set_string(object, "method", interval.method);
	jsonw_set_uint(object, "windows", p->windows.n);
	return object;
}

static struct jsonw *describe_phase(const struct fold_phase *p)
{
	const struct fold_counts *before = &p->before, *last = &p->last;
	struct jsonw *object = jsonw_object();
	uint64_t attempts, succeeded, asked = p->moved;

	fold_add(&asked, p->not_moved);
	jsonw_set_string(object, "phase", p->name);
	jsonw_set_int(object, "rung", p->rung);
	jsonw_set_uint(object, "faulters", p->faulters);
	if (p->is_over)
		jsonw_set_uint(object, "duration_ns", p->duration_ns);
	set_growth(object, "attempts", &before->attempts, &last->attempts);
	set_growth(object, "eagain", &before->eagain, &last->eagain);
	set_growth(object, "waits", &before->waits, &last->waits);
	jsonw_set_uint(object, "offline_attempts", p->offline_attempts);
	jsonw_set_uint(object, "offline_succeeded", p->offline_succeeded);
	jsonw_set_uint(object, "moved", p->moved);
	jsonw_set_uint(object, "not_moved", p->not_moved);
	fold_set_known(object, "gave_up", &p->gave_up);
	if (p->windows.trials) {
		jsonw_set(object, "success_probability",
			  fold_share(p->moved, asked));
		jsonw_set(object, "interval", describe_interval(p));
	}
	if (growth(&before->attempts, &last->attempts, &attempts) && attempts > 0 &&
	    growth(&before->succeeded, &last->succeeded, &succeeded))
		jsonw_set(object, "success_per_attempt", fold_share(succeeded, attempts));
	return object;
}

struct jsonw *fold_describe_ladder(struct fold *f)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < f->n_phases; i++) {
		const struct fold_phase *p = &f->phases[i];
		char path[FOLD_NAME_SIZE + 40];

		jsonw_append(list, describe_phase(p));
		if (!p->windows.trials) {
			(void)snprintf(path, sizeof(path), "ladder.%s.success_probability", p->name);
			fold_unmeasured(f, path, "no page was asked to move in this phase");
		}
		if (!p->last.attempts.is_known) {
			(void)snprintf(path, sizeof(path), "ladder.%s.attempts", p->name);
			fold_unmeasured(f, path, "counted by '%s': it does not see attempts",
					f->source ? f->source : "none");
		}
	}
	return list;
}

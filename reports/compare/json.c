// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "base/jsonw.h"
#include "reports/compare/compare.h"

#define MINOR 0

static const char *const effect_names[] = {
	[COMPARE_RATIO] = "ratio",
	[COMPARE_DIFFERENCE] = "difference",
	[COMPARE_HAZARD_RATIO] = "hazard_ratio",
};

/* What is not finite was not measured, or has no bound: it is left out. */
static struct jsonw *describe_interval(const struct stats_interval *interval)
{
	struct jsonw *object;

	if (!interval->is_known)
		return NULL;
	object = jsonw_object();
	jsonw_set_double(object, "low", interval->low);
	jsonw_set_double(object, "high", interval->high);
	jsonw_set_string(object, "method", interval->method);
	return object;
}

static struct jsonw *describe_figures(const struct compare_figures *f)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "boots", f->boots);
	jsonw_set_double(object, "events", f->events);
	jsonw_set_double(object, "of", f->of);
	jsonw_set_double(object, "rate", f->rate);
	jsonw_set(object, "interval", describe_interval(&f->bounds));
	jsonw_set_double(object, "value", f->median);
	return object;
}

static struct jsonw *describe_metric(const struct compare *c, const struct compare_metric *m)
{
	struct jsonw *object = jsonw_object(), *effect;

	jsonw_set_string(object, "name", m->spec->name);
	jsonw_set_string(object, "unit", m->spec->unit);
	jsonw_set_bool(object, "primary", m == c->primary);
	jsonw_set_bool(object, "measured", m->is_measured);
	if (!m->is_measured)
		jsonw_set_string(object, "why", m->why);
	for (int side = 0; side < COMPARE_SIDES; side++)
		jsonw_set(object, compare_side_name((enum compare_side)side),
			  describe_figures(&m->side[side]));
	if (!m->is_measured)
		return object;
	effect = jsonw_object();
	jsonw_set_string(effect, "kind", effect_names[m->spec->effect]);
	jsonw_set_double(effect, "value", m->effect);
	jsonw_set(object, "effect", effect);
	jsonw_set(object, "interval", describe_interval(&m->interval));
	jsonw_set_double(object, "p", m->p);
	jsonw_set_double(object, "p_adjusted", m->p_adjusted);
	jsonw_set_string(object, "test_name", m->test_name);
	if (m->detail[0])
		jsonw_set_string(object, "detail", m->detail);
	jsonw_set_bool(object, "enough", m->is_enough);
	return object;
}

static struct jsonw *describe_run(const struct compare_run *run)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "id", run->id);
	jsonw_set_string(object, "kernel", run->kernel);
	jsonw_set_string(object, "path", run->path);
	jsonw_set_string(object, "ended", run->ended);
	if (run->boot_id)
		jsonw_set_string(object, "boot_id", run->boot_id);
	if (run->plan_digest)
		jsonw_set_string(object, "plan_digest", run->plan_digest);
	jsonw_set_double(object, "seconds", run->seconds);
	return object;
}

static struct jsonw *describe_sides(const struct compare *c)
{
	struct jsonw *list = jsonw_array();

	for (int side = 0; side < COMPARE_SIDES; side++) {
		struct jsonw *object = jsonw_object(), *runs = jsonw_array();

		jsonw_set_string(object, "name", compare_side_name((enum compare_side)side));
		for (size_t i = 0; i < c->sides.n[side]; i++)
			jsonw_append(runs, describe_run(c->sides.runs[side][i]));
		jsonw_set(object, "runs", runs);
		jsonw_append(list, object);
	}
	return list;
}

static struct jsonw *describe_step(const struct compare_step *step)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "rung", step->rung);
	jsonw_set_uint(object, "faulters", step->faulters);
	for (int side = 0; side < COMPARE_SIDES; side++) {
		struct jsonw *figures = jsonw_object();

		jsonw_set_uint(figures, "boots", step->side[side].boots);
		if (step->side[side].boots > 0) {
			jsonw_set_double(figures, "moved", step->side[side].moved);
			jsonw_set_double(figures, "had_to_move", step->side[side].had_to_move);
			jsonw_set_double(figures, "success_probability", step->side[side].share);
			jsonw_set(figures, "interval",
				  describe_interval(&step->side[side].interval));
		}
		if (step->side[side].attempts > 0) {
			jsonw_set_double(figures, "attempts", step->side[side].attempts);
			jsonw_set_double(figures, "eagain", step->side[side].eagain);
		}
		if (step->side[side].offline_attempts > 0) {
			jsonw_set_double(figures, "offline_attempts",
					 step->side[side].offline_attempts);
			jsonw_set_double(figures, "offline_succeeded", step->side[side].offline);
		}
		jsonw_set(object, compare_side_name((enum compare_side)side), figures);
	}
	return object;
}

static struct jsonw *describe_lockups(const struct compare_lockups *l)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "kind", l->kind);
	for (int side = 0; side < COMPARE_SIDES; side++)
		jsonw_set(object, compare_side_name((enum compare_side)side),
			  describe_figures(&l->side[side]));
	jsonw_set_double(object, "ratio", l->ratio);
	jsonw_set(object, "interval", describe_interval(&l->interval));
	return object;
}

static struct jsonw *describe_order(const struct compare *c)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_bool(object, "known", c->is_ordered);
	jsonw_set_bool(object, "interleaved", c->is_interleaved);
	jsonw_set_uint(object, "block", c->block);
	jsonw_set_double(object, "arrangements", c->arrangements);
	jsonw_set_bool(object, "exact", c->is_exact);
	return object;
}

static struct jsonw *describe_texts(char *const *texts, size_t n)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < n; i++)
		jsonw_append(list, jsonw_string(texts[i]));
	return list;
}

struct jsonw *compare_describe(const struct compare *c)
{
	struct jsonw *object = jsonw_object(), *schema = jsonw_object();
	struct jsonw *metrics = jsonw_array(), *ladder = jsonw_array(), *lockups = jsonw_array();
	struct jsonw *least = jsonw_object();

	jsonw_set_string(schema, "name", "memsoak-compare");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", MINOR);
	jsonw_set(object, "schema", schema);
	jsonw_set_string(object, "outcome", compare_outcome_name(c->outcome));
	jsonw_set(object, "why", describe_texts(c->why, c->n_why));
	jsonw_set_double(object, "alpha", c->options.alpha);
	jsonw_set_double(object, "margin", c->options.margin);
	jsonw_set_uint(object, "seed", c->options.seed);
	jsonw_set(object, "order", describe_order(c));
	jsonw_set_uint(least, "one_metric", c->least_boots);
	if (c->n_tested)
		jsonw_set_uint(least, "corrected", c->least_boots_corrected);
	jsonw_set(object, "least_boots", least);
	jsonw_set_string(object, "eagain_of", c->whose_eagain);
	for (int i = 0; i < COMPARE_METRICS; i++)
		jsonw_append(metrics, describe_metric(c, &c->metrics[i]));
	jsonw_set(object, "metrics", metrics);
	for (size_t i = 0; i < c->n_steps; i++)
		jsonw_append(ladder, describe_step(&c->steps[i]));
	jsonw_set(object, "ladder", ladder);
	for (size_t i = 0; i < c->n_lockups; i++)
		jsonw_append(lockups, describe_lockups(&c->lockups[i]));
	jsonw_set(object, "lockups", lockups);
	jsonw_set(object, "sides", describe_sides(c));
	jsonw_set(object, "notes", describe_texts(c->notes, c->n_notes));
	return object;
}

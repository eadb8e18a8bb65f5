// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/jsonw.h"
#include "plan/plan.h"

static struct jsonw *workers_to_json(const struct profile_workers *w)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "name", w->name);
	jsonw_set_string(object, "workload", w->workload);
	jsonw_set_string(object, "kind", workload_kind_name(w->kind));
	jsonw_set_uint(object, "processes", w->processes);
	jsonw_set_uint(object, "threads", w->threads);
	jsonw_set_uint(object, "pages", w->pages);
	jsonw_set_string(object, "driven_by", driven_by_name(w->driven_by));
	return object;
}

static struct jsonw *callers_to_json(const struct plan_phase *phase)
{
	struct jsonw *names = jsonw_array();

	for (int i = 0; i < CALLER_MAX; i++)
		if (phase->callers[i])
			jsonw_append(names, jsonw_string(caller_name((enum caller)i)));
	return names;
}

static struct jsonw *phase_to_json(const struct plan_phase *phase)
{
	struct jsonw *object = jsonw_object(), *workers = jsonw_array();
	struct jsonw *callers = callers_to_json(phase);

	jsonw_set_string(object, "name", phase->name);
	if (phase->rung >= 0)
		jsonw_set_int(object, "rung", phase->rung);
	jsonw_set_uint(object, "faulters", phase->faulters);
	jsonw_set_bool(object, "offline", phase->offline);
	jsonw_set_bool(object, "move_pages", phase->move_pages);
	if (jsonw_length(callers) > 0)
		jsonw_set(object, "callers", callers);
	else
		jsonw_free(callers);
	jsonw_set_uint(object, "duration_ns", phase->duration_ns);
	jsonw_set_uint(object, "offline_cycles", phase->offline_cycles);
	for (size_t i = 0; i < phase->n_workers; i++)
		jsonw_append(workers, workers_to_json(&phase->workers[i]));
	jsonw_set(object, "workers", workers);
	return object;
}

static struct jsonw *blocks_to_json(const struct plan *plan)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < plan->n_blocks; i++) {
		struct jsonw *object = jsonw_object();

		jsonw_set_uint(object, "id", plan->blocks[i].id);
		jsonw_set_uint(object, "node", plan->blocks[i].node);
		jsonw_set_string(object, "zone", zone_name(plan->blocks[i].zone));
		jsonw_append(list, object);
	}
	return list;
}

static struct jsonw *refusals_to_json(const struct plan *plan)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < plan->n_refusals; i++) {
		struct jsonw *object = jsonw_object();

		jsonw_set_uint(object, "id", plan->refusals[i].id);
		jsonw_set_string(object, "why", block_refusal_text(plan->refusals[i].refusal));
		jsonw_append(list, object);
	}
	return list;
}

static struct jsonw *stress_ng_to_json(const struct profile_stress_ng *s)
{
	struct jsonw *object = jsonw_object(), *list = jsonw_array();

	for (size_t i = 0; i < s->n_stressors; i++) {
		struct jsonw *stressor = jsonw_object();

		jsonw_set_string(stressor, "name", s->stressors[i].name);
		jsonw_set_uint(stressor, "instances", s->stressors[i].instances);
		jsonw_append(list, stressor);
	}
	jsonw_set(object, "stressors", list);
	if (s->options[0])
		jsonw_set_string(object, "options", s->options);
	jsonw_set_uint(object, "memory_bytes", s->memory_bytes);
	return object;
}

struct jsonw *plan_to_json(const struct plan *plan)
{
	struct jsonw *document = jsonw_object(), *schema = jsonw_object();
	struct jsonw *phases = jsonw_array(), *nodes = jsonw_array();

	jsonw_set_string(schema, "name", "memsoak-plan");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 1);
	jsonw_set(document, "schema", schema);
	jsonw_set_string(document, "profile", plan->profile->name);
	jsonw_set_uint(document, "seed", plan->seed);
	jsonw_set_string(document, "digest", plan->digest);
	if (plan->profile->scenario != SCENARIO_NONE)
		jsonw_set_string(document, "scenario", scenario_name(plan->profile->scenario));
	jsonw_set_uint(document, "reserve_bytes", plan->reserve_bytes);
	for (size_t i = 0; i < plan->n_phases; i++)
		jsonw_append(phases, phase_to_json(&plan->phases[i]));
	jsonw_set(document, "phases", phases);
	if (plan->n_left_out > 0)
		jsonw_set_uint(document, "phases_left_out", plan->n_left_out);
	if (plan->profile->stress_ng.is_there)
		jsonw_set(document, "stress_ng", stress_ng_to_json(&plan->profile->stress_ng));
	if (plan->can_move) {
		jsonw_append(nodes, jsonw_uint(plan->move_nodes[0]));
		jsonw_append(nodes, jsonw_uint(plan->move_nodes[1]));
		jsonw_set(document, "move_nodes", nodes);
	} else {
		jsonw_free(nodes);
		jsonw_set_string(document, "cannot_move", plan->cannot_move_why);
	}
	jsonw_set(document, "blocks", blocks_to_json(plan));
	jsonw_set(document, "refused", refusals_to_json(plan));
	return document;
}

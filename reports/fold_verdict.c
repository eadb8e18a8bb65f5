// SPDX-License-Identifier: GPL-2.0-or-later
/* What the verdict's rules ask for, from the figures and from what the run had planned. */
#include <string.h>

#include "base/jsonw.h"
#include "reports/fold.h"
#include "reports/touching.h"

static const char *section_string(const struct fold *f, const char *section, const char *key)
{
	return jsonw_get_string(jsonw_get(f->run.document, section), key);
}

static enum verdict_lockups policy(const struct fold *f)
{
	const char *word = section_string(f, "verdict", "lockups");

	if (word && strcmp(word, "fail") == 0)
		return VERDICT_LOCKUPS_FAIL;
	return word && strcmp(word, "report") == 0 ? VERDICT_LOCKUPS_REPORT : VERDICT_LOCKUPS_AUTO;
}

static uint64_t touching_of_groups(const struct jsonw *workers)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < jsonw_length(workers); i++) {
		const struct jsonw *group = jsonw_at(workers, i);

		sum += touching_threads(jsonw_get_string(group, "workload"),
					jsonw_get_uint(group, "processes"),
					jsonw_get_uint(group, "threads"));
	}
	return sum;
}

/* Of the callers that a phase plans: one that was never called, and one that could not be made. */
static void caller_facts(const struct fold *f, const struct jsonw *planned, struct verdict_facts *v)
{
	for (size_t n = 0; n < jsonw_length(planned); n++) {
		const char *name = jsonw_as_string(jsonw_at(planned, n));

		for (int i = FOLD_FIRST_CALLER; name && i < FOLD_DRIVERS; i++) {
			const struct fold_caller *c = &f->callers[i];

			if (strcmp(fold_driver_name((enum fold_driver)i), name) != 0)
				continue;
			v->plans_reclaim |= i == FOLD_RECLAIM;
			v->plans_other_callers |= i != FOLD_RECLAIM;
			if (c->unavailable[0])
				v->unavailable = c->unavailable;
			else if (c->calls == 0)
				v->never_called = fold_driver_name((enum fold_driver)i);
			else
				v->calls += c->calls;
			if (c->calls > 0 && tally_sum(&c->errors) >= c->calls) {
				v->all_failed = fold_driver_name((enum fold_driver)i);
				v->all_failed_error = c->errors.entries[0].name;
			}
		}
	}
}

static void plan_facts(const struct fold *f, struct verdict_facts *v)
{
	const struct jsonw *phases = jsonw_get(jsonw_get(f->run.document, "plan"), "phases");

	v->has_plan = phases != NULL;
	v->plans_nothing = phases && jsonw_length(phases) == 0;
	v->faulters = f->faulters;
	/* Blocks are looked at where offline is asked for: each is of the plan, or refused. */
	if (jsonw_length(phases) > 0 && f->run.planned_blocks == 0)
		v->blocks_without_offline = f->run.refused_blocks;
	for (size_t i = 0; i < jsonw_length(phases); i++) {
		const struct jsonw *phase = jsonw_at(phases, i);
		uint64_t touching;

		v->plans_offline |= jsonw_get_bool(phase, "offline");
		v->plans_move_pages |= jsonw_get_bool(phase, "move_pages");
		caller_facts(f, jsonw_get(phase, "callers"), v);
		touching = touching_of_groups(jsonw_get(phase, "workers"));
		if (touching > v->faulters)
			v->faulters = touching;
	}
}

void fold_verdict_facts(const struct fold *f, struct verdict_facts *v)
{
	const char *virtualisation = section_string(f, "run", "virtualisation");
	const struct jsonw *kernel = jsonw_get(f->run.document, "kernel");

	*v = (struct verdict_facts){
		.is_live = f->is_live,
		.has_crashed = !f->is_live && f->ended[0] == '\0',
		.guest_why = f->ended[0] == '\0' ? f->guest_end.why : "",
		.was_aborted = strcmp(f->ended, "aborted") == 0,
		.lockups = policy(f),
		.is_emulated = virtualisation && strcmp(virtualisation, "tcg") == 0,
		.offline_attempts = f->offline.attempts,
		.offline_censored = f->offline.censored,
		.aims = f->offline.aims,
		.aim_wanted = f->offline.pages_wanted,
		.aim_in_block = f->offline.pages_in_block,
		.probe_misses = f->counts.probe_misses.value,
		.refused = f->offline.refused,
		.blocks_went = f->blocks_went,
		.planned_blocks_went = f->planned_blocks_went,
		.knows_attempts = f->counts.attempts.is_known,
		.attempts = f->counts.attempts.value,
		.knows_waits = f->counts.waits.is_known,
		.waits = f->counts.waits.value,
		.knows_migrated = f->vmstat.is_there,
		.migrated = tally_get(&f->vmstat.differences, "pgmigrate_success"),
		.move_calls = f->move.calls,
		.moved = f->move.moved,
		.private_pages = f->move.private_pages.value,
		.private_not_moved = f->move.private_not_moved.value,
		.findings = &f->findings_by_kind,
		.knows_kmsg = !f->ended[0] || f->kmsg_records.is_known,
		.kmsg_lost = f->kmsg_lost.is_known ? f->kmsg_lost.value : f->kmsg_lost_told,
		.knows_taint = f->taint_after.is_known && jsonw_has(kernel, "taint_before"),
		.taint_before = jsonw_get_uint(kernel, "taint_before"),
		.taint_after = f->taint_after.value,
		.left_offline = f->unfinished.n_blocks,
		.left_offline_block = f->unfinished.n_blocks ? f->unfinished.blocks[0].block : 0,
		.corrupt = f->journal.corrupt,
		.gaps = f->journal.gaps,
		.is_torn = f->journal.torn,
		.faults = f->faults.n_entries + f->faults.left_out,
	};
	plan_facts(f, v);
	for (size_t i = 0; i < f->n_groups; i++)
		v->mismatches += f->groups[i].mismatches;
	for (size_t i = 0; i < f->offline.n_blocks; i++) {
		if (f->offline.blocks[i].most_deadlines_in_row < 2)
			continue;
		if (v->never_ending_blocks++ == 0)
			v->never_ending_block = f->offline.blocks[i].id;
	}
}

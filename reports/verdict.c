// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "reports/ratio.h"
#include "reports/verdict_rules.h"

/* A page that cannot be migrated: more than this share of the private anonymous ones. */
#define IMMOVABLE_SHARE 0.001

#define WHY_SIZE 512

static const struct {
	const char *name;
	int exit;
} results[VERDICT_MAX] = {
	[VERDICT_PASS] = {"pass", EXIT_PASS},
	[VERDICT_SKIP] = {"skip", EXIT_SKIP},
	[VERDICT_ERROR] = {"error", EXIT_CANNOT_JUDGE},
	[VERDICT_FAIL] = {"fail", EXIT_KERNEL_FAILED},
	[VERDICT_ABORTED] = {"aborted", EXIT_ABORTED_RESTORED},
	[VERDICT_CRASHED] = {"crashed", EXIT_KERNEL_FAILED},
};

const char *verdict_name(enum verdict_result result)
{
	return results[result].name;
}

/* How its guest went away is told. */
static bool is_guest_gone(const struct verdict_facts *f)
{
	return f->guest_why && *f->guest_why;
}

static bool crashed(const struct verdict_facts *f, char *why, size_t size)
{
	bool is_told = is_guest_gone(f);

	(void)snprintf(why, size, "crashed: the journal ends without an end record%s%s",
		       is_told ? "; its guest: " : "", is_told ? f->guest_why : "");
	return f->has_crashed;
}

static bool aborted(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "aborted: the run was stopped before its end");
	return f->was_aborted;
}

static bool left_offline(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "memory left offline, or not in its zone: %" PRIu64
		       " blocks, the first is memory%u: %s",
		       f->left_offline, f->left_offline_block,
		       is_guest_gone(f) ? "they went away with the guest"
					: "run \"memsoak restore\"");
	return f->left_offline > 0 && !f->is_live;
}

bool verdict_holds_pages(const struct verdict_facts *f)
{
	return f->scenario && strcmp(f->scenario, "pins") == 0;
}

bool verdict_never_ends(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "never-ending offline: two attempts in a row ended by the deadline on %" PRIu64
		       " blocks, the first is memory%u",
		       f->never_ending_blocks, f->never_ending_block);
	return f->never_ending_blocks > 0 && !verdict_holds_pages(f);
}

bool verdict_is_immovable(const struct verdict_facts *f, char *why, size_t size)
{
	double bound = ratio_lower_bound(f->private_not_moved, f->private_pages);

	(void)snprintf(why, size,
		       "pages that cannot be migrated: %" PRIu64 " of %" PRIu64
		       " private anonymous pages were not moved; at least %.3f %% "
		       "(95 %% lower bound, Clopper-Pearson), limit %.1f %%",
		       f->private_not_moved, f->private_pages, 100 * bound, 100 * IMMOVABLE_SHARE);
	return bound > IMMOVABLE_SHARE && !verdict_holds_pages(f);
}

static bool has_mismatches(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "%" PRIu64 " pages had other contents than their worker had written",
		       f->mismatches);
	return f->mismatches > 0;
}

static bool is_corrupt(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "the journal is damaged: %" PRIu64 " lines are no records, %" PRIu64
		       " gaps in the sequence: the figures are not complete",
		       f->corrupt, f->gaps);
	return f->corrupt > 0 || f->gaps > 0;
}

static bool is_going_on(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "the run is going on: there is no verdict yet");
	return f->is_live;
}

static bool no_offline(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "not exercised: no offline attempt was made, %" PRIu64 " were refused",
		       f->refused);
	return f->plans_offline && f->offline_attempts == 0 && !f->is_live;
}

/*
 * One attempt that the deadline ended is no proof that a block never goes offline, and a run of
 * nothing else is none that blocks do. A scenario's judge says by itself what it needs.
 */
static bool no_offline_ended(const struct verdict_facts *f, char *why, size_t size)
{
	bool is_over = !f->is_live && !f->was_aborted && !f->has_crashed;

	(void)snprintf(why, size,
		       "not judged: no offline attempt came to its end, the deadline ended all %" PRIu64
		       ": whether memory goes offline here is not known",
		       f->offline_attempts);
	return f->offline_attempts > 0 && f->offline_censored == f->offline_attempts && is_over &&
	       !f->never_ending_blocks && !f->scenario;
}

static bool no_move(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "not exercised: move_pages was planned and never called");
	return f->plans_move_pages && f->move_calls == 0 && !f->is_live;
}

static bool no_calls(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "not exercised: %s was planned and never called",
		       f->never_called ? f->never_called : "");
	return f->never_called && !f->is_live;
}

static bool unavailable(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "%s", f->unavailable ? f->unavailable : "");
	return f->unavailable;
}

/* Nothing else was planned that could have been done. */
static bool only_unavailable(const struct verdict_facts *f)
{
	return f->unavailable && f->calls == 0 && !f->never_called && !f->plans_offline &&
	       !f->plans_move_pages;
}

static bool nothing_available(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "nothing testable: none of the planned drivers can work here");
	return only_unavailable(f);
}

static bool is_scenario(const struct verdict_facts *f, enum verdict_result result)
{
	return f->scenario && f->scenario_result == result;
}

static bool say_scenario(const struct verdict_facts *f, enum verdict_result result, char *why,
			 size_t size)
{
	(void)snprintf(why, size, "scenario %s: %s", f->scenario ? f->scenario : "",
		       f->scenario_why ? f->scenario_why : "");
	return is_scenario(f, result);
}

static bool scenario_fails(const struct verdict_facts *f, char *why, size_t size)
{
	return say_scenario(f, VERDICT_FAIL, why, size);
}

static bool scenario_errs(const struct verdict_facts *f, char *why, size_t size)
{
	return say_scenario(f, VERDICT_ERROR, why, size);
}

static bool scenario_skips(const struct verdict_facts *f, char *why, size_t size)
{
	return say_scenario(f, VERDICT_SKIP, why, size);
}

static bool scenario_holds(const struct verdict_facts *f, char *why, size_t size)
{
	return say_scenario(f, VERDICT_PASS, why, size);
}

/* Who skips has said why there is nothing to be seen. */
static bool is_excused(const struct verdict_facts *f)
{
	return only_unavailable(f) || is_scenario(f, VERDICT_SKIP);
}

/* Reclaim writes pages out and drops them: none is migrated. */
static bool only_reclaims(const struct verdict_facts *f)
{
	return f->plans_reclaim && !f->plans_other_callers && !f->plans_offline && !f->plans_move_pages;
}

static bool no_migration(const struct verdict_facts *f, char *why, size_t size)
{
	bool is_seen = (f->knows_attempts && f->attempts > 0) || f->moved > 0 ||
		       (f->knows_migrated && f->migrated > 0);

	(void)snprintf(why, size, "not exercised: no migration was seen");
	return !is_seen && !f->plans_nothing && !f->is_live && !is_excused(f) && !only_reclaims(f);
}

static bool no_waits(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "not exercised: %" PRIu64
		       " faulters, and none ever waited on a migration entry",
		       f->faulters);
	return f->faulters > 0 && f->knows_waits && f->waits == 0 && !f->is_live && !is_excused(f);
}

static bool nothing_planned(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "nothing testable: the plan has no phase");
	return f->has_plan && f->plans_nothing;
}

static bool waits_unknown(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "waits on migration entries were not measured: whether the faulters met one is unknown");
	return f->faulters > 0 && !f->knows_waits;
}

static bool memory_went(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "%" PRIu64 " memory blocks were unplugged while the run went on, %" PRIu64
		       " of its plan",
		       f->blocks_went, f->planned_blocks_went);
	return f->blocks_went > 0;
}

static bool has_faults(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "the harness had %" PRIu64 " faults: see harness.faults", f->faults);
	return f->faults > 0;
}

/* VERDICT_PASS: a remark that changes nothing. */
static const struct {
	enum verdict_result result;
	bool (*holds)(const struct verdict_facts *f, char *why, size_t size);
} rules[] = {
	{VERDICT_CRASHED, crashed},
	{VERDICT_ABORTED, aborted},
	{VERDICT_FAIL, left_offline},
	{VERDICT_FAIL, verdict_is_broken},
	{VERDICT_FAIL, verdict_is_tainted},
	{VERDICT_FAIL, verdict_is_late},
	{VERDICT_FAIL, verdict_never_ends},
	{VERDICT_FAIL, verdict_is_immovable},
	{VERDICT_FAIL, has_mismatches},
	{VERDICT_FAIL, scenario_fails},
	{VERDICT_ERROR, is_going_on},
	{VERDICT_ERROR, is_corrupt},
	{VERDICT_ERROR, verdict_has_no_block},
	{VERDICT_ERROR, verdict_has_missed},
	{VERDICT_ERROR, no_offline},
	{VERDICT_ERROR, no_offline_ended},
	{VERDICT_ERROR, no_move},
	{VERDICT_ERROR, no_calls},
	{VERDICT_ERROR, verdict_all_calls_failed},
	{VERDICT_ERROR, verdict_none_was_aimed},
	{VERDICT_ERROR, no_migration},
	{VERDICT_ERROR, no_waits},
	{VERDICT_ERROR, scenario_errs},
	{VERDICT_SKIP, nothing_planned},
	{VERDICT_SKIP, nothing_available},
	{VERDICT_SKIP, scenario_skips},
	{VERDICT_PASS, scenario_holds},
	{VERDICT_PASS, unavailable},
	{VERDICT_PASS, verdict_is_late_but_only_told},
	{VERDICT_PASS, waits_unknown},
	{VERDICT_PASS, verdict_log_is_unread},
	{VERDICT_PASS, verdict_log_is_lost},
	{VERDICT_PASS, memory_went},
	{VERDICT_PASS, has_faults},
};

void verdict_judge(const struct verdict_facts *facts, struct verdict *ret_verdict)
{
	struct verdict v = {.result = VERDICT_PASS, .why = jsonw_array()};
	char why[WHY_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!rules[i].holds(facts, why, sizeof(why)))
			continue;
		jsonw_append(v.why, jsonw_string(why));
		if (rules[i].result > v.result)
			v.result = rules[i].result;
	}
	v.exit = results[v.result].exit;
	if (v.result == VERDICT_ABORTED && facts->left_offline > 0)
		v.exit = EXIT_ABORTED_MEMORY_OFFLINE;
	if (v.result == VERDICT_PASS && jsonw_length(v.why) == 0)
		jsonw_append(v.why, jsonw_string("every rule held"));
	*ret_verdict = v;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From figures to a verdict: one rule each, in a table. All rules that hold are told. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonw;
struct tally;

enum verdict_result { /* the gravest last */
	VERDICT_PASS,
	VERDICT_SKIP,
	VERDICT_ERROR,
	VERDICT_FAIL,
	VERDICT_ABORTED,
	VERDICT_CRASHED,
	VERDICT_MAX,
};
const char *verdict_name(enum verdict_result result);

enum verdict_lockups {
	VERDICT_LOCKUPS_AUTO, /* they fail a run, but not under software emulation */
	VERDICT_LOCKUPS_FAIL,
	VERDICT_LOCKUPS_REPORT,
};

struct verdict_facts {
	bool is_live, has_crashed, was_aborted;
	const char *guest_why; /* how its guest went away; NULL or empty: not told */
	enum verdict_lockups lockups;
	bool is_emulated;

	/* the plan */
	bool has_plan, plans_nothing, plans_offline, plans_move_pages;
	bool plans_reclaim, plans_other_callers;
	uint64_t faulters;
	uint64_t blocks_without_offline; /* offline was asked for, and all of so many blocks are refused */

	uint64_t offline_attempts, refused;
	uint64_t offline_censored; /* attempts that the harness ended: what they would have come to is not known */
	uint64_t blocks_went, planned_blocks_went; /* unplugged meanwhile */
	uint64_t never_ending_blocks; /* two attempts in a row ended by the deadline */
	uint32_t never_ending_block;  /* the first of them */
	bool knows_attempts, knows_waits, knows_migrated;
	uint64_t attempts, waits, migrated; /* of migration; migrated: vmstat's pgmigrate_success */
	uint64_t probe_misses;
	uint64_t aims, aim_wanted, aim_in_block; /* attempts with aiming; pages over all of them */
	uint64_t move_calls, moved;
	uint64_t calls;		  /* of the callers */
	const char *never_called; /* one of them that was planned, NULL: none */
	const char *all_failed, *all_failed_error; /* one whose calls all failed, NULL: none; with what */
	const char *unavailable;  /* why one of them could not be made, NULL: all could */
	const char *scenario;	  /* what the run was to prove, NULL: nothing */
	enum verdict_result scenario_result;
	const char *scenario_why;
	uint64_t private_pages, private_not_moved;
	uint64_t mismatches;
	const struct tally *findings; /* count by kind */
	bool knows_kmsg, knows_taint;
	uint64_t kmsg_lost;
	uint64_t taint_before, taint_after;
	uint64_t left_offline;
	uint32_t left_offline_block; /* the first of them */
	uint64_t corrupt, gaps; /* of the journal */
	bool is_torn;
	uint64_t faults; /* of the harness */
};

struct verdict {
	enum verdict_result result;
	int exit;
	struct jsonw *why; /* an array of sentences; owned */
};

/* Two of the rules, for judges who ask the same; @why is filled in any case. */
bool verdict_never_ends(const struct verdict_facts *facts, char *why, size_t size);
bool verdict_is_immovable(const struct verdict_facts *facts, char *why, size_t size);

void verdict_judge(const struct verdict_facts *facts, struct verdict *ret_verdict);

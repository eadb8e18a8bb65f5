// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/totals_tables.h"

#include "base/cleanup.h"
#include "reports/fold.h"

/* NOLINTBEGIN(bugprone-sizeof-expression): of the member itself, also where that is a pointer. */
/* clang-format off */
#define MEMBER(structure, type, member)                                                            \
	{#member, type, offsetof(struct structure, member), sizeof(((struct structure *)0)->member), \
	 NULL, NULL}
#define INNER(structure, member, table)                                                            \
	{#member, TOTAL_INNER, offsetof(struct structure, member), 0, &(table), NULL}
#define WORD(structure, member, find)                                                              \
	{#member, TOTAL_WORD, offsetof(struct structure, member), 0, NULL, find}
/* clang-format on */
#define TABLE(members)                                                                             \
	{                                                                                          \
		members, ARRAY_SIZE(members)                                                       \
	}

#define C(type, member) MEMBER(fold_counts, TOTAL_##type, member)
static const struct total_member counts[] = {
	C(KNOWN, attempts),	   C(KNOWN, succeeded),		 C(KNOWN, eagain),
	C(KNOWN, waits),	   C(KNOWN, failed_pages),	 C(KNOWN, migrated_pages),
	C(KNOWN, driver_attempts), C(KNOWN, driver_succeeded),	 C(KNOWN, driver_eagain),
	C(KNOWN, allocations),	   C(KNOWN, allocations_locked), C(KNOWN, driver_allocations),
	C(KNOWN, driver_locked),   C(KNOWN, probe_misses),	 C(KNOWN, by_cause),
	C(KNOWN, unmap_eagain),	   C(KNOWN, cause_misses),
};
static const struct total_table totals_of_counts = TABLE(counts);

#define E(type, member) MEMBER(fold_entry, TOTAL_##type, member)
static const struct total_member entry[] = {
	E(BOOL, is_open),      E(UINT, number),	  E(UINT, frame), E(BOOL, has_owner),
	E(BOOL, was_poisoned), E(BOOL, was_huge), E(TEXT, which), E(TEXT, way),
	E(TEXT, kind),	       E(TEXT, expected),
};
static const struct total_table totals_of_entry = TABLE(entry);

#define S(type, member) MEMBER(fold_soft_offline, TOTAL_##type, member)
static const struct total_member soft_offline[] = {
	S(BOOL, is_there),
	S(UINT, budget),
	S(UINT, page_size),
	S(UINT, injections),
	S(UINT, unfinished),
	S(TEXT, no_fault_injection),
	INNER(fold_soft_offline, entry, totals_of_entry),
	S(TALLY, outcomes),
	S(TALLY, ways),
	S(TALLY, cases),
	S(TALLY, cases_as_expected),
	S(TALLY, kinds),
	S(TALLY, kinds_succeeded),
	S(TALLY, kinds_huge),
	S(TALLY, kinds_whole),
	S(TALLY, kinds_split),
	S(TALLY, kinds_pool),
	S(TALLY, kinds_pool_lost),
	S(UINT, measured),
	S(UINT, expected_bytes),
	S(UINT, seen_bytes),
	S(UINT, looked_at),
	S(UINT, frames_expected),
	S(UINT, frames_seen),
	S(UINT, checked),
	S(UINT, changed),
	S(UINT, wrong),
	INNER(fold_soft_offline, first_wrong, totals_of_entry),
	S(TEXT, first_wrong_outcome),
	S(TEXT, first_wrong_why),
	S(UINT, given_back),
	S(UINT, left),
	S(BOOL, has_end),
	S(BOOL, knows_start_bytes),
	S(BOOL, knows_end_bytes),
	S(UINT, start_bytes),
	S(UINT, end_bytes),
	S(BOOL, knows_start_failures),
	S(BOOL, knows_end_failures),
	S(UINT, start_failures),
	S(UINT, end_failures),
};
static const struct total_table totals_of_soft_offline = TABLE(soft_offline);

#define F(type, member) MEMBER(fold, TOTAL_##type, member)
static const struct total_member whole[] = {
	F(UINT, first_t_ns),
	F(UINT, last_t_ns),
	F(KNOWN, elapsed_ns),
	F(KNOWN, taint_after),
	F(KNOWN, kmsg_records),
	F(KNOWN, kmsg_lost),
	F(TEXT, ended),
	WORD(fold, source, fold_known_source),
	F(TEXT, symbol),
	F(TEXT, source_why),
	F(TEXT, causes_how),
	F(TEXT, causes_why),
	F(BOOL, has_restore),
	F(BOOL, settings_restored),
	F(UINT, suspends),
	F(UINT, suspended_ns),
	F(UINT, clock_steps),
	F(INT, stepped_ns),
	F(JSON, settled),
	F(JSON, topology_changes),
	F(UINT, blocks_went),
	F(UINT, planned_blocks_went),
	F(UINT, rss_max_bytes),
	F(UINT, kmsg_lost_told),
	F(UINT, kmsg_dropped),
	F(UINT, n_events_unknown),
	F(UINT, offline.first.began_ns),
	F(BOOL, offline.first.is_over),
	F(BOOL, offline.first.is_success),
	F(BOOL, offline.first.is_censored),
	F(UINT, offline.first.wall_ns),
	F(UINT, offline.attempts),
	F(UINT, offline.succeeded),
	F(UINT, offline.censored),
	F(UINT, offline.refused),
	F(UINT, offline.stray_signals),
	F(UINT, offline.aims),
	F(UINT, offline.pages_wanted),
	F(UINT, offline.pages_in_block),
	F(UINT, offline.aim_moves),
	F(UINT, offline.onlines),
	F(UINT, offline.not_restored),
	F(UINT, offline.unplugged),
	F(UINT, offline.unlisted),
	F(TALLY, offline.by_errno),
	F(TEXTS, offline.refusals),
	F(HIST, offline.latency),
	F(HIST, offline.time_to_return),
	F(TEXT, veto.unavailable),
	F(UINT, veto.attempts),
	F(UINT, veto.vetoed),
	F(UINT, veto.succeeded),
	F(UINT, veto.other),
	F(KNOWN, veto.migrations),
	F(TALLY, veto.by_errno),
	F(HIST, veto.latency),
	F(BOOL, move.is_there),
	F(UINT, move.calls),
	F(UINT, move.single_calls),
	F(UINT, move.batch_calls),
	F(UINT, move.pages),
	F(UINT, move.moved),
	F(UINT, move.not_moved),
	F(UINT, move.already_there),
	F(UINT, move.call_errors),
	F(KNOWN, move.private_pages),
	F(KNOWN, move.private_not_moved),
	F(TALLY, move.by_status),
	F(HIST, move.latency),
	INNER(fold, soft_offline, totals_of_soft_offline),
	INNER(fold, counts, totals_of_counts),
	F(BOOL, vmstat.is_there),
	F(TALLY, vmstat.differences),
	F(UINT, faulters),
	F(UINT, findings_unlisted),
	F(TALLY, findings_by_kind),
	F(UINT, stuck_unlisted),
	F(BOOL, is_stuck_cut),
	F(JSON, witnesses),
	F(TEXTS, faults),
	F(JSON, settings),
	F(JSON, holders),
	F(UINT, holders_cut),
	F(UINT, holders_left_out),
};
const struct total_table totals_of_fold = TABLE(whole);

#define B(type, member) MEMBER(fold_block, TOTAL_##type, member)
static const struct total_member block[] = {
	B(INT, node),	    B(UINT, attempts),		 B(UINT, succeeded),
	B(UINT, censored),  B(UINT32, deadlines_in_row), B(UINT32, most_deadlines_in_row),
	B(UINT, aims),	    B(UINT, pages_wanted),	 B(UINT, pages_in_block),
	B(TALLY, by_errno),
};
const struct total_table totals_of_block = TABLE(block);

#define G(type, member) MEMBER(fold_group, TOTAL_##type, member)
static const struct total_member group[] = {
	G(TEXT, name),	     G(TEXT, workload),	    G(TEXT, kind),	   G(TEXT, driven_by),
	G(UINT, processes),  G(UINT, threads),	    G(UINT, pages),	   G(UINT, phases),
	G(UINT, touches),    G(UINT, slow_touches), G(UINT, minor_faults), G(UINT, operations),
	G(UINT, mismatches), G(UINT, not_ended),    G(KNOWN, moved),	   G(HIST, latency),
};
const struct total_table totals_of_group = TABLE(group);

#define P(type, member) MEMBER(fold_phase, TOTAL_##type, member)
static const struct total_member phase[] = {
	P(TEXT, name),
	P(INT, rung),
	P(UINT, faulters),
	INNER(fold_phase, before, totals_of_counts),
	INNER(fold_phase, last, totals_of_counts),
	P(UINT, moved),
	P(UINT, not_moved),
	P(UINT, offline_attempts),
	P(UINT, offline_succeeded),
	P(KNOWN, gave_up),
	P(UINT, duration_ns),
	P(BOOL, is_over),
	P(UINT, windows.n),
	P(UINT, windows.successes),
	P(UINT, windows.trials),
	P(DOUBLE, windows.sum_ss),
	P(DOUBLE, windows.sum_st),
	P(DOUBLE, windows.sum_tt),
};
const struct total_table totals_of_phase = TABLE(phase);

#define K(type, member) MEMBER(fold_finding, TOTAL_##type, member)
static const struct total_member finding[] = {
	WORD(fold_finding, kind, fold_finding_kind),
	K(TEXT, comm),
	K(TEXT, same),
	K(OWN_TEXT, text),
	K(JSON, frames),
	K(JSON, page),
	K(KNOWN, cpu),
	K(KNOWN, time_ns),
	K(KNOWN, in_migration),
	K(KNOWN, seconds),
	K(BOOL, has_pid),
	K(INT, pid),
	K(UINT, count),
	K(UINT, from_console),
};
const struct total_table totals_of_finding = TABLE(finding);

#define T(type, member) MEMBER(fold_stuck, TOTAL_##type, member)
static const struct total_member stuck[] = {
	WORD(fold_stuck, who, fold_known_who),
	T(KNOWN, block),
	T(TEXT, group),
	T(UINT, samples),
	T(UINT, times),
	T(UINT, longest_ns),
	T(UINT, running),
	T(UINT, unread),
	T(TEXT, why_unread),
	T(TALLY, states),
};
const struct total_table totals_of_stuck = TABLE(stuck);

static const struct total_member stack[] = {
	MEMBER(fold_stack, TOTAL_OWN_TEXT, frames),
	MEMBER(fold_stack, TOTAL_UINT, samples),
};
const struct total_table totals_of_stack = TABLE(stack);

#define A(type, member) MEMBER(fold_caller, TOTAL_##type, member)
static const struct total_member caller[] = {
	A(BOOL, is_there), A(TEXT, unavailable), A(UINT, calls),
	A(TALLY, errors),  A(TALLY, numbers),	 A(HIST, latency),
};
const struct total_table totals_of_caller = TABLE(caller);

#define N(type, member) MEMBER(fold_stress_ng, TOTAL_##type, member)
static const struct total_member stress_ng[] = {
	N(BOOL, is_there),
	N(BOOL, is_confined),
	N(TEXT, version),
	N(TEXT, options),
	N(KNOWN, memory_bytes),
	N(KNOWN, ran_ns),
	N(KNOWN, status),
	N(KNOWN, signal),
	WORD(fold_stress_ng, ended, fold_known_stress_ng_end),
};
const struct total_table totals_of_stress_ng = TABLE(stress_ng);

#define R(type, member) MEMBER(fold_stressor, TOTAL_##type, member)
static const struct total_member stressor[] = {
	R(TEXT, name), R(KNOWN, instances), R(KNOWN, bogo_ops), R(KNOWN, wall_ns), R(TEXT, why),
};
const struct total_table totals_of_stressor = TABLE(stressor);
/* NOLINTEND(bugprone-sizeof-expression) */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fold's inside: what is kept of a journal while it is read, one structure for each part of
 * the report, and for each part "take" (an event) and "describe" (its section). Everything here
 * is bounded: by the host's blocks, by the phases and groups of a plan, or by a number below.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hist.h"
#include "record/journal.h"
#include "reports/fold_soft_offline.h"
#include "reports/guest_end.h"
#include "reports/ratio.h"
#include "reports/run_file.h"
#include "reports/tally.h"
#include "reports/verdict.h"

struct err;
struct jsonw;

#define FOLD_MAX_BLOCKS 131072
#define FOLD_MAX_PHASES 256
#define FOLD_MAX_GROUPS 64
#define FOLD_MAX_FINDINGS 1000
#define FOLD_TEXT_SIZE TEXT_TALLY_SIZE
#define FOLD_NAME_SIZE 80
#define FOLD_FINDING_SIZE 8192 /* of the kernel's text about one finding */
#define FOLD_MAX_FRAMES 64
#define FOLD_MAX_WITNESSES 32
#define FOLD_MAX_STUCK 64
#define FOLD_MAX_STACKS 64 /* of each that was stuck */
#define FOLD_FRAMES_SIZE 4096
#define FOLD_MAX_STRESSORS 16
#define FOLD_MAX_SETTLED 8
#define FOLD_MAX_CHANGED 1024 /* blocks and nodes that are listed; all of them are counted */

/* A count with the proof that it was measured. */
struct known {
	bool is_known;
	uint64_t value;
};

struct fold_block {
	uint32_t id;
	int64_t node; /* -1: not told */
	uint64_t attempts, succeeded, censored;
	uint32_t deadlines_in_row, most_deadlines_in_row;
	uint64_t aims, pages_wanted, pages_in_block;
	struct tally by_errno; /* without successes */
};

/* The run's first attempt, however it ended: what is compared between boots. */
struct fold_first {
	uint64_t began_ns; /* 0: none has */
	bool is_over, is_success, is_censored;
	uint64_t wall_ns; /* when it is over */
};

struct fold_offline {
	struct fold_first first;
	struct fold_block *blocks; /* in the order of arrival; owned */
	size_t n_blocks;
	uint32_t *slots; /* hash table: index of a block + 1, 0: empty; owned */
	size_t n_slots;
	uint64_t attempts, succeeded, censored, refused, stray_signals;
	uint64_t aims, pages_wanted, pages_in_block;
	uint64_t aim_moves; /* page moves for aiming, and for bringing the pages home */
	uint64_t onlines, not_restored, unplugged;
	uint64_t unlisted; /* attempts on blocks beyond FOLD_MAX_BLOCKS */
	struct tally by_errno;
	struct text_tally refusals; /* by reason */
	struct hist latency, time_to_return;
};

struct fold_veto {
	char unavailable[FOLD_TEXT_SIZE]; /* why nothing could be vetoed; "": it could */
	uint64_t attempts, vetoed, succeeded, other;
	struct known migrations, last_migrations;
	struct tally by_errno;
	struct hist latency;
};

struct fold_move {
	bool is_there;
	uint64_t calls, single_calls, batch_calls, pages, moved, not_moved, already_there;
	uint64_t call_errors;
	struct known private_pages, private_not_moved;
	struct tally by_status;
	struct hist latency;
};

enum fold_driver {
	FOLD_OFFLINE,
	FOLD_MOVE_PAGES,
	FOLD_FIRST_CALLER,
	FOLD_COMPACTION = FOLD_FIRST_CALLER,
	FOLD_MIGRATE_PAGES,
	FOLD_SOFT_OFFLINE,
	FOLD_MBIND,
	FOLD_NUMA_BALANCING,
	FOLD_DEMOTION,
	FOLD_RECLAIM,
	FOLD_DRIVERS,
};
const char *fold_driver_name(enum fold_driver driver);

struct fold_caller {
	bool is_there;
	char unavailable[FOLD_TEXT_SIZE]; /* why it could not be made; "": it could */
	uint64_t calls;
	struct tally errors, numbers;
	struct hist latency;
};

enum fold_cause {
	FOLD_CAUSE_WAITER,
	FOLD_CAUSE_QUEUEING_WAITER,
	FOLD_CAUSE_PAGE_CACHE,
	FOLD_CAUSE_BATCH,
	FOLD_CAUSE_OTHER_HOLDER,
	FOLD_CAUSE_LOCK,
	FOLD_CAUSE_UNKNOWN,
	FOLD_CAUSES,
};

struct fold_counts {
	struct known attempts, succeeded, eagain, waits, failed_pages, migrated_pages;
	struct known driver_attempts[FOLD_DRIVERS], driver_succeeded[FOLD_DRIVERS];
	struct known driver_eagain[FOLD_DRIVERS];
	struct known allocations, allocations_locked;
	struct known driver_allocations[FOLD_DRIVERS], driver_locked[FOLD_DRIVERS];
	struct known probe_misses;
	struct known by_cause[FOLD_CAUSES], unmap_eagain, cause_misses;
};

struct fold_vmstat {
	bool is_there;
	struct tally differences;
};

struct fold_group {
	char name[FOLD_NAME_SIZE], workload[FOLD_NAME_SIZE], kind[FOLD_NAME_SIZE];
	char driven_by[FOLD_NAME_SIZE];
	uint64_t processes, threads, pages; /* the most of any phase */
	uint64_t phases;		    /* that came to their end, and so were added up below */
	uint64_t touches, slow_touches, minor_faults, operations, mismatches;
	uint64_t not_ended; /* processes that outlived SIGKILL */
	struct known moved;
	struct hist latency;
};

struct fold_phase { /* of a ladder */
	char name[FOLD_NAME_SIZE];
	int64_t rung;
	uint64_t faulters;
	struct fold_counts before, last; /* cumulative counts */
	uint64_t moved, not_moved, offline_attempts, offline_succeeded;
	struct known gave_up; /* of pages that are private and anonymous */
	uint64_t duration_ns;
	bool is_over;
	struct ratio_windows windows;
};

struct fold_finding {
	const char *kind; /* one of a fixed list */
	char comm[64];
	char same[20]; /* what the recorder says of repeats: "" in old runs */
	char *text;    /* owned */
	struct jsonw *frames, *page; /* owned; NULL: not told */
	struct known cpu, time_ns, in_migration;
	struct known seconds; /* the most */
	bool has_pid;
	int64_t pid;
	uint64_t count;
	uint64_t from_console; /* so many of them only the console of the guest told */
};

struct fold_stressor {
	char name[FOLD_NAME_SIZE];
	struct known instances, bogo_ops, wall_ns;
	char why[FOLD_TEXT_SIZE]; /* the last two are not there */
};

struct fold_stress_ng {
	bool is_there, is_confined;
	char version[32], options[FOLD_TEXT_SIZE];
	struct known memory_bytes, ran_ns, status, signal;
	const char *ended; /* one of a fixed list; NULL: not told */
	struct fold_stressor stressors[FOLD_MAX_STRESSORS];
	size_t n_stressors;
};

struct fold_stack {
	char *frames; /* names, the innermost first, a newline behind each; owned */
	uint64_t samples;
};

struct fold_stuck {
	const char *who; /* one of a fixed list */
	struct known block;
	char group[FOLD_NAME_SIZE];
	uint64_t samples, times, longest_ns;
	uint64_t running, unread; /* samples that have no stack: none could be had, or it failed */
	char why_unread[32];
	struct tally states;
	struct fold_stack *stacks; /* owned */
	size_t n_stacks;
};

/* Of a journal whose first files are gone: what its totals say of them. */
struct fold_before {
	uint64_t files; /* so many were before this one */
	uint64_t events, corrupt, gaps, boots;
	uint64_t totals; /* records of this file that are such totals, no events */
};

struct fold {
	struct guest_end guest_end;
	struct run_file run;
	bool is_live;
	struct fold_before before;
	struct journal_figures journal; /* of all its files */
	uint64_t events_dropped; /* that stand in no file any more */
	struct journal_unfinished unfinished;

	/* the frame */
	uint64_t first_t_ns, last_t_ns; /* of the boot that the run began in */
	struct known elapsed_ns, taint_after, kmsg_records, kmsg_lost;
	char ended[16]; /* of the end record, "" without one */
	const char *source; /* one of a fixed list; NULL: there was no start record */
	char symbol[64], source_why[256];
	char causes_how[256], causes_why[256]; /* both "": nobody has asked */
	bool has_restore, settings_restored;
	uint64_t suspends, suspended_ns; /* of the host while the run went on */
	uint64_t clock_steps;
	int64_t stepped_ns; /* all of them added up */
	struct jsonw *topology_changes; /* the report's topology.changes; NULL: none; owned until then */
	uint64_t blocks_went, planned_blocks_went;
	struct jsonw *settled; /* the report's run.settled; NULL: they have not; owned until then */
	uint64_t rss_max_bytes, kmsg_lost_told, kmsg_dropped;
	uint64_t n_events_unknown;

	struct fold_offline offline;
	struct fold_veto veto;
	struct fold_move move;
	struct fold_caller callers[FOLD_DRIVERS]; /* from FOLD_FIRST_CALLER on */
	struct fold_soft_offline soft_offline;
	struct fold_stress_ng stress_ng;
	struct fold_counts counts; /* the latest cumulative ones */
	struct fold_vmstat vmstat;
	struct fold_group *groups; /* owned */
	size_t n_groups;
	struct fold_phase *phases; /* owned; those with a rung */
	size_t n_phases;
	struct fold_phase *phase; /* the one that is open; NULL: none, or none of a ladder */
	uint64_t faulters;	  /* touching threads, the most of any phase */
	struct fold_finding *findings; /* owned */
	size_t n_findings;
	uint64_t findings_unlisted;
	struct tally findings_by_kind;
	struct fold_stuck *stuck; /* owned */
	size_t n_stuck;
	uint64_t stuck_unlisted;
	bool is_stuck_cut;
	struct jsonw *witnesses; /* the report's kernel_log.witnesses; owned */
	struct text_tally faults;
	struct jsonw *settings; /* the report's harness.settings_changed; owned */

	struct jsonw *holders; /* the report's holders; NULL: nobody asked; owned until then */
	uint64_t holders_cut, holders_left_out;
	struct jsonw *unmeasured; /* owned until the document takes it */
};

/* One record; @j is where it was read. */
void fold_take_event(struct fold *f, const struct journal *j, const struct journal_event *event);
/* Brings f->journal up to what @j has read so far. */
void fold_look_at_journal(struct fold *f, const struct journal *j);
void fold_forget(struct fold *f); /* frees what was folded; the run, and "unmeasured", stay */

/*
 * totals.c: what was folded, as records that begin a journal's next file, and taken in from there.
 * Both know each member of struct fold by its name and place (totals_tables.c).
 */
void fold_put_totals(const struct fold *f, void (*put)(void *context, struct jsonw *record),
		     void *context);
void fold_take_totals(struct fold *f, struct journal_value o);
/* From the file before, if that is still there. */
void fold_count_dropped(struct fold *f, const char *directory);

/* Sums and looks, for the parts. */
void fold_sum(struct journal_value object, const char *key, uint64_t *into);
/* A sum that is too great stays at the greatest number: one that began again at 0 would look real. */
void fold_add(uint64_t *into, uint64_t value);
void fold_known(struct journal_value object, const char *key, struct known *into);
void fold_add_hist(struct journal_value object, const char *key, struct hist *into);
void fold_set_known(struct jsonw *object, const char *key, const struct known *k);
/* A rate that can be put together with others: its two counts. */
struct jsonw *fold_share(uint64_t numerator, uint64_t denominator);
void fold_unmeasured(struct fold *f, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void fold_fault(struct fold *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

void fold_take_intent(struct fold *f, struct journal_value o);
void fold_take_offline(struct fold *f, struct journal_value o);
void fold_take_online(struct fold *f, struct journal_value o);
void fold_take_refused(struct fold *f, struct journal_value o);
void fold_take_aimed(struct fold *f, struct journal_value o);
struct jsonw *fold_describe_offline(struct fold *f);
/* The report's offline.blocks as JSON text; owned by the caller. */
char *fold_offline_blocks(const struct fold *f, size_t *ret_length);
/* The block's entry, made when new; NULL beyond the bound. */
struct fold_block *fold_offline_block(struct fold_offline *o, uint32_t id);
void fold_offline_done(struct fold_offline *o);

/* True: it was one that had been vetoed, and is counted. */
bool fold_take_vetoed(struct fold *f, struct journal_value o);
struct jsonw *fold_describe_veto(struct fold *f);

void fold_take_move(struct fold *f, struct journal_value o);
struct jsonw *fold_describe_move(struct fold *f);

void fold_take_holders(struct fold *f, struct journal_value o);

void fold_take_called(struct fold *f, struct journal_value o);
void fold_take_unavailable(struct fold *f, struct journal_value o);
struct jsonw *fold_describe_callers(struct fold *f);
void fold_callers_done(struct fold *f);

void fold_take_poison_start(struct fold *f, struct journal_value o);
void fold_take_poison_end(struct fold *f, struct journal_value o);
void fold_take_unpoison(struct fold *f, struct journal_value o);
void fold_take_soft_offline_intent(struct fold *f, struct journal_value o);
void fold_take_soft_offline(struct fold *f, struct journal_value o);
struct jsonw *fold_describe_soft_offline(struct fold *f); /* NULL: there was none */
void fold_soft_offline_done(struct fold_soft_offline *s);

void fold_take_stress_ng_start(struct fold *f, struct journal_value o);
void fold_take_stress_ng_end(struct fold *f, struct journal_value o);
struct jsonw *fold_describe_stress_ng(struct fold *f); /* NULL: there was none */
const char *fold_known_stress_ng_end(const char *text);	 /* of a fixed list; NULL: not in it */

void fold_take_causes(struct fold *f, struct journal_value o);
void fold_take_cause_counts(struct fold *f, struct journal_value migration);
void fold_describe_causes(struct fold *f, struct jsonw *eagain);

void fold_take_counts(struct fold *f, struct journal_value migration);
struct jsonw *fold_describe_counts(struct fold *f);

void fold_take_phase(struct fold *f, struct journal_value o);
void fold_take_phase_end(struct fold *f, struct journal_value o);
struct jsonw *fold_describe_groups(struct fold *f);
struct jsonw *fold_describe_ladder(struct fold *f);

void fold_take_start(struct fold *f, struct journal_value o);
void fold_take_clock(struct fold *f, struct journal_value o);
/* fold_topology.c */
void fold_take_topology_change(struct fold *f, struct journal_value o);

void fold_take_settled(struct fold *f, struct journal_value o);
void fold_take_sample(struct fold *f, struct journal_value o);
void fold_take_end(struct fold *f, struct journal_value o);
void fold_take_restore(struct fold *f, struct journal_value o);

void fold_take_finding(struct fold *f, struct journal_value o);
void fold_take_fault(struct fold *f, struct journal_value o);
void fold_take_witnesses(struct fold *f, struct journal_value o);
void fold_take_kmsg_lost(struct fold *f, struct journal_value o);
void fold_take_kmsg_dropped(struct fold *f, struct journal_value o);
void fold_take_worker_exit(struct fold *f, struct journal_value o);
void fold_take_not_ended(struct fold *f, struct journal_value o);
void fold_take_setting(struct fold *f, struct journal_value o);
void fold_take_setting_restored(struct fold *f, struct journal_value o);
/* What guest-end.json has of the console: after the last event. */
void fold_take_console(struct fold *f);
const char *fold_finding_kind(const char *kind); /* of a fixed list */
const char *fold_known_source(const char *source); /* of a fixed list */
const char *fold_known_who(const char *who); /* of a fixed list */
struct fold_finding *fold_same_finding(struct fold *f, const struct fold_finding *new); /* NULL: none */
void fold_repeat_finding(struct fold_finding *old, const struct fold_finding *new, uint64_t count);
void fold_keep_finding(struct fold *f, struct fold_finding *new); /* takes what it owns */
struct jsonw *fold_describe_findings(struct fold *f);
void fold_findings_done(struct fold *f);

void fold_take_stuck(struct fold *f, struct journal_value o);
struct jsonw *fold_describe_stuck(struct fold *f); /* NULL: not measured */
void fold_stuck_done(struct fold *f);

struct jsonw *fold_describe_harness(struct fold *f);

/* From what was folded to what the rules ask for. */
void fold_verdict_facts(const struct fold *f, struct verdict_facts *ret_facts);
/* The report's document, but for its verdict and its two long arrays. */
struct jsonw *fold_describe(struct fold *f);

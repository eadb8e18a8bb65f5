/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a run to disk: run.json, events.jsonl, kmsg.log (harness/docs/EVENTS.md). One writer, used by
 * several threads; each call appends whole lines. Ordinary lines are buffered and written about
 * once a second (record_flush()); intents are on disk when the call returns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drive/drive.h"
#include "observe/causes.h"
#include "observe/holders.h"
#include "observe/kmsg.h"
#include "observe/kmsg_finding.h"
#include "observe/observe.h"
#include "observe/stuck_watch.h"
#include "observe/vmstat.h"
#include "observe/witness.h"
#include "plan/plan.h"
#include "workers/stress_ng.h"
#include "workers/workers.h"

struct err;
struct jsonw;
struct recorder;

/*
 * Makes the folder (parents too; -EEXIST when it holds a run already) and opens its files. The boot
 * id is read from /proc/sys/kernel/random/boot_id.
 */
int recorder_open(const char *directory, struct recorder **ret_recorder, struct err *e);

/* Goes on writing a run that another process left behind (restore): appends. */
int recorder_reopen(const char *directory, struct recorder **ret_recorder, struct err *e);
void recorder_close(struct recorder *r); /* flushes; NULL is fine */

/* Takes ownership of @run. */
int recorder_write_run(struct recorder *r, struct jsonw *run, struct err *e);

/*
 * A full disk is remembered, not fatal: later lines are still tried, the number of lines lost
 * is told by recorder_lost(), and the first reason by recorder_trouble() (NULL: none).
 * An intent that cannot be put on disk returns a negative errno: the write must then not be made.
 */
uint64_t recorder_lost(struct recorder *r);
const char *recorder_trouble(struct recorder *r);

/*
 * events.jsonl and kmsg.log are each kept below @bytes, together with the file before it
 * (events.jsonl.1, kmsg.log.1); 0, as after opening: without a bound.
 */
void recorder_set_limit(struct recorder *r, uint64_t bytes);

/*
 * For who makes records as fast as it can, before it makes one: waits while events.jsonl is almost
 * at its share of the limit, until recorder_rotate() has begun a new file, or could not. Never by the
 * thread that calls that one. At most @most_ns (false: the time was up).
 */
bool recorder_wait_for_room(struct recorder *r, uint64_t most_ns);

/* So many bytes of events.jsonl are whole lines; 0: not to be told now. */
uint64_t recorder_whole_bytes(struct recorder *r);

/* Who keeps the totals of a journal; nothing may be recorded from within. */
struct recorder_totals {
	/* Take in what stands in the first @size bytes of the current file: that is all of it. */
	int (*take)(void *context, uint64_t size, struct err *e);
	/* Hand all of that over as records ({"ev": "totals", …}); @put_one takes each. */
	void (*put)(void *context, void (*put_one)(void *to, struct jsonw *record), void *to);
	void *context;
};

/*
 * By one thread only, now and then: goes on in a new file when the current one has its share of the
 * limit. 1: it did; 0: there was no need; a negative errno: it could not, and the record goes on in
 * the file that it has.
 */
int recorder_rotate(struct recorder *r, const struct recorder_totals *totals, struct err *e);

void record_start(struct recorder *r, enum count_source source, const char *symbol, const char *why,
		  const struct vmstat *vmstat);
/* How EAGAIN is told apart by cause; or NULL, and why it is not although it was asked for. */
void record_causes(struct recorder *r, const char *how, const char *why);
int record_intent(struct recorder *r, const char *operation, uint32_t block, int32_t node,
		  enum zone zone);
int record_setting(struct recorder *r, const char *path, const char *old_value,
		   const char *new_value); /* on disk when it returns */
void record_setting_restored(struct recorder *r, const char *path, const char *value, int error);
/* Every later offline, move and sample line carries the phase's rung. */
void record_phase(struct recorder *r, const struct plan_phase *phase);

struct record_worker_figures {
	const struct profile_workers *config;
	struct worker_totals totals;
	struct hist latency;
};
void record_phase_end(struct recorder *r, const struct plan_phase *phase, uint64_t duration_ns,
		      const struct record_worker_figures *figures, size_t n_figures,
		      const struct migration_counts *total);
void record_offline(struct recorder *r, const struct offline_event *event);
void record_online(struct recorder *r, const struct online_event *event);
/* Who holds pages of @block; below 0: a page that move_pages could not move. */
void record_holders(struct recorder *r, int64_t block, const struct holders *holders);
void record_refused(struct recorder *r, const struct refused_event *event);
void record_aimed(struct recorder *r, uint64_t pages_moved);
void record_called(struct recorder *r, const struct caller_event *event);
/* A caller of the plan that this kernel or host cannot make. */
void record_unavailable(struct recorder *r, const char *driver, const char *why);
void record_move(struct recorder *r, const struct move_event *event, bool is_private_anonymous);

struct record_sample {
	uint64_t elapsed_ns, touches, alive, memory_offline_bytes;
	uint64_t rss_bytes, anonymous_bytes; /* of the daemon; 0: not known */
	uint32_t faulters;
	struct migration_counts total;
	struct migration_counts by_driver[OBSERVED_MAX]; /* all unknown: it is left out */
	struct measured probe_misses;
	struct cause_counts causes; /* all unknown: not asked for */
};
void record_sample(struct recorder *r, const struct record_sample *sample);
void record_kmsg(struct recorder *r, const struct kmsg_record *record); /* into kmsg.log */
void record_kmsg_lost(struct recorder *r, uint64_t records);
void record_finding(struct recorder *r, const struct kmsg_finding *finding);
void record_stuck(struct recorder *r, const struct stuck_sample *sample);
void record_witnesses(struct recorder *r, const struct witness_statement *statements, size_t n);
void record_worker_exit(struct recorder *r, const struct worker_exit *exit);
/* So many processes of @group outlived SIGKILL at the end of their phase. */
void record_not_ended(struct recorder *r, const char *group, uint32_t processes);
/* @is_confined: it has inherited that it may map nothing that is writable and executable. */
void record_stress_ng_start(struct recorder *r, const struct profile_stress_ng *wanted,
			    const struct stress_ng_program *program, pid_t pid, bool is_confined);
void record_stress_ng_end(struct recorder *r, const struct stress_ng_result *result);
void record_fault(struct recorder *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void record_restore(struct recorder *r, unsigned int n_blocks, const uint32_t *left_offline,
		    size_t n_left, bool settings_restored);

/* A reload of the profile while the run goes on; @refused_why NULL: it was taken over. */
void record_reload(struct recorder *r, uint64_t reserve_bytes, const char *refused_why);

/*
 * Memory blocks and nodes that came or went since the last such record; lists of ids. So many of the
 * blocks that went were of the plan.
 */
struct record_ids {
	const uint32_t *ids; /* borrowed */
	size_t n;
};
struct record_topology_change {
	struct record_ids blocks_came, blocks_went, nodes_came, nodes_went;
	uint64_t planned_blocks_went;
};
void record_topology_change(struct recorder *r, const struct record_topology_change *change);

/* The host was suspended for so long, or its wall clock was set by so much; 0: it was not. */
void record_clock(struct recorder *r, uint64_t suspended_ns, int64_t stepped_ns);

/* The run's figures have settled, and its profile wants it to end then. */
struct record_settled_figure {
	const char *name;
	bool is_mean;
	uint64_t trials; /* in the window */
	uint64_t count;	 /* so many of them; of a mean instead: itself, in ns */
	uint64_t half_width_ppm; /* of the 95 % interval: of the trials; of a mean: of itself */
};
struct record_settled {
	uint64_t window_ns;
	struct record_settled_figure figures[8];
	size_t n_figures;
};
void record_settled(struct recorder *r, const struct record_settled *settled);

/* The last record of a run that was ended by a crash of the host: what could be collected of it. */
struct record_crash_evidence {
	uint64_t log_records;  /* of that boot's kernel log */
	uint64_t pstore_files;
	char why_no_log[256], why_no_pstore[256]; /* "": there is some */
};
void record_crash(struct recorder *r, const struct record_crash_evidence *evidence);

struct record_end {
	const char *ended; /* "completed" "settled" "aborted" "deadline" */
	uint64_t elapsed_ns;
	struct record_sample last;
	struct vmstat vmstat; /* differences since the start */
	uint64_t kmsg_records, kmsg_lost;
	bool kmsg_unread; /* the log could not be read: the two above are not written */
	uint64_t taint_after;
};
void record_end(struct recorder *r, const struct record_end *end);
void record_flush(struct recorder *r);

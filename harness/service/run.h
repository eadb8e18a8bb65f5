/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run, from set-up to the last record. The only place where drivers, workers, observers and
 * the recorder meet. Everything here runs in the main thread, but what hooks.c hands to drivers.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fsio.h"
#include "drive/drive.h"
#include "drive/settings.h"
#include "drive/soft_offline.h"
#include "observe/kmsg.h"
#include "observe/observe.h"
#include "observe/stuck_watch.h"
#include "observe/vmstat.h"
#include "plan/plan.h"
#include "record/record.h"
#include "service/clock_watch.h"
#include "service/prepare.h"
#include "service/settled.h"
#include "service/topology_watch.h"
#include "topology/topology.h"
#include "workers/stress_ng.h"
#include "workers/workers.h"

#define RUN_MAX_SETTINGS 160 /* also those of a phase, and a pool of huge pages for each node */
#define RUN_MAX_WATCHDOG_SETTINGS 7

struct totals;

struct run_options {
	const char *profile;
	const char *out; /* NULL: below the state folder */
	uint64_t duration_ns; /* 0: the profile's */
	uint64_t seed;	      /* UINT64_MAX: the profile's */
	bool yes;
	bool quiet;
	bool foreground; /* accepted for clarity: there is no other mode yet */
	const char *count_source; /* NULL: the best there is */
	/* Of a run that a profile of profiles has begun: what that one says. */
	bool unattended;
	const char *resume; /* NULL: the profile's own */
};

struct run_veto { /* after its set-up only the offline driver's thread looks at it */
	int error; /* errno; 0: nothing is vetoed */
	uint64_t turn;
	bool is_armed;
};

/* For holders of pages. Of blocks the offline driver's thread alone searches, of pages the move driver's. */
struct holder_searches {
	unsigned int n_blocks, n_pages;
	uint64_t last_block_ns;
	struct {
		pid_t pid;
		uint64_t last_ns;
	} pages[MOVE_MAX_STUCK];
};

enum run_stop { /* why no further work is begun; only ever raised */
	RUN_GOES_ON,
	RUN_SETTLED, /* its figures have: what is under way comes to its end */
	RUN_ABORTED, /* a signal, or "memsoak abort" */
	RUN_HURRIED, /* a second one: nothing but the restore matters */
};

/* What progress lines and status show; written under the lock by the drivers' hooks. */
struct run_figures {
	uint64_t attempts, succeeded, failed, censored, refused;
	double sum_ln_offline_ns; /* of those that succeeded: their logarithms */
	uint64_t moved, not_moved;
	uint64_t findings;
	uint32_t offline_block; /* valid when is_offline */
	bool is_offline;	/* a block of ours is offline now */
};

/* Page frames that the run takes out of use. */
struct run_poison {
	struct soft_offline_hooks hooks;
	char cannot_undo_why[512]; /* "": whatever is taken can be given back */
	bool is_begun;		   /* its books are open */
	uint64_t frames_left;	   /* that could not be given back */
};

struct run {
	struct run_options options;
	struct profile profile;
	struct fsio fs;
	struct topology topology;
	struct plan plan;
	char id[64];
	char *directory;   /* owned */
	char *active_path; /* owned; the entry in the runtime folder */
	int lock_fd;
	char *worker_program; /* owned */
	struct recorder *recorder;
	struct totals *totals; /* of the journal, as far as it is written */
	bool is_rotation_told; /* that it fails */
	struct observer *observer;
	struct causes *causes; /* NULL: not asked for, or not to be had */
	struct kmsg_reader kmsg;
	bool has_kmsg;
	struct kmsg_classifier *classifier;
	struct witness_counts witnesses_start;
	uint64_t findings_by_kind[KMSG_MAX_KIND];
	struct vmstat vmstat_start;
	struct setting settings[RUN_MAX_SETTINGS];
	size_t n_settings;
	size_t n_settings_of_run; /* those of the phase come after them */
	struct prepared prepared; /* what the run has made for a while */
	struct run_poison poison;

	int epoll_fd, signal_fd, timer_fd;
	_Atomic uint64_t reserve_bytes; /* the plan's, or since a reload the profile's new one */
	_Atomic enum run_stop stop;	/* raised by the loop, read by the drivers' threads */
	int stop_signal;

	struct stuck_watch *stuck; /* of tasks that do not get on; NULL before the first phase */
	_Atomic pid_t driver_tids[OBSERVED_MAX]; /* of the drivers' threads; 0: it does not run */
	struct worker_cgroup *cgroup; /* where the workers live */
	struct worker_groups *groups;
	struct stress_ng_program stress_ng_program; /* when the profile wants it */
	struct stress_ng *stress_ng;		    /* NULL: it does not run */
	struct offline_driver *offline;
	struct move_driver *move;
	struct caller_driver *callers[CALLER_MAX]; /* NULL: it does not run in this phase */
	const struct plan_phase *phase; /* NULL between phases */
	uint64_t next_attempt;
	uint64_t touches_before; /* of the phases that are over */

	struct clock_watch clocks;
	struct topology_watch topology_watch;
	struct control *control; /* NULL: none could be had */
	uint64_t start_ns, planned_ns, last_sample_ns, last_progress_ns, last_told_ns;
	struct record_sample last_sample;
	pthread_mutex_t figures_lock;
	struct run_figures figures;
	struct run_veto veto;
	struct settled settled;
	struct holder_searches searches;
	bool is_all_back; /* the run's end has left nothing to restore */
};

/* setup.c: everything up to the first phase. Returns an exit code, EXIT_PASS to go on. */
int run_set_up(struct run *run, struct err *e);

/* run_settings.c: each is on disk with its old value before it is changed. */
int run_change_settings(struct run *run, struct err *e);
/* What a phase's callers need, and only for as long; false: not all could be put back. */
int run_change_phase_settings(struct run *run, const struct plan_phase *phase, struct err *e);
bool run_restore_phase_settings(struct run *run);
bool run_restore_settings(struct run *run); /* all of them, the last first */
int run_change_setting(struct run *run, const char *path, const char *value, struct err *e);

/* run_keep.c: before those; put back last. */
int run_keep_settings(struct run *run, struct err *e);

/* What [watchdog] is in the kernel, one by one; value 0: as the host has it. */
struct run_watchdog_setting {
	const char *path;
	uint32_t value;
};
size_t run_watchdog_settings(const struct profile_watchdog *w,
			     struct run_watchdog_setting list[RUN_MAX_WATCHDOG_SETTINGS]);
int run_set_watchdog(struct run *run, const struct run_watchdog_setting *setting, struct err *e);

/*
 * run_poison.c: before the first phase, what soft offline needs (debugfs, a module, fault injection);
 * after the settings are put back, every page frame is given back, and then the rest is undone.
 */
int run_prepare_poison(struct run *run, struct err *e);
/* run_reads.c: FUSE for workers with O_DIRECT reads in flight, or the plan goes without them. */
void run_prepare_reads(struct run *run);
void run_give_back_poison(struct run *run);
void run_undo_preparations(struct run *run);

/* pressure.c: before the first phase, swap for a worker that fills a node. */
void run_prepare_pressure(struct run *run);

/*
 * reload.c: reads the profile again and takes over [guard] and [watchdog]. Anything else belongs to
 * the plan and its digest: then nothing is taken over, and @e says so.
 */
int run_reload(struct run *run, struct err *e);

/* veto.c: the second returns the errno with which the attempt was vetoed, 0: it was not. */
int run_open_veto(struct run *run, struct err *e);
void run_arm_veto(struct run *run);
int run_disarm_veto(struct run *run);

/* run_stress_ng.c: is there one that has what the profile wants? Nothing is started. */
int run_find_stress_ng(struct run *run, struct err *e);
void run_start_stress_ng(struct run *run); /* without it the run goes on, and says so */
void run_reap_stress_ng(struct run *run);  /* on SIGCHLD */
void run_stop_stress_ng(struct run *run);  /* and waits for its end */

/* hold.c: names who holds the pages of a block that did not go offline, or one that did not move. */
void run_name_block_holders(struct run *run, const struct offline_event *event);
void run_name_page_holders(struct run *run, const struct move_event *event);

/* phase.c: all phases, or until stopped. */
void run_phases(struct run *run);

/* finish.c: whatever happened before, memory and settings back, the end on disk. Returns blocks left offline. */
size_t run_finish(struct run *run);
void run_done(struct run *run);

/* hooks.c */
void run_hooks(struct run *run, struct drive_hooks *ret_hooks);

/* sample.c: about once a second. */
void run_sample(struct run *run, struct record_sample *ret_sample);
void run_drain_kmsg(struct run *run);
void run_note_finding(void *context, const struct kmsg_finding *finding);

/* phase.c: every driver but the offline one, which has other ways to end, makes no further call. */
void run_stop_movers(struct run *run);

/* settle.c: at the beginning of a phase; after each sample. */
void run_begin_settling(struct run *run);
void run_look_whether_settled(struct run *run, uint64_t now_ns);

/* unplugged.c: about once a second, and before the end: memory that came or went is on record. */
void run_look_at_topology(struct run *run, uint64_t now_ns);

/* rotate.c: on every tick; a journal that has its share of the limit goes on in a new file. */
void run_rotate_journal(struct run *run);
/* rotate.c: about once a second: what has been written since then is added to the totals. */
void run_follow_journal(struct run *run);

/* stuck.c: on every tick; samples of tasks that do not get on are recorded. */
void run_open_stuck_watch(struct run *run);
void run_watch_stuck(struct run *run, uint64_t now_ns);

/* progress.c */
char *run_progress_line(struct run *run, const struct record_sample *sample); /* the caller's */
void run_show_progress(struct run *run, const struct record_sample *sample);
void run_end_progress(const struct run *run);

/* status.c: the same to all: the runtime folder, subscribers, the service manager. */
void run_read_figures(struct run *run, struct run_figures *ret_figures);
struct jsonw *run_status(struct run *run);
void run_tell_status(struct run *run, uint64_t now_ns);
void run_open_control(struct run *run);
void run_tell_finding(struct run *run, const char *kind, const char *text, size_t length);

/* loop.c. From here on signals wait for the loop: before a run leaves traces, or makes threads. */
void run_hold_signals(void);
/* Waits for signals, kernel log records and the 100 ms tick; one round. */
int run_loop_open(struct run *run, struct err *e);
void run_loop_once(struct run *run);
/* No new attempt, and the running one is cancelled; asked for again by one who @may_hurry: hurried. */
void run_stop(struct run *run, bool may_hurry);
void run_loop_close(struct run *run);

/* home.c */
void run_open_cgroup(struct run *run);
void run_check_cgroup(struct run *run); /* once the workers of a phase have started */
void run_note_oom_kills(struct run *run);

/* identity.c */
struct jsonw *run_describe(struct run *run);
void run_make_id(const char *profile, char id[64]);

/* guard.c: free memory now, by /proc/meminfo's MemAvailable; 0 when it cannot be read. */
uint64_t guard_available_bytes(struct fsio *fs);
uint64_t guard_node_free_bytes(struct fsio *fs, uint32_t node);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drivers: each runs in a thread of its own, does the blocking calls, and tells what
 * came of them through callbacks. They know neither workers nor observers nor files of the run:
 * what they need of those is given to them as functions by the service.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/hist.h"
#include "plan/plan.h"
#include "topology/topology.h"

struct err;
struct fsio;
struct soft_offline_hooks;

/* What a driver's thread did to migrate pages, as the observers saw it; has_* false: not measured. */
struct drive_counts {
	bool has_attempts, has_eagain;
	uint64_t attempts;
	uint64_t eagain;
};

enum ended_by {
	ENDED_BY_KERNEL,   /* the write returned on its own */
	ENDED_BY_DEADLINE, /* after our cancel signal, sent because the deadline had passed */
	ENDED_BY_ABORT,	   /* after our cancel signal, sent because the run was to end */
	ENDED_BY_MAX,
};
const char *ended_by_name(enum ended_by ended_by); /* "kernel" "deadline" "abort" */

/* How well the workers' pages were put into the block. */
struct drive_aim {
	bool tried;
	uint64_t pages_wanted;
	uint64_t pages_in_block; /* by pagemap, just before the write */
	uint64_t pages_moved;	 /* page moves spent on it: they show in pgmigrate_success too */
};

struct offline_event {
	uint64_t attempt; /* from 0, over the whole run */
	uint32_t block, node;
	enum zone zone; /* before */
	int error;	/* 0 or a positive errno of the write */
	uint64_t start_ns, wall_ns;
	uint64_t deadline_ns; /* as a duration, like wall_ns; 0: none */
	enum ended_by ended_by;
	uint32_t signals;		/* cancel signals sent */
	uint64_t time_to_return_ns;	/* from the first signal to the return; 0 without signals */
	bool stray_signal;		/* EINTR, and we had sent none: a fault of the harness */
	enum block_state state_after;
	struct drive_aim aim;
	struct drive_counts counts;
	int veto; /* errno with which a notifier was made to veto it; set by the service; 0: none */
};

struct online_event {
	uint64_t attempt; /* of the offline that it undoes; UINT64_MAX in a restore */
	uint32_t block;
	uint32_t node; /* UINT32_MAX: sysfs did not say */
	enum zone zone_wanted;
	enum zone zone_after; /* ZONE_UNKNOWN unless it is online */
	enum block_state state_after;
	int error;	 /* 0 when it is online; else of the last write, or of reading the block */
	uint32_t writes; /* how often it was told to come online; 0: it was online already */
	uint64_t start_ns, wall_ns;
	bool restored; /* state and zone are what they were */
	bool is_gone;  /* unplugged meanwhile: there is nothing to bring back, and nothing is left offline */
};

struct refused_event {
	uint32_t block;
	enum block_refusal refusal;
};

/* Ping-pong figures since the last such event; sent about once a second and at the end. */
#define MOVE_MAX_STATUS 16
#define MOVE_MAX_STUCK 8
struct move_event {
	uint64_t calls, single_calls, batch_calls;
	/*
	 * What a query before and one after each call found: pages == moved + not_moved +
	 * already_there. A call in which the process ended (ESRCH, EINVAL) asked for no page that is
	 * still there: it is in calls, call_errors and by_status, its pages are nowhere.
	 */
	uint64_t pages;		/* asked for */
	uint64_t moved;		/* on the wanted node afterwards, and not before */
	uint64_t not_moved;	/* not on the wanted node afterwards */
	uint64_t already_there; /* on the wanted node before the call */
	uint64_t call_errors;	/* calls that ended in -1 */
	uint64_t failed_call_pages; /* the part of not_moved that calls with -1 had asked for */
	/*
	 * The part of not_moved that went through all passes of migration and failed: its status word
	 * is untouched. EBUSY pages are not in it: they were never isolated (somebody else has them,
	 * such as an offline of their block). Nor are those that the kernel did not come to, since the call
	 * ended at an earlier page.
	 */
	uint64_t gave_up;
	/* Of each process that has such pages the last one; of so many processes. */
	struct {
		pid_t pid;
		uint64_t address;
	} stuck[MOVE_MAX_STUCK];
	size_t n_stuck;
	uint64_t returned; /* sum of the positive returns: pages that the kernel says it gave up on */
	/* What the kernel answered: once for each page not there before, and once for each -1. */
	struct {
		int32_t status; /* 0: moved; negative errno of a page or a call; INT32_MIN: untouched */
		uint64_t count;
	} by_status[MOVE_MAX_STATUS];
	uint32_t n_status;
	struct drive_counts counts; /* cumulative of this thread, not since the last event */
	struct hist latency;	    /* of the calls, whatever they answered; not of the queries */
};

/* What a caller did since the last such event; sent about once a second and at the end. */
#define CALLER_MAX_ERRORS 16
#define CALLER_MAX_NUMBERS 8
struct caller_event {
	enum caller caller;
	uint64_t calls;
	struct {
		int error; /* positive errno of a call */
		uint64_t count;
	} errors[CALLER_MAX_ERRORS];
	uint32_t n_errors;
	struct { /* what only this caller has to tell; to be added up */
		const char *name;
		uint64_t value;
	} numbers[CALLER_MAX_NUMBERS];
	uint32_t n_numbers;
	struct drive_counts counts; /* cumulative of this thread, not since the last event */
	struct hist latency;	    /* of the calls, whatever they answered */
};

/* Pages that can be moved through one process. */
struct move_target {
	pid_t pid;
	uint64_t base_address; /* of the first page in that process; pages are consecutive */
	uint64_t pages;
	uint64_t page_size;
	const char *group, *kind; /* of the worker; borrowed until join */
};

/*
 * Given by the service. Called from driver threads; must be thread-safe. @context as given.
 * intent() must have put the record on disk when it returns; a negative return forbids the write
 * of "offline". Memory is brought back online also when its intent cannot be put on disk.
 */
struct drive_hooks {
	void *context;
	int (*intent)(void *context, const char *operation, uint32_t block, enum zone zone);
	void (*offline_done)(void *context, const struct offline_event *event);
	void (*online_done)(void *context, const struct online_event *event);
	void (*refused)(void *context, const struct refused_event *event);
	void (*moved)(void *context, const struct move_event *event);
	void (*called)(void *context, const struct caller_event *event);
	/* The harness or its host misbehaved (a file vanished, no intent on disk): one line. */
	void (*fault)(void *context, const char *text);
	/*
	 * Puts the offline group's pages into the block (and sets tried) / back home. May be
	 * NULL: not aimed.
	 */
	void (*aim)(void *context, uint32_t block, uint32_t node, struct drive_aim *ret_aim);
	void (*unaim)(void *context);
	/* Reads the calling thread's migration counts. May be NULL. */
	void (*counts)(void *context, struct drive_counts *ret_counts);
	/*
	 * Called first in each driver's thread, so that observers can attach to it: "offline",
	 * "move_pages", or a caller's name. May be NULL.
	 */
	void (*thread_started)(void *context, const char *driver, pid_t tid);
	/*
	 * What thread @tid migrates is the calling driver's as well: for those whose migrations run in
	 * the threads of others. May be NULL.
	 */
	void (*count_thread)(void *context, pid_t tid);
	/*
	 * Has worker process @pid mbind() all of its hot pages to @node. What its call answered: 0, -EIO
	 * when pages could not be moved. -ESRCH: it has ended; -ETIMEDOUT: it must not be asked again.
	 */
	int (*bind_pages)(void *context, pid_t pid, uint32_t node);
	/*
	 * Has worker process @pid reclaim the page that it has ready. What its call answered; -EAGAIN:
	 * it has none just now. -ESRCH, -ETIMEDOUT as above.
	 */
	int (*reclaim_page)(void *context, pid_t pid);
	/* The folder of the workers' cgroup below the root, if that is of version 2; NULL: none. */
	const char *workers_cgroup;
	/* May so many bytes be taken now? false refuses the block. May be NULL. */
	bool (*guard_allows)(void *context, uint64_t bytes);
	/* What soft offline needs besides; NULL: there is none of it in this run. */
	const struct soft_offline_hooks *soft_offline;
};

struct offline_driver;
struct move_driver;
struct caller_driver;

/*
 * A driver stops by itself when its phase's bound is reached (has_ended), or when told. At the
 * end of the duration no new attempt is made, the running one keeps its deadline. Attempt numbers
 * count the plan's turns, refused ones too; offline_cycles bounds the writes.
 *
 * @fs, @plan, @phase and @hooks' context are borrowed until join. -EINVAL: nothing to do.
 */
struct offline_driver *offline_driver_start(struct fsio *fs, const struct plan *plan,
					    const struct plan_phase *phase, uint64_t first_attempt,
					    uint64_t block_size_bytes,
					    const struct drive_hooks *hooks, struct err *e);
/*
 * Called by the event loop at least every 100 ms: sends the cancel signal when an attempt is past its deadline
 * (and again each time, until the write returns), or at once after offline_driver_stop().
 */
void offline_driver_tick(struct offline_driver *d);
void offline_driver_stop(struct offline_driver *d); /* no new attempt; cancels the running one */
void offline_driver_finish(struct offline_driver *d); /* no new attempt; the running one keeps its deadline */
bool offline_driver_has_ended(struct offline_driver *d);
/*
 * Not when every block of the plan has been unplugged: then it ends, and nothing has failed.
 * It gave up before its bound: three intents in a row could not be put on disk, or a block
 * would not come back online. No other block is taken while one is missing.
 */
bool offline_driver_failed(struct offline_driver *d);
/* Waits for the end (ticking), frees; returns the next attempt number. */
uint64_t offline_driver_join(struct offline_driver *d);

/* What it does now, for progress lines. */
struct offline_progress {
	bool writing;
	pid_t tid; /* of the thread that is in the write */
	uint32_t block;
	uint64_t since_ns, deadline_ns; /* a time, and a duration; 0: none */
};
void offline_driver_progress(struct offline_driver *d, struct offline_progress *ret_progress);

struct move_driver *move_driver_start(const struct plan *plan, const struct plan_phase *phase,
				      const struct move_target *targets, size_t n_targets,
				      const struct drive_hooks *hooks, struct err *e);
void move_driver_stop(struct move_driver *d);
bool move_driver_has_ended(struct move_driver *d);
void move_driver_join(struct move_driver *d);

/*
 * As the others, but nothing of it can be cancelled: it ends after the call that is under way.
 * -EOPNOTSUPP: this kernel or host has no such call, @e says what is missing. @targets is copied.
 */
struct caller_driver *caller_driver_start(struct fsio *fs, const struct plan *plan,
					  const struct plan_phase *phase, enum caller caller,
					  const struct move_target *targets, size_t n_targets,
					  const struct drive_hooks *hooks, struct err *e);
void caller_driver_stop(struct caller_driver *d);
bool caller_driver_has_ended(struct caller_driver *d);
void caller_driver_join(struct caller_driver *d);

/* Installs the handler of the cancel signal (no SA_RESTART, does nothing). Once, before threads. */
int drive_init(struct err *e);

/*
 * Blocks every signal in the calling thread, the cancel signal too: the offline driver lets that
 * one in for the length of the write of "offline" only, so that it can hit nothing else.
 */
void drive_block_signals(void);

/*
 * Brings @block back to @zone and proves it by reading state and valid_zones again. Used after
 * each cycle, by every way out, and by "memsoak restore". Idempotent: what is online already is
 * not written to. Online in another zone is told, not mended (that would take the block offline
 * once more). Waits up to 4 minutes for a going-offline of somebody else, and writes up to 5 times.
 * Needs neither drive_init() nor libnuma.
 */
void drive_online(struct fsio *fs, uint32_t block, enum zone zone, struct online_event *ret_event);

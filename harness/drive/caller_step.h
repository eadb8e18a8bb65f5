/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The call that a caller driver (caller_driver.c) makes again and again: one file and one line in
 * caller_steps[] for each. A step knows nothing of threads, time or counting.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "drive/drive.h"
#include "drive/host_counts.h"

struct caller_context;

struct caller_step {
	/*
	 * Can it be done here? -EOPNOTSUPP and what is missing: the driver does not start, and the
	 * report says why. May keep what it needs in @c->own. May be NULL.
	 */
	int (*open)(struct caller_context *c, struct err *e);
	/* First in the driver's thread, which is counted already. May be NULL. */
	void (*begin)(struct caller_context *c);
	/* One call. 0, or a positive errno of the kernel: that is a result, not a failure. */
	int (*call)(struct caller_context *c);
	void (*close)(struct caller_context *c); /* after open() returned 0; may be NULL */
	/*
	 * Counters of the host whose growth it tells, closed by NULL. The driver reads them after
	 * begin() and tells them last; when else, is the step's: caller_tell_host(). May be NULL.
	 */
	const char *const *host_counts;
};

/* What a step has to work with. */
struct caller_context {
	struct fsio *fs;
	const struct plan *plan;
	const struct profile_caller *options;
	const struct drive_hooks *hooks;
	const struct move_target *targets; /* of the workers that this driver drives */
	size_t n_targets;
	uint64_t turn;		    /* of this call, from 0 */
	bool is_done;		    /* set by the step: there is nothing more to call for */
	struct caller_event *event; /* for numbers of its own: caller_add_number() */
	struct host_counts host_counts;
	void *own;
};

/* Adds @value to the event's number of that name (a literal); what finds no room is not told. */
void caller_add_number(struct caller_event *event, const char *name, uint64_t value);

/* What the step's host_counts have grown by since they were last told. */
void caller_tell_host(struct caller_context *c);

/* Migrations in the first thread of each target count for this driver: what most steps begin with. */
void caller_count_targets(struct caller_context *c);

extern const struct caller_step *const caller_steps[CALLER_MAX];
extern const struct caller_step step_compaction, step_migrate_pages, step_soft_offline, step_mbind,
	step_numa_balancing, step_demotion, step_reclaim;

/* With another step than the table's; for tests. */
struct caller_driver *caller_driver_start_with(const struct caller_step *step, struct fsio *fs,
					       const struct plan *plan,
					       const struct plan_phase *phase, enum caller caller,
					       const struct move_target *targets, size_t n_targets,
					       const struct drive_hooks *hooks, struct err *e);

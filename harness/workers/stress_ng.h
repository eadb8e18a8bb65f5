/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stress-ng as a load in the background: found, asked what it has, started in the workers' cgroup,
 * ended, and what it says of itself read with care. All calls come from the main thread, since it
 * dies with the thread that started it.
 *
 * What it says is believed little: it ends with 0 also after signals, and after a stressor was killed
 * there are counters in its YAML that nobody has counted (0.15.06).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "plan/profile.h"
#include "workers/workers.h"

struct err;
struct stress_ng; /* opaque: one that was started */

struct stress_ng_program {
	char path[64];
	char version[32]; /* "0.15.06"; "unknown" */
};

/*
 * The first of @paths (closed by NULL; itself NULL: where packages put it) that can be run, and whether
 * it has what @wanted asks for. -ENOENT: none is installed; -EINVAL: it has no such stressor;
 * -EIO: it does not answer.
 */
int stress_ng_find(const char *const *paths, const struct profile_stress_ng *wanted,
		   struct stress_ng_program *ret_program, struct err *e);

struct stress_ng_options {
	const struct profile_stress_ng *wanted;
	const struct worker_home *home; /* its groups; NULL: stays in ours */
	const char *folder;		/* of the run: its log, its YAML, its temporary files */
	uint64_t seed;
	uint64_t timeout_s; /* ends it when nobody does */
};

int stress_ng_start(const struct stress_ng_program *program, const struct stress_ng_options *options,
		    struct stress_ng **ret_stress_ng, struct err *e);
pid_t stress_ng_pid(const struct stress_ng *s);

/* To be called on SIGCHLD: true once it has ended; what is left of its process group is killed. */
bool stress_ng_reap(struct stress_ng *s);

void stress_ng_ask_to_end(struct stress_ng *s); /* SIGTERM; the time is noted */
void stress_ng_kill(struct stress_ng *s);	/* SIGKILL, to all of its process group */

/* Of one stressor. */
struct stress_ng_figures {
	char name[PROFILE_STRESSOR_SIZE];
	bool is_believed;
	uint64_t bogo_ops, wall_ns; /* when they are believed */
	char why[128];		    /* when not */
};

struct stress_ng_result {
	int status;	    /* as wait(2) */
	bool was_asked;	    /* it ended after stress_ng_ask_to_end() */
	bool was_killed;    /* by stress_ng_kill() */
	uint64_t ran_ns;    /* from its start until it was asked, killed, or seen to have ended */
	uint64_t lived_ns;  /* until it was seen to have ended */
	struct stress_ng_figures figures[PROFILE_MAX_STRESSORS]; /* in the profile's order */
	size_t n_figures;
};

/* Reads what it has left; only after stress_ng_reap() was true. */
void stress_ng_result(const struct stress_ng *s, struct stress_ng_result *ret_result);

/* Kills what is left of it, removes its temporary files, frees. NULL is fine. */
void stress_ng_done(struct stress_ng *s);

/* --- what it says of itself (stress_ng_yaml.c) ------------------------------------------------- */
struct stress_ng_claim {
	char name[PROFILE_STRESSOR_SIZE];
	bool has_bogo_ops, has_wall;
	uint64_t bogo_ops, wall_ns;
};

/*
 * The "metrics:" of a YAML file of stress-ng (0.12 to 0.22), line by line: of each stressor the first
 * figure of each name that is one. Takes any bytes. How many, at most @max.
 */
size_t stress_ng_read_yaml(const char *text, size_t length, struct stress_ng_claim *claims, size_t max);

/*
 * Whether a claim can be true of a stressor that ran @result's time: @figures' is_believed and figures,
 * or why not. @claim NULL: there is none.
 */
void stress_ng_weigh(const struct stress_ng_claim *claim, const struct stress_ng_result *result,
		     struct stress_ng_figures *figures);

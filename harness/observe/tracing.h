/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The door to tracefs, by libtracefs. Nothing is mounted; the global trace buffer, its filters and
 * its triggers are left alone: hist triggers live in an instance of our own, which goes away as a
 * whole.
 */
#pragma once

#include "observe/observe.h"

struct tracefs_instance;

#define TRACING_FOLDER "sys/kernel/tracing"
#define TRACING_FOLDER_OLD "sys/kernel/debug/tracing"

/*
 * Which of the two is there, relative to the root. NULL and a reason in @why: not mounted, or
 * (*ret_is_hidden, may be NULL) not for us to see.
 */
const char *tracing_folder(struct fsio *fs, bool *ret_is_hidden, char why[OBSERVER_WHY_SIZE]);

/* As above, and makes libtracefs use it. -EROFS under --sysroot: nothing may be written there. */
int tracing_begin(struct fsio *fs, char why[OBSERVER_WHY_SIZE]);

/* Is @name a group or an instance of this program: "memsoak_" and a process number? */
bool tracing_is_ours(const char *name, pid_t *ret_pid);

/* An instance of our own, without a trace buffer worth mentioning. NULL and a reason. */
struct tracefs_instance *tracing_instance(const char *name, char why[OBSERVER_WHY_SIZE]);
void tracing_instance_remove(struct tracefs_instance *instance); /* NULL is fine */

/*
 * One command to kprobe_events ("p:group/name symbol", "-:group/name"); the errno is the kernel's.
 * Not by libtracefs: 1.6 writes "r512::group/name" for a return probe with room for 512.
 */
int tracing_kprobe_command(struct fsio *fs, const char *command);

/* Sets a hist trigger on an event of the instance. */
int tracing_hist_start(struct tracefs_instance *instance, const char *group, const char *event,
		       const char *trigger, char why[OBSERVER_WHY_SIZE]);

/* The text of the event's hist; owned by the caller, NULL when it cannot be read. */
char *tracing_hist_read(struct tracefs_instance *instance, const char *group, const char *event);

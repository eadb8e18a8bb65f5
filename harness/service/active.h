/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runs of this host that have begun and not been closed: one small file each in the runtime
 * folder (/run/memsoak, or $MEMSOAK_RUNTIME_DIR). "status", "abort" and "restore" find runs here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;
struct jsonw;

struct active_run {
	char *id;	 /* owned */
	char *directory; /* of the run; owned */
	char *path;	 /* of the entry itself; owned */
	pid_t pid;
	bool alive; /* that process exists and is a memsoakd */
	struct jsonw *status; /* the whole entry; owned */
};

const char *active_folder(void);
char *active_control_path(void); /* of the running daemon's socket; owned by the caller */

/* One run at a time: takes the lock or says who has it (-EBUSY). *ret_fd is owned by the caller. */
int active_lock(int *ret_fd, struct err *e);

/* Writes or replaces the entry; takes ownership of @status. */
int active_write(const char *path, struct jsonw *status, struct err *e);

/* All entries, oldest first; an unreadable one is skipped. Free with active_done(). */
int active_list(struct active_run **ret_runs, size_t *ret_n, struct err *e);
void active_done(struct active_run *runs, size_t n);

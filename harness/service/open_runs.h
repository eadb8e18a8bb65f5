/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runs that have begun and were not closed, beyond a reboot: a link to each one's folder in
 * STATE/open (STATE is /var/lib/memsoak, or $MEMSOAK_STATE_DIR). The runtime folder forgets them.
 */
#pragma once

#include <stddef.h>

struct err;

struct open_run {
	char *id;	 /* owned */
	char *directory; /* owned */
};

const char *state_folder(void);

/* On disk when it returns. */
int open_runs_add(const char *id, const char *directory, struct err *e);
void open_runs_remove(const char *id);

/* By id, which is by time. Free with open_runs_done(). */
int open_runs_list(struct open_run **ret_runs, size_t *ret_n, struct err *e);
void open_runs_done(struct open_run *runs, size_t n);

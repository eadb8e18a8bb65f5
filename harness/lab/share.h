/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder that host and guest have in common, and what the guest finds in it. */
#pragma once

struct err;
struct run_options;

#define SHARE_EXIT "guest-exit"	   /* written by the guest: its command's exit code */
#define SHARE_END "guest-end.json" /* written by the host: how the guest ended */
#define SHARE_RUN "run"		   /* the run's folder, for a profile */

/*
 * Makes the folder (a new one in $TMPDIR when none was named), removes what an earlier guest
 * left of the two files above, writes the guest's command. *ret_path is absolute and owned by
 * the caller.
 */
int share_prepare(const struct run_options *o, char **ret_path, struct err *e);

/* The guest's exit code, or -1 when it wrote none. */
int share_exit_code(const char *share);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what was asked for to what a guest left: kernel, share, machine, guest, and its report. */
#pragma once

#include "lab/guest.h"

struct err;
struct paths;
struct run_options;

struct boot {
	struct guest_end end;
	char *share;   /* absolute; owned, as all of them */
	char *console; /* the file that the kernel's console went to */
};

/*
 * Boots one guest and waits for its end, however that comes; @out_fd gets its command's output.
 * In the share are then guest-end.json, with what the console tells of the kernel, and, for a profile
 * or a script that ran one into SHARE_RUN, the run. The same file stands beside the run's events: the
 * report has in it what the run could not say itself, because its guest was killed or panicked. It is
 * then made here. A negative errno: there was no guest.
 */
int boot_guest(const struct run_options *o, const struct paths *paths, int out_fd,
	       struct boot *ret_boot, struct err *e);
void boot_done(struct boot *boot);

/* One line for people: how it ended. */
char *boot_describe(const struct boot *boot);

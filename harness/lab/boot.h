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
 * In the share are then guest-end.json and, for a profile, the run. What the run could not say
 * itself, because its guest was killed or panicked, stands beside its events (guest-end.json
 * again), and its report is made here. A negative errno: there was no guest.
 */
int boot_guest(const struct run_options *o, const struct paths *paths, int out_fd,
	       struct boot *ret_boot, struct err *e);
void boot_done(struct boot *boot);

/* One line for people: how it ended. */
char *boot_describe(const struct boot *boot);

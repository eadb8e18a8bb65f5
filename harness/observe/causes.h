/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why did migration attempts fail with EAGAIN? By BPF programs on kprobe events of our own, which
 * look at the page when an attempt has failed (cause_programs.h). It costs two probes for each
 * attempt, for each task that waits for a page, and for each fault and look-up in the page cache,
 * whosever they are: so it is for who asks for it.
 */
#pragma once

#include "observe/cause_evidence.h"
#include "observe/observe.h"

#define CAUSES_HOW_SIZE 256

struct causes;

struct cause_counts {
	struct measured by_cause[EAGAIN_CAUSES];
	struct measured unmap_phase; /* EAGAIN there, which no other source sees; 6.3 and later */
	struct measured missed; /* returns of functions: a waiter may have been counted too long */
};

/*
 * @group: as of observer_open(), which need not have found probes. -EOPNOTSUPP, -EPERM and others
 * with the reason: nothing is left behind then. From one thread, as observer_open().
 */
int causes_open(struct fsio *fs, const char *group, struct causes **ret_causes, struct err *e);
void causes_close(struct causes *c); /* NULL is fine */

/* How it is counted, and what cannot be told apart on this kernel: one line, the caller's copy. */
void causes_how(const struct causes *c, char ret_how[CAUSES_HOW_SIZE]);

/*
 * Since open, by everybody. What the kernel has no function for is unknown. Read it before the
 * counts that it is to be a part of.
 */
void causes_read(struct causes *c, struct cause_counts *ret);

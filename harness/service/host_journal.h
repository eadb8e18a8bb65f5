/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's journal has kept of an earlier boot's kernel log. */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct err;

struct host_journal_figures {
	uint64_t records;
	uint64_t last_time_ns; /* the kernel's log clock, of the last one */
	uint64_t skipped;      /* older ones, beyond @max_records: a lower bound of 1 when there are any */
};

/*
 * Writes the last @max_records of that boot to @out in dmesg's form. -ENODATA: no journal, or
 * nothing of that boot in it. @boot_id as in /proc/sys/kernel/random/boot_id.
 */
int host_journal_kernel(const char *boot_id, uint64_t max_records, FILE *out,
			struct host_journal_figures *ret_figures, struct err *e);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel said at last before the host went down: the earlier boot's kernel log as the host's
 * journal has it, and pstore. Kept in RUN/crash, and looked through for findings.
 */
#pragma once

#include <stdint.h>

#include "record/record.h"

struct err;
struct kmsg_finding;

/*
 * @boot_id is that of the run, @began the wall time of its begin in s: an older pstore is of an older
 * crash. @known_ns: up to this time of the kernel's clock the run has read the log itself; what is
 * older is no new finding. The finding lives until @found returns.
 */
int evidence_collect(const char *directory, const char *boot_id, int64_t began, uint64_t known_ns,
		     void (*found)(void *context, const struct kmsg_finding *finding), void *context,
		     struct record_crash_evidence *ret_evidence, struct err *e);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Are the hot pages of the kind that they should be? Asked of the kernel, by /proc/kpageflags. */
#pragma once

#include <stdint.h>

#include "workloads/page_kinds.h"
#include "workloads/pages.h"

struct err;

/*
 * How many of the pages of this process are of @kind now; kinds that need no proof: all of them.
 * -EPERM: the kernel shows frames to root only.
 */
int page_proof_count(const struct pages *pages, enum page_kind kind, uint64_t *ret_count,
		     struct err *e);

/*
 * Waits for ksmd to merge, if that is what makes the kind. -ENOTSUP: some are of another kind, and
 * @e says why that may be.
 */
int page_proof(const struct pages *pages, enum page_kind kind, struct err *e);

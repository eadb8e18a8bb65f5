/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a process is known to hold references to pages; for holders.c. */
#pragma once

#include "observe/holders.h"

/* Fills pinned_bytes, evidence and weight; @low to @high: where its pages are. */
void holder_look(struct fsio *fs, struct holder *h, uint64_t low, uint64_t high);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Swap of compressed memory (zram) for a host that has no swap, for as long as a run needs it: a
 * device of our own beside those that are there.
 */
#pragma once

#include "service/prepare.h"

/*
 * Nothing is made where there is swap already, of whatever kind. Else loads the module zram if that
 * is needed, makes a device of @bytes and swaps to it. @recorder NULL: nobody keeps a record.
 * -EOPNOTSUPP and what is missing; what was made is in @p then too.
 */
int prepare_swap(struct fsio *fs, struct recorder *recorder, struct prepared *p, uint64_t bytes,
		 struct err *e);

/* Takes "zramN" out of use and away. 0 also when it is gone already. */
int prepare_swap_undo(const char *device);

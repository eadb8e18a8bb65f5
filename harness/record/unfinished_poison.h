/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the search for what a run left behind that is about poisoned page frames. */
#pragma once

#include <stdbool.h>

#include "record/journal.h"

/* false: it is none of these events. */
bool unfinished_poison_take(struct journal_unfinished *u, const struct journal_event *event);
void unfinished_poison_done(struct journal_unfinished *u);

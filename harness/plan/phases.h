/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stretches of a run, for this room only. */
#pragma once

#include "plan/plan.h"

/*
 * Fills plan->phases and n_left_out from plan->profile, for the drivers that are possible. Without
 * a ladder one phase, "soak", with all of them; with a ladder two for each rung.
 */
void phases_make(struct plan *plan, bool can_offline, bool can_move);

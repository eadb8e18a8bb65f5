/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of the fold a journal's next file has to know. A member that is new in fold.h or
 * fold_soft_offline.h belongs into its table: test_totals.c folds every sample in two parts.
 */
#pragma once

#include "reports/totals_value.h"

extern const struct total_table totals_of_fold; /* all of struct fold but its lists */
extern const struct total_table totals_of_block, totals_of_group, totals_of_phase;
extern const struct total_table totals_of_finding, totals_of_stuck, totals_of_stack;
extern const struct total_table totals_of_caller, totals_of_stress_ng, totals_of_stressor;

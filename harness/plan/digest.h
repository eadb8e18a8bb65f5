/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two runs must have in common to be compared, for this room only. */
#pragma once

#include <stdint.h>

#include "plan/plan.h"

/*
 * SHA-256 over the values of @p in the table's order, and @seed: comments, the order in the file,
 * units and the profile's name do not matter. Nor do unattended and resume, which say who starts
 * the run and not what it does.
 */
void digest_profile(const struct profile *p, uint64_t seed, char digest[PLAN_DIGEST_SIZE]);

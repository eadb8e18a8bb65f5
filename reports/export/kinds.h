/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a lockup of the report's schema can be, in its order. */
#pragma once

#include <stddef.h>

extern const char *const lockup_kinds[];
extern const size_t n_lockup_kinds;

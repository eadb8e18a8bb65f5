/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holm's step-down correction: several looks, and still at most alpha to be wrong in one of them. */
#pragma once

#include <stddef.h>

void holm_adjust(const double *p, size_t n, double *ret_adjusted);

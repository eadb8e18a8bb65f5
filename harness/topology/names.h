/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of numbered things in sysfs, for this room only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Exactly @prefix and decimal digits that fit; the number in *ret_number. */
bool names_parse_numbered(const char *name, const char *prefix, uint32_t *ret_number);

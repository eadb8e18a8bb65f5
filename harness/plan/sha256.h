/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4), for digests of a few kilobytes. */
#pragma once

#include <stddef.h>

#define SHA256_TEXT_SIZE 65 /* hex and NUL */

void sha256_text(const void *data, size_t length, char text[SHA256_TEXT_SIZE]);

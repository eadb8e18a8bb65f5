/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making kernel text safe: whatever comes in, valid UTF-8 without NUL goes out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

bool utf8_is_valid(const char *text, size_t length);

/*
 * A copy of @text where every byte that is not part of valid UTF-8 becomes U+FFFD and every
 * control character but tab and newline becomes a space. Owned by the caller.
 */
char *utf8_scrub(const char *text, size_t length, size_t *ret_length);

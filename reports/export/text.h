/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of a report made fit for a format. What comes out is valid UTF-8 without anything that a
 * terminal, an XML parser or a reader of lines takes for a command: C0 and C1 controls, DEL, line
 * and paragraph separators, direction overrides and the two noncharacters become spaces.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One line of at most @max bytes, "..." at its end when it was cut. NULL gives "". Owned by the caller. */
char *text_line(const char *text, size_t max);

/* The same, but newlines and tabs stay. */
char *text_block(const char *text, size_t max);

/* Letters, digits, '_', '-' and '.', anything else becomes '_'; never empty. Owned by the caller. */
char *text_word(const char *text, size_t max);

/* The same, but in lower case and without '-' and '.': an identifier. Owned by the caller. */
char *text_identifier(const char *text, size_t max);

/* RFC 3339 with offset ("2026-11-21T00:21:05.023+00:00") as seconds since 1970; false: it is none. */
bool text_parse_time(const char *text, double *ret_seconds);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of a structure as members of a JSON object, and back, by a table: the key is the member's
 * own name. What is 0, unknown or empty is left out. What comes back is what was there, bit by bit.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "record/journal.h"

enum total_type {
	TOTAL_UINT,
	TOTAL_UINT32,
	TOTAL_INT,
	TOTAL_BOOL,
	TOTAL_DOUBLE, /* as the number of its bits: no digit is lost */
	TOTAL_KNOWN,  /* struct known, or an array of them */
	TOTAL_TEXT,   /* char[], NUL-terminated */
	TOTAL_OWN_TEXT, /* char *, owned; NULL: absent */
	TOTAL_WORD,   /* const char * of a fixed list: @word finds it there */
	TOTAL_TALLY,
	TOTAL_TEXTS, /* struct text_tally */
	TOTAL_HIST,
	TOTAL_JSON,  /* struct jsonw *, owned; NULL: absent */
	TOTAL_INNER, /* a structure with a table of its own */
};

struct total_table;

struct total_member {
	const char *name;
	enum total_type type;
	size_t offset, size;
	const struct total_table *inner;
	const char *(*word)(const char *text);
};

struct total_table {
	const struct total_member *members;
	size_t n;
};

struct jsonw *total_save(const struct total_table *table, const void *from);
/* Into a structure that is zeroed. */
void total_load(const struct total_table *table, struct journal_value from, void *into);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts by name, for names that come from a journal: checked, and bounded in number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonw;

#define TALLY_NAME_SIZE 48
#define TALLY_MAX 128

struct tally_entry {
	char name[TALLY_NAME_SIZE];
	int32_t number; /* an errno, or 0 */
	uint64_t count;
};

struct tally {
	struct tally_entry *entries; /* in the order of arrival; owned */
	size_t n_entries;
};

/* Letters, digits, '_' and '-', not empty: what may become a key of the report. */
bool tally_is_name(const char *name);

/* What is no name, and what comes after TALLY_MAX names, is counted as "other". */
void tally_add(struct tally *t, const char *name, int32_t number, uint64_t count);
uint64_t tally_get(const struct tally *t, const char *name);
uint64_t tally_sum(const struct tally *t); /* of all counts */
void tally_done(struct tally *t);

struct jsonw *tally_counts(const struct tally *t); /* {name: count}, sorted by name */
struct jsonw *tally_errnos(const struct tally *t); /* {name: {number, count}}, sorted by name */

/* The same for sentences, in the order of arrival; the list is cut, the count of what it left out is not. */
#define TEXT_TALLY_MAX 100
#define TEXT_TALLY_SIZE 512

struct text_tally_entry {
	char text[TEXT_TALLY_SIZE];
	uint64_t count;
};

struct text_tally {
	struct text_tally_entry *entries; /* owned */
	size_t n_entries;
	uint64_t left_out;
};

void text_tally_add(struct text_tally *t, const char *text, uint64_t count);
void text_tally_done(struct text_tally *t);
struct jsonw *text_tally_list(const struct text_tally *t, const char *key); /* [{key: text, count}] */

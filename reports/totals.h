/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The totals of a journal that still grows: what it says is folded as it comes, so that they are
 * there at once when the journal has to go on in a new file (harness/docs/EVENTS.md).
 */
#pragma once

#include <stdint.h>

struct err;
struct jsonw;
struct totals;

struct totals *totals_new(const char *journal_path);
void totals_free(struct totals *t); /* NULL is fine */

/* Takes in the file's first @size bytes, which are whole lines, from where it stopped before. */
int totals_take(struct totals *t, uint64_t size, struct err *e);

/* Hands them over as records; @put takes each. */
void totals_put(const struct totals *t, void (*put)(void *context, struct jsonw *record),
		void *context);

/* There is another file of that name: it is read from its beginning. */
void totals_begin_file(struct totals *t);

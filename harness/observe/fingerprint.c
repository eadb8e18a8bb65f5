// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/fingerprint.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "observe/symbols.h"

/*
 * In the list of every kernel with an MMU, in its order: the list is sorted by address
 * (kernel/kallsyms.c: s_show()), and mm/ is linked into .text behind _stext and before the sections
 * .sched.text and .init.text (arch/<name>/kernel/vmlinux.lds.S). Seen in 5.10, 6.1, 6.12 and 6.18.
 */
static const char *const marks[] = {"_stext", "handle_mm_fault", "schedule", "start_kernel"};

/*
 * The first name that is there decides; the order is from the newest to the oldest.
 * folio_put_wait_locked() is static and inlined from 6.1 on, where C has long been there.
 */
static const struct {
	const char *symbol, *generation;
} signs[] = {
	{"softleaf_entry_wait_on_locked", "C"},	 /* mm/filemap.c, 7.x */
	{"migration_entry_wait_on_locked", "C"}, /* mm/filemap.c, 5.17 and backports */
	{"folio_put_wait_locked", "B"},		 /* mm/filemap.c, 5.16 */
	{"put_and_wait_on_page_locked", "B"},	 /* mm/filemap.c, 5.0 to 5.15 */
	{"migration_entry_wait", "A"},		 /* mm/migrate.c: there, and none of the above */
};

#define FIX_NAMES 4

struct fix {
	const char *key;
	const char *names[FIX_NAMES];
	size_t needed;	    /* so many of the names are a yes, fewer but not none: unknown */
	const char *absent; /* the answer when there is none of them ... */
	const char *why;    /* ... and why */
};

/* Static functions can be inlined away: their absence counts only where a global one says the same.
 */
static const struct fix fixes[] = {
	{
		.key = "mlock_batching", /* mm/mlock.c, 5.18: 2fbb0c10d1e8 */
		.names = {"need_mlock_drain", "need_mlock_page_drain", "mlock_folio_batch",
			  "mlock_pagevec"},
		.needed = 1,
		.absent = "no",
		.why = "mlock and munlock park no pages",
	},
	{
		.key = "mlock_drain", /* mm/mlock.c, 5.18: b74355078b65 */
		.names = {"mlock_drain_local", "mlock_page_drain_local"},
		.needed = 1,
		.absent = "no",
		.why = "where mlock parks no pages, none is missing",
	},
	{
		.key = "migration_batching", /* mm/migrate.c, 6.3; the first alone: a part of it */
		.names = {"migrate_pages_batch", "migrate_pages_sync", "migrate_folio_undo_src"},
		.needed = 1,
		.absent = "no",
		.why = "pages are unmapped and moved one at a time",
	},
	{
		.key = "early_reference_check", /* mm/migrate.c, 6.11 */
		.names = {"__folio_migrate_mapping", "__migrate_folio"},
		.needed = 2,
		.absent = "no",
		.why = "references are looked at when the mapping moves",
	},
	{
		.key = "demotion", /* mm/migrate.c and mm/memory-tiers.c, mm/vmscan.c, 5.15 */
		.names = {"next_demotion_node", "demote_folio_list", "demote_page_list"},
		.needed = 1,
		.absent = "no",
		.why = "reclaim does not migrate",
	},
	{
		/* Counting on success only is of 4.7 and left no symbol; these two are younger. */
		.key = "soft_offline_accounting",
		.names = {"page_handle_poison", "set_hwpoison_free_buddy_page"},
		.needed = 1,
		.absent = "unknown",
		.why = "the fix itself left no symbol",
	},
};

enum {
	FIRST_SIGN = ARRAY_SIZE(marks),
	FIRST_FIX = FIRST_SIGN + ARRAY_SIZE(signs),
	NAMES = FIRST_FIX + ARRAY_SIZE(fixes) * FIX_NAMES,
};

struct reading {
	char found[NAMES][SYMBOL_SIZE];
	char *incomplete; /* why the list tells nothing; NULL: it is complete; owned */
};

static void read_list(struct reading *r, int dir_fd, const char *path)
{
	const char *names[NAMES];
	int error;

	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		names[i] = marks[i];
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		names[FIRST_SIGN + i] = signs[i].symbol;
	for (size_t i = 0; i < ARRAY_SIZE(fixes) * FIX_NAMES; i++) {
		const char *name = fixes[i / FIX_NAMES].names[i % FIX_NAMES];

		names[FIRST_FIX + i] = name ? name : ""; /* no symbol is */
	}
	error = symbols_find(dir_fd, path, names, NAMES, r->found);
	if (error == -ENODATA)
		r->incomplete = memory_string("the list of symbols names no function");
	else if (error < 0)
		r->incomplete =
			memory_format("the list of symbols cannot be read: %s", strerror(-error));
	for (size_t i = 0; i < ARRAY_SIZE(marks) && !r->incomplete; i++)
		if (!r->found[i][0])
			r->incomplete = memory_format("the list of symbols is cut: %s, which every "
						      "kernel has, is missing",
						      marks[i]);
}

/* The index of the sign that decides; -1: none. */
static int deciding_sign(const struct reading *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (r->found[FIRST_SIGN + i][0])
			return (int)i;
	return -1;
}

static const char *generation_of(const struct reading *r)
{
	int sign = deciding_sign(r);

	return r->incomplete || sign < 0 ? "unknown" : signs[sign].generation;
}

const char *fingerprint_generation(int dir_fd, const char *path)
{
	struct reading r;

	read_list(&r, dir_fd, path);
	free(r.incomplete);
	return generation_of(&r);
}

/* "none of a, b, c is there" */
static char *none_of(const char *const names[], size_t n)
{
	char *text = memory_string("none of");

	for (size_t i = 0; i < n && names[i]; i++) {
		cleanup_free char *before = text;

		text = memory_format("%s%s %s", before, i ? "," : "", names[i]);
	}
	return text;
}

static struct jsonw *generation_evidence(const struct reading *r)
{
	struct jsonw *evidence = jsonw_array();
	int sign = deciding_sign(r);

	if (r->incomplete)
		jsonw_append(evidence, jsonw_string(r->incomplete));
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (r->found[FIRST_SIGN + i][0])
			jsonw_append(evidence, jsonw_string(r->found[FIRST_SIGN + i]));
	if (r->incomplete)
		return evidence;
	if (sign < 0)
		jsonw_append(evidence,
			     jsonw_string("migration_entry_wait is not there: this kernel "
					  "does not migrate pages"));
	else if (strcmp(signs[sign].generation, "A") == 0)
		jsonw_append(evidence, jsonw_string("no function of a later generation is there"));
	return evidence;
}

static struct jsonw *describe_fix(const struct reading *r, size_t index)
{
	const struct fix *fix = &fixes[index];
	struct jsonw *object = jsonw_object(), *evidence = jsonw_array();
	const char *answer = fix->absent;
	size_t n = 0;

	for (size_t i = 0; i < FIX_NAMES && !r->incomplete; i++) {
		const char *symbol = r->found[FIRST_FIX + index * FIX_NAMES + i];

		if (!symbol[0])
			continue;
		n++;
		jsonw_append(evidence, jsonw_string(symbol));
	}
	if (r->incomplete) {
		answer = "unknown";
		jsonw_append(evidence, jsonw_string(r->incomplete));
	} else if (n == 0) {
		cleanup_free char *names = none_of(fix->names, FIX_NAMES);
		cleanup_free char *text = memory_format("%s is there: %s", names, fix->why);

		jsonw_append(evidence, jsonw_string(text));
	} else if (n < fix->needed) {
		answer = "unknown";
		jsonw_append(evidence, jsonw_string("the other function may have been inlined"));
	} else {
		answer = "yes";
	}
	jsonw_set_string(object, "answer", answer);
	jsonw_set(object, "evidence", evidence);
	return object;
}

struct jsonw *fingerprint_describe(int dir_fd, const char *path)
{
	struct jsonw *object = jsonw_object(), *answers = jsonw_object();
	struct reading r;

	read_list(&r, dir_fd, path);
	jsonw_set_string(object, "generation", generation_of(&r));
	jsonw_set(object, "evidence", generation_evidence(&r));
	for (size_t i = 0; i < ARRAY_SIZE(fixes); i++)
		jsonw_set(answers, fixes[i].key, describe_fix(&r, i));
	jsonw_set(object, "fixes", answers);
	free(r.incomplete);
	return object;
}

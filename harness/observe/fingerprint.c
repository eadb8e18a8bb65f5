// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/fingerprint.h"

#include <stddef.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "observe/symbols.h"

/* The first name that is there decides; the order is from the newest to the oldest. */
static const struct {
	const char *symbol, *generation;
} signs[] = {
	{"softleaf_entry_wait_on_locked", "C"},	 /* mm/filemap.c, 7.x */
	{"migration_entry_wait_on_locked", "C"}, /* mm/filemap.c, 5.17 and backports */
	{"folio_put_wait_locked", "B"},		 /* mm/filemap.c, 5.16 */
	{"put_and_wait_on_page_locked", "B"},	 /* mm/filemap.c, 5.0 to 5.15 */
	{"migration_entry_wait", "A"},		 /* mm/migrate.c: there, and none of the above */
};

static const char *find(const char *kallsyms, char found[ARRAY_SIZE(signs)][SYMBOL_SIZE])
{
	const char *names[ARRAY_SIZE(signs)];

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		names[i] = signs[i].symbol;
	if (symbols_find(kallsyms, names, ARRAY_SIZE(signs), found) < 0)
		return "unknown";
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (found[i][0])
			return signs[i].generation;
	return "unknown";
}

const char *fingerprint_generation(const char *kallsyms)
{
	char found[ARRAY_SIZE(signs)][SYMBOL_SIZE];

	return find(kallsyms, found);
}

struct jsonw *fingerprint_describe(const char *kallsyms)
{
	char found[ARRAY_SIZE(signs)][SYMBOL_SIZE];
	struct jsonw *object = jsonw_object(), *evidence = jsonw_array();

	jsonw_set_string(object, "generation", find(kallsyms, found));
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (found[i][0])
			jsonw_append(evidence, jsonw_string(found[i]));
	jsonw_set(object, "evidence", evidence);
	return object;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/fingerprint.h"

#include <stddef.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "observe/symbols.h"

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

static const char *find(int dir_fd, const char *path, char found[ARRAY_SIZE(signs)][SYMBOL_SIZE])
{
	const char *names[ARRAY_SIZE(signs)];

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		names[i] = signs[i].symbol;
		found[i][0] = '\0';
	}
	if (symbols_find(dir_fd, path, names, ARRAY_SIZE(signs), found) < 0)
		return "unknown";
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (found[i][0])
			return signs[i].generation;
	return "unknown";
}

const char *fingerprint_generation(int dir_fd, const char *path)
{
	char found[ARRAY_SIZE(signs)][SYMBOL_SIZE];

	return find(dir_fd, path, found);
}

struct jsonw *fingerprint_describe(int dir_fd, const char *path)
{
	char found[ARRAY_SIZE(signs)][SYMBOL_SIZE];
	struct jsonw *object = jsonw_object(), *evidence = jsonw_array();

	jsonw_set_string(object, "generation", find(dir_fd, path, found));
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (found[i][0])
			jsonw_append(evidence, jsonw_string(found[i]));
	jsonw_set(object, "evidence", evidence);
	return object;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Does a boot's report say anything of its kernel? */
#include "base/jsonw.h"
#include "base/memory.h"
#include "lab/ab.h"

/* So much of the pages must have been in the block, or its way offline was too easy. */
#define AIMED_NUMERATOR 9
#define AIMED_DENOMINATOR 10

static bool has_migrated(const struct jsonw *document)
{
	const struct jsonw *migration = jsonw_get(document, "migration");
	const struct jsonw *moves = jsonw_get(document, "move_pages");

	return jsonw_get_uint(migration, "attempts") || jsonw_get_uint(migration, "migrated_pages") ||
	       jsonw_get_uint(moves, "moved") || jsonw_get_uint(moves, "not_moved");
}

char *ab_what_is_wrong(const struct jsonw *document)
{
	const struct jsonw *aim = jsonw_get(jsonw_get(document, "offline"), "aim");
	uint64_t wanted = jsonw_get_uint(aim, "pages_wanted");
	uint64_t reached = jsonw_get_uint(aim, "pages_in_block");

	if (!document)
		return memory_string("it left no report");
	if (!has_migrated(document))
		return memory_string("nothing was migrated");
	/* Without "aim" nobody aimed, or the guest was killed before it could say. */
	if (aim && (!wanted || reached * AIMED_DENOMINATOR < wanted * AIMED_NUMERATOR))
		return memory_format("%llu of %llu pages had reached the block",
				     (unsigned long long)reached, (unsigned long long)wanted);
	return NULL;
}

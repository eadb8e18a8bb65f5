// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * waiter-ref: does a task that waits for a page in migration hold a reference to it? Three things
 * give such a kernel away, and each has its rule elsewhere: an offline that never ends, private
 * pages that no pass can move (both in verdict.c), and the ladder's EAGAIN for each wait
 * (behaviour.c). Pages that were given up on, too few for the second, are no pass unless the third
 * clears the kernel: that is what a run looks like in which hardly anybody waited while it has the
 * defect (5.10-without with one faulter: 57 of 78,413 pages, limit 0.1 %).
 */
#include <inttypes.h>
#include <string.h>

#include "base/jsonw.h"
#include "reports/scenarios/scenarios.h"

#define FEWEST_WAITS 100

static const char *behaviour(const struct jsonw *report, const char *key)
{
	const struct jsonw *fingerprint = jsonw_get(jsonw_get(report, "kernel"), "fingerprint");

	return jsonw_get_string(jsonw_get(fingerprint, "behaviour"), key);
}

static bool is_cleared(const char *generation)
{
	return generation && (strcmp(generation, "B") == 0 || strcmp(generation, "C") == 0);
}

/* What pages that were moved and blocks that went offline must show, where no ladder clears a kernel. */
static const char *lacks_exercise(const struct verdict_facts *facts)
{
	if (facts->offline_attempts > 0 && facts->offline_censored == facts->offline_attempts)
		return "no offline attempt came to its end";
	if (facts->moved == 0 && facts->offline_attempts == 0)
		return "no page was moved, and no block went offline";
	return facts->waits < FEWEST_WAITS ? "too few waits on migration entries" : NULL;
}

static void judge(const struct jsonw *report, const struct verdict_facts *facts,
		  struct scenario_result *result)
{
	const char *generation = behaviour(report, "generation");
	const struct jsonw *migration = jsonw_get(report, "migration");
	const char *lacking = lacks_exercise(facts);
	char why[400];

	if (facts->knows_waits)
		jsonw_set_uint(result->numbers, "waits", facts->waits);
	if (facts->knows_attempts)
		jsonw_set_uint(result->numbers, "attempts", facts->attempts);
	if (jsonw_has(jsonw_get(migration, "eagain"), "total"))
		jsonw_set_uint(result->numbers, "eagain",
			       jsonw_get_uint(jsonw_get(migration, "eagain"), "total"));
	jsonw_set_uint(result->numbers, "private_pages", facts->private_pages);
	jsonw_set_uint(result->numbers, "private_not_moved", facts->private_not_moved);
	jsonw_set_uint(result->numbers, "never_ending_blocks", facts->never_ending_blocks);
	if (verdict_never_ends(facts, why, sizeof(why)) ||
	    verdict_is_immovable(facts, why, sizeof(why)))
		scenario_say(result, VERDICT_FAIL, "%s", why);
	else if (generation && strcmp(generation, "A") == 0)
		scenario_say(result, VERDICT_FAIL, "generation A: %s", behaviour(report, "why"));
	else if (facts->knows_waits && facts->waits == 0)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: nobody waited on a migration entry");
	else if (!facts->knows_waits)
		scenario_say(result, VERDICT_SKIP,
			     "waits on migration entries cannot be counted here: whether there was one is unknown");
	else if (facts->private_not_moved > 0 && !is_cleared(generation))
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: %" PRIu64 " of %" PRIu64
			     " private pages could not be migrated, too few to fail; longer, or with "
			     "more faulters, it can be told",
			     facts->private_not_moved, facts->private_pages);
	else if (lacking && !is_cleared(generation))
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: %s (%" PRIu64 " waits, %" PRIu64 " pages moved, %" PRIu64
			     " of %" PRIu64 " offline attempts came to their end)",
			     lacking, facts->waits, facts->moved,
			     facts->offline_attempts - facts->offline_censored, facts->offline_attempts);
	else
		scenario_say(result, VERDICT_PASS,
			     "%" PRIu64 " waits on migration entries, and %" PRIu64 " of %" PRIu64
			     " private pages were migrated",
			     facts->waits, facts->private_pages - facts->private_not_moved,
			     facts->private_pages);
}

const struct scenario_judge scenario_waiter_ref = {"waiter-ref", judge};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pins: pages that somebody holds do not move, and the report names him.
 *
 * Short-term references (vmsplice, O_DIRECT reads in flight) leave a page where it is: a block with
 * such pages does not go offline. Long-term pins (fixed buffers of an io_uring) are moved out of
 * ZONE_MOVABLE first (5.13 and later), so they are in no movable block's way; but to another node
 * they do not move either.
 */
#include <string.h>

#include "base/jsonw.h"
#include "reports/scenarios/scenarios.h"
#include "reports/unmeasured.h"

/* Entries of holders of ours whose evidence has @what in it: whoever else holds pages, they are not
 * those that the run asks about. */
static uint64_t count_named(const struct jsonw *report, const char *what, bool in_blocks)
{
	const struct jsonw *holders = jsonw_get(report, "holders");
	uint64_t n = 0;

	for (size_t i = 0; i < jsonw_length(holders); i++) {
		const struct jsonw *holder = jsonw_at(holders, i);
		const char *evidence = jsonw_get_string(holder, "evidence");

		n += evidence && strstr(evidence, what) &&
		     jsonw_has_string(holder, "comm", "memsoak-worker") &&
		     jsonw_get_string(holder, "mapping") && jsonw_has(holder, "block") == in_blocks;
	}
	return n;
}

/* NULL: they were not left out. */
static const char *no_reads_why(const struct jsonw *report)
{
	return jsonw_get_string(unmeasured_entry(report, "workers.hold-direct"), "why");
}

static bool has_workload(const struct jsonw *report, const char *workload)
{
	const struct jsonw *workers = jsonw_get(report, "workers");

	for (size_t i = 0; i < jsonw_length(workers); i++)
		if (jsonw_has_string(jsonw_at(workers, i), "workload", workload))
			return true;
	return false;
}

/* Records of before there were such reads have none, and nothing is asked of them. NULL: nothing
 * lacks. */
static const char *lacks_reads(const struct jsonw *report, struct scenario_result *result)
{
	uint64_t in_reads = scenario_work(report, "hold-direct", "operations");
	uint64_t named = count_named(report, "O_DIRECT", true);

	if (!has_workload(report, "hold-direct"))
		return NULL;
	jsonw_set_uint(result->numbers, "held_by_reads", in_reads);
	jsonw_set_uint(result->numbers, "read_holders_named", named);
	if (in_reads == 0)
		return "not exercised: no page was held by an O_DIRECT read";
	return named ? NULL : "the holders were not named: none of O_DIRECT reads in flight";
}

static void judge(const struct jsonw *report, const struct verdict_facts *facts,
		  struct scenario_result *result)
{
	uint64_t in_pipes = scenario_work(report, "hold-pipe", "operations");
	uint64_t in_rings = scenario_work(report, "hold-ring", "operations");
	uint64_t endless = jsonw_get_uint(jsonw_get(report, "offline"), "censored");
	uint64_t succeeded = jsonw_get_uint(jsonw_get(report, "offline"), "succeeded");
	uint64_t stayed = facts->private_not_moved, moved = facts->moved;
	uint64_t pipes_named = count_named(report, "pipes", true);
	uint64_t rings_named = count_named(report, "io_uring", false);
	uint64_t rings_in_blocks = count_named(report, "io_uring", true);
	const char *no_reads = no_reads_why(report);
	const char *lacking = lacks_reads(report, result);

	jsonw_set_uint(result->numbers, "held_in_pipes", in_pipes);
	jsonw_set_uint(result->numbers, "held_in_rings", in_rings);
	jsonw_set_uint(result->numbers, "endless_offlines", endless);
	jsonw_set_uint(result->numbers, "offline_succeeded", succeeded);
	jsonw_set_uint(result->numbers, "held_pages_not_moved", stayed);
	jsonw_set_uint(result->numbers, "held_pages_moved", moved);
	jsonw_set_uint(result->numbers, "pipe_holders_named", pipes_named);
	jsonw_set_uint(result->numbers, "ring_holders_named", rings_named);
	if (in_pipes == 0 || in_rings == 0)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: pages must be held in pipes and in rings, %llu and "
			     "%llu are",
			     (unsigned long long)in_pipes, (unsigned long long)in_rings);
	else if (moved > 0)
		scenario_say(result, VERDICT_FAIL, "%llu pages moved that a long-term pin held",
			     (unsigned long long)moved);
	else if (rings_in_blocks > 0)
		scenario_say(result, VERDICT_FAIL,
			     "long-term pins are in the way of movable blocks: %llu holders there",
			     (unsigned long long)rings_in_blocks);
	else if (stayed == 0 || endless == 0)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: %llu held pages were to be moved, %llu blocks with "
			     "held pages to go offline",
			     (unsigned long long)stayed, (unsigned long long)endless);
	else if (pipes_named == 0 || rings_named == 0)
		scenario_say(result, VERDICT_ERROR,
			     "the holders were not named: %llu of pipes, %llu of rings",
			     (unsigned long long)pipes_named, (unsigned long long)rings_named);
	else if (succeeded == 0)
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: no block without held pages went offline either");
	else if (lacking)
		scenario_say(result, VERDICT_ERROR, "%s", lacking);
	else
		scenario_say(result, VERDICT_PASS,
			     "held pages did not move, and their holders are named: %llu of pipes "
			     "in blocks, %llu of rings%s%s",
			     (unsigned long long)pipes_named, (unsigned long long)rings_named,
			     no_reads ? "; no O_DIRECT read was in flight: "
			     : has_workload(report, "hold-direct")
				     ? ", and of O_DIRECT reads in blocks"
				     : "",
			     no_reads ? no_reads : "");
}

const struct scenario_judge scenario_pins = {"pins", judge};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mlock-drain: does a migration drain the batch that munlocking the page has put it into
 * (mlock_page_drain_local() in mm/rmap.c: try_to_migrate_one(), 5.18 and later)?
 *
 * Compaction is asked, because it leaves the CPUs' batches on; move_pages and offlining, which switch
 * them off (lru_cache_disable()), are the control: a page that somebody else holds fails there too.
 *
 * Measured on 6.1 with two CPUs, EAGAIN of compaction's attempts: 0 of 182,602 with the drain,
 * 1,841,303 of 1,990,357 without. With it there remain pages that were locked a moment ago by another
 * CPU, whose batch of 15 only that CPU drains: a few of thousands. Without it all but the page that
 * fills a batch fail, in each of ten passes. The limit is far from both.
 */
#include "base/jsonw.h"
#include "reports/ratio.h"
#include "reports/scenarios/scenarios.h"

#define WORKLOAD "mlock-churn"
#define LIMIT 0.1
#define FEWEST_ATTEMPTS 1000
#define FEWEST_MOVED 1000

struct share {
	uint64_t eagain, attempts;
};

static struct share share_of(const struct jsonw *report, const char *driver)
{
	const struct jsonw *migration = jsonw_get(report, "migration");
	const struct jsonw *share = jsonw_get(jsonw_get(migration, "by_driver"), driver);

	return (struct share){jsonw_get_uint(share, "eagain"), jsonw_get_uint(share, "attempts")};
}

static bool is_beyond_limit(struct share s)
{
	return s.attempts > 0 && ratio_lower_bound(s.eagain, s.attempts) > LIMIT;
}

static void judge(const struct jsonw *report, const struct verdict_facts *facts,
		  struct scenario_result *result)
{
	struct share compaction = share_of(report, "compaction"), control;
	struct share moves = share_of(report, "move_pages"), offline = share_of(report, "offline");
	uint64_t operations = scenario_work(report, WORKLOAD, "operations");
	uint64_t moved = scenario_work(report, WORKLOAD, "moved");

	(void)facts;
	if (scenario_lacks_caller(report, "compaction", result))
		return;
	control.eagain = moves.eagain + offline.eagain;
	control.attempts = moves.attempts + offline.attempts;
	jsonw_set_uint(result->numbers, "compaction_eagain", compaction.eagain);
	jsonw_set_uint(result->numbers, "compaction_attempts", compaction.attempts);
	jsonw_set_uint(result->numbers, "control_eagain", control.eagain);
	jsonw_set_uint(result->numbers, "control_attempts", control.attempts);
	jsonw_set_uint(result->numbers, "lock_calls", operations);
	jsonw_set_uint(result->numbers, "locked_pages_moved", moved);
	if (operations == 0)
		scenario_say(result, VERDICT_ERROR, "not exercised: no worker locked its pages");
	else if (compaction.attempts < FEWEST_ATTEMPTS)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: compaction tried to migrate %llu pages, %d are wanted",
			     (unsigned long long)compaction.attempts, FEWEST_ATTEMPTS);
	else if (is_beyond_limit(compaction) && is_beyond_limit(control))
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: migrations by move_pages and offline fail as well (EAGAIN %llu of %llu): somebody else holds the pages",
			     (unsigned long long)control.eagain,
			     (unsigned long long)control.attempts);
	else if (is_beyond_limit(compaction))
		scenario_say(result, VERDICT_FAIL,
			     "locked pages are not migrated by compaction: EAGAIN %llu of %llu attempts, limit %.0f %% (control: %llu of %llu)",
			     (unsigned long long)compaction.eagain,
			     (unsigned long long)compaction.attempts, 100 * LIMIT,
			     (unsigned long long)control.eagain,
			     (unsigned long long)control.attempts);
	else if (moved < FEWEST_MOVED)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: %llu locked pages were migrated, %d are wanted",
			     (unsigned long long)moved, FEWEST_MOVED);
	else
		scenario_say(result, VERDICT_PASS,
			     "locked pages are migrated by compaction: EAGAIN %llu of %llu attempts",
			     (unsigned long long)compaction.eagain,
			     (unsigned long long)compaction.attempts);
}

const struct scenario_judge scenario_mlock_drain = {"mlock-drain", judge};

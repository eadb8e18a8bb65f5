// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mlock-drain: does a migration drain the batch that munlocking the page has put it into
 * (mlock_page_drain_local() in mm/rmap.c: try_to_migrate_one(), 5.18 and later)?
 *
 * Three callers are asked that leave the CPUs' batches on: compaction, NUMA balancing, soft
 * offline, as many of them as the profile has. move_pages and offlining, which switch the batches
 * off (lru_cache_disable()), are the control: a page that somebody else holds fails there too.
 *
 * Of compaction and NUMA balancing it is EAGAIN of their attempts. Soft offline makes some pages
 * fail on purpose (harness/drive/soft_offline.c), so of it, it is the plain injections that did not
 * come out as they must.
 *
 * Measured on 6.1 with two CPUs, EAGAIN of compaction's attempts: 0 of 182,602 with the drain,
 * 1,841,303 of 1,990,357 without. With it there remain pages that were locked a moment ago by
 * another CPU, whose batch of 15 only that CPU drains: a few of thousands. Without it all but the
 * page that fills a batch fail, in each of ten passes. The limit is far from both.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/ratio.h"
#include "reports/scenarios/scenarios.h"

#define LIMIT 0.1
#define FEWEST_MOVED 1000

struct share {
	uint64_t failed, tries;
};

static struct share eagain_of(const struct jsonw *report, const char *driver)
{
	const struct jsonw *migration = jsonw_get(report, "migration");
	const struct jsonw *share = jsonw_get(jsonw_get(migration, "by_driver"), driver);

	return (struct share){jsonw_get_uint(share, "eagain"), jsonw_get_uint(share, "attempts")};
}

static struct share plain_of(const struct jsonw *report, const char *driver)
{
	const struct jsonw *cases = jsonw_get(jsonw_get(report, "soft_offline"), "cases");
	struct share s = {0};

	(void)driver;
	for (size_t i = 0; i < jsonw_length(cases); i++) {
		const struct jsonw *one = jsonw_at(cases, i);
		const char *name = jsonw_get_string(one, "case");
		uint64_t all = jsonw_get_uint(one, "injections");
		uint64_t good = jsonw_get_uint(one, "as_expected");

		if (name && strcmp(name, "plain") == 0)
			s = (struct share){good < all ? all - good : 0, all};
	}
	return s;
}

static const struct asked {
	const char *driver, *failed_key, *tries_key; /* in the numbers */
	struct share (*share_of)(const struct jsonw *report, const char *driver);
	uint64_t fewest_tries;
	uint64_t fewest_moved;	      /* locked pages that their workers must have seen move */
	const char *failures, *tries; /* what they are called */
} asked[] = {
	{"compaction", "compaction_eagain", "compaction_attempts", eagain_of, 1000, FEWEST_MOVED,
	 "EAGAIN", "attempts"},
	{"numa_balancing", "numa_balancing_eagain", "numa_balancing_attempts", eagain_of, 1000,
	 FEWEST_MOVED, "EAGAIN", "attempts"},
	{"soft_offline", "soft_offline_refused", "soft_offline_plain", plain_of, 50, 0, "refused",
	 "plain injections"},
};

static bool is_beyond_limit(struct share s)
{
	return s.tries > 0 && ratio_lower_bound(s.failed, s.tries) > LIMIT;
}

static void add(char *text, size_t size, const char *more)
{
	size_t length = strlen(text);

	(void)snprintf(text + length, size - length, "%s%s", length ? ", " : "", more);
}

/* What there is to say of those that were asked. */
struct answers {
	size_t n_judged, n_beyond;
	uint64_t fewest_moved;
	char judged[240], beyond[240], too_few[240];
};

static void ask(const struct jsonw *report, struct scenario_result *result, struct answers *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		const struct jsonw *caller = scenario_caller(report, asked[i].driver);
		struct share s = asked[i].share_of(report, asked[i].driver);
		char text[120];

		if (!caller || jsonw_has(caller, "unavailable"))
			continue;
		jsonw_set_uint(result->numbers, asked[i].failed_key, s.failed);
		jsonw_set_uint(result->numbers, asked[i].tries_key, s.tries);
		if (s.tries < asked[i].fewest_tries) {
			(void)snprintf(text, sizeof(text),
				       "%s tried to migrate %llu pages, %llu are wanted",
				       asked[i].driver, (unsigned long long)s.tries,
				       (unsigned long long)asked[i].fewest_tries);
			add(a->too_few, sizeof(a->too_few), text);
			continue;
		}
		a->n_judged++;
		if (asked[i].fewest_moved > a->fewest_moved)
			a->fewest_moved = asked[i].fewest_moved;
		(void)snprintf(text, sizeof(text), "%s: %s %llu of %llu %s", asked[i].driver,
			       asked[i].failures, (unsigned long long)s.failed,
			       (unsigned long long)s.tries, asked[i].tries);
		add(a->judged, sizeof(a->judged), text);
		if (!is_beyond_limit(s))
			continue;
		a->n_beyond++;
		add(a->beyond, sizeof(a->beyond), text);
	}
}

/* The first of the callers that the run was to have; compaction where it has none. */
static const char *wanted(const struct jsonw *report)
{
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		if (scenario_caller(report, asked[i].driver))
			return asked[i].driver;
	return asked[0].driver;
}

static void judge(const struct jsonw *report, const struct verdict_facts *facts,
		  struct scenario_result *result)
{
	struct share moves = eagain_of(report, "move_pages"),
		     offline = eagain_of(report, "offline");
	struct share control = {moves.failed + offline.failed, moves.tries + offline.tries};
	uint64_t operations = scenario_work(report, "mlock-churn", "operations") +
			      scenario_work(report, "mlock-keep", "operations");
	uint64_t moved = scenario_work(report, "mlock-churn", "moved") +
			 scenario_work(report, "mlock-keep", "moved");
	struct answers a = {0};

	(void)facts;
	if (scenario_lacks_caller(report, wanted(report), result))
		return;
	ask(report, result, &a);
	jsonw_set_uint(result->numbers, "control_eagain", control.failed);
	jsonw_set_uint(result->numbers, "control_attempts", control.tries);
	jsonw_set_uint(result->numbers, "lock_calls", operations);
	jsonw_set_uint(result->numbers, "locked_pages_moved", moved);
	if (operations == 0)
		scenario_say(result, VERDICT_ERROR, "not exercised: no worker locked its pages");
	else if (a.n_judged == 0)
		scenario_say(result, VERDICT_ERROR, "not exercised: %s", a.too_few);
	else if (a.n_beyond && is_beyond_limit(control))
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: migrations by move_pages and offline fail as well "
			     "(EAGAIN %llu of %llu): somebody else holds the pages",
			     (unsigned long long)control.failed, (unsigned long long)control.tries);
	else if (a.n_beyond)
		scenario_say(result, VERDICT_FAIL,
			     "locked pages are not migrated by %s, limit %.0f %% (control: %llu of "
			     "%llu)",
			     a.beyond, 100 * LIMIT, (unsigned long long)control.failed,
			     (unsigned long long)control.tries);
	else if (moved < a.fewest_moved)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: %llu locked pages were migrated, %llu are wanted",
			     (unsigned long long)moved, (unsigned long long)a.fewest_moved);
	else
		scenario_say(result, VERDICT_PASS, "locked pages are migrated: %s%s%s", a.judged,
			     a.too_few[0] ? "; not judged: " : "", a.too_few);
}

const struct scenario_judge scenario_mlock_drain = {"mlock-drain", judge};

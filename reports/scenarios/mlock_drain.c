// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mlock-drain: does a migration drain the batch that munlocking the page has put it into
 * (mlock_page_drain_local() in mm/rmap.c: try_to_migrate_one(), 5.18 and later)?
 *
 * Three callers are asked that leave the CPUs' batches on: compaction, NUMA balancing, soft
 * offline, as many of them as the profile has. move_pages and offlining, which switch the batches
 * off (lru_cache_disable()), are the control: a page that somebody else holds fails there too.
 *
 * It is the EAGAIN of their attempts. Soft offline succeeds in the end on a kernel with the defect,
 * since each of ten passes adds to the batch until that is full; and where its pages are made to
 * fail on purpose ([soft_offline] cases = all), their EAGAIN is nobody's fault: then it is not
 * judged.
 *
 * Measured on 6.1 with two CPUs, EAGAIN of compaction's attempts: 0 of 182,602 with the drain,
 * 1,841,303 of 1,990,357 without; of NUMA balancing's, 0 of 14,095 and 155,253 of 166,471. With it
 * there remain pages that were locked a moment ago by another CPU, whose batch of 15 only that CPU
 * drains: a few of thousands. Without it all but the page that fills a batch fail, in each of ten
 * passes. The limit is far from both.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/ratio.h"
#include "reports/scenarios/scenarios.h"

#define LIMIT 0.1
#define FEWEST_MOVED 1000
/*
 * Compaction migrates everybody's pages. Where locked ones are one in so many of those that moved, a kernel
 * with the defect is beyond the limit by far: of 15 locked pages one moves, and 14 fail ten times each.
 */
#define FEWEST_SHARE 100
#define FEWEST_CONTROL 1000

struct share {
	uint64_t eagain, attempts, succeeded;
};

static struct share share_of(const struct jsonw *report, const char *driver)
{
	const struct jsonw *migration = jsonw_get(report, "migration");
	const struct jsonw *share = jsonw_get(jsonw_get(migration, "by_driver"), driver);

	return (struct share){jsonw_get_uint(share, "eagain"), jsonw_get_uint(share, "attempts"),
			      jsonw_get_uint(share, "succeeded")};
}

/* Were there injections that had to fail? */
static bool has_made_failures(const struct jsonw *report)
{
	const struct jsonw *cases = jsonw_get(jsonw_get(report, "soft_offline"), "cases");

	for (size_t i = 0; i < jsonw_length(cases); i++) {
		const char *name = jsonw_get_string(jsonw_at(cases, i), "case");

		if (name && strcmp(name, "plain") != 0)
			return true;
	}
	return false;
}

static bool never(const struct jsonw *report)
{
	(void)report;
	return false;
}

static const struct asked {
	const char *driver, *eagain_key, *attempts_key, *moved_key; /* in the numbers */
	bool (*is_spoilt)(const struct jsonw *report); /* its EAGAIN has other causes as well */
	uint64_t fewest_attempts;
	uint64_t fewest_moved; /* locked pages that the workers it drives must have seen move */
} asked[] = {
	{"compaction", "compaction_eagain", "compaction_attempts", "compaction_moved_locked_pages",
	 never, 1000, FEWEST_MOVED},
	{"numa_balancing", "numa_balancing_eagain", "numa_balancing_attempts",
	 "numa_balancing_moved_locked_pages", never, 1000, FEWEST_MOVED},
	{"soft_offline", "soft_offline_eagain", "soft_offline_attempts",
	 "soft_offline_moved_locked_pages", has_made_failures, 50, 0},
};

static uint64_t locked_work(const struct jsonw *report, const char *driver, const char *figure)
{
	return scenario_work_of_driver(report, "mlock-churn", driver, figure) +
	       scenario_work_of_driver(report, "mlock-keep", driver, figure);
}

static bool is_beyond_limit(struct share s)
{
	return s.attempts > 0 && ratio_lower_bound(s.eagain, s.attempts) > LIMIT;
}

static void add(char *text, size_t size, const char *more)
{
	size_t length = strlen(text);

	(void)snprintf(text + length, size - length, "%s%s", length ? ", " : "", more);
}

/* What there is to say of those that were asked. */
struct answers {
	size_t n_judged, n_beyond;
	char judged[240], beyond[240], not_judged[240];
};

/* Why nothing can be said of it; "": it can be judged. */
static void why_not(const struct jsonw *report, const struct asked *who, struct share s,
		    uint64_t moved, char *text, size_t size)
{
	text[0] = '\0';
	if (s.attempts < who->fewest_attempts)
		(void)snprintf(text, size, "%s tried to migrate %llu pages, %llu are wanted",
			       who->driver, (unsigned long long)s.attempts,
			       (unsigned long long)who->fewest_attempts);
	else if (who->is_spoilt(report))
		(void)snprintf(text, size, "pages of %s were made to fail", who->driver);
	else if (!is_beyond_limit(s) && moved < who->fewest_moved)
		(void)snprintf(text, size, "%s migrated %llu locked pages, %llu are wanted",
			       who->driver, (unsigned long long)moved,
			       (unsigned long long)who->fewest_moved);
	else if (!is_beyond_limit(s) && who->fewest_moved && moved < s.succeeded / FEWEST_SHARE)
		(void)snprintf(text, size, "of %llu pages that %s migrated %llu were locked ones",
			       (unsigned long long)s.succeeded, who->driver,
			       (unsigned long long)moved);
}

static void ask(const struct jsonw *report, struct scenario_result *result, struct answers *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		const struct jsonw *caller = scenario_caller(report, asked[i].driver);
		struct share s = share_of(report, asked[i].driver);
		uint64_t moved = locked_work(report, asked[i].driver, "moved");
		char text[120];

		if (!caller)
			continue;
		if (jsonw_has(caller, "unavailable")) {
			(void)snprintf(text, sizeof(text), "%s: %s", asked[i].driver,
				       jsonw_get_string(caller, "unavailable"));
			add(a->not_judged, sizeof(a->not_judged), text);
			continue;
		}
		jsonw_set_uint(result->numbers, asked[i].eagain_key, s.eagain);
		jsonw_set_uint(result->numbers, asked[i].attempts_key, s.attempts);
		jsonw_set_uint(result->numbers, asked[i].moved_key, moved);
		why_not(report, &asked[i], s, moved, text, sizeof(text));
		if (text[0]) {
			add(a->not_judged, sizeof(a->not_judged), text);
			continue;
		}
		a->n_judged++;
		(void)snprintf(text, sizeof(text), "%s: EAGAIN %llu of %llu attempts",
			       asked[i].driver, (unsigned long long)s.eagain,
			       (unsigned long long)s.attempts);
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
	struct share moves = share_of(report, "move_pages"), offline = share_of(report, "offline");
	struct share control = {moves.eagain + offline.eagain, moves.attempts + offline.attempts,
				moves.succeeded + offline.succeeded};
	uint64_t operations = locked_work(report, NULL, "operations");
	struct answers a = {0};

	(void)facts;
	if (scenario_lacks_caller(report, wanted(report), result))
		return;
	ask(report, result, &a);
	jsonw_set_uint(result->numbers, "control_eagain", control.eagain);
	jsonw_set_uint(result->numbers, "control_attempts", control.attempts);
	jsonw_set_uint(result->numbers, "lock_calls", operations);
	jsonw_set_uint(result->numbers, "locked_pages_moved", locked_work(report, NULL, "moved"));
	if (operations == 0)
		scenario_say(result, VERDICT_ERROR, "not exercised: no worker locked its pages");
	else if (a.n_judged == 0)
		scenario_say(result, VERDICT_ERROR, "not exercised: %s", a.not_judged);
	else if (a.n_beyond && control.attempts < FEWEST_CONTROL)
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: %s, and there is no control: move_pages and offline tried "
			     "to migrate %llu pages, %d are wanted",
			     a.beyond, (unsigned long long)control.attempts, FEWEST_CONTROL);
	else if (a.n_beyond && is_beyond_limit(control))
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: migrations by move_pages and offline fail as well "
			     "(EAGAIN %llu of %llu): somebody else holds the pages",
			     (unsigned long long)control.eagain,
			     (unsigned long long)control.attempts);
	else if (a.n_beyond)
		scenario_say(result, VERDICT_FAIL,
			     "locked pages are not migrated by %s, limit %.0f %% (control: %llu of "
			     "%llu)",
			     a.beyond, 100 * LIMIT, (unsigned long long)control.eagain,
			     (unsigned long long)control.attempts);
	else
		scenario_say(result, VERDICT_PASS, "locked pages are migrated: %s%s%s", a.judged,
			     a.not_judged[0] ? "; not judged: " : "", a.not_judged);
}

const struct scenario_judge scenario_mlock_drain = {"mlock-drain", judge};

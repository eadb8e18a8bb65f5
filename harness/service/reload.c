// SPDX-License-Identifier: GPL-2.0-or-later
/* A profile that has changed while its run goes on: what may be taken over, and what may not. */
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "service/run.h"

/* As the run found it. Nothing to do when the run has not changed it. */
static int put_back(struct run *run, const char *path, struct err *e)
{
	for (size_t i = 0; i < run->n_settings; i++) {
		struct setting *s = &run->settings[i];
		int r;

		if (strcmp(s->path, path) != 0)
			continue;
		r = setting_restore(&run->fs, s, e);
		record_setting_restored(run->recorder, s->path, s->old_value, r < 0 ? -r : 0);
		if (r < 0)
			return r;
		run->n_settings--;
		memmove(s, s + 1, (run->n_settings - i) * sizeof(*s));
		return 0;
	}
	return 0;
}

/* Back to the host's value first, so that the journal always has the one to go back to. */
static int renew_watchdogs(struct run *run, struct err *e)
{
	struct run_watchdog_setting list[RUN_MAX_WATCHDOG_SETTINGS];
	size_t n = run_watchdog_settings(&run->profile.watchdog, list);
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = put_back(run, list[i].path, e);
		if (r >= 0)
			r = run_set_watchdog(run, &list[i], e);
	}
	return r < 0 ? r : 0;
}

static void digest_of(const struct run *run, const struct profile *p, char digest[PLAN_DIGEST_SIZE])
{
	struct plan plan;

	/* What can be tested may have changed since; the digest is there in each case. */
	(void)plan_make(&run->topology, p, run->plan.seed, &plan, NULL);
	(void)memcpy(digest, plan.digest, PLAN_DIGEST_SIZE);
	plan_done(&plan);
}

/* The same work by both profiles, but for what a reload may change? */
static bool is_same_plan(const struct run *run, const struct profile *renewed)
{
	char digest_now[PLAN_DIGEST_SIZE], digest_renewed[PLAN_DIGEST_SIZE];
	struct profile as_now = *renewed;

	as_now.duration_ns = run->profile.duration_ns; /* perhaps the command line's */
	as_now.reserve_bytes = run->profile.reserve_bytes;
	as_now.watchdog = run->profile.watchdog;
	digest_of(run, &run->profile, digest_now);
	digest_of(run, &as_now, digest_renewed);
	return strcmp(digest_now, digest_renewed) == 0;
}

int run_reload(struct run *run, struct err *e)
{
	struct profile renewed;
	int r = profile_load(run->profile.path, &renewed, e);

	if (r < 0)
		return r;
	if (!is_same_plan(run, &renewed))
		r = err_set(e, -EINVAL,
			    "%s: more has changed than [guard], [watchdog] and [record]: that needs a new run, so nothing was taken over",
			    renewed.path);
	if (r == 0) {
		run->profile.reserve_bytes = renewed.reserve_bytes;
		run->profile.watchdog = renewed.watchdog;
		run->profile.journal_limit_bytes = renewed.journal_limit_bytes;
		recorder_set_limit(run->recorder, renewed.journal_limit_bytes);
		run->reserve_bytes = plan_reserve_bytes(&run->topology, &renewed);
	}
	profile_done(&renewed);
	return r == 0 ? renew_watchdogs(run, e) : r;
}

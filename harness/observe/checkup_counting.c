// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/checkup.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "observe/ability.h"

static const char *const result_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_LIMITED] = "limited",
	[FINDING_NO] = "no",
};
_Static_assert(ARRAY_SIZE(result_names) == FINDING_MAX, "one name for each result");

const char *finding_result_name(enum finding_result result)
{
	return result_names[result];
}

void finding_say(struct finding *f, enum finding_result result, const char *format, ...)
{
	va_list args;

	f->result = result;
	va_start(args, format);
	(void)vsnprintf(f->what, sizeof(f->what), format, args);
	va_end(args);
}

void finding_advise(struct finding *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(f->consequence, sizeof(f->consequence), format, args);
	va_end(args);
}

static void check_tracefs(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	(void)fs;
	if (a->has_tracefs)
		finding_say(f, FINDING_OK, "mounted");
	else
		finding_say(f, a->is_hidden ? FINDING_LIMITED : FINDING_NO, "%s", a->tracefs_why);
}

static void check_kprobes(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	(void)fs;
	if (a->is_hidden)
		finding_say(f, FINDING_LIMITED, "could not be seen");
	else if (!a->has_kprobes)
		finding_say(f, FINDING_NO, "no kprobe_events (CONFIG_KPROBE_EVENTS, tracefs)");
	else if (a->is_kprobes_off)
		finding_say(f, FINDING_NO, "switched off by /sys/kernel/debug/kprobes/enabled");
	else if (!a->symbol[0])
		finding_say(f, FINDING_NO, "%s", a->symbol_why);
	else
		finding_say(f, FINDING_OK, "on %s, and %u functions that wait on migration entries",
			    a->symbol, a->n_waits);
	if (f->result == FINDING_NO)
		finding_advise(f, "EAGAIN and waits on migration entries stay unmeasured");
}

static void check_hist(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	(void)fs;
	if (a->has_hist)
		finding_say(f, FINDING_OK, "hist triggers are there");
	else
		finding_say(f, FINDING_LIMITED, "%s",
			    a->is_hidden ? "could not be seen"
					 : "no hist triggers (CONFIG_HIST_TRIGGERS, tracefs)");
}

static void check_perf(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	(void)fs;
	if (a->has_perf)
		finding_say(f, FINDING_OK,
			    "perf events are there (perf_event_paranoid %lld; root may anyway)",
			    (long long)a->perf_paranoid);
	else
		finding_say(f, FINDING_LIMITED, "no perf events (CONFIG_PERF_EVENTS)");
}

static void check_source(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	(void)fs;
	if (a->is_hidden) {
		finding_say(f, FINDING_LIMITED,
			    "at least %s; what tracefs offers could not be seen",
			    count_source_name(a->source));
		return;
	}
	finding_say(f, a->source <= SOURCE_HIST ? FINDING_OK : FINDING_LIMITED, "%s",
		    count_source_name(a->source));
	if (a->source > SOURCE_HIST)
		finding_advise(f, "only final results of migration are counted, no retries: a "
				  "refault scenario ends \"not exercised\"");
}

const struct checkup checkups_counting[] = {
	{"tracefs", check_tracefs},  {"kprobes", check_kprobes},     {"hist-triggers", check_hist},
	{"perf-events", check_perf}, {"count-source", check_source},
};
const size_t n_checkups_counting = ARRAY_SIZE(checkups_counting);

// SPDX-License-Identifier: GPL-2.0-or-later
/* The run's frame: its start, its samples, its restore, its end. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/fold.h"

static void take_vmstat(struct fold *f, struct journal_value vmstat)
{
	if (!journal_is_object(vmstat) || f->vmstat.is_there)
		return;
	f->vmstat.is_there = true;
	for (struct journal_iterator i = journal_each(vmstat); journal_more(&i); journal_step(&i)) {
		char name[TALLY_NAME_SIZE];
		uint64_t count;

		if (journal_uint(i.value, NULL, &count) &&
		    journal_string(i.key, NULL, name, sizeof(name)) && tally_is_name(name))
			tally_add(&f->vmstat.differences, name, 0, count);
	}
}

const char *fold_known_source(const char *source)
{
	static const char *const sources[] = {"perf-kprobe", "hist", "tracepoint", "vmstat-proxy"};

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (strcmp(sources[i], source) == 0)
			return sources[i];
	return "none";
}

void fold_take_start(struct fold *f, struct journal_value o)
{
	char source[32] = "";

	(void)journal_string(o, "source", source, sizeof(source));
	f->source = fold_known_source(source);
	(void)journal_string(o, "symbol", f->symbol, sizeof(f->symbol));
	(void)journal_string(o, "why", f->source_why, sizeof(f->source_why));
}

void fold_take_clock(struct fold *f, struct journal_value o)
{
	uint64_t suspended_ns;
	int64_t stepped_ns;

	if (journal_uint(o, "suspended_ns", &suspended_ns)) {
		f->suspends++;
		fold_add(&f->suspended_ns, suspended_ns);
	}
	if (journal_int(o, "stepped_ns", &stepped_ns)) {
		f->clock_steps++;
		if (__builtin_add_overflow(f->stepped_ns, stepped_ns, &f->stepped_ns))
			f->stepped_ns = stepped_ns < 0 ? INT64_MIN : INT64_MAX;
	}
}

/* Which figures there are, and how they are named. */
static bool is_known_figure(struct journal_value o)
{
	static const char *const names[] = {"eagain_per_attempt", "offline_success",
					    "offline_latency"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (journal_equals(o, "name", names[i]))
			return true;
	return false;
}

void fold_take_settled(struct fold *f, struct journal_value o)
{
	static const char *const numbers[] = {"count", "mean_ns", "trials", "half_width_ppm"};
	struct jsonw *settled = jsonw_object(), *list = jsonw_array();
	struct journal_iterator i = journal_each(journal_get(o, "figures"));
	uint64_t count;

	if (journal_uint(o, "window_ns", &count))
		jsonw_set_uint(settled, "window_ns", count);
	for (; journal_more(&i) && jsonw_length(list) < FOLD_MAX_SETTLED; journal_step(&i)) {
		struct jsonw *figure = jsonw_object();
		char name[FOLD_NAME_SIZE];

		(void)journal_string(i.value, "name", name, sizeof(name));
		if (!is_known_figure(i.value)) {
			jsonw_free(figure);
			continue;
		}
		jsonw_set_string(figure, "name", name);
		for (size_t n = 0; n < ARRAY_SIZE(numbers); n++)
			if (journal_uint(i.value, numbers[n], &count))
				jsonw_set_uint(figure, numbers[n], count);
		jsonw_append(list, figure);
	}
	jsonw_set(settled, "figures", list);
	jsonw_free(f->settled);
	f->settled = settled;
}

void fold_take_sample(struct fold *f, struct journal_value o)
{
	uint64_t rss_bytes;

	fold_take_counts(f, journal_get(o, "migration"));
	if (journal_uint(o, "rss_bytes", &rss_bytes) && rss_bytes > f->rss_max_bytes)
		f->rss_max_bytes = rss_bytes;
}

void fold_take_end(struct fold *f, struct journal_value o)
{
	struct journal_value kmsg = journal_get(o, "kmsg");

	if (!journal_string(o, "ended", f->ended, sizeof(f->ended)) || !f->ended[0])
		(void)snprintf(f->ended, sizeof(f->ended), "completed");
	fold_take_counts(f, journal_get(o, "migration"));
	take_vmstat(f, journal_get(o, "vmstat"));
	fold_known(o, "elapsed_ns", &f->elapsed_ns);
	fold_known(o, "taint_after", &f->taint_after);
	fold_known(kmsg, "records", &f->kmsg_records);
	fold_known(kmsg, "lost", &f->kmsg_lost);
}

void fold_take_restore(struct fold *f, struct journal_value o)
{
	f->has_restore = true;
	f->settings_restored = true;
	(void)journal_bool(o, "settings_restored", &f->settings_restored);
}

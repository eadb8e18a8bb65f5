// SPDX-License-Identifier: GPL-2.0-or-later
/* From a report's ladder to the figures that are judged, and the judgement as JSON. */
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "reports/behaviour.h"

/* More faulters than were measured: other figures would hold. */
#define MOST_FAULTERS 3

/* One private page that refault threads touch is what move_pages moves, and nothing else. */
static bool moves_one_private_page(const struct jsonw *report)
{
	const struct jsonw *workers = jsonw_get(report, "workers");
	size_t moved = 0;

	for (size_t i = 0; i < jsonw_length(workers); i++) {
		const struct jsonw *group = jsonw_at(workers, i);

		if (!jsonw_has_string(group, "driven_by", "move_pages"))
			continue;
		if (!jsonw_has_string(group, "kind", "private-anonymous") ||
		    !jsonw_has_string(group, "workload", "refault") ||
		    jsonw_get_uint(group, "pages") != 1)
			return false;
		moved++;
	}
	return moved == 1;
}

/* Shared pages and memory that goes offline have EAGAIN of their own. */
static bool is_of_move_pages(const struct jsonw *rung)
{
	return jsonw_get_uint(rung, "offline_attempts") == 0 &&
	       jsonw_get_uint(rung, "moved") + jsonw_get_uint(rung, "not_moved") > 0;
}

static bool is_counted(const struct jsonw *rung)
{
	return jsonw_has(rung, "attempts") && jsonw_has(rung, "eagain") &&
	       jsonw_has(rung, "waits") && jsonw_has(rung, "gave_up");
}

struct sums {
	struct behaviour_counts control, faulted;
	size_t controls, rungs; /* with these figures */
	bool is_uncounted;
};

static void add_rung(struct sums *s, const struct jsonw *rung)
{
	uint64_t faulters = jsonw_get_uint(rung, "faulters");
	struct behaviour_counts *into = faulters ? &s->faulted : &s->control;

	if (faulters > MOST_FAULTERS || !is_of_move_pages(rung))
		return;
	*(faulters ? &s->rungs : &s->controls) += 1;
	s->is_uncounted |= !is_counted(rung);
	into->attempts += jsonw_get_uint(rung, "attempts");
	into->eagain += jsonw_get_uint(rung, "eagain");
	into->waits += jsonw_get_uint(rung, "waits");
	into->gave_up += jsonw_get_uint(rung, "gave_up");
}

static struct jsonw *describe_counts(const struct behaviour_counts *c)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "attempts", c->attempts);
	jsonw_set_uint(object, "eagain", c->eagain);
	jsonw_set_uint(object, "waits", c->waits);
	jsonw_set_uint(object, "gave_up", c->gave_up);
	return object;
}

static const char *const names[] = {"A", "B", "C"};

/* The chances that were found, and what they were found from. */
static struct jsonw *describe_expected(const struct behaviour *b)
{
	struct jsonw *object = jsonw_object();

	for (int g = 0; g < BEHAVIOUR_GENERATIONS; g++) {
		struct jsonw *one = jsonw_object();
		double low, high;

		behaviour_range((enum behaviour_generation)g, &low, &high);
		jsonw_set_double(one, "low", low);
		jsonw_set_double(one, "high", high);
		if (b->has_chances)
			jsonw_set_double(one, "chance", b->chance[g]);
		jsonw_set(object, names[g], one);
	}
	return object;
}

static void set_disagreement(struct jsonw *object, const struct jsonw *report, const char *behaves)
{
	const struct jsonw *fingerprint = jsonw_get(jsonw_get(report, "kernel"), "fingerprint");
	const char *symbols = jsonw_get_string(fingerprint, "generation");
	char text[160];

	if (!symbols || strcmp(symbols, "unknown") == 0 || strcmp(behaves, "unknown") == 0 ||
	    strcmp(symbols, behaves) == 0)
		return;
	(void)snprintf(text, sizeof(text),
		       "the symbols say %s, the kernel behaves like %s: the code differs from what "
		       "its names promise",
		       symbols, behaves);
	jsonw_set_string(object, "disagreement", text);
}

struct jsonw *behaviour_describe(const struct jsonw *report)
{
	const struct jsonw *ladder = jsonw_get(report, "ladder");
	struct behaviour b = {.generation = "unknown"};
	struct sums sums = {0};
	struct jsonw *object;

	if (!moves_one_private_page(report))
		return NULL;
	for (size_t i = 0; i < jsonw_length(ladder); i++)
		add_rung(&sums, jsonw_at(ladder, i));
	if (sums.controls == 0 || sums.rungs == 0)
		return NULL;
	if (sums.is_uncounted)
		(void)snprintf(b.why, sizeof(b.why),
			       "EAGAIN and waits were not counted: that takes kprobes (see memsoak "
			       "doctor)");
	else
		behaviour_judge(&sums.control, &sums.faulted, &b);
	object = jsonw_object();
	set_disagreement(object, report, b.generation);
	jsonw_set_string(object, "generation", b.generation);
	jsonw_set_string(object, "why", b.why);
	if (!sums.is_uncounted) {
		jsonw_set(object, "control", describe_counts(&sums.control));
		jsonw_set(object, "faulted", describe_counts(&sums.faulted));
	}
	jsonw_set(object, "eagain_per_wait", describe_expected(&b));
	return object;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * soft-offline: is a page counted as poisoned when, and only when, it could be migrated? The ledger
 * is right for every injection or the kernel is not: one page too many is one that is lost for
 * nothing, or whose user is still on it.
 *
 * Only who has seen failures can say that they add nothing. Where the kernel can inject faults, one
 * of them must be an allocation that failed: an error below zero out of migrate_pages(), which is
 * another way out than that of a page that somebody holds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "reports/scenarios/scenarios.h"

/*
 * Each of the driver's twelve turns on each of five processes, as the shipped profile has them:
 * every case by every way on every kind at least once. A kernel that miscounts does so each time.
 */
#define LEAST_INJECTIONS 60
#define LEAST_SUCCEEDED 10
#define LEAST_FORCED 10

static const struct jsonw *case_of(const struct jsonw *books, const char *name)
{
	const struct jsonw *cases = jsonw_get(books, "cases");

	for (size_t i = 0; i < jsonw_length(cases); i++) {
		const char *is = jsonw_get_string(jsonw_at(cases, i), "case");

		if (is && strcmp(is, name) == 0)
			return jsonw_at(cases, i);
	}
	return NULL;
}

static uint64_t as_expected(const struct jsonw *books, const char *name)
{
	return jsonw_get_uint(case_of(books, name), "as_expected");
}

struct figures {
	uint64_t injections, unfinished, succeeded, forced, no_memory, wrong, left;
	bool is_counted; /* HardwareCorrupted around every injection */
	bool is_flagged; /* and the old frame's flag after it */
	bool ends_known;
	uint64_t start_bytes, end_bytes;
};

static void copy(struct scenario_result *result, const char *name, const struct jsonw *from,
		 const char *key)
{
	if (jsonw_has(from, key))
		jsonw_set_int(result->numbers, name, jsonw_get_int(from, key));
}

static int add_failures(void *context, const char *key, struct jsonw *value)
{
	struct scenario_result *result = context;
	char name[64];

	if (strcmp(key, "OK") == 0)
		return 0;
	(void)snprintf(name, sizeof(name), "failed_%s", key);
	jsonw_set_int(result->numbers, name, jsonw_as_int(value));
	return 0;
}

static void read_figures(const struct jsonw *books, struct figures *f,
			 struct scenario_result *result)
{
	const struct jsonw *corrupted = jsonw_get(books, "corrupted");
	const struct jsonw *frames = jsonw_get(books, "frames");

	*f = (struct figures){
		.injections = jsonw_get_uint(books, "injections"),
		.unfinished = jsonw_get_uint(books, "unfinished"),
		.succeeded = jsonw_get_uint(jsonw_get(books, "outcomes"), "OK"),
		.no_memory = as_expected(books, "no-memory"),
		.forced = as_expected(books, "no-memory") + as_expected(books, "held"),
		.wrong = jsonw_get_uint(books, "wrong"),
		.left = jsonw_get_uint(frames, "left"),
		.is_counted = jsonw_has(corrupted, "seen_bytes"),
		.is_flagged = jsonw_has(frames, "seen"),
		.ends_known =
			jsonw_has(corrupted, "start_bytes") && jsonw_has(corrupted, "end_bytes"),
		.start_bytes = jsonw_get_uint(corrupted, "start_bytes"),
		.end_bytes = jsonw_get_uint(corrupted, "end_bytes"),
	};
	copy(result, "injections", books, "injections");
	jsonw_set_uint(result->numbers, "succeeded", f->succeeded);
	jsonw_set_uint(result->numbers, "forced_failures", f->forced);
	(void)jsonw_each(jsonw_get(books, "outcomes"), add_failures, result);
	copy(result, "corrupted_expected_bytes", corrupted, "expected_bytes");
	copy(result, "corrupted_seen_bytes", corrupted, "seen_bytes");
	copy(result, "corrupted_start_bytes", corrupted, "start_bytes");
	copy(result, "corrupted_end_bytes", corrupted, "end_bytes");
	copy(result, "frames_expected", frames, "expected");
	copy(result, "frames_seen", frames, "seen");
	copy(result, "frames_given_back", frames, "given_back");
	copy(result, "frames_left", frames, "left");
	copy(result, "pages_changed", jsonw_get(books, "content"), "changed");
	copy(result, "wrong", books, "wrong");
	copy(result, "first_wrong", jsonw_get(books, "first_wrong"), "number");
}

static const char *word(const struct jsonw *object, const char *key)
{
	const char *text = jsonw_get_string(object, key);

	return text ? text : "?";
}

static void say_wrong(const struct jsonw *books, const struct figures *f,
		      struct scenario_result *result)
{
	const struct jsonw *first = jsonw_get(books, "first_wrong");

	scenario_say(result, VERDICT_FAIL,
		     "soft offline %" PRIu64 " (%s, %s, frame %" PRIu64
		     ") answered %s: %s; %" PRIu64 " of %" PRIu64 " are wrong",
		     jsonw_get_uint(first, "number"), word(first, "case"), word(first, "way"),
		     jsonw_get_uint(first, "frame"), word(first, "outcome"), word(first, "why"),
		     f->wrong, f->injections);
}

/* True when something stands in the way of a verdict, and it is said. */
static bool lacks_something(const struct jsonw *books, const struct figures *f,
			    struct scenario_result *result)
{
	bool can_fail = !jsonw_has(books, "no_fault_injection");

	if (!f->is_counted || !f->is_flagged)
		scenario_say(result, f->injections ? VERDICT_SKIP : VERDICT_ERROR, "%s",
			     f->injections ? "HardwareCorrupted or /proc/kpageflags cannot be read "
					     "here: the books cannot be checked"
					   : "not exercised: no page was soft-offlined");
	else if (f->injections < LEAST_INJECTIONS || f->succeeded < LEAST_SUCCEEDED)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: %" PRIu64 " injections, %" PRIu64
			     " of them succeeded; %d and %d are needed",
			     f->injections, f->succeeded, LEAST_INJECTIONS, LEAST_SUCCEEDED);
	else if (f->forced < LEAST_FORCED)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: %" PRIu64 " failures could be forced, %d are needed: "
						       "nothing is said of what a failure adds",
			     f->forced, LEAST_FORCED);
	else if (can_fail && f->no_memory == 0)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: no migration ran out of memory although the kernel "
			     "injects faults");
	else if (f->unfinished > 0)
		scenario_say(result, VERDICT_ERROR,
			     "%" PRIu64 " entries of the ledger have no outcome", f->unfinished);
	else if (f->left > 0)
		scenario_say(
			result, VERDICT_ERROR,
			"%" PRIu64
			" page frames could not be given back: \"memsoak restore\" tries again",
			f->left);
	else
		return false;
	return true;
}

static void judge(const struct jsonw *report, const struct verdict_facts *facts,
		  struct scenario_result *result)
{
	const struct jsonw *books = jsonw_get(report, "soft_offline");
	const char *unavailable =
		jsonw_get_string(scenario_caller(report, "soft_offline"), "unavailable");
	struct figures f;

	(void)facts;
	if (!books) {
		scenario_say(result, unavailable ? VERDICT_SKIP : VERDICT_ERROR, "%s",
			     unavailable ? unavailable
					 : "not exercised: no page was soft-offlined");
		return;
	}
	read_figures(books, &f, result);
	if (f.wrong > 0)
		say_wrong(books, &f, result);
	else if (lacks_something(books, &f, result))
		return;
	else if (f.ends_known && f.end_bytes != f.start_bytes)
		scenario_say(result, VERDICT_FAIL,
			     "HardwareCorrupted is %" PRIu64
			     " bytes after all frames were given back, and was %" PRIu64
			     " before the first was taken",
			     f.end_bytes, f.start_bytes);
	else
		scenario_say(result, VERDICT_PASS,
			     "the books are right: %" PRIu64 " injections, %" PRIu64
			     " frames poisoned and given back, %" PRIu64
			     " forced failures added nothing%s",
			     f.injections, jsonw_get_uint(jsonw_get(books, "frames"), "seen"),
			     f.forced,
			     jsonw_has(books, "no_fault_injection")
				     ? " (pages that were held: this kernel injects no faults)"
				     : "");
}

const struct scenario_judge scenario_soft_offline = {"soft-offline", judge};

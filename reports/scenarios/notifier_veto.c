// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * notifier-veto: is a veto of a memory notifier told apart from trouble with pages? A veto comes
 * before any page is migrated, and its errno is the notifier's own (mm/memory_hotplug.c:
 * offline_pages(), memory_notify(MEM_GOING_OFFLINE)). Which attempts were vetoed is known, because
 * the harness had them vetoed; the others are the control.
 *
 * A block that cannot be isolated is refused before the notifiers are asked: such answers are
 * counted, and prove nothing.
 */
#include "base/jsonw.h"
#include "reports/scenarios/scenarios.h"

#define FEWEST 3

static void judge(const struct jsonw *report, const struct verdict_facts *facts,
		  struct scenario_result *result)
{
	static const char *const keys[] = {"attempts", "vetoed", "succeeded", "other", "migrations"};
	const struct jsonw *offline = jsonw_get(report, "offline");
	const struct jsonw *veto = jsonw_get(offline, "veto");
	const char *unavailable = jsonw_get_string(veto, "unavailable");
	uint64_t vetoed = jsonw_get_uint(veto, "vetoed");
	uint64_t succeeded = jsonw_get_uint(offline, "succeeded");

	(void)facts;
	if (unavailable) {
		scenario_say(result, VERDICT_SKIP, "%s", unavailable);
		return;
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (jsonw_has(veto, keys[i]))
			jsonw_set_uint(result->numbers, keys[i], jsonw_get_uint(veto, keys[i]));
	jsonw_set_uint(result->numbers, "control_attempts", jsonw_get_uint(offline, "attempts"));
	jsonw_set_uint(result->numbers, "control_succeeded", succeeded);
	if (jsonw_get_uint(veto, "succeeded") > 0)
		scenario_say(result, VERDICT_FAIL,
			     "%llu blocks went offline although a notifier had vetoed it",
			     (unsigned long long)jsonw_get_uint(veto, "succeeded"));
	else if (jsonw_get_uint(veto, "migrations") > 0)
		scenario_say(result, VERDICT_FAIL,
			     "%llu pages were migrated in attempts that a notifier had vetoed",
			     (unsigned long long)jsonw_get_uint(veto, "migrations"));
	else if (vetoed < FEWEST)
		scenario_say(result, VERDICT_ERROR,
			     "not exercised: %llu of %llu vetoed attempts got the notifier's answer, %d are wanted",
			     (unsigned long long)vetoed,
			     (unsigned long long)jsonw_get_uint(veto, "attempts"), FEWEST);
	else if (succeeded == 0)
		scenario_say(result, VERDICT_ERROR,
			     "cannot judge: no block went offline without a veto either");
	else
		scenario_say(result, VERDICT_PASS,
			     "%llu attempts got the errno of the notifier that vetoed them, %llu without a veto went offline",
			     (unsigned long long)vetoed, (unsigned long long)succeeded);
}

const struct scenario_judge scenario_notifier_veto = {"notifier-veto", judge};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/scenarios/scenarios.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"

static const struct scenario_judge *const judges[] = {
	&scenario_alloc_locked,
	&scenario_soft_offline,
	&scenario_waiter_ref,
	&scenario_mlock_drain,
	&scenario_notifier_veto,
	&scenario_pins,
	&scenario_reclaim_wake,
};

void scenario_say(struct scenario_result *result, enum verdict_result verdict, const char *format,
		  ...)
{
	va_list args;

	result->verdict = verdict;
	va_start(args, format);
	(void)vsnprintf(result->why, sizeof(result->why), format, args);
	va_end(args);
}

const struct jsonw *scenario_caller(const struct jsonw *report, const char *driver)
{
	const struct jsonw *callers = jsonw_get(report, "callers");

	for (size_t i = 0; i < jsonw_length(callers); i++) {
		const struct jsonw *caller = jsonw_at(callers, i);

		if (jsonw_has_string(caller, "driver", driver))
			return caller;
	}
	return NULL;
}

bool scenario_lacks_caller(const struct jsonw *report, const char *driver,
			   struct scenario_result *result)
{
	const struct jsonw *migration = jsonw_get(report, "migration");
	const char *unavailable = jsonw_get_string(scenario_caller(report, driver), "unavailable");
	const char *source = jsonw_get_string(jsonw_get(migration, "eagain"), "source");

	if (unavailable)
		scenario_say(result, VERDICT_SKIP, "%s", unavailable);
	else if (!scenario_caller(report, driver))
		scenario_say(result, VERDICT_ERROR, "not exercised: the run had no %s", driver);
	else if (!jsonw_has(jsonw_get(jsonw_get(migration, "by_driver"), driver), "eagain"))
		scenario_say(result, VERDICT_SKIP,
			     "EAGAIN of %s cannot be counted here: the source of counts is '%s'",
			     driver, source ? source : "none");
	else
		return false;
	return true;
}

uint64_t scenario_work_of_driver(const struct jsonw *report, const char *workload,
				 const char *driver, const char *figure)
{
	const struct jsonw *groups = jsonw_get(report, "workers");
	uint64_t sum = 0;

	for (size_t i = 0; i < jsonw_length(groups); i++) {
		const struct jsonw *group = jsonw_at(groups, i);

		if (jsonw_has_string(group, "workload", workload) &&
		    (!driver || jsonw_has_string(group, "driven_by", driver)))
			sum += jsonw_get_uint(group, figure);
	}
	return sum;
}

uint64_t scenario_work(const struct jsonw *report, const char *workload, const char *figure)
{
	return scenario_work_of_driver(report, workload, NULL, figure);
}

static void judge(const char *name, const struct jsonw *report, const struct verdict_facts *facts,
		  struct scenario_result *ret_result)
{
	for (size_t i = 0; i < ARRAY_SIZE(judges); i++) {
		if (strcmp(judges[i]->name, name) == 0) {
			judges[i]->judge(report, facts, ret_result);
			return;
		}
	}
	scenario_say(ret_result, VERDICT_ERROR, "this version has no judge of that name");
}

struct jsonw *scenarios_judge(const char *name, const struct jsonw *report,
			      const struct verdict_facts *facts,
			      struct scenario_result *ret_result)
{
	struct jsonw *list = jsonw_array(), *entry = jsonw_object();

	*ret_result = (struct scenario_result){.numbers = jsonw_object()};
	judge(name, report, facts, ret_result);
	jsonw_set_string(entry, "name", name);
	jsonw_set_string(entry, "verdict", verdict_name(ret_result->verdict));
	jsonw_set_string(entry, "why", ret_result->why);
	jsonw_set(entry, "numbers", ret_result->numbers);
	ret_result->numbers = NULL;
	jsonw_append(list, entry);
	return list;
}

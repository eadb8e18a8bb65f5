/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The judges: what a run was to prove (the profile's [scenario]), and whether it did. One file each,
 * all of them in one table. A judge is a pure function of the folded report, so that a report can
 * be judged again anywhere.
 *
 * The rules of the verdict hold beside them: a judge says what only its scenario can know. It fails
 * a kernel only for what it has seen, says "not exercised" (VERDICT_ERROR) when the run could not
 * have shown the defect, and VERDICT_SKIP, with the reason, when the host cannot run it.
 */
#pragma once

#include <stddef.h>

#include "reports/verdict.h"

struct jsonw;

struct scenario_result {
	enum verdict_result verdict; /* PASS, FAIL, ERROR or SKIP */
	char why[512];
	struct jsonw *numbers; /* an object, name: number; empty at first; owned by the caller */
};

struct scenario_judge {
	const char *name; /* as the profile says it */
	/* @facts are what the rules of the verdict look at: for a judge that shares one of them. */
	void (*judge)(const struct jsonw *report, const struct verdict_facts *facts,
		      struct scenario_result *ret_result);
};

extern const struct scenario_judge scenario_alloc_locked, scenario_waiter_ref,
	scenario_mlock_drain, scenario_notifier_veto, scenario_pins, scenario_soft_offline,
	scenario_reclaim_wake;

/*
 * The report's "scenarios": one entry for @name, and in @ret_result what it says; both are the
 * caller's. A name without a judge is an error that says so.
 */
struct jsonw *scenarios_judge(const char *name, const struct jsonw *report,
			      const struct verdict_facts *facts,
			      struct scenario_result *ret_result);

/* For judges. */
void scenario_say(struct scenario_result *result, enum verdict_result verdict, const char *format,
		  ...) __attribute__((format(printf, 3, 4)));
/* The report's entry of a caller; NULL: the run had none. */
const struct jsonw *scenario_caller(const struct jsonw *report, const char *driver);
/*
 * True, and a skip said, when that caller could not be made here, or when nobody counted what it
 * migrates; then there is nothing to judge.
 */
bool scenario_lacks_caller(const struct jsonw *report, const char *driver,
			   struct scenario_result *result);
/* The sum of a figure over all groups of that workload. */
uint64_t scenario_work(const struct jsonw *report, const char *workload, const char *figure);
/* The same over those of them that @driver drives. */
uint64_t scenario_work_of_driver(const struct jsonw *report, const char *workload,
				 const char *driver, const char *figure);

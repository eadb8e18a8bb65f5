/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report as a list of test cases: the verdict, each detector, each scenario. The list is the same
 * for every run but for its scenarios, so that a CI system sees no case come and go.
 *
 * Cases do not judge: a case fails, or is an error, only where the verdict holds that against the
 * run. What the verdict merely remarks on (a lockup under emulation, a fault of the harness) is
 * skipped, with the remark; so the cases of a run that passed are passed or skipped.
 */
#pragma once

#include <stddef.h>

struct jsonw;

enum case_status {
	CASE_PASS,
	CASE_FAIL,
	CASE_ERROR, /* the harness could not judge */
	CASE_SKIP,
	CASE_ABORTED,
	CASE_CRASHED,
	CASE_STATUS_MAX,
};

#define CASE_MAX_WHY 1024
#define CASE_MAX_LOG 16384

struct test_case {
	char *name;  /* [A-Za-z0-9_.-], unique; owned */
	enum case_status status;
	char *why;   /* one line; NULL when passed; owned */
	char *log;   /* lines of the kernel's log; NULL: none; owned */
};

struct case_list {
	struct test_case *cases; /* owned; the first is the verdict */
	size_t n_cases;
};

void case_list_read(struct case_list *list, const struct jsonw *report);
void case_list_done(struct case_list *list);
size_t case_list_count(const struct case_list *list, enum case_status status);
const struct test_case *case_list_find(const struct case_list *list, const char *name);

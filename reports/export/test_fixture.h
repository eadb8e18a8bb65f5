/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of this room share: a report of every shape, harmless or hostile. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/export/export.h"

struct jsonw;

extern const struct CMUnitTest text_tests[], figure_tests[], case_tests[], format_tests[], hostile_tests[],
	trend_tests[];
extern const size_t n_text_tests, n_figure_tests, n_case_tests, n_format_tests, n_hostile_tests,
	n_trend_tests;

/* A small report as a run that passed leaves it; owned by the caller. */
struct jsonw *fixture_report(void);

/* The same with hostile text wherever a report has text: host, profile, kernel, frames, keys. */
struct jsonw *fixture_hostile(void);

/* Sets verdict {result, exit, why[]}; the sentences end with NULL. */
void fixture_judge(struct jsonw *report, const char *result, int exit, const char *const why[]);
void fixture_lockup(struct jsonw *report, const char *kind, const char *text, uint64_t count);

/* What a format makes of a report; owned by the caller; fails the test when it cannot. */
char *fixture_export(const char *format, const struct jsonw *report);

/* A line of this text ("\n" before and after it), or a part of it. */
void assert_has_line(const char *text, const char *line);
void assert_has(const char *text, const char *part);
void assert_has_not(const char *text, const char *part);

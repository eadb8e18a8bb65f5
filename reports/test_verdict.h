/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts, and what they must come to. */
#pragma once

#include "reports/test_reports.h"
#include "reports/verdict.h"

/* No rule holds. */
struct verdict_facts good(void);

/* Judges, and demands this result, its exit code, and a reason with @why in it. */
void judge(const struct verdict_facts *facts, enum verdict_result result, int code, const char *why);
void passes(const struct verdict_facts *facts);
void fails(const struct verdict_facts *facts, const char *why);
void errs(const struct verdict_facts *facts, const char *why);
void remarks(const struct verdict_facts *facts, const char *why); /* and passes */

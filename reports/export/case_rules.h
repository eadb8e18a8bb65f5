/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The detectors: which sentence of the verdict belongs to which case, and when a case was not tested. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "reports/export/cases.h"

struct case_finding {
	enum case_status status;
	const char *why; /* borrowed from the report or constant */
};

struct case_sentence {
	const char *part; /* of a sentence of verdict.why; NULL ends the list */
	enum case_status status;
};

#define CASE_MAX_SENTENCES 3

struct case_rule {
	const char *name;
	const char *kind; /* of the kernel's log: its case; then without sentences */
	struct case_sentence sentences[CASE_MAX_SENTENCES];
	const char *(*untested)(const struct jsonw *report); /* why; NULL: it was tested */
};

extern const struct case_rule case_rules[];
extern const size_t n_case_rules;

/* @finding is left alone when the verdict says nothing of this detector. */
void case_rule_apply(const struct case_rule *rule, const struct jsonw *report,
		     struct case_finding *finding);

/* What the kernel's log has of a kind, with its frames; NULL: nothing. Owned by the caller. */
char *case_kernel_log(const struct jsonw *report, const char *kind);

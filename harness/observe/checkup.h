/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking at a host: what it can show of a migration, of a lockup, and what would disturb. Looks
 * only; nothing is written. What may not be seen is said to be unseen, not to be missing.
 */
#pragma once

#include <stddef.h>

struct count_ability;
struct fsio;

enum finding_result { FINDING_OK, FINDING_LIMITED, FINDING_NO, FINDING_MAX };
const char *finding_result_name(enum finding_result result); /* "ok", "limited", "no" */

struct finding {
	enum finding_result result;
	char what[320];
	char consequence[320]; /* or what to do about it; "": nothing to say */
};

void finding_say(struct finding *f, enum finding_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void finding_advise(struct finding *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct checkup {
	const char *name;
	void (*run)(struct fsio *fs, const struct count_ability *a, struct finding *f);
};

/* What migration counts can be had, and what is seen of the kernel's troubles and settings. */
extern const struct checkup checkups_counting[], checkups_kernel[];
extern const size_t n_checkups_counting, n_checkups_kernel;

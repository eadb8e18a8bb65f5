/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run that soft-offlines pages on a good kernel, and what a test changes in its books. */
#pragma once

#include "reports/test_reports.h"

#define BOOKS_ROUNDS 40
#define BOOKS_IN_A_ROUND 5
#define BOOKS_ALL (BOOKS_ROUNDS * BOOKS_IN_A_ROUND)
#define BOOKS_PAGE 4096

/* One injection; as a good kernel answers it, but for what a test changes. */
struct injection {
	const char *which, *way, *expected, *error;
	int64_t grows;
	uint64_t new_frame; /* 0: none; 1: another one */
	bool was_poisoned, has_owner, is_huge, is_poisoned, is_intact;
	bool has_pool; /* a hugetlb page: the pool is known, and so is whether it moved whole */
	int64_t pool_lost;
	bool is_unmeasured, has_no_outcome, has_no_entry;
};

struct books {
	struct test_run run;
	uint64_t number, corrupted, n_poisoned;
	/* What is done to the n-th injection; NULL: nothing. */
	void (*spoil)(struct injection *i, uint64_t number);
	bool no_fault_injection;
	uint64_t left, leaks;
	uint64_t rounds;
};

/* Of run.json. */
extern const struct test_setup books_plan;

struct injection books_good_one(uint64_t number);
/* The whole run: rounds of all cases, spoiled, folded. */
void books_run(struct books *b);

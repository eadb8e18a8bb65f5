/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The books of soft offline: what is kept of them while a journal is read. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "reports/tally.h"

/* The entry in the ledger that has no outcome yet. */
struct fold_entry {
	bool is_open;
	uint64_t number, frame;
	bool has_owner, was_poisoned, was_huge;
	char which[TALLY_NAME_SIZE], way[TALLY_NAME_SIZE], kind[TALLY_NAME_SIZE];
	char expected[TALLY_NAME_SIZE];
};

struct fold_soft_offline {
	bool is_there;
	uint64_t budget, page_size, injections, unfinished;
	char no_fault_injection[256]; /* "": faults could be injected */
	struct fold_entry entry;
	struct tally outcomes, ways;
	struct tally cases, cases_as_expected;
	struct tally kinds, kinds_succeeded, kinds_huge;
	struct tally kinds_whole,
		kinds_split; /* of huge pages that were migrated, when it is known */
	struct tally kinds_pool, kinds_pool_lost; /* of hugetlb pages */
	uint64_t measured; /* outcomes with HardwareCorrupted before and after */
	uint64_t expected_bytes, seen_bytes;
	uint64_t looked_at; /* old frames whose flag could be read */
	uint64_t frames_expected, frames_seen;
	uint64_t checked, changed;
	uint64_t wrong;
	struct fold_entry first_wrong;
	char first_wrong_outcome[TALLY_NAME_SIZE], first_wrong_why[256];
	uint64_t given_back, left;
	bool has_end;
	bool knows_start_bytes, knows_end_bytes;
	uint64_t start_bytes, end_bytes;
	bool knows_start_failures, knows_end_failures;
	uint64_t start_failures, end_failures;
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile that names others: which they are, and how its time is shared out among them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "plan/profile.h"

struct err;

struct series_member {
	struct profile profile; /* owned */
	uint64_t duration_ns;	/* its part of the list's time; at most the profile's own */
};

struct series {
	struct series_member members[PROFILE_MAX_MEMBERS];
	size_t n;
};

/*
 * Reads every profile that @list names before the first of them is run. @duration_ns: of all
 * together. An error is the one that profile_load() had, or -EINVAL: a list within a list.
 * series_done() is the caller's in each case.
 */
int series_load(const struct profile *list, uint64_t duration_ns, struct series *ret_series,
		struct err *e);
void series_done(struct series *series);

/*
 * Equal parts of @total_ns, but none gets more than its own: what it leaves goes to the others.
 * None gets less than a second.
 */
void series_share(uint64_t total_ns, const uint64_t *own_ns, size_t n, uint64_t *ret_parts_ns);

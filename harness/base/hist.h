/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log-linear histogram of ns values: exact below 128, above that 128 buckets for each power
 * of two, so a bucket is at most 1/128 (0.8 %) of its value wide. Mergeable, fixed size, and
 * plain memory, so that it can live in a page shared between a worker and the daemon.
 */
#pragma once

#include <stdint.h>

#define HIST_SUB_BITS 7
#define HIST_SUB_BUCKETS (1u << HIST_SUB_BITS)
/* Covers values below 2^41 ns (36 minutes); greater ones land in the last bucket. */
#define HIST_MAX_BITS 41
#define HIST_BUCKETS ((HIST_MAX_BITS - HIST_SUB_BITS + 1) * HIST_SUB_BUCKETS)

struct hist {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t max_ns;
	uint64_t buckets[HIST_BUCKETS];
};

/* The bucket of a value, and the greatest value that belongs to a bucket. */
uint32_t hist_bucket(uint64_t value_ns);
uint64_t hist_bucket_upper_ns(uint32_t bucket);

void hist_add(struct hist *h, uint64_t value_ns);

/* Adds @count values that are known only by their bucket's upper bound; sum and max are the caller's. */
void hist_add_bucket(struct hist *h, uint64_t upper_ns, uint64_t count);

/* As hist_add(), for a histogram that several threads fill and others read (relaxed atomics). */
void hist_add_shared(struct hist *h, uint64_t value_ns);

/* @into += @from, which may be in shared memory and changing (buckets are read one by one). */
void hist_merge(struct hist *into, const struct hist *from);

/* The upper bound of the bucket that holds quantile @q (0..1); 0 when empty. */
uint64_t hist_quantile_ns(const struct hist *h, double q);

// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/hist.h"

#include <math.h>

uint32_t hist_bucket(uint64_t value_ns)
{
	uint32_t shift;

	if (value_ns >= 1ULL << HIST_MAX_BITS)
		return HIST_BUCKETS - 1;
	if (value_ns < HIST_SUB_BUCKETS)
		return (uint32_t)value_ns;
	shift = 63u - (uint32_t)__builtin_clzll(value_ns) - HIST_SUB_BITS;
	return (shift + 1) * HIST_SUB_BUCKETS + (uint32_t)((value_ns >> shift) - HIST_SUB_BUCKETS);
}

uint64_t hist_bucket_upper_ns(uint32_t bucket)
{
	uint32_t shift;
	uint64_t base;

	if (bucket < 2 * HIST_SUB_BUCKETS)
		return bucket;
	shift = bucket / HIST_SUB_BUCKETS - 1;
	base = HIST_SUB_BUCKETS + bucket % HIST_SUB_BUCKETS;
	return ((base + 1) << shift) - 1;
}

void hist_add(struct hist *h, uint64_t value_ns)
{
	h->count++;
	h->sum_ns += value_ns;
	if (value_ns > h->max_ns)
		h->max_ns = value_ns;
	h->buckets[hist_bucket(value_ns)]++;
}

void hist_add_bucket(struct hist *h, uint64_t upper_ns, uint64_t count)
{
	h->count += count;
	h->buckets[hist_bucket(upper_ns)] += count;
}

void hist_add_shared(struct hist *h, uint64_t value_ns)
{
	uint64_t max_ns = __atomic_load_n(&h->max_ns, __ATOMIC_RELAXED);

	(void)__atomic_fetch_add(&h->count, 1, __ATOMIC_RELAXED);
	(void)__atomic_fetch_add(&h->sum_ns, value_ns, __ATOMIC_RELAXED);
	while (value_ns > max_ns &&
	       !__atomic_compare_exchange_n(&h->max_ns, &max_ns, value_ns, 1, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
	(void)__atomic_fetch_add(&h->buckets[hist_bucket(value_ns)], 1, __ATOMIC_RELAXED);
}

void hist_merge(struct hist *into, const struct hist *from)
{
	uint64_t max_ns = __atomic_load_n(&from->max_ns, __ATOMIC_RELAXED);

	into->sum_ns += __atomic_load_n(&from->sum_ns, __ATOMIC_RELAXED);
	if (max_ns > into->max_ns)
		into->max_ns = max_ns;
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		uint64_t count = __atomic_load_n(&from->buckets[i], __ATOMIC_RELAXED);

		/* The count is the sum of the buckets read, so that the two always agree. */
		into->buckets[i] += count;
		into->count += count;
	}
}

uint64_t hist_quantile_ns(const struct hist *h, double q)
{
	uint64_t rank, seen = 0;

	if (h->count == 0)
		return 0;
	rank = (uint64_t)ceil(q * (double)h->count);
	if (rank == 0)
		rank = 1;
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= rank) {
			uint64_t upper_ns = hist_bucket_upper_ns(i);

			return h->max_ns && upper_ns > h->max_ns ? h->max_ns : upper_ns;
		}
	}
	return h->max_ns;
}

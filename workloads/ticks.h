/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cheapest clock that this machine has, and what one of its ticks is worth. In a guest the
 * clock of the system call may be an emulated device: a hundred times the cost of a touch.
 */
#pragma once

#include <stdint.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#elif !defined(__aarch64__)
#include "base/clock.h"
#endif

struct ticks {
	uint64_t ns_per_2_32; /* ns that 2^32 ticks last */
};

static inline uint64_t ticks_now(void)
{
#if defined(__x86_64__)
	return __rdtsc();
#elif defined(__aarch64__)
	uint64_t now;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(now));
	return now;
#else
	return clock_monotonic_ns();
#endif
}

/* Against CLOCK_MONOTONIC; takes 20 ms. */
void ticks_calibrate(struct ticks *ticks);

static inline uint64_t ticks_to_ns(const struct ticks *ticks, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)n * ticks->ns_per_2_32) >> 32);
}

static inline uint64_t ticks_from_ns(const struct ticks *ticks, uint64_t ns)
{
	return (uint64_t)(((unsigned __int128)ns << 32) / ticks->ns_per_2_32);
}

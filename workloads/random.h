/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers for an order of touches: any will do, as long as it is another one for each thread. */
#pragma once

#include <stdint.h>

/* Not 0, and another one for each @n. */
static inline uint64_t random_seed(uint64_t n)
{
	return (n + 1) * 0x9e3779b97f4a7c15ULL;
}

/* xorshift64* */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/order.h"

/* A two-sided p can be as low as 2 in so many; "memsoak compare" looks for blocks by the same. */
#define WANTED_ARRANGEMENTS 4000.0

/* splitmix64: any seed will do, 0 and small ones too. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* In [0, n), each as likely: what lies in the last, incomplete round is drawn again. */
static uint64_t random_below(uint64_t *state, uint64_t n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n, drawn;

	do
		drawn = random_next(state);
	while (drawn >= limit);
	return drawn % n;
}

/* In how many ways half of each block can be chosen. */
static double arrangements(uint64_t boots, uint64_t block)
{
	double of_block = 1, all = 1;
	uint64_t half = block / 2;

	for (uint64_t i = 1; i <= half; i++)
		of_block *= (double)(half + i) / (double)i;
	for (uint64_t i = 0; i < boots / block && all < WANTED_ARRANGEMENTS; i++)
		all *= of_block;
	return all;
}

uint64_t order_block(uint64_t a_side)
{
	uint64_t boots = 2 * a_side;

	for (uint64_t block = 4; block < boots; block += 2)
		if (boots % block == 0 && arrangements(boots, block) >= WANTED_ARRANGEMENTS)
			return block;
	return boots;
}

void order_make(uint8_t *is_test, uint64_t a_side, uint64_t block, uint64_t seed)
{
	uint64_t state = seed;

	for (uint64_t begin = 0; begin < 2 * a_side; begin += block) {
		uint8_t *names = is_test + begin;

		for (uint64_t i = 0; i < block; i++)
			names[i] = i < block / 2;
		for (uint64_t i = block; i > 1; i--) {
			uint64_t other = random_below(&state, i);
			uint8_t swap = names[i - 1];

			names[i - 1] = names[other];
			names[other] = swap;
		}
	}
}

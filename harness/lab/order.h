/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which two kernels are booted: random, but each block of so many boots in a row has
 * as many of the one as of the other, so that a host that gets slower meanwhile is no difference
 * between the kernels. The same seed gives the same order.
 */
#pragma once

#include <stdint.h>

/*
 * For @a_side boots of each kernel: how many boots make a block. The smallest even share of all
 * boots within which the names can be exchanged in so many ways that a permutation test can give
 * a p below 0.001; all boots where no share does.
 */
uint64_t order_block(uint64_t a_side);

/* Fills 2 * @a_side places with 0 (base) and 1 (test); @block divides them. */
void order_make(uint8_t *is_test, uint64_t a_side, uint64_t block, uint64_t seed);

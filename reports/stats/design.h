/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the boots of two sides follow each other, and so which rearrangements of the sides' names
 * are as good as the one that was seen. Boots stand in the order in which they ran. Where each
 * row of so many boots (a block) has as many of one side as of the other, names are exchanged
 * only within blocks: a machine that gets slower from hour to hour does then not matter.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Up to here every rearrangement is looked at. */
#define DESIGN_MAX_EXACT 1000000.0
/* A block is taken for the smallest that leaves so many: then p can go below 0.001. */
#define DESIGN_WANTED_ARRANGEMENTS 4000.0

struct design {
	const uint8_t *is_test; /* by boot; borrowed */
	size_t n, n_test;
	size_t block; /* boots in a block; n: all are one block */
	bool is_interleaved; /* false: one side ran wholly before the other */
	double arrangements;
	double least_p; /* the least that a two-sided permutation test can give */
};

/*
 * @stated 0: the smallest balanced block that leaves enough arrangements, or else one block.
 * Otherwise blocks of so many boots; returns -EINVAL when they are not balanced.
 * @is_ordered false: nobody knows the order, all are one block.
 */
int design_make(struct design *d, const uint8_t *is_test, size_t n, bool is_ordered, size_t stated);

/* The least k so that k + k boots, as one block, can give a p below @limit in a permutation test. */
size_t design_least_boots(double limit);

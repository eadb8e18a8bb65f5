/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two kernels to be held against each other: named one by one, or a tree's own pair. */
#pragma once

struct err;
struct paths;

struct pair {
	char *base, *test; /* as for --kernel; owned */
};

/* trees/TREE.conf's "base=" and "test=": without the patch, with it. */
int pair_of_tree(struct pair *p, const struct paths *paths, const char *tree, struct err *e);
void pair_done(struct pair *p);

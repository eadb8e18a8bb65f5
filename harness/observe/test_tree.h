/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A root folder in /tmp that a test fills. */
#pragma once

#include "base/fsio.h"

struct test_tree {
	char path[32];
	struct fsio fs; /* opened on it */
};

void test_tree_init(struct test_tree *tree);
void test_tree_done(struct test_tree *tree); /* removes it */
void test_tree_file(struct test_tree *tree, const char *path, const char *text);

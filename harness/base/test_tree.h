/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A root folder in /tmp that a test fills; for the tests of every room. What fails, fails the test. */
#pragma once

#include <stddef.h>

#include "base/fsio.h"

struct test_tree {
	char path[32];
	struct fsio fs; /* opened on it */
};

void test_tree_init(struct test_tree *tree);
void test_tree_done(struct test_tree *tree); /* removes it */

/* The whole file, in its folders; one that is there is written to as it is. */
void test_tree_file(struct test_tree *tree, const char *path, const char *text);
void test_tree_bytes(struct test_tree *tree, const char *path, const void *bytes, size_t size);

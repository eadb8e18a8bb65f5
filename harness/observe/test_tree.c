// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/test_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "observe/test_observe.h"

void test_tree_init(struct test_tree *tree)
{
	(void)strcpy(tree->path, "/tmp/memsoak-observe-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
	assert_int_equal(fsio_open(&tree->fs, tree->path, NULL), 0);
}

void test_tree_done(struct test_tree *tree)
{
	fsio_close(&tree->fs);
	assert_int_equal(file_remove_tree(tree->path), 0);
}

void test_tree_file(struct test_tree *tree, const char *path, const char *text)
{
	cleanup_free char *file = memory_format("%s/%s", tree->path, path);
	cleanup_free char *folder = memory_string(file);
	cleanup_file FILE *f = NULL;

	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_make_directories(folder, NULL), 0);
	f = fopen(file, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
}

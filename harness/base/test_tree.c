// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"

void test_tree_init(struct test_tree *tree)
{
	(void)strcpy(tree->path, "/tmp/memsoak-tree-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
	assert_int_equal(fsio_open(&tree->fs, tree->path, NULL), 0);
}

void test_tree_done(struct test_tree *tree)
{
	fsio_close(&tree->fs);
	assert_int_equal(file_remove_tree(tree->path), 0);
}

void test_tree_bytes(struct test_tree *tree, const char *path, const void *bytes, size_t size)
{
	cleanup_free char *file = memory_format("%s/%s", tree->path, path);
	cleanup_free char *folder = memory_string(file);
	FILE *f;

	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_make_directories(folder, NULL), 0);
	f = fopen(file, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

void test_tree_file(struct test_tree *tree, const char *path, const char *text)
{
	test_tree_bytes(tree, path, text, strlen(text));
}

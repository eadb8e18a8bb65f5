// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read from and written to the kernel's files, in a folder that stands for them. */
#include "drive/test_drive.h"

#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/test_tree.h"
#include "drive/poison.h"

struct tree {
	struct test_tree files;
	struct poison_kernel kernel;
};

static char *get(const struct tree *t, const char *path)
{
	cleanup_free char *full = memory_format("%s/%s", t->files.path, path);
	char *text = NULL;
	size_t length;

	assert_int_equal(file_read_all(full, &text, &length, NULL), 0);
	return text;
}

static void tree_open(struct tree *t)
{
	test_tree_init(&t->files);
	poison_kernel_init(&t->kernel, &t->files.fs);
}

static void frames_are_read(void **state)
{
	uint64_t entries[] = {1ULL << 63 | 1ULL << 61 | 1234, 1ULL << 62 | 5, 1ULL << 63};
	uint64_t frame = 0;
	struct tree t;

	(void)state;
	tree_open(&t);
	test_tree_bytes(&t.files, "proc/42/pagemap", entries, sizeof(entries));
	assert_int_equal(t.kernel.frame(&t.kernel, 42, 0, &frame), 0);
	assert_int_equal(frame, 1234);
	assert_int_equal(t.kernel.frame(&t.kernel, 42, t.kernel.page_size, &frame), -ENOENT);
	assert_int_equal(t.kernel.frame(&t.kernel, 42, 2 * t.kernel.page_size, &frame), -EPERM);
	assert_int_equal(t.kernel.frame(&t.kernel, 42, 3 * t.kernel.page_size, &frame), -ENOENT);
	assert_int_equal(t.kernel.frame(&t.kernel, 43, 0, &frame), -ENOENT);
	test_tree_done(&t.files);
}

static void flags_are_read(void **state)
{
	uint64_t words[] = {0, 1ULL << KPF_HWPOISON, ~(1ULL << KPF_HWPOISON)}, flags;
	struct tree t;

	(void)state;
	tree_open(&t);
	assert_false(poison_is_set(&t.kernel, 1));
	test_tree_bytes(&t.files, "proc/kpageflags", words, sizeof(words));
	assert_false(poison_is_set(&t.kernel, 0));
	assert_true(poison_is_set(&t.kernel, 1));
	assert_false(poison_is_set(&t.kernel, 2));
	assert_int_equal(t.kernel.flags(&t.kernel, 3, &flags), -ENOENT);
	test_tree_done(&t.files);
}

static void corrupted_is_read(void **state)
{
	static const char text[] = "MemTotal: 100 kB\nHardwareCorrupted:    12 kB\nCma: 3 kB\n";
	uint64_t bytes = 0;
	struct tree t;

	(void)state;
	tree_open(&t);
	assert_int_equal(t.kernel.corrupted(&t.kernel, &bytes), -ENOENT);
	test_tree_bytes(&t.files, "proc/meminfo", text, sizeof(text) - 1);
	assert_int_equal(t.kernel.corrupted(&t.kernel, &bytes), 0);
	assert_int_equal(bytes, 12288);
	/* A kernel without CONFIG_MEMORY_FAILURE has no such line. */
	test_tree_bytes(&t.files, "proc/meminfo", text, 17);
	assert_int_equal(t.kernel.corrupted(&t.kernel, &bytes), -ENOENT);
	test_tree_done(&t.files);
}

static void addresses_and_frames_are_written(void **state)
{
	uint64_t words[] = {0, 1ULL << KPF_HWPOISON};
	cleanup_free char *address = NULL, *frame = NULL;
	struct tree t;

	(void)state;
	tree_open(&t);
	test_tree_bytes(&t.files, POISON_SOFT_OFFLINE_PATH, "", 0);
	test_tree_bytes(&t.files, POISON_UNPOISON_PATH, "", 0);
	test_tree_bytes(&t.files, "proc/kpageflags", words, sizeof(words));
	/* Soft offline takes a physical address, unpoison a frame's number. */
	assert_int_equal(t.kernel.soft_offline(&t.kernel, 0x1ab, false), 0);
	address = get(&t, POISON_SOFT_OFFLINE_PATH);
	assert_string_equal(address, "0x1ab000");
	assert_int_equal(poison_undo(&t.kernel, 0), 0);
	frame = get(&t, POISON_UNPOISON_PATH);
	assert_string_equal(frame, "");
	free(steal_ptr(&frame));
	/* The folder's flag stays set, whatever is written. */
	assert_int_equal(poison_undo(&t.kernel, 1), -EBUSY);
	frame = get(&t, POISON_UNPOISON_PATH);
	assert_string_equal(frame, "1");
	test_tree_done(&t.files);
}

static void without_the_switch_nothing_is_written(void **state)
{
	cleanup_free char *address = NULL;
	struct tree t;
	int r;

	(void)state;
	if (access("/proc/thread-self/make-it-fail", F_OK) == 0)
		skip();
	tree_open(&t);
	test_tree_bytes(&t.files, POISON_SOFT_OFFLINE_PATH, "", 0);
	r = t.kernel.soft_offline(&t.kernel, 1, true);
	assert_int_equal(r, -ENOENT);
	address = get(&t, POISON_SOFT_OFFLINE_PATH);
	assert_string_equal(address, "");
	test_tree_done(&t.files);
}

int test_poison(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_read),
		cmocka_unit_test(flags_are_read),
		cmocka_unit_test(corrupted_is_read),
		cmocka_unit_test(addresses_and_frames_are_written),
		cmocka_unit_test(without_the_switch_nothing_is_written),
	};

	return cmocka_run_group_tests_name("poison", tests, NULL, NULL);
}

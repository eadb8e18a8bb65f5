// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader on a script of what read() answers, as the device does, and on a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/test_tree.h"
#include "observe/kmsg.h"
#include "observe/test_observe.h"

/* What the device answers, call for call; NULL text: fails with the error. After the end EAGAIN. */
static const struct answer {
	const char *text;
	int error;
} * script;
static size_t script_left;

static ssize_t scripted_read(int fd, void *buffer, size_t size)
{
	size_t length;

	(void)fd;
	if (script_left == 0) {
		errno = EAGAIN;
		return -1;
	}
	script_left--;
	if (!script->text) {
		errno = (script++)->error;
		return -1;
	}
	length = strlen(script->text);
	assert_true(length <= size);
	memcpy(buffer, (script++)->text, length);
	return (ssize_t)length;
}

static void open_script(struct kmsg_reader *r, const struct answer *answers, size_t n)
{
	/* A character device, which is never read. */
	assert_int_equal(kmsg_open(r, "/dev/zero", false, NULL), 0);
	assert_false(r->is_stream);
	r->read = scripted_read;
	script = answers;
	script_left = n;
}

static void expect(struct kmsg_reader *r, uint64_t sequence, uint64_t lost)
{
	struct kmsg_record record;
	uint64_t ret_lost = 77;

	assert_int_equal(kmsg_next(r, &record, &ret_lost, NULL), 1);
	assert_int_equal(record.sequence, sequence);
	assert_int_equal(ret_lost, lost);
}

static void expect_none(struct kmsg_reader *r)
{
	struct kmsg_record record;
	uint64_t lost = 77;

	assert_int_equal(kmsg_next(r, &record, &lost, NULL), 0);
	assert_int_equal(lost, 0);
}

static void no_gap(void **state)
{
	static const struct answer answers[] = {
		{"6,5,1,-;a\n", 0}, {"6,6,2,-;b\n", 0}, {NULL, EAGAIN}, {"6,7,3,-;c\n", 0}};
	struct kmsg_reader r;

	(void)state;
	open_script(&r, answers, ARRAY_SIZE(answers));
	expect(&r, 5, 0);
	expect(&r, 6, 0);
	expect_none(&r);
	expect(&r, 7, 0);
	expect_none(&r);
	assert_int_equal(r.records, 3);
	assert_int_equal(r.lost, 0);
	kmsg_close(&r);
}

static void overruns_are_counted(void **state)
{
	static const struct answer answers[] = {
		{"6,5,1,-;a\n", 0}, {NULL, EPIPE},	   {"6,106,2,-;b\n", 0},  {NULL, EPIPE},
		{NULL, EPIPE},	    {"6,1107,3,-;c\n", 0}, {"6,1109,3,-;d\n", 0},
	};
	struct kmsg_reader r;

	(void)state;
	open_script(&r, answers, ARRAY_SIZE(answers));
	expect(&r, 5, 0);
	expect(&r, 106, 100);
	expect(&r, 1107, 1000);
	expect(&r, 1109, 1); /* a gap without a word is one, too */
	assert_int_equal(r.lost, 1101);
	assert_int_equal(r.records, 4);
	kmsg_close(&r);
}

/* An overrun that took nothing of ours: the ring moved on exactly to what comes next. */
static void overrun_without_loss(void **state)
{
	static const struct answer answers[] = {
		{"6,5,1,-;a\n", 0}, {NULL, EPIPE}, {"6,6,2,-;b\n", 0}};
	struct kmsg_reader r;

	(void)state;
	open_script(&r, answers, ARRAY_SIZE(answers));
	expect(&r, 5, 0);
	expect(&r, 6, 0);
	assert_int_equal(r.lost, 0);
	kmsg_close(&r);
}

static void overrun_before_the_first(void **state)
{
	static const struct answer answers[] = {
		{NULL, EPIPE}, {"6,900,1,-;a\n", 0}, {"6,901,1,-;b\n", 0}};
	struct kmsg_reader r;

	(void)state;
	open_script(&r, answers, ARRAY_SIZE(answers));
	expect(&r, 900, 1);
	expect(&r, 901, 0);
	kmsg_close(&r);
}

/* Numbers that go back (another log) are no loss of 2^64 records. */
static void sequence_goes_back(void **state)
{
	static const struct answer answers[] = {
		{"6,500,1,-;a\n", 0}, {"6,2,1,-;b\n", 0}, {"6,3,1,-;c\n", 0}, {"6,3,1,-;c\n", 0}};
	struct kmsg_reader r;

	(void)state;
	open_script(&r, answers, ARRAY_SIZE(answers));
	expect(&r, 500, 0);
	expect(&r, 2, 0);
	expect(&r, 3, 0);
	expect(&r, 3, 0);
	assert_int_equal(r.lost, 0);
	kmsg_close(&r);
}

static void nonsense_counts_as_lost(void **state)
{
	static const struct answer answers[] = {{"6,5,1,-;a\n", 0},
						{"nonsense\n", 0},
						{NULL, EINTR},
						{NULL, EINVAL},
						{"6,8,1,-;b\n", 0}};
	struct kmsg_reader r;

	(void)state;
	open_script(&r, answers, ARRAY_SIZE(answers));
	expect(&r, 5, 0);
	expect(&r, 8, 2);
	assert_int_equal(r.records, 2);
	kmsg_close(&r);
}

static void errors_are_told(void **state)
{
	static const struct answer eio[] = {{"6,5,1,-;a\n", 0}, {NULL, EIO}};
	static const struct answer einval[] = {{NULL, EINVAL}, {NULL, EINVAL}};
	struct kmsg_record record;
	struct kmsg_reader r;
	struct err e = {0};
	uint64_t lost;

	(void)state;
	open_script(&r, eio, ARRAY_SIZE(eio));
	expect(&r, 5, 0);
	assert_int_equal(kmsg_next(&r, &record, &lost, &e), -EIO);
	assert_non_null(strstr(e.text, "kernel's log"));
	kmsg_close(&r);
	open_script(&r, einval, ARRAY_SIZE(einval));
	assert_int_equal(kmsg_next(&r, &record, &lost, &e), -EINVAL);
	kmsg_close(&r);
	assert_int_equal(kmsg_open(&r, "/nowhere/kmsg", true, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nowhere/kmsg"));
	assert_int_equal(r.fd, -1);
	kmsg_close(&r);
}

/* A flood that laps us again and again must not hold the event loop. */
static void endless_overruns_give_up(void **state)
{
	static struct answer answers[5000];
	struct kmsg_reader r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		answers[i].error = EPIPE;
	open_script(&r, answers, ARRAY_SIZE(answers));
	expect_none(&r);
	kmsg_close(&r);
}

static int open_pipe(struct kmsg_reader *r, struct test_tree *tree, bool from_now,
		     const char *before)
{
	cleanup_free char *path = NULL;
	int fd;

	test_tree_init(tree);
	path = memory_format("%s/kmsg", tree->path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(file_write_fd(fd, before, strlen(before)), 0);
	assert_int_equal(kmsg_open(r, path, from_now, NULL), 0);
	return fd;
}

static void put(int fd, const char *text)
{
	assert_int_equal(file_write_fd(fd, text, strlen(text)), 0);
}

static void pipe_is_cut_into_records(void **state)
{
	cleanup_close int fd = -1;
	struct kmsg_record record;
	struct test_tree tree;
	struct kmsg_reader r;
	uint64_t lost;

	(void)state;
	fd = open_pipe(&r, &tree, false, "6,1,1,-;a\n6,2,1,-;b\n KEY=1\n OTHER=2\n6,5,1,-;c\n");
	expect(&r, 1, 0);
	assert_int_equal(kmsg_next(&r, &record, &lost, NULL), 1);
	assert_int_equal(record.raw_length, strlen("6,2,1,-;b\n KEY=1\n OTHER=2\n"));
	assert_int_equal(record.text_length, 1);
	expect(&r, 5, 2);
	expect_none(&r);
	/* In pieces. */
	put(fd, "6,6,1,");
	expect_none(&r);
	put(fd, "-;long mes");
	expect_none(&r);
	put(fd, "sage\n6,7");
	expect(&r, 6, 0);
	expect_none(&r);
	put(fd, ",1,-;x\n");
	expect(&r, 7, 0);
	kmsg_close(&r);
	test_tree_done(&tree);
}

static void from_now_on(void **state)
{
	cleanup_close int fd = -1;
	struct test_tree tree;
	struct kmsg_reader r;

	(void)state;
	fd = open_pipe(&r, &tree, true, "6,1,1,-;old\n6,2,1,-;old\n");
	expect_none(&r);
	assert_int_equal(r.records, 0);
	/* The first gap is known as well. */
	put(fd, "6,10,1,-;new\n");
	expect(&r, 10, 7);
	assert_int_equal(r.records, 1);
	assert_int_equal(r.lost, 7);
	kmsg_close(&r);
	test_tree_done(&tree);
}

static void too_long_for_the_buffer(void **state)
{
	cleanup_free char *text = memory_alloc(200001, 1), *path = NULL;
	struct test_tree tree;
	struct kmsg_reader r;

	(void)state;
	memset(text, 'x', 200000);
	memcpy(text, "6,1,1,-;a\n6,2,1,-;", 18);
	/* Where the buffer is full for the first time, somebody imitates a record. */
	memcpy(text + 10 + 65536, "0,77,1,-;imitation\n", 19);
	memcpy(text + 150000, "\n6,3,1,-;b\n6,4,1,-;", 19);
	test_tree_init(&tree);
	test_tree_file(&tree, "kmsg", text);
	path = memory_format("%s/kmsg", tree.path);
	assert_int_equal(kmsg_open(&r, path, false, NULL), 0);
	expect(&r, 1, 0);
	expect(&r, 3, 1); /* 2 was longer than any record can be */
	expect_none(&r);  /* 4 has no end yet */
	kmsg_close(&r);
	test_tree_done(&tree);
}

int test_kmsg_reader(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_gap),
		cmocka_unit_test(overruns_are_counted),
		cmocka_unit_test(overrun_without_loss),
		cmocka_unit_test(overrun_before_the_first),
		cmocka_unit_test(sequence_goes_back),
		cmocka_unit_test(nonsense_counts_as_lost),
		cmocka_unit_test(errors_are_told),
		cmocka_unit_test(endless_overruns_give_up),
		cmocka_unit_test(pipe_is_cut_into_records),
		cmocka_unit_test(from_now_on),
		cmocka_unit_test(too_long_for_the_buffer),
	};

	return cmocka_run_group_tests_name("kmsg: the reader", tests, NULL, NULL);
}

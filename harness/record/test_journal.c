// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading what a crash, a full disk or somebody's editor left. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "record/test_record.h"

#define LINE(seq, rest) "{\"seq\":" seq ",\"boot\":\"b1\",\"t\":1" rest "}\n"

static struct journal_figures figures_of(const char *text, size_t length)
{
	char *folder = test_folder(), *path = test_path(folder, "events.jsonl");
	struct journal_figures figures;

	test_write(path, text, length);
	figures = test_figures(path);
	free(path);
	test_folder_done(folder);
	return figures;
}

static struct journal_figures figures_of_text(const char *text)
{
	return figures_of(text, strlen(text));
}

static void test_plain(void **state)
{
	struct journal_figures f =
		figures_of_text(LINE("0", ",\"ev\":\"start\"") LINE("1", ",\"ev\":\"end\""));

	(void)state;
	assert_int_equal(f.events, 2);
	assert_int_equal(f.corrupt + f.gaps, 0);
	assert_false(f.torn);
	assert_int_equal(f.boots, 1);
	assert_string_equal(f.boot, "b1");
	assert_int_equal(f.next_seq, 2);
	f = figures_of_text("");
	assert_int_equal(f.events, 0);
	assert_false(f.torn);
}

/* Cut at every byte: all whole lines are there, and only a real remainder is called torn. */
static void test_cut_everywhere(void **state)
{
	static const char text[] = LINE("0", ",\"ev\":\"start\",\"why\":\"a \\\"b\\\" {\"")
		LINE("1", ",\"ev\":\"move\",\"latency\":{\"buckets\":[[1,2],[3,4]]}")
		LINE("2", ",\"ev\":\"end\"");

	(void)state;
	for (size_t length = 0; length <= strlen(text); length++) {
		struct journal_figures f = figures_of(text, length);
		bool ends_in_newline = length == 0 || text[length - 1] == '\n';
		bool lacks_newline = length > 0 && text[length] == '\n';
		uint64_t lines = 0;

		for (size_t i = 0; i < length; i++)
			lines += text[i] == '\n';
		assert_int_equal(f.events, lines + lacks_newline);
		assert_int_equal(f.torn, !ends_in_newline && !lacks_newline);
		assert_int_equal(f.lacks_newline, lacks_newline);
		assert_int_equal(f.corrupt + f.gaps, 0);
		if (ends_in_newline)
			assert_int_equal(f.end_offset, length);
	}
}

static void test_corrupt_lines(void **state)
{
	static const struct {
		const char *line;
		size_t length;
	} bad[] = {
		{"hello\n", sizeof("hello\n") - 1},
		{"\n", sizeof("\n") - 1},
		{"\0\0\0\0\0\n", sizeof("\0\0\0\0\0\n") - 1},
		{"[1]\n", sizeof("[1]\n") - 1},
		{"{}\n", sizeof("{}\n") - 1},
		{"{\"seq\":1,\"boot\":\"b1\",\"ev\":\"x\"}\n", sizeof("{\"seq\":1,\"boot\":\"b1\",\"ev\":\"x\"}\n") - 1},	      /* no time */
		{"{\"boot\":\"b1\",\"t\":1,\"ev\":\"x\"}\n", sizeof("{\"boot\":\"b1\",\"t\":1,\"ev\":\"x\"}\n") - 1},	      /* no number */
		{"{\"seq\":\"1\",\"boot\":\"b1\",\"t\":1,\"ev\":\"x\"}\n", sizeof("{\"seq\":\"1\",\"boot\":\"b1\",\"t\":1,\"ev\":\"x\"}\n") - 1}, /* a text for a number */
		{"{\"seq\":1,\"boot\":\"b1\",\"t\":1,\"ev\":7}\n", sizeof("{\"seq\":1,\"boot\":\"b1\",\"t\":1,\"ev\":7}\n") - 1},
		{"{\"seq\":1,\"boot\":\"b1\",\"t\":1}\n", sizeof("{\"seq\":1,\"boot\":\"b1\",\"t\":1}\n") - 1},
		{"{\"seq\":1,\"boot\":\"b1\",\"t\":1,\"ev\":\"x\"\n", sizeof("{\"seq\":1,\"boot\":\"b1\",\"t\":1,\"ev\":\"x\"\n") - 1}, /* half, and the next glued on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char text[512];
		size_t used = (size_t)snprintf(text, sizeof(text), LINE("0", ",\"ev\":\"start\""));
		struct journal_figures f;

		memcpy(text + used, bad[i].line, bad[i].length);
		used += bad[i].length;
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 LINE("2", ",\"ev\":\"end\""));
		f = figures_of(text, used);
		if (f.events != 2 || f.corrupt != 1 || f.gaps != 0 || f.torn)
			fail_msg("case %zu: %u events, %u corrupt, %u gaps", i, (unsigned)f.events,
				 (unsigned)f.corrupt, (unsigned)f.gaps);
	}
}

static void test_gaps(void **state)
{
	struct journal_figures f = figures_of_text(
		LINE("0", ",\"ev\":\"a\"") LINE("2", ",\"ev\":\"b\"") LINE("3", ",\"ev\":\"c\""));

	(void)state;
	assert_int_equal(f.gaps, 1);
	assert_int_equal(f.events, 3);
	f = figures_of_text(LINE("5", ",\"ev\":\"a\"") LINE("6", ",\"ev\":\"b\""));
	assert_int_equal(f.gaps, 1); /* the beginning is missing */
	f = figures_of_text(LINE("0", ",\"ev\":\"a\"") LINE("0", ",\"ev\":\"a\""));
	assert_int_equal(f.gaps, 1); /* twice */
}

static void test_boots(void **state)
{
	struct journal_figures f = figures_of_text(
		LINE("0", ",\"ev\":\"a\"")
		"{\"seq\":1,\"boot\":\"other\",\"t\":1,\"ev\":\"restore\"}\n");

	(void)state;
	assert_int_equal(f.boots, 2);
	assert_string_equal(f.boot, "other");
	assert_int_equal(f.corrupt + f.gaps, 0);
}

/* A record of @length bytes, newline included. */
static char *long_line(const char *seq, size_t length)
{
	char *line = memory_alloc(length + 1, 1);
	int used = snprintf(line, length, "{\"seq\":%s,\"boot\":\"b1\",\"t\":1,\"ev\":\"x\",\"text\":\"", seq);

	memset(line + used, 'a', length - (size_t)used - 3);
	memcpy(line + length - 3, "\"}\n", 3);
	return line;
}

static void test_long_lines(void **state)
{
	static const struct {
		size_t length;
		bool fits;
	} cases[] = {
		{262144, true},
		{262145, true},
		{JOURNAL_MAX_LINE + 1, true}, /* with its newline */
		{JOURNAL_MAX_LINE + 2, false},
		{3 * (size_t)JOURNAL_MAX_LINE, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *line = long_line("1", cases[i].length);
		char *text = memory_format("%s%s%s", LINE("0", ",\"ev\":\"start\""), line,
					   LINE("2", ",\"ev\":\"end\""));
		struct journal_figures f = figures_of_text(text);

		assert_int_equal(f.events, cases[i].fits ? 3 : 2);
		assert_int_equal(f.corrupt, cases[i].fits ? 0 : 1);
		assert_int_equal(f.gaps, 0);
		assert_int_equal(f.end_offset, strlen(text));
		free(text);
		free(line);
	}
}

/* What a lost write leaves at the end of a file: zeros, without a newline. */
static void test_zeros_at_the_end(void **state)
{
	char text[4096] = LINE("0", ",\"ev\":\"start\"");
	struct journal_figures f = figures_of(text, sizeof(text));

	(void)state;
	assert_int_equal(f.events, 1);
	assert_true(f.torn);
	assert_int_equal(f.corrupt, 0);
	assert_int_equal(f.end_offset, strlen(text));
}

static void test_unreadable(void **state)
{
	struct journal *j = NULL;

	(void)state;
	assert_int_equal(journal_open("/nowhere/events.jsonl", &j, NULL), -ENOENT);
}

const struct CMUnitTest journal_tests[] = {
	cmocka_unit_test(test_plain),	       cmocka_unit_test(test_cut_everywhere),
	cmocka_unit_test(test_corrupt_lines),  cmocka_unit_test(test_gaps),
	cmocka_unit_test(test_boots),	       cmocka_unit_test(test_long_lines),
	cmocka_unit_test(test_zeros_at_the_end), cmocka_unit_test(test_unreadable),
};
const size_t n_journal_tests = ARRAY_SIZE(journal_tests);

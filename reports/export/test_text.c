// SPDX-License-Identifier: GPL-2.0-or-later
/* Scrubbing, cutting, words, times. */
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "reports/export/test_fixture.h"
#include "reports/export/text.h"

static void lines_lose_what_readers_obey(void **state)
{
	cleanup_free char *line = text_line("a\nb\tc\033[1m\x7f" "d\xc2\x85" "e\xe2\x80\xa8" "f\xe2\x80\xae"
					    "g\xe2\x81\xa6h\xef\xbf\xbfi", 100);
	cleanup_free char *block = text_block("a\nb\tc\033d", 100);
	cleanup_free char *empty = text_line(NULL, 100);

	(void)state;
	assert_string_equal(line, "a b c [1m d  e   f   g   h   i");
	assert_string_equal(block, "a\nb\tc d");
	assert_string_equal(empty, "");
}

static void harmless_text_stays(void **state)
{
	static const char text[] = "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xa6 # <&>\"'";
	cleanup_free char *line = text_line(text, 100);

	(void)state;
	assert_string_equal(line, text);
}

static void a_cut_falls_between_characters(void **state)
{
	(void)state;
	for (size_t max = 1; max < 24; max++) {
		cleanup_free char *line = text_line("ab\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80xyz\xff\xff end", max);

		assert_true(strlen(line) <= max);
		assert_true(utf8_is_valid(line, strlen(line)));
		if (max > 3 && max < 22)
			assert_string_equal(line + strlen(line) - 3, "...");
	}
}

static void what_fits_is_not_cut(void **state)
{
	cleanup_free char *exact = text_line("12345", 5), *over = text_line("123456", 5);

	(void)state;
	assert_string_equal(exact, "12345");
	assert_string_equal(over, "12...");
}

static void words_have_only_word_characters(void **state)
{
	cleanup_free char *word = text_word("a b/c.d-e_\xff<", 100), *none = text_word("", 9);
	cleanup_free char *null = text_word(NULL, 9), *cut = text_word("abcdef", 3);
	cleanup_free char *identifier = text_identifier("X86-64.v2", 20);

	(void)state;
	assert_string_equal(word, "a_b_c.d-e___");
	assert_string_equal(none, "_");
	assert_string_equal(null, "_");
	assert_string_equal(cut, "abc");
	assert_string_equal(identifier, "x86_64_v2");
}

static void times_know_their_offset(void **state)
{
	double seconds = -1;

	(void)state;
	assert_true(text_parse_time("1970-01-01T00:00:01.500+00:00", &seconds));
	assert_true(seconds == 1.5);
	assert_true(text_parse_time("2026-11-21T02:21:05.023+02:00", &seconds));
	assert_true(seconds > 1795220465.02 && seconds < 1795220465.03);
	assert_true(text_parse_time("2026-11-20T22:51:05.023-01:30", &seconds));
	assert_true(seconds > 1795220465.02 && seconds < 1795220465.03);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "now", "2026-11-21", "2026-13-21T00:00:00.000+00:00", "2026-11-21T25:00:00.000+00:00",
		"2026-11-21T00:00:00.000Z", "2026-11-21T00:00:00.000+00:00 x", "2026-11-21T00:00:00+00:00",
		"-026-11-21T00:00:00.000+00:00", "2026-11-21T00:00:00.000+99:00",
	};
	double seconds = -1;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (text_parse_time(bad[i], &seconds))
			fail_msg("'%s' was taken for a time", bad[i]);
	assert_false(text_parse_time(NULL, &seconds));
	assert_true(seconds == -1);
}

const struct CMUnitTest text_tests[] = {
	cmocka_unit_test(lines_lose_what_readers_obey),
	cmocka_unit_test(harmless_text_stays),
	cmocka_unit_test(a_cut_falls_between_characters),
	cmocka_unit_test(what_fits_is_not_cut),
	cmocka_unit_test(words_have_only_word_characters),
	cmocka_unit_test(times_know_their_offset),
	cmocka_unit_test(what_is_no_time_is_refused),
};
const size_t n_text_tests = ARRAY_SIZE(text_tests);

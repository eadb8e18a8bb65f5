// SPDX-License-Identifier: GPL-2.0-or-later
/* Is it one whole JSON value, and what is in it? */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/journal_parse.h"
#include "record/test_record.h"

static bool parses(const char *text, size_t length)
{
	/* A copy of the exact size: a read behind the end is seen by the address sanitizer. */
	char *exact = malloc(length ? length : 1);
	struct journal_line line = {0};
	bool good;

	memcpy(exact, text, length);
	good = journal_line_parse(&line, exact, length);
	journal_line_done(&line);
	free(exact);
	return good;
}

static void test_good(void **state)
{
	static const char *const good[] = {
		"{}", "[]", "0", "-1", "1.5", "1e9", "1E+9", "-0.5e-3", "true", "false", "null", "\"\"",
		" { \"a\" : [ 1 , 2 , { \"b\" : null } ] } ", "[[],{},[[]]]",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "{\"a\":{\"b\":{\"c\":[1,[2,[3]]]}},\"d\":-7}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (!parses(good[i], strlen(good[i])))
			fail_msg("refused: %s", good[i]);
}

static void test_bad(void **state)
{
	static const char *const bad[] = {
		"", " ", "{", "}", "[", "]", "{]", "[}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]",
		"[,1]", "[1 2]", "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "01", "-", "1.", ".5",
		"1e", "1e+", "+1", "tru", "True", "nul", "NaN", "Infinity", "-Infinity", "'a'", "\"a",
		"\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "1 1", "{} {}", "[1]]",
		"{\"a\":1}}", "{\"a\":[1}", "\"a\"\"b\"", "truefalse", "{\"a\":1}x",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (parses(bad[i], strlen(bad[i])))
			fail_msg("accepted: %s", bad[i]);
	assert_false(parses("{\0}", 3));
	assert_false(parses("\"a\0b\"", 5));
	assert_false(parses("\0\0\0\0", 4));
}

/* No prefix of an object is an object: what a crash cuts is never taken for whole. */
static void test_every_prefix(void **state)
{
	static const char text[] = "{\"seq\":12,\"x\":[1,-2.5e3,\"\\u00e9\\n\",true,null,{\"y\":{}}]}";

	(void)state;
	assert_true(parses(text, strlen(text)));
	for (size_t length = 0; length < strlen(text); length++)
		if (parses(text, length))
			fail_msg("accepted a prefix of %zu bytes", length);
}

static void test_depth(void **state)
{
	char text[400];

	(void)state;
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	assert_true(parses(text, 128));
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	assert_false(parses(text, 130));
}

/* Every single byte replaced by every value: whatever comes, no crash; and few of them stay JSON. */
static void test_every_byte(void **state)
{
	static const char text[] = "{\"a\":[1,\"b\\n\",true],\"c\":-2.5}";
	char copy[sizeof(text)];
	unsigned int good = 0, bad = 0;

	(void)state;
	for (size_t i = 0; i < strlen(text); i++)
		for (unsigned int byte = 0; byte < 256; byte++) {
			memcpy(copy, text, sizeof(text));
			copy[i] = (char)byte;
			if (parses(copy, strlen(text)))
				good++;
			else
				bad++;
		}
	assert_true(good > 500); /* other letters within the strings, other digits */
	assert_true(bad > good);
}

static struct journal_value look(struct journal_line *line, const char *text)
{
	assert_true(journal_line_parse(line, text, strlen(text)));
	return (struct journal_value){.line = line};
}

static void test_numbers(void **state)
{
	struct journal_line line = {0};
	struct journal_value o = look(&line, "{\"a\":18446744073709551615,\"b\":-5,"
					     "\"c\":18446744073709551616,\"d\":1.0,\"e\":\"7\","
					     "\"f\":9223372036854775808,\"g\":0}");
	uint64_t u = 42;
	int64_t n = 42;

	(void)state;
	assert_true(journal_uint(o, "a", &u) && u == UINT64_MAX);
	assert_true(journal_int(o, "b", &n) && n == -5);
	assert_true(journal_uint(o, "g", &u) && u == 0);
	u = 42;
	assert_false(journal_uint(o, "b", &u));
	assert_false(journal_uint(o, "c", &u));
	assert_false(journal_uint(o, "d", &u));
	assert_false(journal_uint(o, "e", &u));
	assert_false(journal_uint(o, "nowhere", &u));
	assert_int_equal(u, 42);
	n = 42;
	assert_false(journal_int(o, "f", &n));
	assert_int_equal(n, 42);
	journal_line_done(&line);
}

static void test_strings(void **state)
{
	struct journal_line line = {0};
	struct journal_value o = look(&line, "{\"a\":\"x\\u00e9\\u20ac\\ud83d\\ude00\\n\\\"\\/y\","
					     "\"b\":\"\\ud800z\",\"c\":\"a\\u0000b\",\"d\":\"\xc3\xa9\xc3\xa9\"}");
	char text[64], small[4];
	char *whole;

	(void)state;
	assert_true(journal_string(o, "a", text, sizeof(text)));
	assert_string_equal(text, "x\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n\"/y");
	assert_true(journal_string(o, "b", text, sizeof(text)));
	assert_string_equal(text, "\xef\xbf\xbdz"); /* half a pair */
	assert_true(journal_string(o, "c", text, sizeof(text)));
	assert_string_equal(text, "a b");
	/* Cut, but never within a character. */
	assert_true(journal_string(o, "d", small, sizeof(small)));
	assert_string_equal(small, "\xc3\xa9");
	assert_true(journal_string(o, "a", small, sizeof(small)));
	assert_string_equal(small, "x\xc3\xa9");
	whole = journal_string_alloc(o, "a");
	assert_int_equal(strlen(whole), 14);
	free(whole);
	assert_null(journal_string_alloc(o, "nowhere"));
	assert_true(journal_equals(o, "d", "\xc3\xa9\xc3\xa9"));
	assert_false(journal_equals(o, "d", "\xc3\xa9"));
	journal_line_done(&line);
}

static void test_walk(void **state)
{
	struct journal_line line = {0};
	struct journal_value o = look(&line, "{\"list\":[3,[9,9],4],\"empty\":[],\"map\":{\"x\":1,\"y\":{\"z\":2}},"
					     "\"flag\":true}");
	struct journal_iterator i;
	uint64_t value, sum = 0;
	char name[8], names[16] = "";
	bool flag = false;

	(void)state;
	for (i = journal_each(journal_get(o, "list")); journal_more(&i); journal_step(&i))
		if (journal_uint(i.value, NULL, &value))
			sum += value;
	assert_int_equal(sum, 7);
	i = journal_each(journal_get(o, "empty"));
	assert_false(journal_more(&i));
	i = journal_each(journal_get(o, "flag"));
	assert_false(journal_more(&i));
	for (i = journal_each(journal_get(o, "map")); journal_more(&i); journal_step(&i)) {
		assert_true(journal_string(i.key, NULL, name, sizeof(name)));
		strcat(names, name);
	}
	assert_string_equal(names, "xy");
	assert_true(journal_uint(journal_get(journal_get(o, "map"), "y"), "z", &value));
	assert_int_equal(value, 2);
	/* A key within another object, and a look into what is none. */
	assert_false(journal_is_there(journal_get(o, "z")));
	assert_false(journal_is_there(journal_get(journal_get(o, "flag"), "x")));
	assert_true(journal_bool(o, "flag", &flag) && flag);
	journal_line_done(&line);
}

const struct CMUnitTest parse_tests[] = {
	cmocka_unit_test(test_good),	   cmocka_unit_test(test_bad),
	cmocka_unit_test(test_every_prefix), cmocka_unit_test(test_depth),
	cmocka_unit_test(test_every_byte), cmocka_unit_test(test_numbers),
	cmocka_unit_test(test_strings),	   cmocka_unit_test(test_walk),
};
const size_t n_parse_tests = ARRAY_SIZE(parse_tests);

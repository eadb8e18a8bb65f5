// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/tally.h"
#include "reports/test_reports.h"

/* Takes @value. */
static void assert_json(struct jsonw *value, const char *expected)
{
	cleanup_free char *wanted = test_quoted(expected);

	assert_string_equal(jsonw_text(value, NULL), wanted);
	jsonw_free(value);
}

static void test_names(void **state)
{
	static const char *const good[] = {"EBUSY", "move_pages", "a-1", "0"};
	static const char *const bad[] = {"", "a b", "a.b", "a\"", "\x1b", "\xc3\xa4", "a/b"};
	char longest[TALLY_NAME_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(tally_is_name(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(tally_is_name(bad[i]));
	memset(longest, 'a', sizeof(longest));
	longest[TALLY_NAME_SIZE - 1] = '\0';
	assert_true(tally_is_name(longest));
	longest[TALLY_NAME_SIZE - 1] = 'a';
	longest[TALLY_NAME_SIZE] = '\0';
	assert_false(tally_is_name(longest));
}

static void test_counts(void **state)
{
	struct tally t = {0};

	(void)state;
	tally_add(&t, "EINTR", 4, 1);
	tally_add(&t, "EBUSY", 16, 2);
	tally_add(&t, "EINTR", 4, 3);
	tally_add(&t, "no name", 99, 5);
	assert_int_equal(tally_get(&t, "EINTR"), 4);
	assert_int_equal(tally_get(&t, "other"), 5);
	assert_int_equal(tally_get(&t, "ENOMEM"), 0);
	assert_json(tally_counts(&t), "{'EBUSY':2,'EINTR':4,'other':5}");
	assert_json(tally_errnos(&t), "{'EBUSY':{'number':16,'count':2},'EINTR':{'number':4,'count':4},"
				      "'other':{'number':0,'count':5}}");
	tally_done(&t);
	assert_int_equal(tally_get(&t, "EINTR"), 0);
	assert_json(tally_counts(&t), "{}");
}

/* A journal full of names does not grow a tally, and no count is lost. */
static void test_bound(void **state)
{
	struct tally t = {0};
	char name[16];

	(void)state;
	for (int i = 0; i < TALLY_MAX + 50; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		tally_add(&t, name, i, 1);
	}
	tally_add(&t, "n0", 0, 1);
	assert_int_equal(t.n_entries, TALLY_MAX + 1);
	assert_int_equal(tally_get(&t, "other"), 50);
	assert_int_equal(tally_get(&t, "n0"), 2);
	tally_done(&t);
}

static void test_texts(void **state)
{
	struct text_tally t = {0};

	(void)state;
	text_tally_add(&t, "second first", 1);
	text_tally_add(&t, "", 2);
	text_tally_add(&t, "second first", 4);
	assert_json(text_tally_list(&t, "why"),
		    "[{'why':'second first','count':5},{'why':'','count':2}]");
	text_tally_done(&t);
	assert_json(text_tally_list(&t, "why"), "[]");
}

static void test_texts_bound(void **state)
{
	cleanup_free char *text = memory_alloc(TEXT_TALLY_SIZE + 10, 1);
	struct text_tally t = {0};
	struct jsonw *list;

	(void)state;
	for (int i = 0; i < TEXT_TALLY_MAX + 7; i++) {
		(void)snprintf(text, TEXT_TALLY_SIZE, "fault %d", i);
		text_tally_add(&t, text, 3);
	}
	text_tally_add(&t, "fault 1", 1);
	assert_int_equal(t.n_entries, TEXT_TALLY_MAX);
	assert_int_equal(t.left_out, 21);
	assert_int_equal(t.entries[1].count, 4);
	list = text_tally_list(&t, "what");
	assert_int_equal(jsonw_length(list), TEXT_TALLY_MAX + 1);
	assert_int_equal(jsonw_get_uint(jsonw_at(list, TEXT_TALLY_MAX), "count"), 21);
	jsonw_free(list);
	text_tally_done(&t);
	/* Cut, and the same as another that is cut to the same text. */
	memset(text, 'x', TEXT_TALLY_SIZE + 9);
	text_tally_add(&t, text, 1);
	text[TEXT_TALLY_SIZE] = 'y';
	text_tally_add(&t, text, 1);
	assert_int_equal(t.n_entries, 1);
	assert_int_equal(strlen(t.entries[0].text), TEXT_TALLY_SIZE - 1);
	text_tally_done(&t);
}

int test_tallies(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names), cmocka_unit_test(test_counts),
		cmocka_unit_test(test_bound), cmocka_unit_test(test_texts),
		cmocka_unit_test(test_texts_bound),
	};

	return cmocka_run_group_tests_name("tallies", tests, NULL, NULL);
}

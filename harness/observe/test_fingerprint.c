// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of symbols of kernels from 4.4 to 7.3, and of none: harness/tests/fixtures/kallsyms. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/test_tree.h"
#include "observe/fingerprint.h"
#include "observe/test_observe.h"

#define LISTS "harness/tests/fixtures/kallsyms/"

/* The answers in the order of the report: y(es), n(o), u(nknown). */
static const char *const keys[] = {"mlock_batching",	 "mlock_drain",
				   "migration_batching", "early_reference_check",
				   "demotion",		 "soft_offline_accounting"};

static const struct {
	const char *list, *generation, *evidence, *answers;
} lists[] = {
	{"4.4", "A", "migration_entry_wait", "nnnnnu"},
	{"4.18", "A", "migration_entry_wait", "nnnnnu"},
	{"4.20", "A", "migration_entry_wait", "nnnnny"},
	{"5.0", "B", "put_and_wait_on_page_locked", "nnnnny"},
	{"5.4", "B", "put_and_wait_on_page_locked", "nnnnny"},
	{"5.10", "B", "put_and_wait_on_page_locked", "nnnnny"},
	{"5.15", "B", "put_and_wait_on_page_locked", "nnnnyy"},
	{"5.16", "B", "folio_put_wait_locked", "nnnnyy"},
	{"5.14-el9", "C", "migration_entry_wait_on_locked", "yynnyy"},
	{"5.17", "C", "migration_entry_wait_on_locked", "nnnnyy"},
	{"6.1", "C", "migration_entry_wait_on_locked", "yynnyy"},
	{"6.1-debian", "C", "migration_entry_wait_on_locked", "yyynyy"},
	{"6.6", "C", "migration_entry_wait_on_locked", "yyynyy"},
	{"6.12", "C", "migration_entry_wait_on_locked", "yyyyyy"},
	{"6.12-llvm", "C", "migration_entry_wait_on_locked", "yyyyyy"},
	{"6.18", "C", "migration_entry_wait_on_locked", "yyyyyy"},
	{"6.18-inlined", "C", "migration_entry_wait_on_locked", "yyyuyu"},
	{"7.3", "C", "softleaf_entry_wait_on_locked", "yyyyyy"},
	{"no-migration", "unknown", "migration_entry_wait is not there", "nnnnnu"},
	{"5.10-cut", "unknown", "cut: start_kernel", "uuuuuu"},
	{"6.12-cut", "unknown", "cut: schedule", "uuuuuu"},
	{"6.12-cut-early", "unknown", "cut: handle_mm_fault", "uuuuuu"},
	{"6.12-cut-front", "unknown", "cut: _stext", "uuuuuu"},
	{"empty", "unknown", "names no function", "uuuuuu"},
	{"garbage", "unknown", "list of symbols", "uuuuuu"},
	{"not-there", "unknown", "cannot be read: No such file", "uuuuuu"},
};

static void check_answers(const char *list, const struct jsonw *fixes, const char *answers)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct jsonw *fix = jsonw_get(fixes, keys[i]);
		const char *answer = jsonw_get_string(fix, "answer");

		if (!answer || answer[0] != answers[i])
			fail_msg("%s: %s is '%s', wanted '%c'", list, keys[i],
				 answer ? answer : "absent", answers[i]);
		if (jsonw_length(jsonw_get(fix, "evidence")) == 0)
			fail_msg("%s: %s has no evidence", list, keys[i]);
	}
}

static void every_list(void **state)
{
	(void)state;
	assert_int_equal(strlen(lists[0].answers), ARRAY_SIZE(keys));
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		char path[128];
		struct jsonw *object;
		const char *evidence;

		(void)snprintf(path, sizeof(path), LISTS "%s", lists[i].list);
		object = fingerprint_describe(AT_FDCWD, path);
		assert_string_equal(fingerprint_generation(AT_FDCWD, path),
				    jsonw_get_string(object, "generation"));
		if (strcmp(jsonw_get_string(object, "generation"), lists[i].generation) != 0)
			fail_msg("%s: %s", lists[i].list, jsonw_text(object, NULL));
		evidence = jsonw_as_string(jsonw_at(jsonw_get(object, "evidence"), 0));
		if (!evidence || !strstr(evidence, lists[i].evidence))
			fail_msg("%s: the evidence is '%s', wanted '%s'", lists[i].list,
				 evidence ? evidence : "", lists[i].evidence);
		check_answers(lists[i].list, jsonw_get(object, "fixes"), lists[i].answers);
		jsonw_free(object);
	}
}

/* Every cut of a list, at each of its bytes: the right answers, or none; never wrong ones. */
static void every_cut(void **state)
{
	static const char *const whole[][2] = {{"4.20", "A"}, {"5.10", "B"}, {"6.12", "C"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		cleanup_free char *text = NULL;
		struct test_tree tree;
		size_t length, answered = 0;
		char path[128];

		(void)snprintf(path, sizeof(path), LISTS "%s", whole[i][0]);
		assert_int_equal(file_read_all(path, &text, &length, NULL), 0);
		test_tree_init(&tree);
		test_tree_file(&tree, "proc/kallsyms", "");
		for (size_t cut = length; cut-- > 0;) {
			const char *generation;

			text[cut] = '\0';
			test_tree_file(&tree, "proc/kallsyms", text);
			generation = fingerprint_generation(tree.fs.root_fd, "proc/kallsyms");
			answered += strcmp(generation, whole[i][1]) == 0;
			if (strcmp(generation, "unknown") != 0 &&
			    strcmp(generation, whole[i][1]) != 0)
				fail_msg("%s cut at %zu: %s", whole[i][0], cut, generation);
		}
		/* What is lost behind start_kernel does no harm, and nothing else is answered. */
		assert_in_range(answered, 1, length / 2);
		test_tree_done(&tree);
	}
}

/* Pieces of functions and functions of modules prove nothing about the kernel proper. */
static void look_alikes(void **state)
{
	static const struct {
		const char *line, *generation;
	} table[] = {
		{"0 T migration_entry_wait\n", "A"},
		{"0 T migration_entry_wait\n0 t migration_entry_wait_on_locked.cold\n", "A"},
		{"0 T migration_entry_wait\n0 t migration_entry_wait_on_locked\t[module]\n", "A"},
		{"0 T migration_entry_wait\n0 d migration_entry_wait_on_locked\n", "A"},
		{"0 T migration_entry_wait\n0 T migration_entry_wait_on_locked_not\n", "A"},
		{"0 T migration_entry_wait\n0 t migration_entry_wait_on_locked.isra.0\n", "C"},
		{"0 T migration_entry_wait\n0 t folio_put_wait_locked.part.0.constprop.1\n", "B"},
		{"0 T migration_entry_wait_huge\n", "unknown"},
	};
	struct test_tree tree;

	(void)state;
	test_tree_init(&tree);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char list[512];

		(void)snprintf(
			list, sizeof(list),
			"0 T _stext\n0 T handle_mm_fault\n%s0 T schedule\n0 T start_kernel\n",
			table[i].line);
		test_tree_file(&tree, "proc/kallsyms", list);
		if (strcmp(fingerprint_generation(tree.fs.root_fd, "proc/kallsyms"),
			   table[i].generation) != 0)
			fail_msg("'%s' gives %s", table[i].line,
				 fingerprint_generation(tree.fs.root_fd, "proc/kallsyms"));
	}
	test_tree_done(&tree);
}

int test_fingerprint(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_list),
		cmocka_unit_test(every_cut),
		cmocka_unit_test(look_alikes),
	};

	return cmocka_run_group_tests_name("fingerprint", tests, NULL, NULL);
}

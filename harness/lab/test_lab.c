// SPDX-License-Identifier: GPL-2.0-or-later
/* What of the lab can be tested without a guest. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "lab/ab.h"
#include "lab/conf.h"
#include "lab/findings.h"
#include "lab/order.h"
#include "lab/paths.h"

static void test_order_is_balanced(void **state)
{
	uint8_t order[64];

	(void)state;
	for (uint64_t a_side = 1; a_side <= 32; a_side++) {
		uint64_t block = order_block(a_side);

		assert_int_equal(2 * a_side % block, 0);
		for (uint64_t seed = 0; seed < 50; seed++) {
			order_make(order, a_side, block, seed);
			for (uint64_t i = 0; i < 2 * a_side; i += block) {
				uint64_t tests = 0;

				for (uint64_t k = 0; k < block; k++)
					tests += order[i + k];
				assert_int_equal(tests, block / 2);
			}
		}
	}
}

/* Blocks as small as they can be with 4000 arrangements: 70 * 70, 20 * 20 * 20, 6^5. */
static void test_order_block(void **state)
{
	static const struct {
		uint64_t a_side, block;
	} cases[] = {{1, 2}, {2, 4}, {6, 12}, {8, 8}, {9, 6}, {10, 4}, {7, 14}, {24, 4}, {12, 4}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(order_block(cases[i].a_side), cases[i].block);
}

/* All 6 orders of a block of 4 come, each about as often; one seed gives one order. */
static void test_order_is_random(void **state)
{
	unsigned int seen[16] = {0}, kinds = 0;
	uint8_t a[16], b[16];

	(void)state;
	for (uint64_t seed = 0; seed < 6000; seed++) {
		order_make(a, 2, 4, seed);
		seen[a[0] | a[1] << 1 | a[2] << 2 | a[3] << 3]++;
	}
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		kinds += seen[i] > 0;
		/* Expected 1000, standard deviation 29. */
		assert_true(seen[i] == 0 || (seen[i] > 850 && seen[i] < 1150));
	}
	assert_int_equal(kinds, 6);
	order_make(a, 8, 8, 7);
	order_make(b, 8, 8, 7);
	assert_memory_equal(a, b, 16);
	order_make(b, 8, 8, 8);
	assert_memory_not_equal(a, b, 16);
}

static void test_conf(void **state)
{
	static const char text[] = "# base=no\nbase=5.10-without\nlonger_test=x\ntest=5.10-with";
	cleanup_free char *base = conf_value(text, "base"), *test = conf_value(text, "test");
	cleanup_free char *none = conf_value(text, "suite");

	(void)state;
	assert_string_equal(base, "5.10-without");
	assert_string_equal(test, "5.10-with");
	assert_string_equal(none, "");
}

static const char *wrong_with(const char *text, char *buffer, size_t size)
{
	struct jsonw *document = NULL;
	cleanup_free char *why = NULL;

	assert_int_equal(jsonw_parse(text, strlen(text), &document, NULL), 0);
	why = ab_what_is_wrong(document);
	jsonw_free(document);
	(void)snprintf(buffer, size, "%s", why ? why : "");
	return buffer;
}

static void test_what_counts(void **state)
{
	static const struct {
		const char *report, *wrong;
	} cases[] = {
		{"{\"migration\":{\"attempts\":5}}", ""},
		{"{\"move_pages\":{\"moved\":0,\"not_moved\":7}}", ""},
		{"{\"migration\":{\"attempts\":0},\"move_pages\":{\"moved\":0}}",
		 "nothing was migrated"},
		{"{}", "nothing was migrated"},
		/* Killed in its first attempt: nothing was told of the aim. */
		{"{\"migration\":{\"attempts\":5},\"offline\":{\"first_attempt\":{\"censored\":true}}}",
		 ""},
		{"{\"migration\":{\"attempts\":5},"
		 "\"offline\":{\"aim\":{\"pages_wanted\":10,\"pages_in_block\":9}}}",
		 ""},
		{"{\"migration\":{\"attempts\":5},"
		 "\"offline\":{\"aim\":{\"pages_wanted\":10,\"pages_in_block\":8}}}",
		 "8 of 10 pages had reached the block"},
		/* The placer gave no answer. */
		{"{\"migration\":{\"attempts\":5},"
		 "\"offline\":{\"aim\":{\"pages_wanted\":0,\"pages_in_block\":0}}}",
		 "0 of 0 pages had reached the block"},
	};
	cleanup_free char *none = ab_what_is_wrong(NULL);
	char buffer[200];

	(void)state;
	assert_string_equal(none, "it left no report");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(wrong_with(cases[i].report, buffer, sizeof(buffer)),
				    cases[i].wrong);
}

/* A program in memsoak's place that knows what it is to be asked, and answers @answer. */
static void make_memsoak(const char *folder, const char *answer)
{
	cleanup_free char *path = memory_format("%s/memsoak", folder);
	cleanup_free char *text = memory_format("#!/bin/sh\ntest \"$1 $2 ${3##*/}\" = \"scan-log --json console\""
						" || exit 9\n%s\n", answer);

	assert_int_equal(file_write_atomic(path, text, strlen(text), NULL), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static void test_findings_of_a_console(void **state)
{
	char folder[] = "/tmp/memsoak-test-XXXXXX";
	struct paths paths = {.binaries = mkdtemp(folder)};
	cleanup_free char *console = memory_format("%s/console", folder);
	cleanup_free char *memsoak = memory_format("%s/memsoak", folder);
	struct jsonw *end = jsonw_object();
	struct err e = {0};

	(void)state;
	make_memsoak(folder, "echo '{\"lockups\":[{\"kind\":\"panic\"}],\"log\":{\"unlisted\":3}}'");
	assert_int_equal(findings_of_console(&paths, console, folder, end, &e), -ENOENT);
	assert_int_equal(mkfifo(console, 0600), 0); /* nobody can read it again */
	assert_int_equal(findings_of_console(&paths, console, folder, end, &e), 0);
	assert_false(jsonw_has(end, "findings"));
	assert_int_equal(unlink(console), 0);
	assert_int_equal(file_write_atomic(console, "x", 1, &e), 0);
	assert_int_equal(findings_of_console(&paths, console, folder, end, &e), 0);
	assert_string_equal(jsonw_text(end, NULL),
			    "{\"findings\":[{\"kind\":\"panic\"}],\"findings_unlisted\":3}");
	make_memsoak(folder, "exit 2");
	assert_int_equal(findings_of_console(&paths, console, folder, end, &e), -EIO);
	jsonw_free(end);
	assert_int_equal(unlink(console), 0);
	assert_int_equal(unlink(memsoak), 0);
	assert_int_equal(rmdir(folder), 0); /* no scratch file is left */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_is_balanced),
		cmocka_unit_test(test_order_block),
		cmocka_unit_test(test_order_is_random),
		cmocka_unit_test(test_conf),
		cmocka_unit_test(test_what_counts),
		cmocka_unit_test(test_findings_of_a_console),
	};

	return cmocka_run_group_tests_name("lab", tests, NULL, NULL);
}

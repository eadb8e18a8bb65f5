// SPDX-License-Identifier: GPL-2.0-or-later
/* Which profiles there are, and what is said to who asks for another. */
#include "plan/test_room.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "plan/profile_keys.h"
#include "plan/profile_names.h"

/* A folder with three profiles and what is none; the caller's. */
static char *fill_folder(void)
{
	static const char *const files[] = {"b.ini", "a.ini", "a.b.ini", ".ini", "ini", "c.ini.bak"};
	char *folder = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		free(folder);
		folder = memory_string(scratch_file(files[i], "", 0));
	}
	*strrchr(folder, '/') = '\0';
	return folder;
}

static void names_are_sorted_and_told_once(void **state)
{
	cleanup_free char *folder = fill_folder();
	struct profile_names names = {0};

	(void)state;
	assert_int_equal(profile_names_add(&names, "/nonexistent"), -ENOENT);
	profile_names_sort(&names);
	assert_int_equal(names.n, 0);
	assert_int_equal(profile_names_add(&names, folder), 0);
	assert_int_equal(profile_names_add(&names, folder), 0);
	assert_int_equal(names.n, 6);
	profile_names_sort(&names);
	assert_int_equal(names.n, 3);
	assert_string_equal(names.names[0], "a");
	assert_string_equal(names.names[1], "a.b");
	assert_string_equal(names.names[2], "b");
	profile_names_done(&names);
}

static void an_unknown_profile_is_told_with_those_there_are(void **state)
{
	cleanup_free char *folder = fill_folder(), *in = NULL, *path = NULL;
	struct err e = {0};

	(void)state;
	in = memory_format("no profile 'nosuch' in %s", folder);
	(void)setenv("MEMSOAK_PROFILES", folder, 1);
	assert_int_equal(profile_find("nosuch", &path, &e), -ENOENT);
	assert_int_equal(strncmp(e.text, in, strlen(in)), 0);
	assert_non_null(strstr(e.text, "; there are: a a.b b"));
	assert_null(strstr(e.text, ".."));
	assert_int_equal(profile_find("a.b", &path, &e), 0);
}

/* However many there are: the line ends with a whole name, or with what says that there are more. */
static void a_long_list_is_cut_between_names(void **state)
{
	cleanup_free char *folder = fill_folder(), *path = NULL;
	struct err e = {0};

	(void)state;
	for (int i = 0; i < 60; i++) {
		cleanup_free char *name = memory_format("profile-%02d.ini", i);

		(void)scratch_file(name, "", 0);
	}
	(void)setenv("MEMSOAK_PROFILES", folder, 1);
	assert_int_equal(profile_find("nosuch", &path, &e), -ENOENT);
	assert_non_null(strstr(e.text, " profile-00 profile-01 "));
	assert_string_equal(e.text + strlen(e.text) - strlen(" ..."), " ...");
}

int test_profile_names(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_sorted_and_told_once),
		cmocka_unit_test(an_unknown_profile_is_told_with_those_there_are),
		cmocka_unit_test(a_long_list_is_cut_between_names),
	};

	return cmocka_run_group_tests_name("profile names", tests, scratch_set_up,
					   scratch_tear_down);
}

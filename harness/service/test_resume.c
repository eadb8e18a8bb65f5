// SPDX-License-Identifier: GPL-2.0-or-later
/* What is remembered beyond a reboot: open runs, and crashes in a row. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "service/open_runs.h"
#include "service/resume.h"
#include "service/test_service.h"

static int set_up(void **state)
{
	char *folder = memory_string("/tmp/memsoak-state.XXXXXX");

	*state = folder;
	return mkdtemp(folder) && setenv("MEMSOAK_STATE_DIR", folder, 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	int r = file_remove_tree(*state);

	free(*state);
	(void)unsetenv("MEMSOAK_STATE_DIR");
	return r;
}

static void open_runs_are_listed_until_they_are_closed(void **state)
{
	struct open_run *runs = NULL;
	size_t n = 99;

	(void)state;
	assert_int_equal(open_runs_list(&runs, &n, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(open_runs_add("20240102-b", "/data/b", NULL), 0);
	assert_int_equal(open_runs_add("20240101-a", "/data/a with blanks", NULL), 0);
	assert_int_equal(open_runs_add("20240101-a", "/data/c", NULL), -EEXIST);
	assert_int_equal(open_runs_list(&runs, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_string_equal(runs[0].id, "20240101-a");
	assert_string_equal(runs[0].directory, "/data/a with blanks");
	assert_string_equal(runs[1].directory, "/data/b");
	open_runs_done(runs, n);
	open_runs_remove("20240101-a");
	open_runs_remove("20240101-a");
	assert_int_equal(open_runs_list(&runs, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_string_equal(runs[0].id, "20240102-b");
	open_runs_done(runs, n);
}

static void what_is_no_link_is_no_run(void **state)
{
	char *path = memory_format("%s/open/file", (char *)*state);
	struct open_run *runs = NULL;
	size_t n;

	assert_int_equal(open_runs_add("a", "/data/a", NULL), 0);
	assert_int_equal(file_write_atomic(path, "x", 1, NULL), 0);
	assert_int_equal(open_runs_list(&runs, &n, NULL), 0);
	assert_int_equal(n, 1);
	open_runs_done(runs, n);
	free(path);
}

static void crashes_are_counted_in_a_row(void **state)
{
	(void)state;
	assert_int_equal(resume_count_crash("soak", "run-1", NULL), 1);
	/* A recovery that was interrupted comes again: it is one crash. */
	assert_int_equal(resume_count_crash("soak", "run-1", NULL), 1);
	assert_int_equal(resume_count_crash("soak", "run-2", NULL), 2);
	assert_int_equal(resume_count_crash("other", "run-3", NULL), 1);
	assert_int_equal(resume_forget("soak", NULL), 0);
	assert_int_equal(resume_count_crash("soak", "run-4", NULL), 1);
}

static void the_policy_decides(void **state)
{
	static const struct {
		const char *policy;
		int before, first, second;
	} table[] = {
		{"never", 0, -EPERM, -EPERM},
		{"once", 0, 0, -EPERM},
		{"always", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct err e = {0};

		assert_int_equal(resume_check("soak", table[i].policy, &e), table[i].before);
		assert_int_equal(resume_count_crash("soak", "run-1", NULL), 1);
		assert_int_equal(resume_check("soak", table[i].policy, &e), table[i].first);
		assert_int_equal(resume_count_crash("soak", "run-2", NULL), 2);
		assert_int_equal(resume_check("soak", table[i].policy, &e), table[i].second);
		if (table[i].second) {
			assert_non_null(strstr(e.text, "run-2"));
			assert_non_null(strstr(e.text, "memsoak recover --forget soak"));
		}
		assert_int_equal(resume_check("other", table[i].policy, NULL), 0);
		assert_int_equal(resume_forget("soak", NULL), 0);
	}
}

static void a_count_that_cannot_be_read_holds_back(void **state)
{
	char *folder = memory_format("%s/resume", (char *)*state);
	char *path = memory_format("%s/soak.json", folder);

	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(file_write_atomic(path, "{\"cra", 5, NULL), 0);
	assert_int_equal(resume_check("soak", "never", NULL), -EPERM);
	assert_int_equal(resume_check("soak", "once", NULL), -EPERM);
	assert_int_equal(resume_check("soak", "always", NULL), 0);
	free(path);
	free(folder);
}

static void names_stay_in_their_folder(void **state)
{
	static const char *const names[] = {"", ".", "..", "../../etc/passwd", "a/b", ".hidden"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(resume_count_crash(names[i], "run-1", NULL), -EINVAL);
		assert_int_equal(resume_forget(names[i], NULL), -EINVAL);
		assert_int_equal(resume_check(names[i], "never", NULL), 0);
	}
	assert_int_equal(resume_forget("unknown", NULL), -ENOENT);
}

int test_resume(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(open_runs_are_listed_until_they_are_closed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_link_is_no_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(crashes_are_counted_in_a_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_policy_decides, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_count_that_cannot_be_read_holds_back, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(names_stay_in_their_folder, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}

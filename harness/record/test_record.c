// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/test_record.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

char *test_folder(void)
{
	char *folder = memory_string("/tmp/memsoak-test-XXXXXX");

	assert_non_null(mkdtemp(folder));
	return folder;
}

void test_folder_done(char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path = test_path(folder, entry->d_name);

		if (entry->d_type != DT_DIR)
			(void)unlink(path);
		free(path);
	}
	if (dir)
		(void)closedir(dir);
	(void)rmdir(folder);
	free(folder);
}

char *test_path(const char *folder, const char *name)
{
	return memory_format("%s/%s", folder, name);
}

void test_write(const char *path, const char *text, size_t length)
{
	assert_int_equal(file_write_atomic(path, text, length, NULL), 0);
}

char *test_read(const char *path, size_t *ret_length)
{
	char *text = NULL;

	assert_int_equal(file_read_all(path, &text, ret_length, NULL), 0);
	return text;
}

struct journal_figures test_figures(const char *path)
{
	struct journal_figures figures;
	struct journal_event event;
	struct journal *j = NULL;
	int r;

	assert_int_equal(journal_open(path, &j, NULL), 0);
	while ((r = journal_next(j, &event, NULL)) > 0)
		;
	assert_int_equal(r, 0);
	figures = *journal_figures(j);
	journal_close(j);
	return figures;
}

uint64_t test_count(const char *path, const char *name)
{
	struct journal_event event;
	struct journal *j = NULL;
	uint64_t n = 0;

	assert_int_equal(journal_open(path, &j, NULL), 0);
	while (journal_next(j, &event, NULL) > 0)
		n += journal_event_is(&event, name);
	journal_close(j);
	return n;
}

int main(void)
{
	const struct {
		const char *name;
		const struct CMUnitTest *tests;
		size_t n;
	} groups[] = {
		{"parse", parse_tests, n_parse_tests},
		{"journal", journal_tests, n_journal_tests},
		{"unfinished", unfinished_tests, n_unfinished_tests},
		{"recorder", recorder_tests, n_recorder_tests},
		{"full disk", full_disk_tests, n_full_disk_tests},
		{"crash", crash_tests, n_crash_tests},
		{"stuck", stuck_tests, n_stuck_tests},
		{"stress-ng", stress_ng_tests, n_stress_ng_tests},
		{"poison", poison_tests, n_poison_tests},
		{"rotate", rotate_tests, n_rotate_tests},
		{"rotate, step by step", rotate_step_tests, n_rotate_step_tests},
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		failed += _cmocka_run_group_tests(groups[i].name, groups[i].tests, groups[i].n, NULL,
						  NULL);
	return failed != 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of this room share. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/journal.h"

/* A new empty folder below /tmp; freed and removed with all files in it by test_folder_done(). */
char *test_folder(void);
void test_folder_done(char *folder);
char *test_path(const char *folder, const char *name);
void test_write(const char *path, const char *text, size_t length);
char *test_read(const char *path, size_t *ret_length);

/* Reads the journal to its end. */
struct journal_figures test_figures(const char *path);
/* ... and how many records have this name. */
uint64_t test_count(const char *path, const char *name);

extern const struct CMUnitTest journal_tests[], parse_tests[], unfinished_tests[], recorder_tests[],
	full_disk_tests[], crash_tests[], poison_tests[], stress_ng_tests[], stuck_tests[],
	rotate_tests[], rotate_step_tests[];
extern const size_t n_journal_tests, n_parse_tests, n_unfinished_tests, n_recorder_tests,
	n_full_disk_tests, n_crash_tests, n_poison_tests, n_stress_ng_tests, n_stuck_tests,
	n_rotate_tests, n_rotate_step_tests;

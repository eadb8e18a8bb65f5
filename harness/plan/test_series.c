// SPDX-License-Identifier: GPL-2.0-or-later
/* Profiles that name others, and how the time is shared out. */
#include "plan/test_room.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "plan/series.h"

static void expect_parts(uint64_t total_s, const uint64_t *own_s, const uint64_t *parts_s, size_t n)
{
	uint64_t own_ns[8], parts_ns[8];

	for (size_t i = 0; i < n; i++)
		own_ns[i] = own_s[i] * NS_PER_S;
	series_share(total_s * NS_PER_S, own_ns, n, parts_ns);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(parts_ns[i] / NS_PER_S, parts_s[i]);
}

static void time_is_shared_out_fairly(void **state)
{
	(void)state;
	/* There is enough for all: each has its own, and no more. */
	expect_parts(600, (uint64_t[]){20, 90, 80}, (uint64_t[]){20, 90, 80}, 3);
	/* A night: the long one has what the short ones leave. */
	expect_parts(28800, (uint64_t[]){20, 90, 28800}, (uint64_t[]){20, 90, 28690}, 3);
	/* Not enough: 20 is less than a third of 100, 80 are left for two. */
	expect_parts(100, (uint64_t[]){90, 20, 80}, (uint64_t[]){40, 20, 40}, 3);
	/* In more than one round: 25 is more than a quarter of 90, and less than a third of 80. */
	expect_parts(90, (uint64_t[]){10, 25, 60, 60}, (uint64_t[]){10, 25, 27, 27}, 4);
	expect_parts(2, (uint64_t[]){10, 10, 10}, (uint64_t[]){1, 1, 1}, 3);
}

static void write_profile(const char *name, const char *text)
{
	(void)scratch_file(name, text, strlen(text));
}

static void use_scratch_folder(void)
{
	cleanup_free char *path =
		memory_string(scratch_file("a.ini", SOME_OFFLINE, sizeof(SOME_OFFLINE) - 1));

	*strrchr(path, '/') = '\0';
	(void)setenv("MEMSOAK_PROFILES", path, 1);
}

static void a_list_is_read_whole(void **state)
{
	struct profile list;
	struct series series;
	struct err e = {0};

	(void)state;
	use_scratch_folder();
	write_profile("b.ini", BOTH);
	load_text("[run]\nduration = 80s\nprofiles = a, b\nunattended = yes\n", &list);
	assert_int_equal(list.n_members, 2);
	assert_string_equal(list.members[1], "b");
	assert_int_equal(series_load(&list, list.duration_ns, &series, &e), 0);
	assert_int_equal(series.n, 2);
	assert_string_equal(series.members[0].profile.name, "a");
	assert_int_equal(series.members[0].duration_ns, 40 * NS_PER_S);
	series_done(&series);
	profile_done(&list);
}

static void expect_refusal(const char *text, int code, const char *said)
{
	struct profile list;
	struct series series;
	struct err e = {0};

	load_text(text, &list);
	assert_int_equal(series_load(&list, list.duration_ns, &series, &e), code);
	if (!strstr(e.text, said) || !strstr(e.text, "test.ini"))
		fail_msg("'%s' should name test.ini and have '%s'", e.text, said);
	series_done(&series);
	profile_done(&list);
}

static void a_list_that_cannot_be_run(void **state)
{
	(void)state;
	use_scratch_folder();
	write_profile("list.ini", "[run]\nduration = 80s\nprofiles = a\n");
	write_profile("bad.ini", "[run]\nduration = 80s\n");
	expect_refusal("[run]\nduration = 9s\nprofiles = a,nosuch\n", -ENOENT,
		       "no profile 'nosuch'");
	expect_refusal("[run]\nduration = 9s\nprofiles = list\n", -EINVAL, "'list' is a list");
	expect_refusal("[run]\nduration = 9s\nprofiles = bad,a\n", -EINVAL, "bad.ini:2: neither");
}

int test_series(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_shared_out_fairly),
		cmocka_unit_test(a_list_is_read_whole),
		cmocka_unit_test(a_list_that_cannot_be_run),
	};

	return cmocka_run_group_tests_name("series", tests, scratch_set_up, scratch_tear_down);
}

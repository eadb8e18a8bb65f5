// SPDX-License-Identifier: GPL-2.0-or-later
/* Profiles that load: every key, every default, where they are found. */
#include "plan/test_room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "plan/digest.h"
#include "plan/profile_keys.h"

static const char every_key[] = "# a comment\n"
				"; another\n"
				"\n"
				"[run]\n"
				"duration = 90m ; the night is short\n"
				"  seed = 9007199254740992\n"
				"unattended = yes\r\n"
				"resume = once\n"
				"[guard]\n"
				"reserve = 1.5 GiB\n"
				"[ offline ]  # the driver\n"
				"deadline = 1500ms\n"
				"cycles = 7\n"
				"zones = any\n"
				"aim = no\n"
				"pause = 20us\n"
				"[move_pages]\n"
				"batch = 3\n"
				"[workers  hot-1]\n"
				"workload = pin\n"
				"kind = shared-memfd\n"
				"processes = 4\n"
				"threads = 5\n"
				"pages = 6\n"
				"driven_by = offline\n"
				"[workers]\n"
				"kind = private-anonymous\n"
				"driven_by = move_pages\n"
				"[ladder]\n"
				"rungs = 0, 1,3 ,8x2,2x1\n"
				"rung_duration = 250ms\n"
				"[verdict]\n"
				"lockups = report\n"
				"[watchdog]\n"
				"thresh = 10s\n"
				"hung_task_timeout = 2m\n"
				"hung_task_warnings = 1000\n"
				"rcu_stall_timeout = 3s\n"
				"all_cpu_backtraces = yes";

static void every_key_arrives(void **state)
{
	struct profile p;
	const struct profile_workers *w = &p.workers[0];

	(void)state;
	load_text(every_key, &p);
	assert_string_equal(p.name, "test");
	assert_true(p.duration_ns == 5400000000000ULL);
	assert_true(p.seed == PROFILE_MAX_SEED);
	assert_true(p.unattended);
	assert_string_equal(p.resume, "once");
	assert_true(p.reserve_bytes == 3ULL << 29);
	assert_true(p.has_offline && p.has_move_pages);
	assert_true(p.offline_deadline_ns == 1500000000ULL);
	assert_int_equal(p.offline_cycles, 7);
	assert_false(p.offline_movable_only);
	assert_false(p.offline_aim);
	assert_int_equal(p.offline_pause_ns, 20000);
	assert_int_equal(p.move_pages_batch, 3);
	assert_int_equal(p.n_workers, 2);
	assert_string_equal(w->name, "hot-1");
	assert_string_equal(w->workload, "pin");
	assert_int_equal(w->kind, KIND_SHARED_MEMFD);
	assert_int_equal(w->driven_by, DRIVEN_BY_OFFLINE);
	assert_int_equal(w->processes, 4);
	assert_int_equal(w->threads, 5);
	assert_int_equal(w->pages, 6);
	assert_int_equal(p.n_rungs, 5);
	assert_int_equal(p.rungs[0].processes, 1);
	assert_int_equal(p.rungs[0].threads, 0);
	assert_int_equal(p.rungs[2].processes, 1);
	assert_int_equal(p.rungs[2].threads, 3);
	assert_int_equal(p.rungs[3].processes, 8);
	assert_int_equal(p.rungs[3].threads, 2);
	assert_int_equal(p.rung_duration_ns, 250000000);
	assert_int_equal(p.lockups, LOCKUPS_REPORT);
	assert_int_equal(p.watchdog.thresh_s, 10);
	assert_int_equal(p.watchdog.hung_task_timeout_s, 120);
	assert_int_equal(p.watchdog.hung_task_warnings, 1000);
	assert_int_equal(p.watchdog.rcu_stall_timeout_s, 3);
	assert_true(p.watchdog.all_cpu_backtraces);
	profile_done(&p);
	assert_null(p.path);
}

#define BARE "[offline]\n[workers]\nkind = shared-memfd\ndriven_by = none\n"

/* What came later than the digest leaves those alone that do not say it. */
static void a_run_that_may_settle(void **state)
{
	static const char settles[] = "[run]\nduration = 1h\nstop_when_settled = yes\nsettle_tolerance_percent = 3\n"
				      "settle_window = 5m\nsettle_after = 20m\nsettle_cycles = 250\n" BARE;
	struct profile p, other;
	char before[PLAN_DIGEST_SIZE], after[PLAN_DIGEST_SIZE];

	(void)state;
	load_text(settles, &p);
	assert_true(p.stop_when_settled);
	assert_int_equal(p.settle_tolerance_percent, 3);
	assert_true(p.settle_window_ns == 300000000000ULL && p.settle_after_ns == 1200000000000ULL);
	assert_int_equal(p.settle_cycles, 250);
	load_text("[run]\nduration = 1h\n" BARE, &other);
	assert_false(other.stop_when_settled);
	assert_int_equal(other.settle_tolerance_percent, 5);
	assert_true(other.settle_window_ns == 600000000000ULL && other.settle_after_ns == 1800000000000ULL);
	assert_int_equal(other.settle_cycles, 100);
	digest_profile(&p, 1, after);
	digest_profile(&other, 1, before);
	assert_string_not_equal(before, after);
	profile_done(&p);
	profile_done(&other);
}

static void what_is_not_said_has_its_default(void **state)
{
	struct profile p;

	(void)state;
	load_text("[run]\nduration = 1h\n[offline]\n[workers]\nkind = shared-memfd\ndriven_by = none",
		  &p);
	assert_int_equal(p.seed, 1);
	assert_false(p.unattended);
	assert_string_equal(p.resume, "never");
	assert_true(p.reserve_bytes == 4ULL << 30);
	assert_true(p.has_offline);
	assert_true(p.offline_deadline_ns == 20000000000ULL);
	assert_int_equal(p.offline_cycles, 0);
	assert_true(p.offline_movable_only);
	assert_true(p.offline_aim);
	assert_int_equal(p.offline_pause_ns, 0);
	assert_false(p.has_move_pages);
	assert_int_equal(p.move_pages_batch, 64);
	assert_string_equal(p.workers[0].name, "workers");
	assert_string_equal(p.workers[0].workload, "refault");
	assert_int_equal(p.workers[0].processes, 1);
	assert_int_equal(p.workers[0].threads, 1);
	assert_int_equal(p.workers[0].pages, 16);
	assert_int_equal(p.n_rungs, 0);
	assert_int_equal(p.lockups, LOCKUPS_AUTO);
	assert_int_equal(p.watchdog.thresh_s, 0);
	assert_int_equal(p.watchdog.hung_task_timeout_s, 0);
	assert_int_equal(p.watchdog.hung_task_warnings, 0);
	assert_int_equal(p.watchdog.rcu_stall_timeout_s, 0);
	assert_false(p.watchdog.all_cpu_backtraces);
	profile_done(&p);
}

/* The table is the only place that knows the keys: none is twice, each takes its own default. */
static void the_table_of_keys_is_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_profile_keys; i++) {
		const struct profile_key *key = &profile_keys[i];
		struct profile p = {0};
		struct profile_workers w = {0};
		char text[64];

		for (size_t k = 0; k < i; k++)
			assert_false(profile_keys[k].section == key->section &&
				     strcmp(profile_keys[k].name, key->name) == 0);
		if (!key->value)
			continue;
		assert_int_equal(profile_parse_value(key, key->value, &p, &w, NULL), 0);
		profile_format_value(key, &p, &w, text, sizeof(text));
		assert_string_not_equal(text, "");
		if (key->words)
			assert_string_equal(text, key->value);
	}
}

static void a_rung_is_told_as_it_was_said(void **state)
{
	static const struct {
		struct profile_rung rung;
		const char *text;
	} cases[] = {{{1, 0}, "0"}, {{1, 3}, "3"}, {{8, 2}, "8x2"}, {{2, 1}, "2x1"},
		     {{UINT32_MAX, UINT32_MAX}, "4294967295x4294967295"}};
	char text[PROFILE_RUNG_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		profile_rung_text(&cases[i].rung, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void a_byte_order_mark_is_no_text(void **state)
{
	struct profile p;

	(void)state;
	load_text("\xef\xbb\xbf" SOME_OFFLINE, &p);
	assert_true(p.has_offline);
	profile_done(&p);
}

static void a_profile_is_found_by_its_name(void **state)
{
	struct profile p;
	struct err e = {0};
	cleanup_free char *folder = NULL;
	const char *path = scratch_file("mine.ini", SOME_OFFLINE, strlen(SOME_OFFLINE));

	(void)state;
	folder = memory_string(path);
	*strrchr(folder, '/') = '\0';
	(void)setenv("MEMSOAK_PROFILES", folder, 1);
	assert_int_equal(profile_load("mine", &p, &e), 0);
	assert_string_equal(p.name, "mine");
	assert_string_equal(p.path, path);
	profile_done(&p);
	assert_int_equal(profile_load("no-such-profile", &p, &e), -ENOENT);
	assert_non_null(strstr(e.text, "'no-such-profile'"));
	assert_non_null(strstr(e.text, folder));
	assert_non_null(strstr(e.text, "/etc/memsoak"));
	(void)unsetenv("MEMSOAK_PROFILES");
	assert_int_equal(profile_load("mine", &p, &e), -ENOENT);
	assert_int_equal(profile_load("mine.ini", &p, &e), -ENOENT); /* a path, from this folder */
	assert_int_equal(profile_load("", &p, &e), -ENOENT);
	assert_int_equal(profile_load(folder, &p, &e), -EISDIR);
	assert_non_null(strstr(e.text, folder));
}

static void a_failure_leaves_the_profile_alone(void **state)
{
	struct profile p = {.n_workers = 77};

	(void)state;
	assert_true(profile_load("/nonexistent/x.ini", &p, NULL) < 0);
	assert_int_equal(p.n_workers, 77);
}

/* Started from the top folder, as all tests are. */
static void shipped_profiles_load(void **state)
{
	static const struct {
		const char *name;
		bool offline, move_pages;
		size_t rungs;
	} shipped[] = {
		{"smoke", true, true, 0},	      {"soak", true, true, 0},
		{"ladder", false, true, 5},	      {"control-negative", false, true, 1},
		{"control-positive", false, true, 0}, {"mlock-drain", true, true, 0},
		{"notifier-veto", true, false, 0},    {"pins", true, true, 0},
		{"waiter-ref", false, true, 4},	      {"alloc-locked", false, true, 0},
		{"mlock-soft-offline", false, true, 0}, {"reclaim-wake", false, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shipped); i++) {
		cleanup_free char *path = memory_format("workloads/profiles/%s.ini", shipped[i].name);
		struct profile p;
		struct err e = {0};

		if (profile_load(path, &p, &e) < 0)
			fail_msg("%s", e.text);
		assert_string_equal(p.name, shipped[i].name);
		assert_int_equal(p.has_offline, shipped[i].offline);
		assert_int_equal(p.has_move_pages, shipped[i].move_pages);
		assert_int_equal(p.n_rungs, shipped[i].rungs);
		assert_false(p.unattended);
		profile_done(&p);
	}
}

/* The text between the first @begin in @text and the first @end behind it; NULL without both. */
static char *text_between(const char *text, const char *begin, const char *end)
{
	const char *from = strstr(text, begin), *to = from ? strstr(from + strlen(begin), end) : NULL;

	return to ? memory_format("%.*s\n", (int)(to - from), from) : NULL;
}

/* The text of a key's entry: from its name to the next entry, within the list of its section. */
static char *manual_entry(const char *manual, const struct profile_key *key)
{
	cleanup_free char *title = memory_format("\n.Ss [%s]", profile_sections[key->section]);
	cleanup_free char *item = memory_format("\n.It Cm %s\n", key->name);
	cleanup_free char *section = text_between(manual, title, "\n.El");
	cleanup_free char *list = memory_format("%s\n.It ", section ? section : "");

	return text_between(list, item, "\n.It ");
}

/* People read the manual, the program reads the table: each key is in both, with one default. */
static void the_manual_says_what_the_table_says(void **state)
{
	cleanup_free char *manual = NULL;
	size_t length;

	(void)state;
	assert_int_equal(file_read_all("harness/man/memsoak-profile.5", &manual, &length, NULL), 0);
	for (size_t i = 0; i < n_profile_keys; i++) {
		const struct profile_key *key = &profile_keys[i];
		cleanup_free char *entry = manual_entry(manual, key);
		cleanup_free char *wanted = key->value ? memory_format("\nDefault %s.\n", key->value)
						       : memory_string("\nRequired.\n");

		if (!entry || !strstr(entry, wanted))
			fail_msg("the manual should say '%s' of %s", wanted + 1, key->name);
		for (size_t w = 0; entry && key->words && key->words[w]; w++)
			if (!strstr(entry, key->words[w]))
				fail_msg("the manual does not know '%s' of %s", key->words[w],
					 key->name);
	}
}

int test_profile(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_arrives),
		cmocka_unit_test(a_run_that_may_settle),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(the_table_of_keys_is_sound),
		cmocka_unit_test(a_rung_is_told_as_it_was_said),
		cmocka_unit_test(a_byte_order_mark_is_no_text),
		cmocka_unit_test(a_profile_is_found_by_its_name),
		cmocka_unit_test(a_failure_leaves_the_profile_alone),
		cmocka_unit_test(shipped_profiles_load),
		cmocka_unit_test(the_manual_says_what_the_table_says),
	};

	return cmocka_run_group_tests_name("plan: profiles", tests, scratch_set_up,
					   scratch_tear_down);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Profiles that do not load: each mistake is told with its file and line, in one line. */
#include "plan/test_room.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

struct mistake {
	const char *text;
	unsigned int line;
	const char *said; /* a part of the reason that says what and what is allowed */
};

static void expect_reason(const char *text, size_t length, unsigned int line, const char *said)
{
	struct profile p;
	struct err e = {0};
	const char *path = scratch_file("bad.ini", text, length);
	cleanup_free char *begin = memory_format("%s:%u: ", path, line);
	int r = profile_load(path, &p, &e);

	if (r == 0)
		fail_msg("loaded, and should not have: %s", text);
	assert_int_equal(r, -EINVAL);
	assert_int_equal(e.code, -EINVAL);
	if (strncmp(e.text, begin, strlen(begin)) != 0 || !strstr(e.text, said))
		fail_msg("'%s' should begin with '%s' and have '%s'", e.text, begin, said);
	assert_null(strchr(e.text, '\n'));
}

static void expect_all(const struct mistake *mistakes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_reason(mistakes[i].text, strlen(mistakes[i].text), mistakes[i].line,
			      mistakes[i].said);
}

static void sections_and_keys(void **state)
{
	static const struct mistake mistakes[] = {
		{"[run]\nduration = 1m\n[offlin]\n", 3,
		 "unknown section [offlin]: there are [run], [guard], [offline], [move_pages], [workers"},
		{"[run extra]\n", 1, "unknown section [run extra]"},
		{"[]\n", 1, "unknown section []"},
		{"[run\nduration = 1m\n", 1, "'[' without ']'"},
		{"[run] duration = 1m\n", 1, "text behind ']'"},
		{"[run]\nduration = 1m\nsede = 3\n", 3,
		 "unknown key 'sede': [run] has duration, seed, unattended, resume, profiles"},
		{"[run]\nduration = 1m\nprofiles = a\n[guard]\n", 4, "[guard] beside \"profiles =\""},
		{"[run]\nduration = 1m\nprofiles = a\n[workers]\nkind = ksm\ndriven_by = none\n", 4,
		 "[workers] beside \"profiles =\""},
		{"[run]\nprofiles = a,b,a\n", 2, "profiles: profile 'a' is there twice"},
		{"[run]\nprofiles = a,,b\n", 2, "'' is no profile's name"},
		{"[run]\nprofiles = ../a\n", 2, "'../a' is no profile's name"},
		{"[move_pages]\nbitch = 3\n", 2, "unknown key 'bitch': [move_pages] has batch"},
		{"[guard]\nDuration = 3s\n", 2, "unknown key 'Duration': [guard] has reserve"},
		{"duration = 3s\n[run]\n", 1, "'duration' stands before any section"},
		{"[run]\nseed = 1\nduration = 1s\nseed = 1\n", 4, "'seed' is there twice"},
		{"[run]\nduration = 1s\n[guard]\n[run]\n", 4, "[run] is there twice, first in line 1"},
		{"[workers a]\nkind = shared-memfd\ndriven_by = none\n[workers a]\n", 4,
		 "[workers a] is there twice, first in line 1"},
		{"[workers]\nkind = shared-memfd\ndriven_by = none\n[workers workers]\n", 4,
		 "twice, first in line 1"},
		{"[workers a/b]\n", 1, "letters, digits and - _ . only"},
		{"[workers "
		 "n123456789n123456789n123456789n123456789n123456789n123456789n1234]\n",
		 1, "longer than 63 characters"},
		{"[run]\nduration = 1s\nseed\n", 3, "neither '[section]' nor 'key = value' nor a comment"},
		{"[run]\nduration =\n", 2, "'duration' has no value"},
		{"[run]\nduration = ; an hour\n", 2, "'duration' has no value"},
		{"[run]\nseed = 3\n[guard]\n", 1, "[run] has no duration: it is required"},
		{"[run]\nduration = 3s\n[workers]\ndriven_by = none\n", 3, "[workers] has no kind"},
		{"[workers]\nkind = shared-memfd\n", 1, "[workers] has no driven_by"},
		{"[scenario]\ndrivers = together\n", 1, "[scenario] has no name"},
		{"[migrate_pages]\nper_node = yes\n", 2,
		 "unknown key 'per_node': [migrate_pages] has pause"},
		{"[ladder]\nrung_duration = 3s\n", 1, "[ladder] has no rungs"},
	};

	(void)state;
	expect_all(mistakes, ARRAY_SIZE(mistakes));
}

static void values(void **state)
{
	static const struct mistake mistakes[] = {
		{"[run]\nduration = 8 parsecs\n", 2, "duration: '8 parsecs' is not a duration"},
		{"[run]\nduration = 60\n", 2, "one of ns us ms s m h"},
		{"[run]\nduration = -3s\n", 2, "'-3s' is not a duration"},
		{"[run]\nduration = 10ms\n", 2, "'10ms' is not between 1 s and"},
		{"[run]\nduration = 3000h\n", 2, "too large"},
		{"[run]\nduration = 2200h\n", 2, "is not between"},
		{"[run]\nduration = 20s # seconds\n", 2, "'20s # seconds'"},
		{"[run]\nseed = 9007199254740993\n", 2, "is not between 0 and 9007199254740992"},
		{"[run]\nseed = 1e3\n", 2, "is not a whole number"},
		{"[run]\nseed = -1\n", 2, "is not a whole number"},
		{"[run]\nunattended = true\n", 2, "unattended: 'true' is none of: yes, no"},
		{"[run]\nresume = daily\n", 2, "is none of: never, once, always"},
		{"[guard]\nreserve = 10%\n", 2, "one of B KiB MiB GiB TiB"},
		{"[guard]\nreserve = 2000TiB\n", 2, "is more than 1.02e+03 TiB"},
		{"[offline]\ndeadline = 0s\n", 2, "is not between 100 ms and"},
		{"[offline]\nzones = Movable\n", 2, "is none of: movable, any"},
		{"[offline]\ncycles = 1000000001\n", 2, "is not between 0 and 1000000000"},
		{"[offline]\npause = 2h\n", 2, "is not between 0 ns and 60m00s"},
		{"[move_pages]\nbatch = 0\n", 2, "batch: '0' is not between 1 and 65536"},
		{"[workers]\nworkload = fold\n", 2, "is none of: refault, pin"},
		{"[workers]\nkind = shared\n", 2, "is none of: private-anonymous, shared-memfd"},
		{"[workers]\ndriven_by = me\n", 2, "is none of: none, offline, move_pages"},
		{"[workers]\nprocesses = 0\n", 2, "is not between 1 and 1024"},
		{"[workers]\nthreads = 257\n", 2, "is not between 0 and 256"},
		{"[workers]\npages = 0\n", 2, "is not between 1 and 1048576"},
		{"[ladder]\nrungs = 1,,2\n", 2, "'' is no rung: N"},
		{"[ladder]\nrungs = 1,2,\n", 2, "'' is no rung"},
		{"[ladder]\nrungs = 2x0\n", 2, "'2x0' is no rung"},
		{"[ladder]\nrungs = 0x2\n", 2, "'0x2' is no rung"},
		{"[ladder]\nrungs = 2x2x2\n", 2, "'2x2x2' is no rung"},
		{"[ladder]\nrungs = 1000\n", 2, "'1000' is no rung"},
		{"[ladder]\nrungs = 100000000000000000000000000000000\n", 2, "is no rung"},
		{"[ladder]\nrungs = 3,2,1x3\n", 2, "rung '3' is there twice"},
		{"[ladder]\nrungs = 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n", 2,
		 "more than 16 rungs"},
		{"[ladder]\nrung_duration = 99ms\n", 2, "is not between 100 ms"},
		{"[verdict]\nlockups = maybe\n", 2, "is none of: auto, fail, report"},
		{"[scenario]\nname = mlock\n", 2, "is none of: none, waiter-ref, mlock-drain"},
		{"[scenario]\nname = pins\ndrivers = alone\n", 3, "is none of: together, in-turn"},
		{"[compaction]\npause = 2h\n", 2, "is not between 0 ns and 60m00s"},
		{"[soft_offline]\npages = 0\n", 2, "between 1 and 65536"},
		{"[soft_offline]\npages = 1\nconsent = maybe\n", 3, "maybe"},
		{"[watchdog]\nthresh = 61s\n", 2, "is not between 0 ns and 60 s"},
		{"[watchdog]\nhung_task_timeout = 1500ms\n", 2, "in whole seconds"},
		{"[watchdog]\nrcu_stall_timeout = 301s\n", 2, "is not between 0 ns and 5m00s"},
		{"[watchdog]\nall_cpu_backtraces = 1\n", 2, "is none of: yes, no"},
	};

	(void)state;
	expect_all(mistakes, ARRAY_SIZE(mistakes));
}

#define RUN "[run]\nduration = 60s\n"

static void sections_that_do_not_fit_together(void **state)
{
	static const struct mistake mistakes[] = {
		{"", 1, "no [run] section"},
		{"# nothing\n\n", 2, "no [run] section"},
		{RUN "stop_when_settled = yes\n[offline]\n[workers]\nkind = ksm\ndriven_by = none\n", 1,
		 "nothing settles before"},
		{"[run]\nduration = 2h\nstop_when_settled = yes\n[offline]\n[scenario]\nname = pins\n"
		 "[workers]\nkind = ksm\ndriven_by = none\n", 5, "beside [scenario]"},
		{"[run]\nduration = 2h\nstop_when_settled = yes\n[offline]\ncycles = 1\n[ladder]\nrungs = 1\n"
		 "[workers]\nkind = ksm\ndriven_by = offline\n", 6, "beside [ladder]"},
		{"[run]\nduration = 2h\nprofiles = a\nstop_when_settled = yes\n", 1, "each of those says it"},
		{RUN "[guard]\n", 3, "neither [offline] nor [move_pages]"},
		{RUN "[compaction]\n[offline]\n[ladder]\nrungs = 1\n", 5, "a profile of their own"},
		{RUN "[migrate_pages]\n[workers]\nkind = shared-memfd\ndriven_by = none\n", 3,
		 "no [workers] with driven_by = migrate_pages"},
		{RUN "[mbind]\n[workers]\nkind = shared-memfd\ndriven_by = none\n", 3,
		 "no [workers] with driven_by = mbind: there would be no process"},
		{RUN "[demotion]\n[workers]\nkind = shared-memfd\ndriven_by = none\n", 3,
		 "no [workers] with driven_by = demotion"},
		{RUN "[reclaim]\n[workers]\nkind = anonymous-thp\ndriven_by = none\n", 3,
		 "no [workers] with driven_by = reclaim: there would be no page to reclaim"},
		{RUN "[demotion]\n[workers]\nkind = private-hugetlb\ndriven_by = demotion\n", 4,
		 "private-hugetlb pages are never moved by demotion"},
		{RUN "[numa_balancing]\n[workers]\nkind = shared-hugetlb\ndriven_by = numa_balancing\n",
		 4, "never moved by numa_balancing"},
		{RUN "[numa_balancing]\n[workers]\nkind = shared-memfd\nthreads = 0\n"
		     "driven_by = numa_balancing\n",
		 4, "nobody would"},
		{RUN "[numa_balancing]\npause = 10ms\n", 4, "is not between 100 ms and"},
		{RUN "[compaction]\n[workers]\nkind = shared-memfd\ndriven_by = migrate_pages\n", 4,
		 "driven_by = migrate_pages, and there is no section [migrate_pages]"},
		{RUN "[soft_offline]\nconsent = yes\n[workers]\nkind = shared-memfd\n"
		     "driven_by = soft_offline\n", 3, "[soft_offline] has no pages: it is required"},
		{RUN "[soft_offline]\npages = 9\n[workers]\nkind = shared-memfd\ndriven_by = none\n", 3,
		 "no [workers] with driven_by = soft_offline"},
		{RUN "[soft_offline]\npages = 9\n[workers]\nkind = ksm\ndriven_by = soft_offline\n", 5,
		 "ksm pages cannot be checked"},
		{RUN "[ladder]\nrungs = 1\n", 3, "[ladder] without [offline] or [move_pages]"},
		{RUN "[offline]\n\n", 4, "no [workers]"},
		{RUN "[offline]\n[workers]\nkind = shared-memfd\ndriven_by = move_pages\n", 4,
		 "driven_by = move_pages, and there is no section [move_pages]"},
		{RUN "[workers a]\nkind = shared-memfd\ndriven_by = move_pages\n"
		     "[workers b]\nkind = shared-memfd\ndriven_by = offline\n[move_pages]\n",
		 6, "driven_by = offline, and there is no section [offline]"},
		{RUN "[offline]\n[workers]\nkind = anonymous-thp\ndriven_by = offline\n", 4,
		 "anonymous-thp pages cannot be aimed at a block: set aim = no"},
		{RUN "[move_pages]\n[workers]\nkind = shared-hugetlb\npages = 16385\ndriven_by = move_pages\n", 4,
		 "16385 huge pages"},
		{RUN "[move_pages]\n[workers]\nkind = shared-memfd\ndriven_by = none\n", 3,
		 "no [workers] with driven_by = move_pages"},
		{RUN "[offline]\n[workers]\nkind = shared-memfd\ndriven_by = none\n[ladder]\nrungs = 1\n",
		 7, "a ladder with [offline] needs [workers] with driven_by = offline"},
		{RUN "[move_pages]\n[workers]\nkind = shared-memfd\ndriven_by = move_pages\n"
		     "[ladder]\nrungs = 1,2,3\nrung_duration = 20001ms\n",
		 7, "3 rungs may take 60 s, and [run] duration is 60 s"},
		{RUN "[offline]\ncycles = 1000000000\n[workers]\nkind = shared-memfd\n"
		     "driven_by = offline\n[ladder]\nrungs = 1\n",
		 8, "1 rungs may take"},
		{RUN "[offline]\n[workers]\nkind = shared-memfd\ndriven_by = offline\n"
		     "[watchdog]\nrcu_stall_timeout = 2s\n",
		 7, "takes 3s at the least"},
		/* 2^36 ns an attempt with its 30 s, 2^28 times: 0 in 64 bits */
		{RUN "[offline]\ndeadline = 38719476736ns\ncycles = 268435456\n[workers]\n"
		     "kind = shared-memfd\ndriven_by = offline\n[ladder]\nrungs = 1\n",
		 9, "1 rungs may take"},
	};

	(void)state;
	expect_all(mistakes, ARRAY_SIZE(mistakes));
}

static void too_many_groups(void **state)
{
	char text[1024] = "";
	size_t used = 0;

	(void)state;
	for (unsigned int i = 0; i <= PROFILE_MAX_WORKERS; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "[workers g%u]\nkind = shared-memfd\ndriven_by = none\n", i);
	expect_reason(text, used, 3 * PROFILE_MAX_WORKERS + 1, "more than 8 groups of [workers]");
}

/* libinih would read 200 characters and take the rest for a line of its own. */
static void a_line_that_is_too_long(void **state)
{
	char text[600];
	size_t used;
	struct profile p;

	(void)state;
	for (size_t pad = 150; pad < 400; pad++) {
		bool fits = strlen("seed = 7 ;") + pad <= 199;

		used = (size_t)snprintf(text, sizeof(text), "%sseed = 7 ;%*s\n%s", RUN, (int)pad, "x",
					&SOME_OFFLINE[strlen(RUN)]);
		if (!fits) {
			expect_reason(text, used, 3, "longer than 199 characters");
			continue;
		}
		load_text(text, &p);
		assert_int_equal(p.seed, 7);
		profile_done(&p);
	}
}

/* An indented line would be more of the value before it: a key that is there and says nothing. */
static void an_indented_key_is_a_key(void **state)
{
	struct profile p;

	(void)state;
	load_text("[run]\n\tduration = 30s\n\t  seed = 12\n  [offline]\n cycles = 5\n"
		  "[workers]\nkind = shared-memfd\n  driven_by = none\n", &p);
	assert_int_equal(p.seed, 12);
	assert_int_equal(p.offline_cycles, 5);
	profile_done(&p);
}

static void what_is_no_text_at_all(void **state)
{
	static const char zeros[] = "[run]\nduration = 1s\0\0\n";
	static const char bell[] = "[run]\nduration = 1s\a\n";
	static const char latin1[] = "[run]\n# Gr\xfc\xdf" "e\n";
	static const char elf[] = "\x7f" "ELF\x02\x01\x01";
	static const char json[] = "{\"run\": 1}\n";
	static const char prose[] = "Take the memory offline, please.\n";

	(void)state;
	expect_reason(zeros, sizeof(zeros) - 1, 2, "this is no text");
	expect_reason(bell, sizeof(bell) - 1, 2, "this is no text");
	expect_reason(latin1, sizeof(latin1) - 1, 2, "this is no text");
	expect_reason(elf, sizeof(elf) - 1, 1, "this is no text");
	expect_reason(json, sizeof(json) - 1, 1, "stands before any section");
	expect_reason(prose, sizeof(prose) - 1, 1, "neither '[section]' nor 'key = value'");
}

/* Of two mistakes the first is told. */
static void the_first_mistake_counts(void **state)
{
	static const struct mistake mistakes[] = {
		{"[run]\nnonsense\nsede = 1\n", 2, "neither"},
		{"[run]\nsede = 1\nnonsense\n", 2, "unknown key 'sede'"},
		{"[run]\nnonsense\n[nowhere]\n", 2, "neither"},
	};

	(void)state;
	expect_all(mistakes, ARRAY_SIZE(mistakes));
}

static void a_name_that_is_too_long(void **state)
{
	struct profile p;
	struct err e = {0};

	(void)state;
	assert_int_equal(profile_load("./n123456789n123456789n123456789n123456789n123456789"
				      "n123456789n1234.ini", &p, &e), -ENAMETOOLONG);
	assert_non_null(strstr(e.text, "at most 63 characters"));
}

int test_profile_errors(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_and_keys),
		cmocka_unit_test(values),
		cmocka_unit_test(sections_that_do_not_fit_together),
		cmocka_unit_test(too_many_groups),
		cmocka_unit_test(a_line_that_is_too_long),
		cmocka_unit_test(an_indented_key_is_a_key),
		cmocka_unit_test(what_is_no_text_at_all),
		cmocka_unit_test(the_first_mistake_counts),
		cmocka_unit_test(a_name_that_is_too_long),
	};

	return cmocka_run_group_tests_name("plan: bad profiles", tests, scratch_set_up,
					   scratch_tear_down);
}

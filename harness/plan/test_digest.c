// SPDX-License-Identifier: GPL-2.0-or-later
/* What the digest covers, and what not. */
#include "plan/test_room.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"

static void digest_of(const char *text, char digest[PLAN_DIGEST_SIZE])
{
	struct host host;
	struct profile p;
	struct plan plan;

	host_init(&host, 2);
	load_text(text, &p);
	plan_or_fail(&host, &p, 1, &plan);
	memcpy(digest, plan.digest, PLAN_DIGEST_SIZE);
	plan_done(&plan);
	profile_done(&p);
}

static void the_digest_is_of_the_values(void **state)
{
	static const char *const same[] = {
		BOTH "# said otherwise\n",
		BOTH "[scenario]\nname = none\n",
		BOTH "[watchdog]\nrcu_stall_timeout = 0s\nall_cpu_backtraces = no\n",
		"[run]\nduration = 1m ; the same\nunattended = yes\nresume = once\nseed = 99\n"
		"[workers m]\nkind = private-anonymous\ndriven_by = move_pages\nthreads = 1\n"
		"[workers a]\ndriven_by = offline\nkind = shared-memfd\nworkload = refault\n"
		"[move_pages]\nbatch = 64\n[offline]\ndeadline = 20000ms\n[guard]\nreserve = 0KiB\n",
	};
	static const char *const others[] = {
		BOTH "pages = 17\n",
		BOTH "threads = 2\n",
		BOTH "workload = pin\n",
		BOTH "[verdict]\nlockups = fail\n",
		BOTH "[watchdog]\nthresh = 5s\n",
		BOTH "[watchdog]\nrcu_stall_timeout = 5s\n",
		BOTH "[workers n]\nkind = private-anonymous\ndriven_by = none\n",
		BOTH "[ladder]\nrungs = 0,1\n",
		BOTH "[scenario]\nname = waiter-ref\n",
		BOTH "[scenario]\nname = waiter-ref\ndrivers = together\n",
		BOTH "[scenario]\nname = pins\n",
		BOTH "[compaction]\n",
		BOTH "[compaction]\nper_node = yes\n",
		SOME_OFFLINE,
		"[run]\nduration = 60s\n[guard]\nreserve = 0B\n[offline]\n"
		"[workers other-name]\nkind = shared-memfd\ndriven_by = offline\n",
		SOME_OFFLINE "[workers b]\nkind = shared-memfd\ndriven_by = none\n",
	};
	char first[PLAN_DIGEST_SIZE], digests[ARRAY_SIZE(others)][PLAN_DIGEST_SIZE];
	char digest[PLAN_DIGEST_SIZE];

	(void)state;
	digest_of(BOTH, first);
	/* Of a profile without any of the sections that came later: it must not change with them. */
	assert_string_equal(first,
			    "723c8464a28454660986de99d468290c2af1233c556642c0c37faa5e3fab9f42");
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		digest_of(same[i], digest);
		assert_string_equal(digest, first);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		digest_of(others[i], digests[i]);
		assert_string_not_equal(digests[i], first);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(digests[i], digests[k]);
	}
}

static void the_digest_is_not_of_the_host(void **state)
{
	struct host one, other;
	struct profile p;
	struct plan a, b;

	(void)state;
	host_init(&one, 2);
	host_init(&other, 3);
	load_text(BOTH, &p);
	plan_or_fail(&one, &p, 1, &a);
	plan_or_fail(&other, &p, 1, &b);
	assert_string_equal(a.digest, b.digest);
	assert_int_not_equal(a.n_blocks, b.n_blocks);
	plan_done(&a);
	plan_done(&b);
	profile_done(&p);
}

int test_digest(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_digest_is_of_the_values),
		cmocka_unit_test(the_digest_is_not_of_the_host),
	};

	return cmocka_run_group_tests_name("plan: digest", tests, scratch_set_up, scratch_tear_down);
}

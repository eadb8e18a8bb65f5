// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/clock_watch.h"

#include "base/clock.h"
#include "service/test_service.h"

#define S ((int64_t)NS_PER_S)
#define MS ((int64_t)NS_PER_MS)

/* A second on all clocks, and what is beyond that. */
static struct clock_change after(struct clock_watch *w, struct clock_reading *now, int64_t boot_more_ns,
				 int64_t wall_more_ns)
{
	now->monotonic_ns += NS_PER_S;
	now->boottime_ns += (uint64_t)(S + boot_more_ns);
	now->realtime_ns += (uint64_t)(S + boot_more_ns + wall_more_ns);
	return clock_watch_look(w, now);
}

static void check(struct clock_change change, int64_t suspended_ns, int64_t stepped_ns)
{
	assert_int_equal(change.suspended_ns, suspended_ns);
	assert_int_equal(change.stepped_ns, stepped_ns);
}

static void changes_are_told_once(void **state)
{
	struct clock_reading now = {5 * NS_PER_S, 9 * NS_PER_S, 1700000000 * NS_PER_S, 1000};
	struct clock_watch w = {0};

	(void)state;
	check(clock_watch_look(&w, &now), 0, 0); /* the first look has nothing to compare with */
	check(after(&w, &now, 0, 0), 0, 0);
	check(after(&w, &now, 90 * S, 0), 90 * S, 0); /* a suspend is no step: the wall goes on */
	check(after(&w, &now, 0, 0), 0, 0);
	check(after(&w, &now, 0, 3600 * S), 0, 3600 * S);
	check(after(&w, &now, 0, -7200 * S), 0, -7200 * S);
	check(after(&w, &now, 20 * S, -1 * S), 20 * S, -1 * S); /* both: set by a slow clock of the board */
	check(after(&w, &now, 0, 0), 0, 0);
}

static void small_ones_are_not(void **state)
{
	struct clock_reading now = {NS_PER_S, NS_PER_S, 1700000000 * NS_PER_S, 1000};
	struct clock_watch w = {0};

	(void)state;
	check(clock_watch_look(&w, &now), 0, 0);
	for (int i = 0; i < 100000; i++) /* slewed by 0.05 % for more than a day */
		check(after(&w, &now, 0, MS / 2), 0, 0);
	check(after(&w, &now, 0, 499 * MS), 0, 0);
	check(after(&w, &now, 60 * MS, 0), 0, 0);
	check(after(&w, &now, 60 * MS, 0), 120 * MS, 0); /* two small ones are one */
}

static void a_slow_reading_is_left_out(void **state)
{
	struct clock_reading now = {NS_PER_S, NS_PER_S, 1700000000 * NS_PER_S, 1000};
	struct clock_watch w = {0};

	(void)state;
	check(clock_watch_look(&w, &now), 0, 0);
	now.spread_ns = 700 * NS_PER_MS;
	check(after(&w, &now, 0, 600 * MS), 0, 0);
	now.realtime_ns -= 600 * NS_PER_MS; /* it was the reading */
	now.spread_ns = 1000;
	check(after(&w, &now, 0, 0), 0, 0);
}

static void this_host_is_read(void **state)
{
	struct clock_reading now;

	(void)state;
	clock_watch_read(&now);
	assert_true(now.monotonic_ns > 0 && now.boottime_ns >= now.monotonic_ns);
	assert_true(now.realtime_ns > 1600000000 * NS_PER_S);
}

int test_clock_watch(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_told_once),
		cmocka_unit_test(small_ones_are_not),
		cmocka_unit_test(a_slow_reading_is_left_out),
		cmocka_unit_test(this_host_is_read),
	};

	return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
}

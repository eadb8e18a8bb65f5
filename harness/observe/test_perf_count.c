// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting on an event that every kernel with perf has: page faults. Skipped where perf is not
 * allowed. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fsio.h"
#include "observe/cpu_list.h"
#include "observe/perf_count.h"
#include "observe/test_observe.h"

#define FAULTS 200

static const struct perf_count_event events[] = {
	{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, NULL},
	{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ, NULL},
	{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN, NULL},
};
#define EVENTS 3

static void fault(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE), length = FAULTS * size;
	char *pages =
		mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	(void)madvise(pages, length, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < FAULTS; i++)
		((volatile char *)pages)[i * size] = 1;
	(void)munmap(pages, length);
}

static void read_online(struct cpu_list *list)
{
	struct fsio fs;

	assert_int_equal(fsio_open(&fs, NULL, NULL), 0);
	assert_true(cpu_list_read_online(&fs, list));
	fsio_close(&fs);
}

static void skip_or_fail(int r, const struct err *e)
{
	print_message("%s\n", e->text);
	if (r == -EACCES || r == -EPERM || r == -ENOSYS)
		skip();
	fail();
}

static void a_thread(void **state)
{
	uint64_t before[EVENTS], after[EVENTS];
	struct perf_count c;
	struct err e = {0};
	int r = perf_count_open_thread(&c, events, EVENTS, 0, &e);

	(void)state;
	if (r < 0)
		skip_or_fail(r, &e);
	assert_true(perf_count_read(&c, NULL, before));
	fault();
	assert_true(perf_count_read(&c, NULL, after));
	/* As a group: what the parts say is what the whole says. */
	assert_int_equal(before[0], before[1] + before[2]);
	assert_int_equal(after[0], after[1] + after[2]);
	/* A sanitizer's shadow makes faults of its own; without a fault there is none. */
	assert_in_range(after[2] - before[2], FAULTS, 10 * FAULTS);
	assert_true(perf_count_read(&c, NULL, before));
	assert_true(before[2] - after[2] < FAULTS / 4);
	perf_count_close(&c);
	assert_false(perf_count_read(&c, NULL, after));
	perf_count_close(&c);
}

static void no_such_thread(void **state)
{
	struct perf_count c;
	struct err e = {0};

	(void)state;
	assert_true(perf_count_open_thread(&c, events, EVENTS, 0x7ffffff0, &e) < 0);
	assert_non_null(strstr(e.text, "perf_event_open"));
	perf_count_close(&c);
}

static void open_cpus(struct perf_count *c, const struct cpu_list *online)
{
	struct err e = {0};
	int r = perf_count_open_cpus(c, events, EVENTS, online, &e);

	if (r < 0)
		skip_or_fail(r, &e);
}

static void all_cpus(void **state)
{
	uint64_t before[EVENTS], after[EVENTS];
	struct cpu_list online;
	struct perf_count c;

	(void)state;
	read_online(&online);
	open_cpus(&c, &online);
	assert_int_equal(c.n_groups, cpu_list_count(&online));
	assert_true(perf_count_read(&c, &online, before));
	fault();
	(void)clock_sleep_ns(50 * NS_PER_MS);
	assert_true(perf_count_read(&c, &online, after));
	assert_true(after[2] - before[2] >= FAULTS);
	/* Not against each other: the processors are read in turn, and a task may change over in a fault. */
	assert_true(after[0] - before[0] >= FAULTS);
	perf_count_close(&c);
}

static void a_cpu_goes_and_another_comes(void **state)
{
	uint64_t values[EVENTS];
	struct cpu_list first, none = {0}, more;
	struct perf_count c;

	(void)state;
	assert_true(cpu_list_parse("0", &first));
	assert_true(cpu_list_parse("0-1", &more));
	open_cpus(&c, &first);
	assert_true(perf_count_read(&c, &first, values));
	/* It went offline: what it counted stays. */
	assert_true(perf_count_read(&c, &none, values));
	/* One that nobody counted: never exact again. */
	assert_false(perf_count_read(&c, &more, values));
	assert_false(perf_count_read(&c, &first, values));
	perf_count_close(&c);
}

static void a_counter_that_stands_still(void **state)
{
	uint64_t values[EVENTS];
	struct cpu_list first;
	struct perf_count c;

	(void)state;
	assert_true(cpu_list_parse("0", &first));
	open_cpus(&c, &first);
	for (int i = 0; i < 3; i++) {
		(void)clock_sleep_ns(30 * NS_PER_MS);
		assert_true(perf_count_read(&c, &first, values));
	}
	/* As when its CPU was away meanwhile: the kernel does not take it up again. */
	for (size_t i = 0; i < EVENTS; i++)
		assert_int_equal(ioctl(c.groups[0].fds[i], PERF_EVENT_IOC_DISABLE, 0), 0);
	(void)clock_sleep_ns(30 * NS_PER_MS);
	(void)perf_count_read(&c, &first, values);
	(void)clock_sleep_ns(30 * NS_PER_MS);
	assert_false(perf_count_read(&c, &first, values));
	perf_count_close(&c);
}

static void the_limit_of_files_is_raised(void **state)
{
	struct rlimit old, low, now;
	struct cpu_list first;
	struct perf_count c;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = (struct rlimit){.rlim_cur = 60, .rlim_max = old.rlim_max};
	assert_true(cpu_list_parse("0", &first));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	open_cpus(&c, &first);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_true(now.rlim_cur >= 64 + EVENTS);
	perf_count_close(&c);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	/* Never lowered. */
	open_cpus(&c, &first);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_true(now.rlim_cur == old.rlim_cur);
	perf_count_close(&c);
}

int test_perf_count(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread),
		cmocka_unit_test(no_such_thread),
		cmocka_unit_test(all_cpus),
		cmocka_unit_test(a_cpu_goes_and_another_comes),
		cmocka_unit_test(a_counter_that_stands_still),
		cmocka_unit_test(the_limit_of_files_is_raised),
	};

	return cmocka_run_group_tests_name("perf counters", tests, NULL, NULL);
}

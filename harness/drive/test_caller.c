// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fsio.h"
#include "drive/caller_step.h"
#include "drive/test_told.h"
#include "drive/test_wait.h"
#include "drive/test_world.h"

#define ERROR_PAUSE_NS NS_PER_MS /* the driver's */

/* A tree of settings: how they answer, what was written. That they are there, a folder says. */
static struct {
	const char *nodes[4]; /* in NODES; NULL closes */
	int answer; /* to each write: 0 or a negative errno */
	char written[8][96];
	size_t n_written;
} tree;

static ssize_t tree_read(struct fsio *fs, const char *path, char *buffer, size_t size)
{
	(void)fs;
	(void)path;
	(void)buffer;
	(void)size;
	return -ENOENT;
}

static int tree_write(struct fsio *fs, const char *path, const char *text)
{
	(void)fs;
	assert_string_equal(text, "1");
	if (tree.n_written < ARRAY_SIZE(tree.written))
		(void)snprintf(tree.written[tree.n_written], sizeof(tree.written[0]), "%s", path);
	tree.n_written++;
	return tree.answer;
}

static int tree_list(struct fsio *fs, const char *path,
		     int (*each)(void *context, const char *name), void *context)
{
	(void)fs;
	assert_string_equal(path, "sys/devices/system/node");
	for (size_t i = 0; i < ARRAY_SIZE(tree.nodes) && tree.nodes[i]; i++)
		(void)each(context, tree.nodes[i]);
	return 0;
}

static const struct fsio_ops tree_ops = {tree_read, tree_write, tree_list};
static struct fsio tree_fs = {.ops = &tree_ops, .root_fd = -1};

static char folder[] = "/tmp/memsoak-drive-XXXXXX";
static const char *const made[] = {
	"proc", "proc/sys", "proc/sys/vm", "proc/sys/vm/compact_memory",
};

static int make_tree(void **state)
{
	int fd;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	fd = open(folder, O_PATH | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		if (mkdirat(fd, made[i], 0700) < 0)
			return -1;
	tree_fs.root_fd = fd;
	return fd < 0 ? -1 : 0;
}

static int remove_tree(void **state)
{
	(void)state;
	for (size_t i = ARRAY_SIZE(made); i-- > 0;)
		if (unlinkat(tree_fs.root_fd, made[i], AT_REMOVEDIR) < 0)
			return -1;
	(void)close(tree_fs.root_fd);
	return rmdir(folder);
}

static void set_up(void)
{
	told_reset();
	world_init(1);
	memset(&world_profile.callers, 0, sizeof(world_profile.callers));
	memset(&tree, 0, sizeof(tree));
}

static struct caller_driver *start(enum caller caller, struct err *e)
{
	return told_start(caller, &tree_fs, world_targets, MAX_PIDS, e);
}

static void compaction_is_asked_for(void **state)
{
	uint64_t began_ns = clock_monotonic_ns();
	struct caller_driver *driver;

	(void)state;
	set_up();
	world_profile.callers[CALLER_COMPACTION].pause_ns = 10 * NS_PER_MS;
	driver = start(CALLER_COMPACTION, NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 3);
	told_stop(driver);
	assert_string_equal(told.started, "compaction");
	assert_int_equal(told.event.caller, CALLER_COMPACTION);
	assert_true(told.event.calls <= 1 + pauses_since(began_ns, 10 * NS_PER_MS));
	assert_int_equal(told.event.calls, tree.n_written);
	assert_int_equal(told.event.latency.count, tree.n_written);
	assert_int_equal(told.event.n_errors, 0);
	assert_true(told.event.counts.attempts == 7 && told.event.counts.eagain == 3);
	assert_string_equal(tree.written[1], "proc/sys/vm/compact_memory");
}

static void calls_end_when_time_is_up(void **state)
{
	uint64_t began_ns = clock_monotonic_ns();
	struct caller_driver *driver;

	(void)state;
	set_up();
	world_phase.duration_ns = 100 * NS_PER_MS;
	world_profile.callers[CALLER_COMPACTION].pause_ns = 10 * NS_PER_MS;
	driver = start(CALLER_COMPACTION, NULL);
	assert_non_null(driver);
	told_join(driver);
	assert_true(clock_monotonic_ns() - began_ns >= 100 * NS_PER_MS);
	assert_true(told.n_events >= 1 && told.event.calls == told.n_calls);
}

static void each_node_is_compacted_alone_too(void **state)
{
	static const char *const names[] = {"possible", "node0", "has_cpu", "node3"};
	static const char *const wanted[] = {
		"proc/sys/vm/compact_memory",
		"sys/devices/system/node/node0/compact",
		"sys/devices/system/node/node3/compact",
	};
	uint64_t began_ns = clock_monotonic_ns();
	struct caller_driver *driver;

	(void)state;
	set_up();
	memcpy(tree.nodes, names, sizeof(names));
	world_profile.callers[CALLER_COMPACTION].per_node = true;
	tree.answer = -EINTR;
	driver = start(CALLER_COMPACTION, NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 6);
	told_stop(driver);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(tree.written[i], wanted[i % 3]);
	assert_string_equal(told.event.numbers[1].name, "calls_for_a_node");
	assert_int_equal(told.event.numbers[0].value + told.event.numbers[1].value,
			 told.event.calls);
	assert_int_equal(told.event.n_errors, 1);
	assert_int_equal(told.event.errors[0].error, EINTR);
	assert_true(told.event.errors[0].count == told.event.calls);
	/* What fails at once does not spin. */
	assert_true(told.event.calls <= 1 + pauses_since(began_ns, ERROR_PAUSE_NS));
}

static void what_a_kernel_has_not_is_told(void **state)
{
	int root_fd = tree_fs.root_fd;
	struct err e = {0};

	(void)state;
	set_up();
	tree_fs.root_fd = -1;
	assert_null(start(CALLER_COMPACTION, &e));
	assert_int_equal(e.code, -EOPNOTSUPP);
	assert_non_null(strstr(e.text, "no /proc/sys/vm/compact_memory"));
	world_plan.can_move = false;
	(void)strcpy(world_plan.cannot_move_why, "only one node has memory");
	assert_null(start(CALLER_MIGRATE_PAGES, &e));
	assert_int_equal(e.code, -EOPNOTSUPP);
	assert_non_null(strstr(e.text, "only one node"));
	assert_int_equal(told.n_events, 0);
	tree_fs.root_fd = root_fd;
}

static unsigned int closed;

static int scripted_call(struct caller_context *c)
{
	caller_add_number(c->event, "even", c->turn % 2 == 0);
	caller_add_number(c->event, "turns", 1);
	(void)clock_sleep_ns(NS_PER_MS);
	return c->turn < 3 ? (int)c->turn + 1 : 0;
}

static void scripted_close(struct caller_context *c)
{
	(void)c;
	closed++;
}

static void a_step_has_numbers_of_its_own(void **state)
{
	static const struct caller_step step = {.call = scripted_call, .close = scripted_close};
	uint64_t began_ns = clock_monotonic_ns(), calls;
	struct caller_driver *driver;

	(void)state;
	set_up();
	closed = 0;
	driver = told_start_with(&step, CALLER_MIGRATE_PAGES, &tree_fs, world_targets, MAX_PIDS,
				 NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 4 && told.n_events >= 1);
	told_stop(driver);
	/* After every second, and at the end; no call is told twice, and none is left out. */
	assert_in_range(told.n_events, 2, 1 + pauses_since(began_ns, NS_PER_S));
	assert_int_equal(closed, 1);
	calls = told.event.calls;
	assert_int_equal(calls, told.n_calls);
	assert_int_equal(told.event.n_numbers, 2);
	assert_string_equal(told.event.numbers[0].name, "even");
	assert_int_equal(told_number("even"), (calls + 1) / 2);
	assert_int_equal(told_number("turns"), calls);
	assert_int_equal(told.event.n_errors, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(told.event.errors[i].count, 1);
}

static void a_stop_does_not_wait_for_the_pause(void **state)
{
	struct caller_driver *driver;

	(void)state;
	set_up();
	world_profile.callers[CALLER_COMPACTION].pause_ns = 3600 * NS_PER_S;
	driver = start(CALLER_COMPACTION, NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 1);
	assert_false(caller_driver_has_ended(driver));
	caller_driver_stop(driver);
	told_join(driver); /* has less patience than that */
	assert_int_equal(tree.n_written, 1);
}

/* The processes of the world are none: the kernel itself says so, for each of them in turn. */
static void migrate_pages_tells_who_is_gone(void **state)
{
	struct caller_driver *driver;

	(void)state;
	set_up();
	world_targets[0].pid = world_targets[1].pid = 0x3fffffff; /* beyond any pid_max */
	driver = start(CALLER_MIGRATE_PAGES, NULL);
	assert_non_null(driver);
	wait_until(told.n_calls >= 2);
	told_stop(driver);
	assert_int_equal(told.event.n_errors, 1);
	assert_true(told.event.errors[0].count == told.event.calls);
	/* EPERM and ENOSYS: where tests run in a sandbox without the call. */
	assert_true(told.event.errors[0].error == ESRCH || told.event.errors[0].error == EPERM ||
		    told.event.errors[0].error == ENOSYS);
}

int test_caller(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compaction_is_asked_for),
		cmocka_unit_test(calls_end_when_time_is_up),
		cmocka_unit_test(each_node_is_compacted_alone_too),
		cmocka_unit_test(what_a_kernel_has_not_is_told),
		cmocka_unit_test(a_step_has_numbers_of_its_own),
		cmocka_unit_test(a_stop_does_not_wait_for_the_pause),
		cmocka_unit_test(migrate_pages_tells_who_is_gone),
	};

	return cmocka_run_group_tests_name("drive: callers", tests, make_tree, remove_tree);
}

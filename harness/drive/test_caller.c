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
#include "drive/test_world.h"

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

static struct caller_event events[MAX_EVENTS];
static size_t n_events;
static char started[64];

static void on_called(void *context, const struct caller_event *event)
{
	(void)context;
	events[n_events++ % MAX_EVENTS] = *event;
}

static void on_counts(void *context, struct drive_counts *ret_counts)
{
	(void)context;
	*ret_counts = (struct drive_counts){
		.has_attempts = true, .attempts = 7, .has_eagain = true, .eagain = 3};
}

static void on_started(void *context, const char *driver, pid_t tid)
{
	(void)context;
	assert_true(tid > 0);
	(void)snprintf(started, sizeof(started), "%s", driver);
}

static const struct drive_hooks hooks = {
	.called = on_called, .counts = on_counts, .thread_started = on_started};

static void set_up(uint64_t duration_ns)
{
	world_init(1);
	world_phase.duration_ns = duration_ns;
	memset(&world_profile.callers, 0, sizeof(world_profile.callers));
	memset(&tree, 0, sizeof(tree));
	memset(events, 0, sizeof(events));
	n_events = 0;
	started[0] = '\0';
}

static struct caller_driver *start(const struct caller_step *step, enum caller caller,
				   struct err *e)
{
	return caller_driver_start_with(step ? step : caller_steps[caller], &tree_fs, &world_plan,
					&world_phase, caller, world_targets, MAX_PIDS, &hooks, e);
}

static void compaction_is_asked_for_until_time_is_up(void **state)
{
	struct caller_driver *driver;

	(void)state;
	set_up(100 * NS_PER_MS);
	world_profile.callers[CALLER_COMPACTION].pause_ns = 10 * NS_PER_MS;
	driver = start(NULL, CALLER_COMPACTION, NULL);
	assert_non_null(driver);
	caller_driver_join(driver);
	assert_string_equal(started, "compaction");
	assert_int_equal(n_events, 1);
	assert_int_equal(events[0].caller, CALLER_COMPACTION);
	assert_in_range(events[0].calls, 2, 11);
	assert_int_equal(events[0].calls, tree.n_written);
	assert_int_equal(events[0].latency.count, tree.n_written);
	assert_int_equal(events[0].n_errors, 0);
	assert_true(events[0].counts.attempts == 7 && events[0].counts.eagain == 3);
	assert_string_equal(tree.written[1], "proc/sys/vm/compact_memory");
}

static void each_node_is_compacted_alone_too(void **state)
{
	static const char *const names[] = {"possible", "node0", "has_cpu", "node3"};
	static const char *const wanted[] = {
		"proc/sys/vm/compact_memory",
		"sys/devices/system/node/node0/compact",
		"sys/devices/system/node/node3/compact",
	};
	struct caller_driver *driver;

	(void)state;
	set_up(100 * NS_PER_MS);
	memcpy(tree.nodes, names, sizeof(names));
	world_profile.callers[CALLER_COMPACTION].per_node = true;
	tree.answer = -EINTR;
	driver = start(NULL, CALLER_COMPACTION, NULL);
	assert_non_null(driver);
	caller_driver_join(driver);
	assert_true(tree.n_written > 3);
	for (size_t i = 0; i < 6 && i < tree.n_written; i++)
		assert_string_equal(tree.written[i], wanted[i % 3]);
	assert_string_equal(events[0].numbers[1].name, "calls_for_a_node");
	assert_int_equal(events[0].numbers[0].value + events[0].numbers[1].value, events[0].calls);
	assert_int_equal(events[0].n_errors, 1);
	assert_int_equal(events[0].errors[0].error, EINTR);
	assert_true(events[0].errors[0].count == events[0].calls);
	/* What fails at once does not spin. */
	assert_true(events[0].calls <= 101);
}

static void what_a_kernel_has_not_is_told(void **state)
{
	int root_fd = tree_fs.root_fd;
	struct err e = {0};

	(void)state;
	set_up(NS_PER_S);
	tree_fs.root_fd = -1;
	assert_null(start(NULL, CALLER_COMPACTION, &e));
	assert_int_equal(e.code, -EOPNOTSUPP);
	assert_non_null(strstr(e.text, "no /proc/sys/vm/compact_memory"));
	world_plan.can_move = false;
	(void)strcpy(world_plan.cannot_move_why, "only one node has memory");
	assert_null(start(NULL, CALLER_MIGRATE_PAGES, &e));
	assert_int_equal(e.code, -EOPNOTSUPP);
	assert_non_null(strstr(e.text, "only one node"));
	assert_int_equal(n_events, 0);
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
	uint64_t calls = 0, numbers[2] = {0}, errors = 0;
	struct caller_driver *driver;

	(void)state;
	set_up(1200 * NS_PER_MS);
	closed = 0;
	driver = start(&step, CALLER_MIGRATE_PAGES, NULL);
	assert_non_null(driver);
	caller_driver_join(driver);
	assert_int_equal(n_events, 2); /* after a second, and at the end: nothing is told twice */
	assert_int_equal(closed, 1);
	for (size_t i = 0; i < n_events; i++) {
		calls += events[i].calls;
		assert_int_equal(events[i].n_numbers, 2);
		assert_string_equal(events[i].numbers[0].name, "even");
		for (size_t k = 0; k < 2; k++)
			numbers[k] += events[i].numbers[k].value;
		for (size_t k = 0; k < events[i].n_errors; k++)
			errors += events[i].errors[k].count;
	}
	assert_true(numbers[1] == calls && numbers[0] == (calls + 1) / 2);
	assert_int_equal(errors, 3);
	assert_int_equal(events[0].n_errors, 3);
}

static void a_stop_does_not_wait_for_the_pause(void **state)
{
	uint64_t start_ns = clock_monotonic_ns();
	struct caller_driver *driver;

	(void)state;
	set_up(0);
	world_profile.callers[CALLER_COMPACTION].pause_ns = 3600 * NS_PER_S;
	driver = start(NULL, CALLER_COMPACTION, NULL);
	assert_non_null(driver);
	(void)clock_sleep_ns(10 * NS_PER_MS);
	assert_false(caller_driver_has_ended(driver));
	caller_driver_stop(driver);
	caller_driver_join(driver);
	assert_true(clock_monotonic_ns() - start_ns < 10 * NS_PER_S);
	assert_true(tree.n_written <= 1); /* a busy host may not have come to the first */
}

/* The processes of the world are none: the kernel itself says so, for each of them in turn. */
static void migrate_pages_tells_who_is_gone(void **state)
{
	struct caller_driver *driver;

	(void)state;
	set_up(20 * NS_PER_MS);
	world_targets[0].pid = world_targets[1].pid = 0x3fffffff; /* beyond any pid_max */
	driver = start(NULL, CALLER_MIGRATE_PAGES, NULL);
	assert_non_null(driver);
	caller_driver_join(driver);
	assert_true(events[0].calls > 0);
	assert_int_equal(events[0].n_errors, 1);
	assert_true(events[0].errors[0].count == events[0].calls);
	/* EPERM and ENOSYS: where tests run in a sandbox without the call. */
	assert_true(events[0].errors[0].error == ESRCH || events[0].errors[0].error == EPERM ||
		    events[0].errors[0].error == ENOSYS);
}

int test_caller(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compaction_is_asked_for_until_time_is_up),
		cmocka_unit_test(each_node_is_compacted_alone_too),
		cmocka_unit_test(what_a_kernel_has_not_is_told),
		cmocka_unit_test(a_step_has_numbers_of_its_own),
		cmocka_unit_test(a_stop_does_not_wait_for_the_pause),
		cmocka_unit_test(migrate_pages_tells_who_is_gone),
	};

	return cmocka_run_group_tests_name("drive: callers", tests, make_tree, remove_tree);
}

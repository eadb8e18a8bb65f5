// SPDX-License-Identifier: GPL-2.0-or-later
/* Workers that do not start, die, or do not stop. */
#include "workers/test_rig.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"

static void fails_with(struct rig *rig, const char *program, int code, const char *text)
{
	struct worker_groups *groups = NULL;
	size_t descriptors = rig_descriptors();
	struct err e = {0};

	assert_int_equal(
		worker_groups_start(&rig->topology, &rig->plan, &rig->phase, program, NULL, &groups,
				    &e),
		code);
	assert_null(groups);
	if (!strstr(e.text, text))
		fail_msg("'%s' is not in: %s", text, e.text);
	assert_null(strchr(e.text, '\n'));
	/* Those that had come up are gone again. */
	assert_int_equal(rig_children(), 0);
	assert_int_equal(rig_descriptors(), descriptors);
}

static void no_such_program(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "good", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 2, 1);
	fails_with(&rig, "/nonexistent/memsoak-worker", -ENOENT,
		   "workers 'good': cannot start '/nonexistent/memsoak-worker'");
}

static void not_a_worker(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "odd", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 1, 1);
	fails_with(&rig, "/bin/false", -ECHILD, "with status 1 before it was ready");
}

static void its_own_words(void **state)
{
	struct profile_workers *bad;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "good", KIND_SHARED_MEMFD, DRIVEN_BY_NONE, 2, 1);
	bad = rig_add(&rig, "bad", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 1, 1);
	(void)strcpy(bad->workload, "refualt");
	fails_with(&rig, rig_worker_path(), -EINVAL, "workers 'bad': unknown workload 'refualt'");
}

static void a_killed_worker_is_reported_once(void **state)
{
	struct worker_exit exits[4];
	struct worker_totals totals;
	struct worker_target *targets = NULL;
	struct rig rig;
	uint64_t touches;
	size_t n = 0;
	pid_t pid;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "calm", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 1, 1);
	(void)rig_add(&rig, "doomed", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_MOVE_PAGES, 2, 1);
	rig_start(&rig);
	rig_wait_touches(&rig, 1, 1000);
	assert_int_equal(worker_groups_reap(rig.groups, exits, ARRAY_SIZE(exits)), 0);
	pid = rig.groups->groups[1].processes[1].pid;
	(void)kill(pid, SIGKILL);
	for (int i = 0; i < 5000 && n == 0; i++) {
		n = worker_groups_reap(rig.groups, exits, ARRAY_SIZE(exits));
		(void)clock_sleep_ns(NS_PER_MS);
	}
	assert_int_equal(n, 1);
	assert_int_equal(exits[0].pid, pid);
	assert_string_equal(exits[0].group, "doomed");
	assert_true(WIFSIGNALED(exits[0].status) && WTERMSIG(exits[0].status) == SIGKILL);
	assert_int_equal(worker_groups_reap(rig.groups, exits, ARRAY_SIZE(exits)), 0);
	/* What it had done stays counted; the others go on; it is no target any more. */
	worker_group_totals(rig.groups, 1, &totals);
	assert_int_equal(totals.alive, 1);
	touches = totals.touches;
	rig_wait_touches(&rig, 1, touches + 1000);
	assert_int_equal(worker_groups_targets(rig.groups, DRIVEN_BY_MOVE_PAGES, &targets), 1);
	assert_int_not_equal(targets[0].pid, pid);
	free(targets);
	rig_close(&rig);
	assert_int_equal(rig_children(), 0);
}

static void many_ends_come_in_parts(void **state)
{
	struct worker_exit exits[2];
	struct rig rig;
	size_t seen = 0;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "doomed", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 5, 0);
	rig_start(&rig);
	for (int i = 0; i < 5; i++)
		(void)kill(rig.groups->groups[0].processes[i].pid, SIGKILL);
	for (int i = 0; i < 5000 && seen < 5; i++) {
		size_t n = worker_groups_reap(rig.groups, exits, ARRAY_SIZE(exits));

		assert_true(n <= ARRAY_SIZE(exits));
		seen += n;
		if (n == 0)
			(void)clock_sleep_ns(NS_PER_MS);
	}
	assert_int_equal(seen, 5);
	assert_int_equal(worker_groups_reap(rig.groups, exits, ARRAY_SIZE(exits)), 0);
	rig_close(&rig);
}

/* One that cannot hear is killed when its time is up. */
static void stop_has_a_deadline(void **state)
{
	struct rig rig;
	uint64_t begin_ns;

	(void)state;
	rig_open(&rig);
	(void)rig_add(&rig, "deaf", KIND_PRIVATE_ANONYMOUS, DRIVEN_BY_NONE, 2, 1);
	rig_start(&rig);
	(void)kill(rig.groups->groups[0].processes[0].pid, SIGSTOP);
	begin_ns = clock_monotonic_ns();
	rig_close(&rig);
	assert_in_range(clock_monotonic_ns() - begin_ns, 4900 * NS_PER_MS, 60 * NS_PER_S);
	assert_int_equal(rig_children(), 0);
}

int test_trouble(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(no_such_program),	   rig_test(not_a_worker),
		rig_test(its_own_words),	   rig_test(a_killed_worker_is_reported_once),
		rig_test(many_ends_come_in_parts), rig_test(stop_has_a_deadline),
	};

	return cmocka_run_group_tests_name("workers: trouble", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Orders to real workers: they are obeyed, and a worker that does not answer is no end of the run.
 */
#include "workers/test_rig.h"

#include <errno.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

#define ANSWER_NS (10 * NS_PER_S)

static pid_t begin(struct rig *rig)
{
	rig_open(rig);
	(void)rig_add(rig, "hot", KIND_SHARED_MEMFD, DRIVEN_BY_NONE, 2, 1);
	rig_start(rig);
	return rig->groups->groups[0].processes[1].pid;
}

static void orders_are_obeyed(void **state)
{
	uint64_t base, answer = 0;
	struct rig rig;
	pid_t pid;

	(void)state;
	pid = begin(&rig);
	base = rig.groups->groups[0].processes[1].shared->base_address;
	assert_int_equal(
		worker_groups_order(rig.groups, pid, WORKER_CHECK, base, 0, ANSWER_NS, &answer),
		-EILSEQ);
	assert_int_equal(
		worker_groups_order(rig.groups, pid, WORKER_PREPARE, base, 0, ANSWER_NS, &answer), 0);
	assert_int_equal(
		worker_groups_order(rig.groups, pid, WORKER_CHECK, base, 0, ANSWER_NS, &answer), 0);
	assert_int_equal(
		worker_groups_order(rig.groups, pid, WORKER_SCRATCH, 0, 0, ANSWER_NS, &answer), 0);
	assert_true(answer != 0);
	/* The process that was asked, and not the other one of its group. */
	assert_int_equal(rig.groups->groups[0].processes[0].shared->order.number, 0);
	rig_close(&rig);
}

static void nobody_is_asked_in_vain(void **state)
{
	uint64_t answer, base, start_ns;
	struct rig rig;
	pid_t pid;

	(void)state;
	pid = begin(&rig);
	base = rig.groups->groups[0].processes[1].shared->base_address;
	assert_int_equal(
		worker_groups_order(rig.groups, 1, WORKER_PREPARE, base, 0, ANSWER_NS, &answer),
		-ESRCH);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	start_ns = clock_monotonic_ns();
	assert_int_equal(
		worker_groups_order(rig.groups, pid, WORKER_PREPARE, base, 0, NS_PER_S / 5, &answer),
		-ETIMEDOUT);
	assert_true(clock_monotonic_ns() - start_ns >= NS_PER_S / 5);
	assert_int_equal(kill(pid, SIGKILL), 0);
	rig.groups->groups[0].processes[1].alive = 0;
	assert_int_equal(
		worker_groups_order(rig.groups, pid, WORKER_PREPARE, base, 0, ANSWER_NS, &answer),
		-ESRCH);
	rig.groups->groups[0].processes[1].alive = 1;
	rig_close(&rig);
}

/* The page behind the hot ones is the file's too, and nobody can open the file. */
static void a_file_has_a_page_more(void **state)
{
	struct worker_process *process;
	uint64_t answer = 0;
	struct statfs where;
	struct rig rig;
	struct stat st;

	(void)state;
	if (geteuid() != 0 || statfs("/var/tmp", &where) < 0 || where.f_type == TMPFS_MAGIC ||
	    where.f_type == OVERLAYFS_SUPER_MAGIC)
		skip();
	rig_open(&rig);
	(void)rig_add(&rig, "file", KIND_MAPPED_FILE, DRIVEN_BY_NONE, 2, 1);
	rig_start(&rig);
	rig_wait_touches(&rig, 0, 100000);
	process = &rig.groups->groups[0].processes[0];
	assert_int_equal(fstat(rig.groups->groups[0].memory_fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_size, (process->shared->pages + 1) * process->shared->page_size);
	assert_int_equal(worker_groups_order(rig.groups, process->pid, WORKER_SCRATCH, 0, 0, ANSWER_NS,
					     &answer),
			 0);
	assert_true(answer != 0);
	rig_close(&rig);
}

static void a_file_on_a_tmpfs_is_refused(void **state)
{
	const struct worker_home home = {.file_folder = "/dev/shm"};
	struct worker_groups *groups = NULL;
	struct err e = {0};
	struct rig rig;

	(void)state;
	if (geteuid() != 0)
		skip();
	rig_open(&rig);
	(void)rig_add(&rig, "file", KIND_MAPPED_FILE, DRIVEN_BY_NONE, 1, 1);
	assert_int_equal(worker_groups_start(&rig.topology, &rig.plan, &rig.phase,
					     rig_worker_path(), &home, &groups, &e),
			 -ENOTSUP);
	assert_non_null(strstr(e.text, "tmpfs"));
	rig_close(&rig);
}

int test_order(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(orders_are_obeyed),
		rig_test(nobody_is_asked_in_vain),
		rig_test(a_file_has_a_page_more),
		rig_test(a_file_on_a_tmpfs_is_refused),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A rotation that is killed before each of its system calls, and one in which each of them fails: a
 * child is held at each call by ptrace(2). What is on disk then is a whole journal that knows what is
 * open; and where the call only failed, the record goes on.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "record/record.h"
#include "record/test_record.h"
#include "record/test_rotate.h"

#ifdef __x86_64__

#define LIMIT 65536ULL
#define BLOCK 11
#define EVENTS_AFTER 10

enum how { KILL_BEFORE, FAIL };

static void __attribute__((noreturn)) child(const char *folder)
{
	struct test_rotation t = test_rotation_new(folder);
	struct recorder *r = NULL;

	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || recorder_open(folder, &r, NULL) < 0)
		_exit(1);
	recorder_set_limit(r, LIMIT);
	for (int round = 0; round < 2; round++) { /* the second one has a file to let go of */
		if (record_intent(r, "offline", BLOCK, 1, ZONE_MOVABLE) < 0)
			_exit(1);
		while (recorder_whole_bytes(r) < LIMIT / 2) {
			record_aimed(r, 1);
			record_flush(r);
		}
		if (round == 1)
			(void)raise(SIGSTOP);
		(void)test_rotate_if_full(&t, r);
	}
	(void)raise(SIGSTOP);
	for (int i = 0; i < EVENTS_AFTER; i++)
		record_aimed(r, 2);
	recorder_close(r);
	_exit(0);
}

/* Memory is not what this is about: without it the program ends, and that is the same as a kill. */
static bool may_fail(long number)
{
	static const long others[] = {SYS_brk, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise,
				      SYS_futex, SYS_exit_group, SYS_kill, SYS_tgkill, SYS_close,
				      SYS_rt_sigprocmask, SYS_getpid, SYS_gettid, SYS_sched_yield};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i] == number)
			return false;
	return true;
}

static long next_stop(pid_t pid, struct user_regs_struct *regs)
{
	int status;

	assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSTOPPED(status))
		return -1;
	if (WSTOPSIG(status) != (SIGTRAP | 0x80))
		return WSTOPSIG(status) == SIGSTOP ? -1 : next_stop(pid, regs);
	assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, regs), 0);
	return (long)regs->orig_rax;
}

/* The call that stands at its entry does nothing, and answers EIO. */
static void fail_call(pid_t pid, struct user_regs_struct *regs)
{
	regs->orig_rax = (unsigned long long)-1;
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, regs), 0);
	(void)next_stop(pid, regs);
	regs->rax = (unsigned long long)-EIO;
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, regs), 0);
}

static void let_go(pid_t pid, enum how how)
{
	int status;

	if (how == KILL_BEFORE) {
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		return;
	}
	for (;;) { /* over the second SIGSTOP */
		assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSTOPPED(status))
			break;
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void check_folder(const char *folder, enum how how)
{
	cleanup_free char *events = test_path(folder, "events.jsonl");
	struct journal_figures f = test_figures(events), after;
	struct recorder *r = NULL;

	assert_int_equal(f.corrupt + f.gaps + f.torn, 0);
	test_check_open(events, BLOCK, 0);
	if (how == FAIL)
		assert_true(test_count(events, "aimed") >= EVENTS_AFTER);
	assert_int_equal(recorder_reopen(folder, &r, NULL), 0);
	record_restore(r, 0, NULL, 0, true);
	recorder_close(r);
	after = test_figures(events);
	assert_int_equal(after.corrupt + after.gaps + after.torn, 0);
	assert_int_equal(after.events, f.events + 1);
}

/* What is synced is not what this is about, and there are some hundred folders. */
static char *quick_folder(void)
{
	char *folder = memory_string("/dev/shm/memsoak-test-XXXXXX");

	if (mkdtemp(folder))
		return folder;
	free(folder);
	return test_folder();
}

/* false: the rotation makes fewer calls than that. */
static bool try_at(unsigned int call, enum how how, unsigned int *ret_renamed)
{
	char *folder = quick_folder(), *new = test_path(folder, "events.jsonl.1");
	struct user_regs_struct regs;
	unsigned int calls = 0;
	bool is_there = false;
	long number;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		child(folder);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
	while (!is_there && (number = next_stop(pid, &regs)) >= 0) {
		is_there = calls++ == call && (how == KILL_BEFORE || may_fail(number));
		if (is_there && how == FAIL)
			fail_call(pid, &regs);
		else if (!is_there && next_stop(pid, &regs) < 0) /* its end */
			break;
	}
	let_go(pid, is_there ? how : KILL_BEFORE);
	if (is_there)
		check_folder(folder, how);
	*ret_renamed += access(new, F_OK) == 0;
	free(new);
	test_folder_done(folder);
	return calls > call;
}

static void at_every_call(enum how how, unsigned int fewest)
{
	unsigned int call = 0, renamed = 0;

	while (try_at(call, how, &renamed))
		call++;
	assert_true(call > fewest);
	assert_true(renamed > 0);
}

static void test_killed(void **state)
{
	(void)state;
	at_every_call(KILL_BEFORE, 10);
}

static void test_failing(void **state)
{
	(void)state;
	at_every_call(FAIL, 10);
}

#define STEP_TESTS cmocka_unit_test(test_killed), cmocka_unit_test(test_failing)
#else
static void test_elsewhere(void **state)
{
	(void)state;
	skip(); /* where the registers have other names */
}
#define STEP_TESTS cmocka_unit_test(test_elsewhere)
#endif

const struct CMUnitTest rotate_step_tests[] = {STEP_TESTS};
const size_t n_rotate_step_tests = ARRAY_SIZE(rotate_step_tests);

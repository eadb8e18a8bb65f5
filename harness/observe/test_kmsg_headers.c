// SPDX-License-Identifier: GPL-2.0-or-later
/* Every wording, of every age, one line each: kind, CPU, seconds, task. And what only looks like one. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "observe/test_findings.h"
#include "observe/test_observe.h"

#define NONE (-1)

static const struct {
	const char *text;
	enum kmsg_kind kind;
	int64_t cpu, seconds;
	const char *comm; /* "": not told */
	int64_t pid;
} wordings[] = {
	{"watchdog: BUG: soft lockup - CPU#1 stuck for 134s! [cc1:10431]", KMSG_SOFT_LOCKUP, 1, 134, "cc1", 10431},
	{"watchdog: BUG: soft lockup - CPU#288 stuck for 22s! [kworker/u1028:3:5]", KMSG_SOFT_LOCKUP, 288, 22,
	 "kworker/u1028:3", 5},
	{"NMI watchdog: BUG: soft lockup - CPU#0 stuck for 23s! [systemd-udevd:1234]", KMSG_SOFT_LOCKUP, 0, 23,
	 "systemd-udevd", 1234},
	{"BUG: soft lockup - CPU#3 stuck for 67s! [swapper:0]", KMSG_SOFT_LOCKUP, 3, 67, "swapper", 0},
	{"BUG: soft lockup - CPU#3 stuck for 67s! [a] b]c:12]", KMSG_SOFT_LOCKUP, 3, 67, "a] b]c", 12},
	{"watchdog: BUG: soft lockup - CPU#3 stuck for 67s!", KMSG_SOFT_LOCKUP, 3, 67, "", NONE},
	{"watchdog: BUG: soft lockup - CPU#3 stuck for 67s! [no number:]", KMSG_SOFT_LOCKUP, 3, 67, "", NONE},
	{"watchdog: BUG: soft lockup - CPU#3 stuck for 67s! [x:99999999999]", KMSG_SOFT_LOCKUP, 3, 67, "", NONE},
	{"watchdog: BUG: soft lockup - CPU#3 stuck for 6", KMSG_SOFT_LOCKUP, 3, 6, "", NONE},
	{"BUG: soft lockup detected on CPU#0!", KMSG_SOFT_LOCKUP, 0, NONE, "", NONE},
	{"watchdog: Watchdog detected hard LOCKUP on cpu 7", KMSG_HARD_LOCKUP, 7, NONE, "", NONE},
	{"NMI watchdog: Watchdog detected hard LOCKUP on cpu 12", KMSG_HARD_LOCKUP, 12, NONE, "", NONE},
	{"watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 5", KMSG_HARD_LOCKUP, 5, NONE, "", NONE},
	{"watchdog: CPU 3 Hard LOCKUP", KMSG_HARD_LOCKUP, 3, NONE, "", NONE},
	{"watchdog: CPU 3 self-detected hard LOCKUP @ plpar_hcall+0x1c/0x38", KMSG_HARD_LOCKUP, 3, NONE, "", NONE},
	{"watchdog: CPU 3 detected hard LOCKUP on other CPUs 4-5", KMSG_HARD_LOCKUP, 4, NONE, "", NONE},
	{"INFO: rcu_sched self-detected stall on CPU", KMSG_RCU_STALL, NONE, NONE, "", NONE},
	{"INFO: rcu_sched self-detected stall on CPU { 2}  (t=65000 jiffies g=1 c=0 q=9)", KMSG_RCU_STALL, 2, 260, "",
	 NONE},
	{"rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", KMSG_RCU_STALL, NONE, NONE, "", NONE},
	{"rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... } 5260 jiffies s: 77 root: 0x2/.",
	 KMSG_RCU_STALL, 1, 21, "", NONE},
	{"rcu: INFO: rcu_sched detected stall, but suppressed full report due to a stuck CSD-lock.", KMSG_RCU_STALL,
	 NONE, NONE, "", NONE},
	{"rcu: rcu_preempt kthread starved for 10502 jiffies! g1 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x0 ->cpu=0",
	 KMSG_RCU_STALL, NONE, NONE, "", NONE},
	{"INFO: rcu_tasks detected stalls on tasks:", KMSG_RCU_STALL, NONE, NONE, "", NONE},
	{"INFO: rcu_preempt self-detec", KMSG_RCU_STALL, NONE, NONE, "", NONE},
	{"INFO: rcu_bh dete", KMSG_RCU_STALL, NONE, NONE, "", NONE},
	{"INFO: task kworker/0:3:7985 blocked for more than 120 seconds.", KMSG_HUNG_TASK, NONE, 120, "kworker/0:3",
	 7985},
	{"INFO: task x:1 blocked for more than 120 seconds", KMSG_HUNG_TASK, NONE, 120, "x", 1},
	{"INFO: task Web Content:4711 blocked in I/O wait for more than 241 seconds.", KMSG_HUNG_TASK, NONE, 241,
	 "Web Content", 4711},
	{"INFO: task fuse:12 can't die for more than 143 seconds.", KMSG_HUNG_TASK, NONE, 143, "fuse", 12},
	{"BUG: workqueue lockup - pool cpus=2 node=0 flags=0x0 nice=0 stuck for 33s!", KMSG_WORKQUEUE_LOCKUP, 2, 33,
	 "", NONE},
	{"BUG: workqueue lockup - pool cpus=0-7 flags=0x4 nice=0 stuck for 33s!", KMSG_WORKQUEUE_LOCKUP, NONE, 33, "",
	 NONE},
	{"BUG: spinlock lockup suspected on CPU#1, dd/99", KMSG_SPINLOCK_LOCKUP, 1, NONE, "dd", 99},
	{"BUG: spinlock recursion on CPU#0, a/b/17", KMSG_SPINLOCK_LOCKUP, 0, NONE, "a/b", 17},
	{"BUG: spinlock bad magic on CPU#0, swapper/0/1", KMSG_OTHER, 0, NONE, "swapper/0", 1},
	{"kernel BUG at mm/memory.c:1234!", KMSG_KERNEL_BUG, NONE, NONE, "", NONE},
	{"BUG: unable to handle kernel paging request at ffff88002bde1e40", KMSG_OOPS, NONE, NONE, "", NONE},
	{"BUG: unable to handle page fault for address: ffff887ffffffff0", KMSG_OOPS, NONE, NONE, "", NONE},
	{"BUG: kernel NULL pointer dereference, address: 0000000000000086", KMSG_OOPS, NONE, NONE, "", NONE},
	{"BUG: Kernel NULL pointer dereference on read at 0x00000000", KMSG_OOPS, NONE, NONE, "", NONE},
	{"Unable to handle kernel paging request at virtual address dead000000000108", KMSG_OOPS, NONE, NONE, "", NONE},
	{"general protection fault: 0000 [#1] SMP KASAN", KMSG_OOPS, NONE, NONE, "", NONE},
	{"general protection fault, probably for non-canonical address 0xdffffc0000000002: 0000 [#1]", KMSG_OOPS, NONE,
	 NONE, "", NONE},
	{"Oops: general protection fault, probably for non-canonical address 0x1: 0000 [#1]", KMSG_OOPS, NONE, NONE,
	 "", NONE},
	{"Oops: 0002 [#1] SMP", KMSG_OOPS, NONE, NONE, "", NONE},
	{"Internal error: Oops: 96000044 [#1] PREEMPT SMP", KMSG_OOPS, NONE, NONE, "", NONE},
	{"divide error: 0000 [#1] SMP", KMSG_OOPS, NONE, NONE, "", NONE},
	{"traps: PANIC: double fault, error_code: 0x0", KMSG_OOPS, NONE, NONE, "", NONE},
	{"BUG: TASK stack guard page was hit at ffffc900054afff8 (stack is ...)", KMSG_OOPS, NONE, NONE, "", NONE},
	{"BUG: Bad page state in process a b  pfn:7deea", KMSG_BAD_PAGE, NONE, NONE, "a b", NONE},
	{"BUG: Bad page map in process x  pte:ffff8801a700ff00 pmd:1a700f067", KMSG_BAD_PAGE, NONE, NONE, "x", NONE},
	{"BUG: Bad rss-counter state mm:0000000012345678 type:MM_ANONPAGES val:1", KMSG_BAD_PAGE, NONE, NONE, "", NONE},
	{"list_add corruption. next->prev should be prev (1), but was 2. (next=3).", KMSG_LIST_CORRUPTION, NONE, NONE,
	 "", NONE},
	{"list_del corruption, 1->next is LIST_POISON1 (dead000000000100)", KMSG_LIST_CORRUPTION, NONE, NONE, "", NONE},
	{"BUG: KASAN: use-after-free in __list_del_entry+0x196/0x1d0", KMSG_KASAN, NONE, NONE, "", NONE},
	{"BUG: KCSAN: data-race in a / b", KMSG_KCSAN, NONE, NONE, "", NONE},
	{"BUG: KMSAN: uninit-value in virtqueue_add+0x20e2/0x60f0", KMSG_KMSAN, NONE, NONE, "", NONE},
	{"BUG: KFENCE: invalid free in f+0xb4/0x17e", KMSG_OTHER, NONE, NONE, "", NONE},
	{"UBSAN: array-index-out-of-bounds in a/b.c:263:56", KMSG_UBSAN, NONE, NONE, "", NONE},
	{"UBSAN: Undefined behaviour in net/sunrpc/xprt.c:597:14", KMSG_UBSAN, NONE, NONE, "", NONE},
	{"WARNING: possible circular locking dependency detected", KMSG_LOCKDEP, NONE, NONE, "", NONE},
	{"[ INFO: possible recursive locking detected ]", KMSG_LOCKDEP, NONE, NONE, "", NONE},
	{"[ BUG: bad unlock balance detected! ]", KMSG_LOCKDEP, NONE, NONE, "", NONE},
	{"WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected", KMSG_LOCKDEP, NONE, NONE, "", NONE},
	{"WARNING: suspicious RCU usage", KMSG_LOCKDEP, NONE, NONE, "", NONE},
	{"INFO: trying to register non-static key.", KMSG_LOCKDEP, NONE, NONE, "", NONE},
	{"BUG: sleeping function called from invalid context at mm/slab.h:421", KMSG_ATOMIC_SLEEP, NONE, NONE, "",
	 NONE},
	{"BUG: scheduling while atomic: a/b/19425/0x00000002", KMSG_ATOMIC_SLEEP, NONE, NONE, "a/b", 19425},
	{"WARNING: CPU: 1 PID: 5944 at mm/migrate.c:12 f+0x2b7/0x390", KMSG_WARNING, 1, NONE, "", 5944},
	{"WARNING: fs/ext4/xattr.c:1058 at f+0x1/0x2, CPU#3: syz.0.17/5982", KMSG_WARNING, 3, NONE, "syz.0.17", 5982},
	{"WARNING: at arch/arm/kernel/smp.c:12 f+0x1/0x2()", KMSG_WARNING, NONE, NONE, "", NONE},
	{"WARNING: kernel stack regs at 1 in x:4493 has bad 'bp' value 2", KMSG_WARNING, NONE, NONE, "", NONE},
	{"Kernel panic - not syncing: Fatal exception", KMSG_PANIC, NONE, NONE, "", NONE},
	{"Out of memory: Killed process 77 (a b) total-vm:1kB", KMSG_OOM_KILL, NONE, NONE, "a b", 77},
	{"Out of memory: Kill process 77 (x) score 900 or sacrifice child", KMSG_OOM_KILL, NONE, NONE, "x", 77},
	{"Memory cgroup out of memory: Killed process 78 (y) total-vm:1kB", KMSG_OOM_KILL, NONE, NONE, "y", 78},
	{"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task_memcg=/t,task=z,pid=79,uid=0", KMSG_OOM_KILL, NONE,
	 NONE, "z", 79},
	{"BUG: memory leak", KMSG_MEMORY_LEAK, NONE, NONE, "", NONE},
	{"kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)", KMSG_MEMORY_LEAK, NONE, NONE, "",
	 NONE},
	{"migrating pfn 12345 failed ret:1", KMSG_MIGRATION_FAILURE, NONE, NONE, "", NONE},
	{"failed to isolate pfn 12345", KMSG_MIGRATION_FAILURE, NONE, NONE, "", NONE},
	{"soft offline: 0x1234: movable page migration failed 1, type lru", KMSG_MIGRATION_FAILURE, NONE, NONE, "", NONE},
	{"Memory failure: 0x1234: recovery action for dirty LRU page: Recovered", KMSG_MEMORY_FAILURE, NONE, NONE, "",
	 NONE},
	{"BUG: Dentry 0x1{i=0,n=.index}  still in use (1) [unmount of ext4 loop4]", KMSG_OTHER, NONE, NONE, "", NONE},
};

static const char *const near_misses[] = {
	"", "BUG", "soft lockup",
	"watchdog: soft lockup - CPU#1 stuck for 22s! [x:1]",
	"Watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]",
	"I saw: watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]",
	" watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x:1]",
	"watchdog: CPU1: Watchdog is fine",
	"watchdog: watchdog0: watchdog did not stop!",
	"TITLE: BUG: soft lockup in smp_call_function",
	"INFO: task x:1 blocked for more than 120 minutes.",
	"INFO: task x:1 blocked for more than some seconds.",
	"INFO: task x:1 blocked for more than -3 seconds.",
	"INFO: task x:y blocked for more than 120 seconds.",
	"INFO: task x:1y blocked for more than 120 seconds.",
	"INFO: task x blocked for more than 120 seconds.",
	"INFO: task x:1 is blocked on a mutex likely owned by task y:2.",
	"INFO: lockdep is turned off.", "INFO: Stall ended before state dump start",
	"INFO: NMI handler (nmi_cpu_backtrace_handler) took too long to run: 1.860 msecs",
	"INFO: recovery required on readonly filesystem",
	"info: task x:1 blocked for more than 120 seconds.",
	"foo INFO: task x:1 blocked for more than 120 seconds.",
	"Future hung task reports are suppressed, see sysctl kernel.hung_task_warnings",
	"rcu: Preemptible hierarchical RCU implementation.", "rcu: rcu_scheduler_active = 1",
	"rcu_nocb: whatever", "INFO: rcu is fine", "INFO: rcu_sched detected nothing", "INFO: rcu_sched", "INFO: rcu_sched ",
	"INFO: rcu_sched selfish", "kmemleak: Kernel memory leak detector initialized (mem pool available: 15)",
	"traps: x[12] general protection fault ip:1 sp:2 error:0 in x[1+2]",
	"x[12]: segfault at 4cb420 ip 00000000004cb420 sp 00007f27fd37a250 error 15",
	"invalid opcode: of a program", "general protection faults are rare",
	"WARNING: kernel not compiled with CPU_SRSO.", "WARNING: Unsupported flag value(s) of 0x%x in DT_FLAGS_1.",
	"WARNING: workqueue cpumask: online intersect > possible intersect", "WARNING: CPU: all of them",
	"Speculative Return Stack Overflow: WARNING: See https://kernel.org/doc/html/latest",
	"EXT4-fs (loop1): INFO: recovery required on readonly filesystem",
	"Memory failure: nothing", "soft offline: 0x1234: page already poisoned", "migrating pfn failed",
	"page: nothing", "page dumped because: unmovable page",
	"oom-kill: of what", "Out of memory: nothing killed", "Kernel panic is not here",
	"list_sort is fast", "BUGS: none", "UBSAN is on", "Oops",
};

/* The kernel calls something a bug, but it is not what it nearly looks like. */
static const char *const other_bugs[] = {
	"watchdog: BUG: soft lockup - CPU#-1 stuck for 22s! [x:1]",
	"watchdog: BUG: soft lockup - CPU# stuck for 22s! [x:1]",
	"watchdog: BUG: soft lockup - CPU#4294967296 stuck for 22s! [x:1]",
	"watchdog: BUG: soft lockup - CPU#1 stuck for 22! [x:1]",
	"watchdog: BUG: soft lockup - CPU#1 stuck for s! [x:1]",
	"watchdog: BUG: soft lockup - CPU#1 stuck for 99999999999999999999999s! [x:1]",
	"BUG: workqueue leaked lock or atomic: kworker/0:0/0x00000000/5",
	"BUG: using __this_cpu_read() in preemptible [00000000] code: x/27031",
};

static void given(struct test_findings *t, const char *text, size_t length)
{
	struct kmsg_classifier *c = kmsg_classifier_new(test_findings_add, t, 250);
	struct kmsg_line line = {.text = text, .length = length, .has_time = true, .time_ns = 7};

	t->n = 0;
	kmsg_classify_line(c, &line);
	kmsg_classify_flush(c);
	kmsg_classifier_free(c);
}

static void wordings_are_known(void **state)
{
	struct test_findings t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wordings); i++) {
		const struct kmsg_finding *f = &t.items[0];

		print_message("%s\n", wordings[i].text);
		given(&t, wordings[i].text, strlen(wordings[i].text));
		assert_int_equal(t.n, 1);
		assert_string_equal(kmsg_kind_name(f->kind), kmsg_kind_name(wordings[i].kind));
		assert_int_equal(f->has_cpu ? (int64_t)f->cpu : NONE, wordings[i].cpu);
		assert_int_equal(f->has_seconds ? (int64_t)f->seconds : NONE, wordings[i].seconds);
		assert_string_equal(f->comm, wordings[i].comm);
		assert_int_equal(f->has_pid ? f->pid : NONE, wordings[i].pid);
		assert_int_equal(f->time_ns, 7);
		test_assert_text(f, wordings[i].text);
		test_findings_done(&t);
	}
}

static void near_misses_are_nothing(void **state)
{
	struct test_findings t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(near_misses); i++) {
		given(&t, near_misses[i], strlen(near_misses[i]));
		if (t.n)
			fail_msg("taken for %s: '%s'", kmsg_kind_name(t.items[0].kind), near_misses[i]);
	}
}

static void other_bugs_are_other(void **state)
{
	struct test_findings t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(other_bugs); i++) {
		given(&t, other_bugs[i], strlen(other_bugs[i]));
		assert_int_equal(t.n, 1);
		assert_int_equal(t.items[0].kind, KMSG_OTHER);
		assert_false(t.items[0].has_cpu || t.items[0].has_seconds || t.items[0].has_pid);
		test_findings_done(&t);
	}
}

/* Cut anywhere, a header is either not known or of the same kind; and nothing is read behind its end. */
static void cut_headers(void **state)
{
	struct test_findings t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wordings); i++) {
		for (size_t length = 0; length < strlen(wordings[i].text); length++) {
			char *exact = memcpy(test_malloc(length + 1), wordings[i].text, length);

			given(&t, exact, length);
			assert_true(t.n <= 1);
			if (t.n && t.items[0].kind != wordings[i].kind)
				assert_int_equal(t.items[0].kind == KMSG_OTHER || t.items[0].kind == KMSG_BAD_PAGE ||
							 t.items[0].kind == KMSG_OOPS,
						 true);
			test_findings_done(&t);
			test_free(exact);
		}
	}
}

static void hostile_text(void **state)
{
	static char text[70000];
	struct test_findings t;

	(void)state;
	/* A comm that is longer than any. */
	(void)strcpy(text, "INFO: task ");
	memset(text + 11, 'x', 300);
	(void)strcpy(text + 311, ":12 blocked for more than 120 seconds.");
	given(&t, text, strlen(text));
	assert_int_equal(t.n, 1);
	assert_int_equal(strlen(t.items[0].comm), KMSG_COMM_SIZE - 1);
	assert_int_equal(t.items[0].pid, 12);
	test_findings_done(&t);
	/* A NUL in the middle is no end. */
	memcpy(text, "INFO: task a\0b:3 blocked for more than 120 seconds.", 51);
	given(&t, text, 51);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.items[0].comm, "a b");
	test_findings_done(&t);
	/* A line longer than a finding's text: it is known, and its text stays within bounds. */
	(void)strcpy(text, "Kernel panic - not syncing: ");
	memset(text + 28, 'y', sizeof(text) - 28);
	given(&t, text, sizeof(text));
	assert_int_equal(t.n, 1);
	assert_true(t.items[0].text_length > 0 && t.items[0].text_length < KMSG_TEXT_SIZE);
	test_findings_done(&t);
}

static void kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(kmsg_kind_name(KMSG_SOFT_LOCKUP), "soft_lockup");
	assert_string_equal(kmsg_kind_name(KMSG_MEMORY_FAILURE), "memory_failure");
	assert_string_equal(kmsg_kind_name(KMSG_MAX_KIND), "other");
}

int test_kmsg_headers(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wordings_are_known), cmocka_unit_test(near_misses_are_nothing),
		cmocka_unit_test(other_bugs_are_other), cmocka_unit_test(cut_headers),	      cmocka_unit_test(hostile_text),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests_name("kmsg: headers", tests, NULL, NULL);
}

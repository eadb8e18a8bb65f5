// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands below a header: whose it is, where it ends, what it tells. */
#include <stdio.h>
#include <string.h>

#include "observe/test_findings.h"
#include "observe/test_observe.h"

static void of(struct test_findings *t, const char *log, uint64_t hz)
{
	test_findings_of_log(t, log, strlen(log), hz);
}

static void soft_lockup_in_migration(void **state)
{
	static const char log[] =
		"[  100.000001] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [refault:77]\n"
		"[  100.000002] Modules linked in: a b\n"
		"[  100.000003] CPU: 1 PID: 77 Comm: refault Not tainted 6.1.0 #1\n"
		"[  100.000004] RIP: 0010:native_queued_spin_lock_slowpath.part.0+0x6b/0x1f0\n"
		"[  100.000005] Call Trace:\n"
		"[  100.000006]  <TASK>\n"
		"[  100.000007]  ? left_over_on_the_stack+0x1/0x2\n"
		"[  100.000008]  _raw_spin_lock+0x2c/0x40\n"
		"[  100.000009]  migration_entry_wait+0x3d/0x80\n"
		"[  100.000010]  do_swap_page+0x71c/0x9e0 [module]\n"
		"[  100.000011]  </TASK>\n"
		"[  101.000000] EXT4-fs (sda1): mounted\n"
		"[  101.000001]  not_a_part+0x1/0x2\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 0);
	assert_int_equal(t.n, 1);
	assert_string_equal(test_frames(&t.items[0]),
			    "native_queued_spin_lock_slowpath _raw_spin_lock migration_entry_wait do_swap_page");
	assert_true(t.items[0].in_migration);
	test_findings_done(&t);
}

/* The scheduler's migration of tasks is another thing. */
static void not_in_migration(void **state)
{
	static const char *const names[] = {
		"migration_cpu_stop", "migrate_enable", "migrate_task_rq_fair", "migrate_timers",
		"set_migratetype", "offline_pages_not_quite", "my_offline_pages", "do_swap_page",
	};
	static const char *const migrating[] = {
		"migrate_pages_batch", "migration_entry_wait_on_locked", "offline_pages", "move_to_new_folio",
		"move_to_new_page", "do_migrate_range.isra.0", "try_to_migrate_one", "soft_offline_page",
		"__migrate_folio.constprop.0", "memory_subsys_offline", "do_pages_move",
	};
	struct test_findings t;
	char log[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(log, sizeof(log), "INFO: task x:1 blocked for more than 120 seconds.\n %s+0x1/0x2\n",
			       names[i]);
		of(&t, log, 0);
		assert_int_equal(t.n, 1);
		assert_int_equal(t.items[0].n_frames, 1);
		if (t.items[0].in_migration)
			fail_msg("'%s' is not in migration", names[i]);
		test_findings_done(&t);
	}
	for (size_t i = 0; i < sizeof(migrating) / sizeof(migrating[0]); i++) {
		(void)snprintf(log, sizeof(log), "INFO: task x:1 blocked for more than 120 seconds.\n %s+0x1/0x2\n",
			       migrating[i]);
		of(&t, log, 0);
		if (!t.items[0].in_migration)
			fail_msg("'%s' is in migration", migrating[i]);
		test_findings_done(&t);
	}
}

static void frames_of_other_machines(void **state)
{
	static const struct {
		const char *line, *frame;
	} lines[] = {
		{" schedule+0x2c/0x80", "schedule"},
		{" [<ffffffff81358d90>] schedule+0x20/0x20", "schedule"},
		{" [<ffffffff81358d90>] ? schedule+0x20/0x20", "schedule"}, /* if there is no better one */
		{"[<801349a8>] (panic) from [<8013479c>] (warn_slowpath_fmt+0x0/0x5c)", "panic"},
		{" panic from warn_slowpath_fmt+0x0/0x5c", "panic"},
		{"[c00000003ae5b860] [c00000000016ab98] panic+0x1cc/0x534 (unreliable)", "panic"},
		{"[<ffffffe0021420e2>] panic+0x10c/0x2e0", "panic"},
		{" ([<0000000000112233>] panic+0x10c/0x2e0)", ""},
		{" fixup_bug arch/x86/kernel/traps.c:178 [inline]", "fixup_bug"},
		{" panic+0x263/0x51d kernel/panic.c:185", "panic"},
		{"  __switch_to+0x2b0/0x6e0 (T)", "__switch_to"},
		{"RIP: 0010:[<ffffffff81>]  [<ffffffff81>] f+0x1/0x2", "f"},
		{"pc : f+0x1/0x2", "f"},
		{"PC is at f+0x1/0x2", "f"},
		{"NIP [c000000000abcdef] f+0x1/0x2", "f"},
		{"epc : f+0x1/0x2", "f"},
		{"RIP: 0033:0x7f1234567890", ""},
		{" 0x7f1234567890", ""},
		{" #0: ffff8880 (&type){+.+.}-{0:0}, at: f+0x1/0x2", ""},
		{" <IRQ>", ""},
		{" and a few words from somebody", ""},
	};
	struct test_findings t;
	char log[256];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		(void)snprintf(log, sizeof(log), "Kernel panic - not syncing: x\n%s\n", lines[i].line);
		print_message("%s\n", lines[i].line);
		of(&t, log, 0);
		assert_int_equal(t.n, 1);
		assert_string_equal(test_frames(&t.items[0]), lines[i].frame);
		test_findings_done(&t);
	}
}

static void rcu_stall_tells_its_cpu(void **state)
{
	static const char log[] =
		"[   50.000001] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n"
		"[   50.000002] rcu: \t3-....: (1 GPs behind) idle=94b/1/0x4000000000000000 softirq=1/1 fqs=5\n"
		"[   50.000003] rcu: \t(detected by 0, t=5252 jiffies, g=1, q=2 ncpus=4)\n"
		"[   50.000004] CPU: 0 PID: 11 Comm: ksoftirqd/0 Not tainted 6.1.0 #1\n"
		"[   50.000005] Call Trace:\n"
		"[   50.000006]  print_other_cpu_stall+0x1/0x2\n"
		"[   50.000007] Sending NMI from CPU 0 to CPUs 3:\n"
		"[   50.000008] NMI backtrace for cpu 3\n"
		"[   50.000009] CPU: 3 PID: 99 Comm: stuck here Tainted: G        W\n"
		"[   50.000010] RIP: 0010:spin+0x1/0x2\n"
		"[   50.000011] Call Trace:\n"
		"[   50.000012]  caller_of_spin+0x1/0x2\n"
		"[   50.000013] NMI backtrace for cpu 1\n"
		"[   50.000014]  somebody_else+0x1/0x2\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 250);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.items[0].kind, KMSG_RCU_STALL);
	assert_true(t.items[0].has_cpu && t.items[0].cpu == 3);
	assert_true(t.items[0].has_seconds && t.items[0].seconds == 21);
	assert_string_equal(t.items[0].comm, "stuck here");
	assert_int_equal(t.items[0].pid, 99);
	assert_string_equal(test_frames(&t.items[0]), "spin caller_of_spin");
	test_findings_done(&t);
	of(&t, log, 0); /* how long a jiffy was, nobody has said */
	assert_false(t.items[0].has_seconds);
	test_findings_done(&t);
}

/* The stuck CPU and the one that waits for it report in the same moment: one stall, told twice. */
static void rcu_stalls_among_each_other(void **state)
{
	static const char log[] =
		"[   50.000001] rcu: INFO: rcu_sched detected expedited stalls on CPUs/tasks: {\n"
		"[   50.000002] rcu: INFO: rcu_sched self-detected stall on CPU\n"
		"[   50.000003]  1-.... } 754 jiffies s: 133 root: 0x2/.\n"
		"[   50.000004] rcu: \t1-....: (749 ticks this GP) idle=1d3c/1/0x4000000000000000\n"
		"[   50.000005] rcu: blocking rcu_node structures (internal RCU debug):\n"
		"[   50.000006] \t(t=750 jiffies g=2029 q=17 ncpus=2)\n"
		"[   50.000007] CPU: 1 PID: 321 Comm: stuck Not tainted 6.1.0 #1\n"
		"[   50.000008] RIP: 0010:spin+0x30/0x60\n"
		"[   50.000009] Call Trace:\n"
		"[   50.000010]  caller_of_spin+0x1a/0x30\n"
		"[   50.000011] rcu: INFO: rcu_sched self-detected stall on CPU\n"
		"[   50.000012] rcu: \t1-....: (1499 ticks this GP) idle=1d3c/1/0x4000000000000000\n"
		"[   50.000013] \t(t=1500 jiffies g=2029 q=17 ncpus=2)\n"
		"[   50.000014] CPU: 1 PID: 321 Comm: stuck Not tainted 6.1.0 #1\n"
		"[   50.000015] RIP: 0010:spin+0x30/0x60\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 250);
	assert_int_equal(t.n, 3);
	for (size_t i = 0; i < t.n; i++) {
		assert_int_equal(t.items[i].kind, KMSG_RCU_STALL);
		assert_true(t.items[i].has_cpu && t.items[i].cpu == 1);
		assert_string_equal(t.items[i].comm, "stuck");
		assert_true(t.items[i].same == t.items[0].same);
	}
	assert_string_equal(test_frames(&t.items[0]), "spin caller_of_spin");
	assert_int_equal(t.items[0].seconds, 3);
	assert_int_equal(t.items[2].seconds, 6);
	test_findings_done(&t);
}

/* Each names its CPU: two. */
static void rcu_stalls_of_two_cpus(void **state)
{
	static const char log[] =
		"[   50.000001] rcu: INFO: rcu_sched detected expedited stalls on CPUs/tasks: { 1-.... } 754 jiffies\n"
		"[   50.000002] rcu: INFO: rcu_sched detected expedited stalls on CPUs/tasks: { 2-.... } 754 jiffies\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 250);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.items[0].cpu, 1);
	assert_int_equal(t.items[1].cpu, 2);
	test_findings_done(&t);
}

static void jiffies_from_the_log(void **state)
{
	static const char log[] =
		"[    0.000001] Calibrating delay loop (skipped), value calculated using timer frequency.. "
		"4199.99 BogoMIPS (lpj=8399992)\n"
		"[   50.000001] rcu: INFO: rcu_preempt self-detected stall on CPU\n"
		"[   50.000002] rcu: \t0-....: (5249 ticks this GP) idle=94b/1/0x4000000000000000\n"
		"[   50.000003] \t(t=5250 jiffies g=1 q=2)\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 0);
	assert_int_equal(t.n, 1);
	assert_true(t.items[0].has_seconds);
	assert_int_equal(t.items[0].seconds, 21); /* at 250 Hz */
	assert_int_equal(t.items[0].cpu, 0);
	test_findings_done(&t);
}

/* The panic comes before the trace: there is one for both. */
static void panic_on_warning(void **state)
{
	static const char log[] =
		"[  251.000001] WARNING: CPU: 0 PID: 5944 at a.c:1508 f+0x2b7/0x390\n"
		"[  251.000002] Kernel panic - not syncing: panic_on_warn set ...\n"
		"[  251.000003] CPU: 0 PID: 5944 Comm: x Not tainted 4.16.0 #1\n"
		"[  251.000004]  f+0x1/0x2\n"
		"[  251.000005] ---[ end Kernel panic - not syncing: panic_on_warn set ...\n"
		"[  251.000006]  not_here+0x1/0x2\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 0);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.items[0].kind, KMSG_WARNING);
	assert_int_equal(t.items[1].kind, KMSG_PANIC);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(test_frames(&t.items[i]), "f");
		assert_string_equal(t.items[i].comm, "x");
	}
	test_findings_done(&t);
}

static void panic_that_tells_its_cause(void **state)
{
	static const char with_both[] = "INFO: task x:1 blocked for more than 120 seconds.\n"
					" schedule+0x1/0x2\n"
					"Kernel panic - not syncing: hung_task: blocked tasks\n"
					" panic+0x1/0x2\n";
	struct test_findings t;

	(void)state;
	of(&t, "Kernel panic - not syncing: hung_task: blocked tasks\n panic+0x1/0x2\n", 0);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.items[0].kind, KMSG_HUNG_TASK);
	assert_int_equal(t.items[1].kind, KMSG_PANIC);
	test_findings_done(&t);
	of(&t, with_both, 0); /* the cause is on record */
	assert_int_equal(t.n, 2);
	assert_int_equal(t.items[0].pid, 1);
	assert_int_equal(t.items[1].kind, KMSG_PANIC);
	test_findings_done(&t);
	of(&t, "Kernel panic - not syncing: Fatal exception\n", 0);
	assert_int_equal(t.n, 1);
	test_findings_done(&t);
}

/* One oops is one finding, however many lines announce it. */
static void second_headers(void **state)
{
	static const char log[] =
		"[    1.000001] BUG: unable to handle page fault for address: ffff887ffffffff0\n"
		"[    1.000002] #PF: supervisor write access in kernel mode\n"
		"[    1.000003] Oops: 0000 [#1] PREEMPT SMP KASAN\n"
		"[    1.000004] CPU: 2 PID: 5 Comm: a Not tainted 6.1.0 #1\n"
		"[    1.000005] RIP: 0010:f+0x1/0x2\n"
		"[    1.000006] ---[ end trace 0000000000000000 ]---\n"
		"[    2.000001] list_del corruption. prev->next should be 1, but was 2\n"
		"[    2.000002] ------------[ cut here ]------------\n"
		"[    2.000002] kernel BUG at lib/list_debug.c:59!\n"
		"[    2.000003] invalid opcode: 0000 [#2] SMP\n"
		"[    2.000004]  g+0x1/0x2\n"
		"[    3.000001] kernel BUG at mm/x.c:1!\n"
		"[    3.000002] invalid opcode: 0000 [#3] SMP\n"
		"[    3.000003]  h+0x1/0x2\n"
		"[    4.000001] general protection fault: 0000 [#4] SMP KASAN\n"
		"[    4.000002] KASAN: null-ptr-deref in range [0x10-0x17]\n"
		"[    4.000003]  i+0x1/0x2\n";
	static const enum kmsg_kind kinds[] = {KMSG_OOPS, KMSG_LIST_CORRUPTION, KMSG_KERNEL_BUG, KMSG_OOPS};
	static const char *const frames[] = {"f", "g", "h", "i"};
	struct test_findings t;

	(void)state;
	of(&t, log, 0);
	assert_int_equal(t.n, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(t.items[i].kind, kinds[i]);
		assert_string_equal(test_frames(&t.items[i]), frames[i]);
	}
	assert_int_equal(t.items[0].cpu, 2);
	assert_int_equal(t.items[0].pid, 5);
	test_findings_done(&t);
}

/* Strangers within a report are left in its text, strangers behind it are not. */
static void where_a_report_ends(void **state)
{
	static const char log[] =
		"[  1.000001] INFO: task x:1 blocked for more than 120 seconds.\n"
		"[  1.000002] task:x state:D stack:0 pid:1 ppid:0 flags:0x1\n"
		"[  1.000003] Call Trace:\n"
		"[  1.000004]  schedule+0x1/0x2\n"
		"[  1.000005] usb 1-1: new device\n"
		"[  1.000006]  rwsem_down+0x1/0x2\n"
		"[  1.000007] eth0: link up\n"
		"[  1.000008] eth1: link up\n"
		"[  1.000009] eth2: link up\n"
		"[  1.000010] eth3: link up\n"
		"[  1.000011]  other+0x1/0x2\n";
	static const char late[] = "[  1.000001] INFO: task x:1 blocked for more than 120 seconds.\n"
				   "[ 31.000001]  schedule+0x1/0x2\n";
	static const char locks[] = "[  1.000001] INFO: task x:1 blocked for more than 120 seconds.\n"
				    "[  1.000002]  schedule+0x1/0x2\n"
				    "[  1.000003] Showing all locks held in the system:\n"
				    "[  1.000004]  not_his+0x1/0x2\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 0);
	assert_int_equal(t.n, 1);
	assert_string_equal(test_frames(&t.items[0]), "schedule rwsem_down");
	test_assert_text(&t.items[0], "INFO: task x:1 blocked for more than 120 seconds.\n"
				      "task:x state:D stack:0 pid:1 ppid:0 flags:0x1\nCall Trace:\n"
				      " schedule+0x1/0x2\nusb 1-1: new device\n rwsem_down+0x1/0x2");
	test_findings_done(&t);
	of(&t, late, 0);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.items[0].n_frames, 0);
	test_findings_done(&t);
	of(&t, locks, 0);
	assert_string_equal(test_frames(&t.items[0]), "schedule");
	test_findings_done(&t);
}

/* More than there is room for: the beginning is kept, and nothing is written beyond it. */
static void bounds(void **state)
{
	static char log[1 << 20];
	struct test_findings t;
	size_t length = 0;

	(void)state;
	for (int i = 0; i < 20; i++)
		length += (size_t)snprintf(log + length, sizeof(log) - length,
					   "[%5d.000000][   C%d] INFO: task x:%d blocked for more than 120 seconds.\n",
					   i / 10, i, i);
	for (int i = 0; i < 2000; i++)
		length += (size_t)snprintf(log + length, sizeof(log) - length,
					   "[    2.000000][  C19]  a_function_with_a_rather_long_name_%d+0x1/0x2\n", i);
	test_findings_of_log(&t, log, length, 0);
	assert_int_equal(t.n, 20);
	assert_int_equal(t.items[19].n_frames, KMSG_MAX_FRAMES);
	assert_true(t.items[19].text_length <= KMSG_TEXT_SIZE);
	assert_true(t.items[19].text_length > KMSG_TEXT_SIZE - 100);
	test_findings_done(&t);
}

int test_kmsg_trace(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(soft_lockup_in_migration),
		cmocka_unit_test(not_in_migration),
		cmocka_unit_test(frames_of_other_machines),
		cmocka_unit_test(rcu_stall_tells_its_cpu),
		cmocka_unit_test(rcu_stalls_among_each_other),
		cmocka_unit_test(rcu_stalls_of_two_cpus),
		cmocka_unit_test(jiffies_from_the_log),
		cmocka_unit_test(panic_on_warning),
		cmocka_unit_test(panic_that_tells_its_cause),
		cmocka_unit_test(second_headers),
		cmocka_unit_test(where_a_report_ends),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests_name("kmsg: traces", tests, NULL, NULL);
}

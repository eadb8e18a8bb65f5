// SPDX-License-Identifier: GPL-2.0-or-later
/* What the lines below a header tell: of pages, of tasks, of pools. */
#include <stdio.h>
#include <string.h>

#include "observe/test_findings.h"
#include "observe/test_observe.h"

static void of(struct test_findings *t, const char *log, uint64_t hz)
{
	test_findings_of_log(t, log, strlen(log), hz);
}

static void page_that_cannot_be_migrated(void **state)
{
	static const char log[] =
		"[  7.000001] migrating pfn 40123 failed ret:1\n"
		"[  7.000002] page:ffffea0000a40000 refcount:3 mapcount:1 mapping:0000000012345678 index:0x7f pfn:0x40123\n"
		"[  7.000003] anon flags: 0x17ffffc008001d(locked|uptodate|dirty|lru|swapbacked|node=1|zone=2)\n"
		"[  7.000004] raw: 0017ffffc008001d ffffea0000a40008\n"
		"[  7.000005] page dumped because: migration failure\n"
		"[  7.000006] page: refcount:2 mapcount:0 mapping:0 index:0x1 pfn:0x50000\n"
		"[  7.000007] flags: 0x17ffffc0000000(node=0|zone=2)\n"
		"[  7.000008] page dumped because: unmovable page\n"
		"[  8.000001] page:ffffea0000a40000 count:1 mapcount:-128 mapping:0 index:0x0\n"
		"[  8.000002] page dumped because: VM_BUG_ON_PAGE(PageTail(page))\n"
		"[  8.000003] ------------[ cut here ]------------\n"
		"[  8.000004] kernel BUG at mm/x.c:7!\n"
		"[  9.000001] page:ffffea0000a40000 refcount:1 mapcount:0 mapping:0 index:0x0\n"
		"[  9.000002] page dumped because: for fun\n"
		"[ 10.000001] soft offline: 0x77: movable page migration failed 1, type lru\n";
	struct test_findings t;

	(void)state;
	/* The stamps here have one digit too few before the point: dmesg pads, serial lines need not. */
	of(&t, log, 0);
	assert_int_equal(t.n, 4);
	assert_int_equal(t.items[0].kind, KMSG_MIGRATION_FAILURE);
	assert_int_equal(t.items[0].page.pfn, 0x40123);
	assert_int_equal(t.items[0].page.refcount, 3);
	assert_int_equal(t.items[0].page.mapcount, 1);
	assert_string_equal(t.items[0].page.flags, "locked|uptodate|dirty|lru|swapbacked|node=1|zone=2");
	assert_string_equal(t.items[0].page.reason, "migration failure");
	assert_int_equal(t.items[1].kind, KMSG_UNMOVABLE_PAGE);
	assert_int_equal(t.items[1].page.pfn, 0x50000);
	assert_int_equal(t.items[1].page.refcount, 2);
	assert_int_equal(t.items[2].kind, KMSG_KERNEL_BUG); /* the dump before it says about which page */
	assert_int_equal(t.items[2].page.mapcount, -128);
	assert_false(t.items[2].page.has_pfn);
	assert_int_equal(t.items[3].kind, KMSG_MIGRATION_FAILURE);
	assert_int_equal(t.items[3].page.pfn, 0x77);
	test_findings_done(&t);
}

/* Parts of a message that came as records of their own. */
static void pool_in_pieces(void **state)
{
	static const char log[] = "4,1,1000,-;BUG: workqueue lockup - pool\n"
				  "4,2,1001,-;eth0: link up\n"
				  "4,3,1002,c; cpus=2 node=0 flags=0x0 nice=0 stuck for 31s!\n"
				  "4,4,1003,-;Showing busy workqueues and worker pools:\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 0);
	assert_int_equal(t.n, 1);
	assert_true(t.items[0].has_cpu && t.items[0].cpu == 2);
	assert_true(t.items[0].has_seconds && t.items[0].seconds == 31);
	test_findings_done(&t);
}

static void who_slept(void **state)
{
	static const char log[] =
		"[    1.000001] BUG: sleeping function called from invalid context at mm/migrate.c:77\n"
		"[    1.000002] in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 640, name: mover x\n"
		"[    1.000003] pc : move_to_new_folio+0x1/0x2\n"
		"[    1.000004] Call trace:\n"
		"[    1.000005]  move_to_new_folio+0x1/0x2\n"
		"[    1.000006]  move_to_new_folio+0x1/0x2\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 0);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.items[0].comm, "mover x");
	assert_int_equal(t.items[0].pid, 640);
	assert_string_equal(test_frames(&t.items[0]), "move_to_new_folio");
	test_findings_done(&t);
}

static void oom_kill_is_one(void **state)
{
	static const char log[] =
		"[  1.000001] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),task_memcg=/,task=eater,pid=12,uid=0\n"
		"[  1.000002] Out of memory: Killed process 12 (eater) total-vm:1kB, anon-rss:1kB\n"
		"[  1.000003] oom_reaper: reaped process 12 (eater), now anon-rss:0kB\n";
	struct test_findings t;

	(void)state;
	of(&t, log, 0);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.items[0].comm, "eater");
	assert_int_equal(t.items[0].pid, 12);
	test_findings_done(&t);
}

int test_kmsg_details(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_that_cannot_be_migrated),
		cmocka_unit_test(pool_in_pieces),
		cmocka_unit_test(who_slept),
		cmocka_unit_test(oom_kill_is_one),
	};

	return cmocka_run_group_tests_name("kmsg: details", tests, NULL, NULL);
}

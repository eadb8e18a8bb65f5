// SPDX-License-Identifier: GPL-2.0-or-later
/* Everything that takes a text of the kernel apart: symbols, hist, kprobe_profile, CPU lists,
 * vmstat. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/test_tree.h"
#include "observe/cpu_list.h"
#include "observe/symbols.h"
#include "observe/test_observe.h"
#include "observe/trace_text.h"
#include "observe/vmstat.h"

static void symbols_and_their_renamings(void **state)
{
	static const char *const same[] = {
		"move_to_new_page",
		"move_to_new_page.isra.0",
		"move_to_new_page.constprop.0",
		"move_to_new_page.part.12",
		"move_to_new_page.llvm.1234567890",
		"move_to_new_page.isra.0.constprop.3",
	};
	static const char *const other[] = {
		"move_to_new_page.cold",
		"move_to_new_page.isra.0.cold",
		"move_to_new_page.cold.isra.0",
		"move_to_new_page.isra",
		"move_to_new_page.isra.",
		"move_to_new_page.",
		"move_to_new_page_x",
		"move_to_new_pag",
		"xmove_to_new_page",
		"move_to_new_page.isra.0x.foo.1",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		if (!symbol_is(same[i], "move_to_new_page"))
			fail_msg("not taken: %s", same[i]);
	for (size_t i = 0; i < ARRAY_SIZE(other); i++)
		if (symbol_is(other[i], "move_to_new_page"))
			fail_msg("taken: %s", other[i]);
}

static void symbols_of_a_list(void **state)
{
	static const char *const names[] = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"};
	char found[ARRAY_SIZE(names)][SYMBOL_SIZE];
	struct test_tree tree;

	(void)state;
	test_tree_init(&tree);
	test_tree_file(&tree, "kallsyms",
		       "ffffffff81000000 T alpha\n"
		       "0000000000000000 t beta.isra.0\n" /* kptr_restrict hides addresses only */
		       "ffffffff81000010 t beta.isra.0.cold\n"
		       "ffffffff81000020 D gamma\n" /* data */
		       "ffffffffc0000000 t delta\t[some_module]\n"
		       "ffffffff81000030 t epsilon.part.0\n"
		       "ffffffff81000040 t epsilon\n"
		       "ffffffff81000050 t zeta.cold\n"
		       "garbage\n\n T \n");
	assert_int_equal(symbols_find(tree.fs.root_fd, "kallsyms", names, ARRAY_SIZE(names), found),
			 0);
	assert_string_equal(found[0], "alpha");
	assert_string_equal(found[1], "beta.isra.0");
	assert_string_equal(found[2], "");
	assert_string_equal(found[3], "");
	assert_string_equal(found[4], "epsilon");
	assert_string_equal(found[5], "");
	test_tree_file(&tree, "data_only", "ffffffff81000020 D gamma\n");
	assert_int_equal(symbols_find(tree.fs.root_fd, "data_only", names, 3, found), -ENODATA);
	assert_int_equal(symbols_find(tree.fs.root_fd, "nothing", names, 3, found), -ENOENT);
	test_tree_done(&tree);
}

struct seen {
	uint64_t n, ret_sum_hits, eagain, last_failed;
};

static void see(void *context, const struct hist_entry *entry)
{
	struct seen *seen = context;
	uint64_t ret = 0, hits = 0;

	seen->n++;
	assert_true(hist_entry_get(entry, "hitcount", &hits));
	if (hist_entry_get(entry, "ret", &ret) && (int32_t)ret == -EAGAIN)
		seen->eagain += hits;
	(void)hist_entry_get(entry, "failed", &seen->last_failed);
	assert_false(hist_entry_get(entry, "nothing", &ret));
}

static bool walk(const char *text, struct seen *seen, struct hist_totals *totals)
{
	cleanup_free char *copy = memory_string(text);

	*seen = (struct seen){0};
	return hist_text_walk(copy, see, seen, totals);
}

/* As Linux 6.1 printed it, for a kretprobe with ret=$retval:s32. */
static const char *const hist_6_1 =
	"# event histogram\n#\n"
	"# trigger info: hist:keys=ret,common_pid:vals=hitcount:sort=hitcount:size=2048 "
	"[active]\n#\n\n"
	"{ ret: 18446744073709551605, common_pid:        113 } hitcount:         70\n"
	"{ ret:          0, common_pid:        113 } hitcount:        288\n"
	"\nTotals:\n    Hits: 358\n    Entries: 2\n    Dropped: 3\n";

static void hist_of_returns(void **state)
{
	struct hist_totals totals;
	struct seen seen;

	(void)state;
	assert_true(walk(hist_6_1, &seen, &totals));
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.eagain, 70);
	assert_int_equal(totals.hits, 358);
	assert_int_equal(totals.dropped, 3);
	/* Should a kernel print the sign. */
	assert_true(walk("{ ret:        -11, common_pid:        113 } hitcount:          4\n"
			 "Totals:\n    Hits: 4\n    Entries: 1\n    Dropped: 0\n",
			 &seen, &totals));
	assert_int_equal(seen.eagain, 4);
}

static void hist_with_values(void **state)
{
	struct hist_totals totals;
	struct seen seen;

	(void)state;
	assert_true(walk("{ common_pid:         99 } hitcount:          2  succeeded:         64  "
			 "failed:          8\n"
			 "\nTotals:\n    Hits: 2\n    Entries: 1\n    Dropped: 0\n",
			 &seen, &totals));
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last_failed, 8);
	assert_int_equal(totals.hits, 2);
}

static void hist_without_entries(void **state)
{
	struct hist_totals totals;
	struct seen seen;

	(void)state;
	assert_true(walk(
		"# event histogram\n\n\nTotals:\n    Hits: 0\n    Entries: 0\n    Dropped: 0\n",
		&seen, &totals));
	assert_int_equal(seen.n, 0);
}

static void what_is_no_hist(void **state)
{
	static const char *const texts[] = {
		"",
		"# event histogram\n",
		"{ ret:          0, common_pid:        113 } hitcount:        288\n", /* cut: no
											 totals */
		"Totals:\n    Hits: 0\n    Entries: 0\n",
		"{ ret:          0, common_pid:    113 } hitcount: many\nTotals:\n    Hits: 1\n    "
		"Dropped: 0\n",
		"{ ret: 99999999999999999999999 } hitcount: 1\nTotals:\n    Hits: 1\n    Dropped: "
		"0\n",
		"{ ret: 1 } hitcount\nTotals:\n    Hits: 1\n    Dropped: 0\n",
		"{ : 1 } hitcount: 1\nTotals:\n    Hits: 1\n    Dropped: 0\n",
		"{ }\nTotals:\n    Hits: 1\n    Dropped: 0\n",
		"{ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1 } hitcount: 1\nTotals:\n    "
		"Hits: 1\n    Dropped: 0\n",
	};
	struct hist_totals totals;
	struct seen seen;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (walk(texts[i], &seen, &totals))
			fail_msg("taken for a hist: %s", texts[i]);
}

static void misses_of_a_probe(void **state)
{
	static const char *const profile =
		"  memsoak_12_move                                          288               7\n"
		"  memsoak_1_move                                       4800000              11\n"
		"  memsoak_1_wait0                                            3               0\n"
		"  half                                                       3\n"
		"  more                                                       3               0    "
		"         1\n"
		"  words                                                    yes              no\n";
	uint64_t hits = 0, misses = 0;

	(void)state;
	assert_true(kprobe_profile_find(profile, "memsoak_1_move", &hits, &misses));
	assert_int_equal(hits, 4800000);
	assert_int_equal(misses, 11);
	assert_true(kprobe_profile_find(profile, "memsoak_1_wait0", &hits, &misses));
	assert_int_equal(misses, 0);
	assert_true(kprobe_profile_find("x 1 2", "x", &hits, &misses)); /* no newline at the end */
	assert_int_equal(misses, 2);
	assert_false(kprobe_profile_find(profile, "memsoak_1_mov", &hits, &misses));
	assert_false(kprobe_profile_find(profile, "move", &hits, &misses));
	assert_false(kprobe_profile_find(profile, "half", &hits, &misses));
	assert_false(kprobe_profile_find(profile, "more", &hits, &misses));
	assert_false(kprobe_profile_find(profile, "words", &hits, &misses));
	assert_false(kprobe_profile_find("", "x", &hits, &misses));
}

static void note_event(void *context, const char *group, const char *name)
{
	char *all = context;

	(void)strcat(strcat(strcat(strcat(all, group), "+"), name), " ");
}

static void list_of_probes(void **state)
{
	char text[] = "r512:memsoak_9/memsoak_9_move move_to_new_folio ret=$retval:s32\n"
		      "p:memsoak_9/memsoak_9_wait0 migration_entry_wait\n"
		      "r:referee/offline offline_pages ret=$retval:s32\n"
		      "nonsense\n"
		      "f:fprobes/x y\n"
		      "p:nogroup\n"
		      "p:kprobes/last do_sys_open";
	char all[256] = "";

	(void)state;
	kprobe_events_walk(text, note_event, all);
	assert_string_equal(
		all,
		"memsoak_9+memsoak_9_move memsoak_9+memsoak_9_wait0 referee+offline kprobes+last ");
}

static void cpu_lists(void **state)
{
	static const char *const wrong[] = {"x",
					    "1-",
					    "-1",
					    "3-1",
					    "1,,2",
					    "1,",
					    "1 2",
					    "8192",
					    "0-8192",
					    "1-2-3",
					    "99999999999999999999"};
	struct cpu_list list;

	(void)state;
	assert_true(cpu_list_parse("0-3,8,70-71", &list));
	assert_int_equal(cpu_list_count(&list), 7);
	assert_true(cpu_list_has(&list, 0));
	assert_true(cpu_list_has(&list, 8));
	assert_true(cpu_list_has(&list, 71));
	assert_false(cpu_list_has(&list, 4));
	assert_false(cpu_list_has(&list, 72));
	assert_false(cpu_list_has(&list, 100000));
	assert_true(cpu_list_parse("0-8191", &list));
	assert_int_equal(cpu_list_count(&list), CPU_LIST_MAX);
	assert_true(cpu_list_parse("", &list));
	assert_int_equal(cpu_list_count(&list), 0);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (cpu_list_parse(wrong[i], &list))
			fail_msg("taken for a list: %s", wrong[i]);
}

static void vmstat_is_read_and_compared(void **state)
{
	struct vmstat earlier, later, difference;
	struct test_tree tree;

	(void)state;
	test_tree_init(&tree);
	assert_int_equal(vmstat_read(&tree.fs, &earlier, NULL), -ENOENT);
	test_tree_file(
		&tree, "proc/vmstat",
		"nr_free_pages 1\npgmigrate_success 100\npgmigrate_fail 7\ncompact_fail 9\n");
	assert_int_equal(vmstat_read(&tree.fs, &earlier, NULL), 0);
	assert_true(earlier.known[VMSTAT_pgmigrate_success]);
	assert_int_equal(earlier.value[VMSTAT_pgmigrate_success], 100);
	assert_false(earlier.known[VMSTAT_thp_migration_success]);
	test_tree_file(&tree, "proc/vmstat",
		       "pgmigrate_success_not 5\npgmigrate_success 164\npgmigrate_fail "
		       "7\nthp_migration_success 3\n"
		       "pgmigrate 1\ncompact_fail nine\n");
	assert_int_equal(vmstat_read(&tree.fs, &later, NULL), 0);
	assert_false(later.known[VMSTAT_compact_fail]);
	vmstat_difference(&later, &earlier, &difference);
	assert_true(difference.known[VMSTAT_pgmigrate_success]);
	assert_int_equal(difference.value[VMSTAT_pgmigrate_success], 64);
	assert_true(difference.known[VMSTAT_pgmigrate_fail]);
	assert_int_equal(difference.value[VMSTAT_pgmigrate_fail], 0);
	/* Only in one of the two, or no number: unknown, which is not 0. */
	assert_false(difference.known[VMSTAT_thp_migration_success]);
	assert_false(difference.known[VMSTAT_compact_fail]);
	/* A counter that goes back is not one. */
	vmstat_difference(&earlier, &later, &difference);
	assert_false(difference.known[VMSTAT_pgmigrate_success]);
	test_tree_done(&tree);
}

int test_text(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_and_their_renamings),
		cmocka_unit_test(symbols_of_a_list),
		cmocka_unit_test(hist_of_returns),
		cmocka_unit_test(hist_with_values),
		cmocka_unit_test(hist_without_entries),
		cmocka_unit_test(what_is_no_hist),
		cmocka_unit_test(misses_of_a_probe),
		cmocka_unit_test(list_of_probes),
		cmocka_unit_test(cpu_lists),
		cmocka_unit_test(vmstat_is_read_and_compared),
	};

	return cmocka_run_group_tests_name("kernel text", tests, NULL, NULL);
}

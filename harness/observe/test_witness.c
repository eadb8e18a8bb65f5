// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/test_tree.h"
#include "observe/test_observe.h"
#include "observe/witness.h"

static const struct witness_statement *find(const struct witness_statement *statements, size_t n,
					    const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(statements[i].name, name) == 0)
			return &statements[i];
	return NULL;
}

static void set(struct test_tree *tree, const char *taint, const char *soft, const char *hung)
{
	test_tree_file(tree, "proc/sys/kernel/tainted", taint);
	test_tree_file(tree, "sys/kernel/softlockup_count", soft);
	test_tree_file(tree, "proc/sys/kernel/hung_task_detect_count", hung);
}

/* Each row: what changes, what the log told, and what the witness says to it. */
static void agreement_and_its_lack(void **state)
{
	static const struct {
		const char *taint, *soft, *hung;
		uint64_t soft_lockups, hung_tasks;
		bool soft_disagrees, taint_disagrees, hung_disagrees;
	} table[] = {
		{"512\n", "3\n", "7\n", 0, 0, false, false, false},
		{"16896\n", "9\n", "8\n", 1, 1, false, false, false},
		{"512\n", "3\n", "8\n", 0, 0, false, false, true},   /* suppressed by hung_task_warnings */
		{"16896\n", "4\n", "7\n", 0, 0, true, true, false},  /* lost in an overrun */
		{"512\n", "3\n", "7\n", 2, 1, true, true, true},     /* somebody made it up */
		{"512\n", "2\n", "7\n", 0, 0, true, false, false},   /* set back by somebody */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct witness_statement statements[WITNESS_MAX];
		struct witness_counts before, after;
		uint64_t findings[KMSG_MAX_KIND] = {
			[KMSG_SOFT_LOCKUP] = table[i].soft_lockups,
			[KMSG_HUNG_TASK] = table[i].hung_tasks,
		};
		struct test_tree tree;
		size_t n;

		test_tree_init(&tree);
		set(&tree, "512\n", "3\n", "7\n");
		witness_read(&tree.fs, &before);
		set(&tree, table[i].taint, table[i].soft, table[i].hung);
		witness_read(&tree.fs, &after);
		n = witness_compare(&before, &after, findings, statements);
		print_message("row %zu\n", i);
		assert_int_equal(find(statements, n, "softlockup_count")->disagreement != NULL,
				 table[i].soft_disagrees);
		assert_int_equal(find(statements, n, "softlockup_count")->findings, table[i].soft_lockups);
		assert_int_equal(find(statements, n, "taint_soft_lockup")->disagreement != NULL,
				 table[i].taint_disagrees);
		assert_int_equal(find(statements, n, "hung_task_detect_count")->disagreement != NULL,
				 table[i].hung_disagrees);
		/* Set before (512: a warning): it cannot tell. Not there: it does not. */
		assert_null(find(statements, n, "taint_warning"));
		assert_null(find(statements, n, "rcu_stall_count"));
		assert_non_null(find(statements, n, "taint_die"));
		test_tree_done(&tree);
	}
}

static void a_kernel_without_any(void **state)
{
	struct witness_statement statements[WITNESS_MAX];
	struct witness_counts before, after;
	uint64_t findings[KMSG_MAX_KIND] = {[KMSG_SOFT_LOCKUP] = 1};
	struct test_tree tree;

	(void)state;
	test_tree_init(&tree);
	witness_read(&tree.fs, &before);
	assert_int_equal(witness_compare(&before, &before, findings, statements), 0);
	test_tree_file(&tree, "sys/kernel/oops_count", "nonsense\n");
	test_tree_file(&tree, "sys/kernel/warn_count", "1\n");
	witness_read(&tree.fs, &after); /* it came while we looked, as a module's would */
	assert_int_equal(witness_compare(&before, &after, findings, statements), 0);
	assert_int_equal(witness_compare(&after, &after, findings, statements), 1);
	assert_string_equal(statements[0].name, "warn_count");
	test_tree_done(&tree);
}

int test_witness(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agreement_and_its_lack),
		cmocka_unit_test(a_kernel_without_any),
	};

	return cmocka_run_group_tests_name("second witnesses", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/test_tree.h"
#include "observe/ability.h"
#include "observe/checkup.h"
#include "observe/test_observe.h"
#include "observe/tracing.h"

#define TRACING "sys/kernel/tracing/"
#define KERNEL "proc/sys/kernel/"

static void give_all(struct test_tree *tree, const char *folder)
{
	char path[128];

	test_tree_init(tree);
	(void)strcat(strcpy(path, folder), "/events/migrate/mm_migrate_pages/hist");
	test_tree_file(tree, path, "");
	(void)strcat(strcpy(path, folder), "/kprobe_events");
	test_tree_file(tree, path, "");
	test_tree_file(tree, "proc/kallsyms",
		       "0 t move_to_new_page.isra.0\n0 T migration_entry_wait\n");
	test_tree_file(tree, KERNEL "perf_event_paranoid", "-1\n");
	test_tree_file(tree, "proc/vmstat", "pgmigrate_success 1\npgmigrate_fail 1\n");
}

static void assert_source(struct test_tree *tree, enum count_source source)
{
	struct count_ability a;

	count_ability_read(&tree->fs, &a);
	assert_string_equal(count_source_name(a.source), count_source_name(source));
}

static void all_is_there(void **state)
{
	static const char *const folders[] = {TRACING_FOLDER, TRACING_FOLDER_OLD};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		struct count_ability a;
		struct test_tree tree;

		give_all(&tree, folders[i]);
		count_ability_read(&tree.fs, &a);
		assert_true(a.has_tracefs && a.has_kprobes && a.has_hist && a.has_perf);
		assert_false(a.is_hidden);
		assert_int_equal(a.perf_paranoid, -1);
		assert_string_equal(a.symbol, "move_to_new_page.isra.0");
		assert_int_equal(a.n_waits, 1);
		assert_int_equal(a.source, SOURCE_PERF_KPROBE);
		test_tree_done(&tree);
	}
}

static void remove_file(struct test_tree *tree, const char *path)
{
	assert_int_equal(unlinkat(tree->fs.root_fd, path, 0), 0);
}

static void one_after_the_other_is_missing(void **state)
{
	struct test_tree tree;

	(void)state;
	give_all(&tree, TRACING_FOLDER);
	assert_source(&tree, SOURCE_PERF_KPROBE);
	remove_file(&tree, KERNEL "perf_event_paranoid");
	assert_source(&tree, SOURCE_HIST);
	test_tree_file(&tree, "sys/kernel/debug/kprobes/enabled", "0\n");
	assert_source(&tree, SOURCE_TRACEPOINT);
	test_tree_file(&tree, "sys/kernel/debug/kprobes/enabled", "1\n");
	assert_source(&tree, SOURCE_HIST);
	remove_file(&tree, TRACING "events/migrate/mm_migrate_pages/hist");
	assert_source(&tree, SOURCE_VMSTAT);
	remove_file(&tree, "proc/vmstat");
	assert_source(&tree, SOURCE_NONE);
	test_tree_done(&tree);

	give_all(&tree, TRACING_FOLDER);
	remove_file(&tree, "proc/kallsyms");
	assert_source(&tree, SOURCE_TRACEPOINT);
	test_tree_file(&tree, "proc/kallsyms", "0 t move_to_new_page.cold\n");
	assert_source(&tree, SOURCE_TRACEPOINT);
	test_tree_file(&tree, "proc/kallsyms", "0 t move_to_new_folio\n0 t move_to_new_page\n");
	assert_source(&tree, SOURCE_PERF_KPROBE);
	remove_file(&tree, TRACING "kprobe_events");
	assert_source(&tree, SOURCE_TRACEPOINT);
	test_tree_done(&tree);
}

/* What a check finds in a tree with one file, or with none (path NULL). */
static struct finding find(const char *name, const char *path, const char *text)
{
	struct finding finding = {.result = FINDING_MAX};
	struct count_ability a;
	struct test_tree tree;

	test_tree_init(&tree);
	if (path)
		test_tree_file(&tree, path, text);
	count_ability_read(&tree.fs, &a);
	for (size_t i = 0; i < n_checkups_counting; i++)
		if (strcmp(checkups_counting[i].name, name) == 0)
			checkups_counting[i].run(&tree.fs, &a, &finding);
	for (size_t i = 0; i < n_checkups_kernel; i++)
		if (strcmp(checkups_kernel[i].name, name) == 0)
			checkups_kernel[i].run(&tree.fs, &a, &finding);
	test_tree_done(&tree);
	return finding;
}

static void checks_and_their_results(void **state)
{
	static const struct {
		const char *name, *path, *text;
		enum finding_result result;
		const char *says;
	} table[] = {
		{"tracefs", NULL, NULL, FINDING_NO, "mount -t tracefs"},
		{"tracefs", TRACING "events/enable", "0\n", FINDING_OK, "mounted"},
		{"kprobes", NULL, NULL, FINDING_NO, "CONFIG_KPROBE_EVENTS"},
		{"hist-triggers", NULL, NULL, FINDING_LIMITED, "CONFIG_HIST_TRIGGERS"},
		{"hist-triggers", TRACING "events/migrate/mm_migrate_pages/hist", "", FINDING_OK,
		 "there"},
		{"perf-events", NULL, NULL, FINDING_LIMITED, "CONFIG_PERF_EVENTS"},
		{"perf-events", KERNEL "perf_event_paranoid", "4\n", FINDING_OK, "4"},
		{"count-source", NULL, NULL, FINDING_LIMITED, "none"},
		{"count-source", "proc/vmstat", "pgmigrate_success 1\n", FINDING_LIMITED,
		 "vmstat-proxy"},
		{"soft-lockup", NULL, NULL, FINDING_LIMITED, "no detector"},
		{"soft-lockup", KERNEL "watchdog_thresh", "10\n", FINDING_OK, "20 s"},
		{"soft-lockup", KERNEL "watchdog_thresh", "0\n", FINDING_LIMITED, "switched off"},
		{"hung-task", NULL, NULL, FINDING_LIMITED, "no detector"},
		{"hung-task", KERNEL "hung_task_timeout_secs", "120\n", FINDING_OK, "120 s"},
		{"hung-task", KERNEL "hung_task_timeout_secs", "0\n", FINDING_LIMITED,
		 "switched off"},
		{"numa-balancing", KERNEL "numa_balancing", "1\n", FINDING_OK, "on"},
		{"numa-balancing", KERNEL "numa_balancing", "0\n", FINDING_OK, "off"},
		{"ksm", NULL, NULL, FINDING_OK, "not in this kernel"},
		{"ksm", "sys/kernel/mm/ksm/run", "1\n", FINDING_LIMITED, "on"},
		{"ksm", "sys/kernel/mm/ksm/run", "2\n", FINDING_OK, "off"},
		{"transparent-hugepages", "sys/kernel/mm/transparent_hugepage/enabled",
		 "always [madvise] never\n", FINDING_OK, "[madvise]"},
		{"lockdown", "sys/kernel/security/lockdown", "none integrity [confidentiality]\n",
		 FINDING_LIMITED, "confidentiality"},
		{"lockdown", "sys/kernel/security/lockdown", "none [integrity] confidentiality\n",
		 FINDING_OK, "integrity"},
		{"virtualisation", "proc/cpuinfo", "model name : QEMU TCG CPU\n", FINDING_LIMITED,
		 "tcg"},
		{"virtualisation", NULL, NULL, FINDING_OK, "none"},
		{"wait-generation", "proc/kallsyms", "0 T _stext\n0 T migration_entry_wait_on_locked\n0 T handle_mm_fault\n"
		 "0 T schedule\n0 T start_kernel\n",
		 FINDING_OK, "C, "},
		{"wait-generation", NULL, NULL, FINDING_LIMITED, "unknown"},
		{"taint", KERNEL "tainted", "512\n", FINDING_OK, "512"},
		{"taint", KERNEL "tainted", "16384\n", FINDING_LIMITED, "16384"},
		{"taint", NULL, NULL, FINDING_LIMITED, "cannot be read"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct finding finding = find(table[i].name, table[i].path, table[i].text);

		if (finding.result != table[i].result || !strstr(finding.what, table[i].says))
			fail_msg("%s with %s: %s '%s'", table[i].name,
				 table[i].path ? table[i].path : "nothing",
				 finding.result < FINDING_MAX ? finding_result_name(finding.result)
							      : "?",
				 finding.what);
	}
}

/* tracefs is there, for root only: that is not the same as none. */
static void what_may_not_be_seen(void **state)
{
	uid_t user = geteuid();
	struct count_ability a;
	struct test_tree tree;
	struct finding finding = {0};

	(void)state;
	give_all(&tree, TRACING_FOLDER);
	assert_int_equal(fchmodat(tree.fs.root_fd, TRACING_FOLDER, 0, 0), 0);
	assert_int_equal(chmod(tree.path, 0755), 0);
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	count_ability_read(&tree.fs, &a);
	if (user == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(fchmodat(tree.fs.root_fd, TRACING_FOLDER, 0755, 0), 0);
	assert_true(a.is_hidden);
	assert_false(a.has_tracefs);
	assert_non_null(strstr(a.tracefs_why, "root is needed"));
	for (size_t i = 0; i < n_checkups_counting; i++) {
		if (strcmp(checkups_counting[i].name, "perf-events") == 0)
			continue;
		checkups_counting[i].run(&tree.fs, &a, &finding);
		if (finding.result != FINDING_LIMITED)
			fail_msg("%s: '%s'", checkups_counting[i].name, finding.what);
	}
	test_tree_done(&tree);
}

static void names_of_groups(void **state)
{
	static const char *const others[] = {
		"memsoak_",   "memsoak_1x", "memsoak_x1",	   "memsoak_-1",
		"memsoak_01", "memsoak_0",  "memsoak_99999999999", "xmemsoak_1",
		"memsoak1",   "",	    "memsoak_1_move"};
	pid_t pid = -1;

	(void)state;
	assert_true(tracing_is_ours("memsoak_1234", &pid));
	assert_int_equal(pid, 1234);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (tracing_is_ours(others[i], &pid))
			fail_msg("taken for ours: %s", others[i]);
}

int test_ability(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_there),
		cmocka_unit_test(one_after_the_other_is_missing),
		cmocka_unit_test(checks_and_their_results),
		cmocka_unit_test(what_may_not_be_seen),
		cmocka_unit_test(names_of_groups),
	};

	return cmocka_run_group_tests_name("what can be counted", tests, NULL, NULL);
}

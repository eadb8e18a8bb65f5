// SPDX-License-Identifier: GPL-2.0-or-later
/* A worker that cannot work says why: in shared memory when it has it, else one line on stderr. */
#include "workloads/test_rig.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/cleanup.h"

#define PAGES 4

struct failure {
	const char *words[RIG_MAX_WORDS];
	const char *text; /* what the line has in it */
	int exit_code;
};

static void is_one_line(const char *text, const char *part)
{
	const char *newline = strchr(text, '\n');

	assert_non_null(newline);
	assert_string_equal(newline, "\n");
	if (!strstr(text, part))
		fail_msg("'%s' is not in: %s", part, text);
}

static void told_on_stderr(void **state)
{
	static const struct failure failures[] = {
		{{"--nonsense"}, "unknown option '--nonsense'", 2},
		{{"--pages", "0"}, "--pages", 2},
		{{"--threads", "257"}, "--threads", 2},
		{{NULL}, "--workload is missing", 2},
		{{"--workload", "refault"}, "--control-fd is missing", 2},
		{{"--workload", "placer"}, "--command-fd is missing", 2},
		{{"--workload", "refault", "--control-fd", "999"}, "--control-fd 999", 3},
		/* The pages' memory has no room for the control words. */
		{{"--workload", "refault", "--control-fd", "%M"}, "bytes, a worker's shared", 2},
		{{"--workload", "placer", "--command-fd", "%M"}, "--command-fd", 3},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
		struct rig rig;
		int status;

		rig_open(&rig, PAGES);
		rig_start(&rig, failures[i].words);
		status = rig_wait(&rig);
		is_one_line(rig_stderr(&rig), failures[i].text);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), failures[i].exit_code);
		rig_close(&rig);
	}
}

static void told_in_shared_memory(void **state)
{
	static const struct failure failures[] = {
		{{"--workload", "nonsense"}, "unknown workload 'nonsense'", -EINVAL},
		{{"--workload", "placer"}, "takes --command-fd", -EINVAL},
		{{"--workload", "refault"}, "--kind is missing", -EINVAL},
		{{"--workload", "refault", "--kind", "odd"},
		 "unknown kind of pages 'odd'",
		 -EINVAL},
		{{"--workload", "refault", "--kind", "private-anonymous"},
		 "--pages is missing",
		 -EINVAL},
		{{"--workload", "refault", "--kind", "shared-memfd", "--pages", "4"},
		 "needs --memory-fd",
		 -EINVAL},
		{{"--workload", "refault", "--kind", "shared-memfd", "--pages", "4", "--memory-fd",
		  "999"},
		 "--memory-fd 999",
		 -EBADF},
		{{"--workload", "refault", "--kind", "shared-memfd", "--pages", "5", "--memory-fd",
		  "%M"},
		 "5 pages need",
		 -EINVAL},
		{{"--workload", "refault", "--kind", "private-anonymous", "--pages", "4", "--cpus",
		  "99999"},
		 "'99999' is no list of CPUs",
		 -EINVAL},
		{{"--workload", "refault", "--kind", "private-anonymous", "--pages", "4", "--cpus",
		  "x-y"},
		 "'x-y' is no list of CPUs",
		 -EINVAL},
		{{"--workload", "zap", "--kind", "private-anonymous", "--pages", "4"},
		 "'zap' cannot work on private-anonymous pages",
		 -EINVAL},
		{{"--workload", "hog", "--kind", "private-anonymous", "--pages", "4", "--threads",
		  "1"},
		 "needs --node",
		 -EINVAL},
		{{"--workload", "hog", "--kind", "private-anonymous", "--pages", "4", "--threads",
		  "2", "--node", "0"},
		 "one thread in each process",
		 -EINVAL},
		{{"--workload", "refault", "--kind", "private-anonymous", "--pages", "4", "--node",
		  "60000"},
		 "no node 60000",
		 -EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
		const char *words[RIG_MAX_WORDS] = {"--control-fd", "%C"};
		struct rig rig;
		int status;

		for (size_t k = 0; failures[i].words[k]; k++)
			words[k + 2] = failures[i].words[k];
		rig_open(&rig, PAGES);
		rig_start(&rig, words);
		status = rig_wait(&rig);
		/* libnuma, too, prints nothing. */
		assert_string_equal(rig_stderr(&rig), "");
		assert_true(WIFEXITED(status));
		assert_true(WEXITSTATUS(status) == 2 || WEXITSTATUS(status) == 3);
		assert_int_equal(rig.shared->state, WORKER_FAILED);
		assert_int_equal(rig.shared->error, failures[i].exit_code);
		if (!strstr(rig.shared->error_text, failures[i].text))
			fail_msg("'%s' is not in: %s", failures[i].text, rig.shared->error_text);
		assert_null(strchr(rig.shared->error_text, '\n'));
		rig_close(&rig);
	}
}

static void foreign_memory_is_refused(void **state)
{
	static const char *const words[] = {"--workload", "refault", "--control-fd", "%C", NULL};
	struct rig rig;

	(void)state;
	for (int i = 0; i < 2; i++) {
		rig_open(&rig, PAGES);
		if (i == 0)
			rig.shared->magic++;
		else
			rig.shared->struct_size--;
		rig_start(&rig, words);
		assert_int_equal(WEXITSTATUS(rig_wait(&rig)), 2);
		is_one_line(rig_stderr(&rig), "not the shared memory");
		rig_close(&rig);
	}
}

static void help_and_list_end_well(void **state)
{
	static const char *const lines[][2] = {{"--help", NULL}, {"--list", NULL}};
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		rig_open(&rig, PAGES);
		rig_start(&rig, lines[i]);
		assert_int_equal(rig_wait(&rig), 0);
		assert_string_equal(rig_stderr(&rig), "");
		assert_non_null(strstr(rig_stdout(&rig), i == 0 ? "--control-fd FD" : "refault "));
		rig_close(&rig);
	}
}

int test_failures(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(told_on_stderr),
		rig_test(told_in_shared_memory),
		rig_test(foreign_memory_is_refused),
		rig_test(help_and_list_end_well),
	};

	return cmocka_run_group_tests_name("workloads: failures", tests, NULL, NULL);
}

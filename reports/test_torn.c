// SPDX-License-Identifier: GPL-2.0-or-later
/* Journals that a crash, a full disk or a hand has damaged: a valid report that says so. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/test_reports.h"

static void good_run(struct test_run *run)
{
	test_begin(run);
	test_event(run, "setting", "'path':'/p','old':'1','new':'0'");
	test_event(run, "phase", "'name':'p','rung':0,'faulters':4,'workers':[{'name':'w',"
				 "'workload':'refault','processes':2,'threads':2,'pages':8}]");
	test_attempt(run, 33, "'error':'EINTR','errno':4,'ended_by':'deadline','signals':1,"
			      "'time_to_return_ns':9,'state_after':'online'");
	test_exercise(run);
	test_event(run, "finding", "'kind':'warning','text':'caf\xc3\xa9 \\u00e9 \\\\'");
	test_event(run, "phase_end", "'name':'p','rung':0,'duration_ns':5,'workers':[{'name':'w',"
				     "'touches':7,'latency':{'count':1,'sum_ns':2,'max_ns':2,"
				     "'buckets':[[2,1]]}}],'migration':{'attempts':60,'succeeded':57,"
				     "'eagain':3,'waits':4}");
	test_event(run, "setting_restored", "'path':'/p','value':'1'");
	test_finish(run);
}

struct cut {
	size_t length;
	uint64_t whole; /* records that are whole, be it without a newline */
	bool is_torn, is_at_end;
};

static struct cut cut_at(const char *text, size_t length)
{
	struct cut cut = {.length = length};
	size_t begin = 0;

	for (size_t i = 0; i < length; i++)
		if (text[i] == '\n') {
			cut.whole++;
			begin = i + 1;
		}
	if (length > begin) {
		bool is_whole = text[length] == '\n';

		cut.whole += is_whole;
		cut.is_torn = !is_whole;
	}
	cut.is_at_end = text[length] == '\0' || text[length + 1] == '\0';
	return cut;
}

static void check_cut(const struct test_run *run, const struct cut *cut)
{
	test_is(run, "harness.journal.records", cut->whole);
	test_is(run, "harness.journal.corrupt", 0);
	test_is(run, "harness.journal.gaps", 0);
	test_is_true(run, "harness.journal.torn", cut->is_torn);
	assert_int_equal(test_faults(run, "the last line of the journal is cut"), cut->is_torn);
	if (cut->is_at_end)
		test_verdict_is(run, "pass", 0, "every rule held");
	else
		test_verdict_is(run, "crashed", 1, "the journal ends without an end record");
}

static void test_cut_everywhere(void **state)
{
	struct test_run run = test_run_new(NULL);
	cleanup_free char *path = memory_format("%s/events.jsonl", run.folder);
	cleanup_free char *text = NULL;
	size_t length;

	(void)state;
	good_run(&run);
	(void)fflush(run.journal);
	assert_int_equal(file_read_all(path, &text, &length, NULL), 0);
	for (size_t n = length + 1; n-- > 0;) {
		struct cut cut = cut_at(text, n);

		assert_int_equal(ftruncate(fileno(run.journal), (off_t)n), 0);
		test_fold(&run);
		check_cut(&run, &cut);
	}
	test_run_done(&run);
}

/* Whatever stands in the middle that is no record: counted, and no verdict about the kernel. */
static void test_garbage(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} table[] = {
#define BYTES(text) {text, sizeof(text) - 1}
		BYTES("\n"),
		BYTES("garbage\n"),
		BYTES("{}\n"),
		BYTES("[1,2]\n"),
		BYTES("null\n"),
		BYTES("{\"seq\":3,\"boot\":\"b1\",\"t\":1,\"ev\":7}\n"),
		BYTES("{\"seq\":3,\"boot\":\"b1\",\"t\":1,\"ev\":\"end\"\n"),
		BYTES("{\"seq\":3,\"boot\":\"b1\",\"t\":1,\"ev\":\"end\"}}\n"),
		BYTES("{\"seq\":3,\"boot\":\"b1\",\"ev\":\"end\"}\n"),
		BYTES("{\"seq\":-1,\"boot\":\"b1\",\"t\":1,\"ev\":\"end\"}\n"),
		BYTES("\0\0\0\0\n"),
		BYTES("\xff\xfe\n"),
		BYTES("{\"seq\":3,\"boot\":\"b1\",\"t\":1,\"ev\":\"end\",\"x\":NaN}\n"),
#undef BYTES
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_run run = test_run_new(NULL);

		test_begin(&run);
		test_exercise(&run);
		test_raw(&run, table[i].bytes, table[i].length);
		test_finish(&run);
		test_fold(&run);
		test_is(&run, "harness.journal.corrupt", 1);
		test_is_true(&run, "harness.journal.torn", false);
		test_is(&run, "harness.journal.records", run.seq);
		assert_int_equal(test_faults(&run, "1 lines of the journal are no records"), 1);
		test_verdict_is(&run, "error", 3, "the journal is damaged: 1 lines");
		test_run_done(&run);
	}
}

static void nested(struct test_run *run)
{
	enum { DEPTH = 100000 };
	cleanup_free char *line = memory_alloc(DEPTH + 100, 1);
	int n = sprintf(line, "{\"seq\":1,\"boot\":\"b1\",\"t\":1,\"ev\":\"move\",\"x\":");

	memset(line + n, '[', DEPTH);
	line[n + DEPTH] = '\n';
	test_raw(run, line, (size_t)n + DEPTH + 1);
}

/* A line that is too deep, one that is too long: no record, and the next one is read again. */
static void test_monsters(void **state)
{
	enum { LENGTH = 5 << 20 };
	struct test_run run = test_run_new(NULL);
	cleanup_free char *line = memory_alloc(LENGTH, 1);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	nested(&run);
	memset(line, 'x', LENGTH);
	line[LENGTH - 1] = '\n';
	test_raw(&run, line, LENGTH);
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "harness.journal.corrupt", 2);
	test_is(&run, "harness.journal.records", run.seq);
	test_is_text(&run, "run.ended", "completed");
	test_run_done(&run);
}

static void test_sequence(void **state)
{
	static const struct {
		int step; /* of the number, in the middle */
		uint64_t gaps;
	} table[] = {{0, 0}, {-1, 1}, {1, 1}, {1000000, 1}, {-4, 1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct test_run run = test_run_new(NULL);

		test_begin(&run);
		test_exercise(&run);
		run.seq += (uint64_t)(int64_t)table[i].step;
		test_finish(&run);
		test_fold(&run);
		test_is(&run, "harness.journal.gaps", table[i].gaps);
		test_is(&run, "harness.journal.corrupt", 0);
		if (table[i].gaps)
			test_verdict_is(&run, "error", 3, "1 gaps in the sequence");
		else
			test_verdict_is(&run, "pass", 0, "every rule held");
		test_run_done(&run);
	}
}

/* A later memsoak may write more: it is counted, and the rest of the report stands. */
static void test_unknown_events(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "teleport", "'block':5");
	test_event(&run, "", "");
	test_event(&run, "offline2", "'block':5,'error':'OK'");
	test_finish(&run);
	test_fold(&run);
	test_is(&run, "harness.journal.unknown", 3);
	test_is(&run, "harness.journal.records", run.seq);
	test_is(&run, "offline.attempts", 1);
	test_verdict_is(&run, "pass", 0, "every rule held");
	test_run_done(&run);
}

static void test_other_boot(void **state)
{
	struct test_run run = test_run_new(NULL);

	(void)state;
	test_begin(&run);
	test_exercise(&run);
	test_event(&run, "intent", "'operation':'offline','block':44");
	run.boot = "a-boot-id-that-is-much-longer-than-any-real-one-could-ever-be-1234567890";
	test_event(&run, "restore", "'blocks':1,'left_offline':[],'settings_restored':true");
	test_fold(&run);
	test_is(&run, "harness.journal.boots", 2);
	test_is_json(&run, "harness.memory_left_offline", "[]");
	test_verdict_is(&run, "crashed", 1, "without an end record");
	test_run_done(&run);
}

int test_torn(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_everywhere), cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_monsters),       cmocka_unit_test(test_sequence),
		cmocka_unit_test(test_unknown_events), cmocka_unit_test(test_other_boot),
	};

	return cmocka_run_group_tests_name("damaged journals", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Escaping, scales, the timeline of a journal, the list of blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/html/block_list.h"
#include "reports/html/chart.h"
#include "reports/html/html.h"
#include "reports/html/page.h"
#include "reports/html/timeline.h"
#include "reports/report.h"
#include "reports/report_parts.h"

#define BOOT "\"boot\":\"b1\","

static char *written(void (*write)(FILE *out, const char *text), const char *text)
{
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);

	assert_non_null(out);
	write(out, text);
	assert_int_equal(fclose(out), 0);
	return result;
}

static void put_line(FILE *out, const char *text)
{
	html_text(out, text);
}

static void put_block(FILE *out, const char *text)
{
	html_lines(out, text, 1 << 16);
}

static void test_text_is_only_text(void **state)
{
	static const char hostile[] = "<script>&\"'\033[1m\n]]>\xff";
	cleanup_free char *line = written(put_line, hostile), *block = written(put_block, hostile);
	cleanup_free char *none = written(put_line, NULL);

	(void)state;
	assert_string_equal(line, "&lt;script&gt;&amp;&quot;&#39; [1m ]]&gt;\xef\xbf\xbd");
	assert_string_equal(block, "&lt;script&gt;&amp;&quot;&#39; [1m\n]]&gt;\xef\xbf\xbd");
	assert_string_equal(none, "");
}

static void test_long_text_is_cut(void **state)
{
	cleanup_free char *text = memory_alloc(1 << 20, 1), *line;

	(void)state;
	memset(text, '<', (1 << 20) - 1);
	line = written(put_line, text);
	assert_true(strlen(line) < 5 * 4096);
}

static void test_moods(void **state)
{
	(void)state;
	assert_string_equal(html_mood("pass"), "good");
	assert_string_equal(html_mood("crashed"), "bad");
	assert_string_equal(html_mood("fail"), "bad");
	assert_string_equal(html_mood("skip"), "open");
	assert_string_equal(html_mood("anything"), "bad");
	assert_string_equal(html_mood(NULL), "bad");
}

static void test_scales(void **state)
{
	struct chart c = {
		.x = {1, 1000, true, NULL}, .y = {0, 10, false, NULL},
		.width = 320, .height = 120, .left = 10, .right = 10, .top = 10, .bottom = 10,
	};

	(void)state;
	assert_float_equal(chart_x(&c, 1), 10, 1e-9);
	assert_float_equal(chart_x(&c, 10), 110, 1e-9);
	assert_float_equal(chart_x(&c, 1000), 310, 1e-9);
	assert_float_equal(chart_x(&c, 0), 10, 1e-9); /* below the scale: at its begin */
	assert_float_equal(chart_x(&c, 1e9), 310, 1e-9);
	assert_float_equal(chart_y(&c, 0), 110, 1e-9);
	assert_float_equal(chart_y(&c, 5), 60, 1e-9);
	assert_float_equal(chart_round_up(0), 1, 1e-9);
	assert_float_equal(chart_round_up(73), 80, 1e-9);
	assert_float_equal(chart_round_up(0.013), 0.015, 1e-9);
}

static const char journal[] =
	"{\"seq\":0," BOOT "\"t\":1000000000,\"ev\":\"start\"}\n"
	"{\"seq\":1," BOOT "\"t\":2000000000,\"ev\":\"offline\",\"error\":\"OK\",\"ended_by\":\"kernel\"}\n"
	"{\"seq\":2," BOOT "\"t\":2000000000,\"ev\":\"sample\",\"migration\":{\"attempts\":100,\"eagain\":10}}\n"
	"{\"seq\":3," BOOT "\"t\":6000000000,\"ev\":\"offline\",\"error\":\"EBUSY\",\"ended_by\":\"kernel\"}\n"
	"{\"seq\":4," BOOT "\"t\":6000000000,\"ev\":\"sample\",\"migration\":{\"attempts\":150,\"eagain\":40}}\n"
	"{\"seq\":5," BOOT "\"t\":7000000000,\"ev\":\"sample\",\"migration\":{\"attempts\":90,\"eagain\":40}}\n"
	"{\"seq\":6," BOOT "\"t\":99000000000,\"ev\":\"offline\",\"error\":\"EINTR\",\"ended_by\":\"deadline\"}\n"
	"{\"seq\":7," BOOT "\"t\":3500000000,\"ev\":\"finding\",\"kind\":\"hung_task\"}\n"
	"{\"seq\":8,\"boot\":\"b2\",\"t\":5,\"ev\":\"finding\",\"kind\":\"panic\"}\n";

/* Two files are left: what their totals say of the counts before is no growth of the first sample. */
static void test_timeline_of_files(void **state)
{
	static const char before[] =
		"{\"seq\":90," BOOT "\"t\":4000000000,\"ev\":\"totals\",\"part\":\"begin\",\"first_t\":1000000000}\n"
		"{\"seq\":91," BOOT "\"t\":5000000000,\"ev\":\"sample\",\"migration\":{\"attempts\":5000,\"eagain\":10}}\n"
		"{\"seq\":92," BOOT "\"t\":6000000000,\"ev\":\"offline\",\"error\":\"OK\"}\n";
	static const char last[] =
		"{\"seq\":93," BOOT "\"t\":7000000000,\"ev\":\"totals\",\"part\":\"begin\",\"first_t\":1000000000}\n"
		"{\"seq\":94," BOOT "\"t\":7000000000,\"ev\":\"sample\",\"migration\":{\"attempts\":5100,\"eagain\":30}}\n";
	char folder[] = "/tmp/memsoak-html-XXXXXX";
	cleanup_free char *path = NULL, *path_before = NULL;
	struct timeline *t = memory_alloc(1, sizeof(*t));

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = memory_format("%s/events.jsonl", folder);
	path_before = memory_format("%s.1", path);
	assert_int_equal(file_write_atomic(path, last, strlen(last), NULL), 0);
	assert_int_equal(file_write_atomic(path_before, before, strlen(before), NULL), 0);
	assert_int_equal(timeline_read(folder, 10, t, NULL), 0);
	assert_float_equal(t->missing_seconds, 3, 1e-9);
	assert_int_equal(t->cycles, 1);
	assert_int_equal(t->bins[100].done, 1);
	assert_int_equal(t->bins[80].attempts, 0);
	assert_int_equal(t->bins[120].attempts, 100);
	assert_int_equal(t->bins[120].eagain, 20);
	assert_int_equal(unlink(path_before), 0);
	assert_int_equal(timeline_read(folder, 10, t, NULL), 0);
	assert_float_equal(t->missing_seconds, 6, 1e-9);
	assert_int_equal(t->cycles, 0);
	(void)unlink(path);
	(void)rmdir(folder);
	free(t);
}

static void test_timeline(void **state)
{
	char folder[] = "/tmp/memsoak-html-XXXXXX";
	cleanup_free char *path = NULL;
	struct timeline *t = memory_alloc(1, sizeof(*t));
	struct err e = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = memory_format("%s/events.jsonl", folder);
	assert_int_equal(file_write_atomic(path, journal, strlen(journal), NULL), 0);
	assert_int_equal(timeline_read(folder, 10, t, &e), 0);
	assert_int_equal(t->cycles, 3);
	assert_int_equal(t->bins[20].done, 1);
	assert_int_equal(t->bins[20].attempts, 100);
	assert_int_equal(t->bins[20].eagain, 10);
	assert_int_equal(t->bins[100].failed, 1);
	assert_int_equal(t->bins[100].attempts, 50);
	assert_int_equal(t->bins[100].eagain, 30);
	assert_int_equal(t->bins[120].attempts, 0); /* a count cannot fall */
	assert_int_equal(t->bins[TIMELINE_BINS - 1].cut, 1);
	assert_int_equal(t->n_findings, 1); /* the other is of another boot's clock */
	assert_string_equal(t->findings[0].kind, "hung_task");
	assert_float_equal(t->findings[0].second, 2.5, 1e-9);
	assert_true(timeline_read("/nonexistent", 10, t, &e) < 0);
	assert_string_not_equal(e.text, "");
	(void)unlink(path);
	(void)rmdir(folder);
	free(t);
}

static const char topology_blocks[] =
	"[{\"id\":8,\"node\":1,\"offlinable\":true},{\"id\":3,\"node\":0,\"offlinable\":false,"
	"\"why\":\"braces } in { a \\\" text\"},{\"id\":4,\"node\":0,\"offlinable\":true},"
	"{\"id\":9,\"node\":1,\"offlinable\":true}]";
static const char offline_blocks[] =
	"[{\"id\":8,\"attempts\":3,\"succeeded\":2,\"censored\":0},"
	"{\"id\":4,\"node\":0,\"attempts\":2,\"succeeded\":2,\"censored\":0},"
	"{\"id\":77,\"attempts\":1,\"succeeded\":0,\"censored\":1}]";

static void expect_blocks(const struct report *report)
{
	static const struct {
		uint64_t id;
		int64_t node;
		enum block_fate fate;
	} expected[] = {
		{77, -1, FATE_CUT}, {3, 0, FATE_FIXED}, {4, 0, FATE_DONE},
		{8, 1, FATE_FAILED}, {9, 1, FATE_FREE},
	};
	struct block_list list;

	block_list_read(report, &list);
	assert_int_equal(list.n, ARRAY_SIZE(expected));
	for (size_t i = 0; i < list.n; i++) {
		assert_int_equal(list.cells[i].id, expected[i].id);
		assert_int_equal(list.cells[i].node, expected[i].node);
		assert_int_equal(list.cells[i].fate, expected[i].fate);
	}
	block_list_done(&list);
}

static void test_blocks(void **state)
{
	cleanup_free char *topology = memory_string(topology_blocks);
	cleanup_free char *offline = memory_string(offline_blocks);
	cleanup_free char *both = memory_format("{\"topology\":{\"blocks\":%s},\"offline\":{\"blocks\":%s}}",
						topology_blocks, offline_blocks);
	struct report report = {
		.document = jsonw_object(),
		.topology_blocks = topology, .topology_blocks_length = strlen(topology),
		.offline_blocks = offline, .offline_blocks_length = strlen(offline),
	};
	struct report loaded = {0};

	(void)state;
	expect_blocks(&report);
	jsonw_free(report.document);
	assert_int_equal(jsonw_parse(both, strlen(both), &loaded.document, NULL), 0);
	expect_blocks(&loaded);
	jsonw_free(loaded.document);
}

/* A report with nothing in it: every section must say so, and none may fall over. */
static void test_empty_report(void **state)
{
	struct report report = {.document = jsonw_object()};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	assert_int_equal(html_write_report(&report, NULL, out, NULL), 0);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "no verdict"));
	assert_non_null(strstr(text, "No block was attempted."));
	assert_null(strstr(text, "(null)"));
	free(text);
	jsonw_free(report.document);
}

static void test_full_disk(void **state)
{
	struct report report = {.document = jsonw_object()};
	FILE *out = fopen("/dev/full", "we");
	struct err e = {0};

	(void)state;
	assert_non_null(out);
	assert_true(html_write_report(&report, NULL, out, &e) < 0);
	assert_string_not_equal(e.text, "");
	(void)fclose(out);
	jsonw_free(report.document);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_only_text), cmocka_unit_test(test_long_text_is_cut),
		cmocka_unit_test(test_moods),		  cmocka_unit_test(test_scales),
		cmocka_unit_test(test_timeline), cmocka_unit_test(test_timeline_of_files),	  cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_empty_report),	  cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}

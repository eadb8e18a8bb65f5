// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/export/test_fixture.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"

static const char plain[] =
	"{\"schema\":{\"name\":\"memsoak-report\",\"major\":1,\"minor\":0},"
	"\"verdict\":{\"result\":\"pass\",\"exit\":0,\"why\":[\"every rule held\"]},"
	"\"run\":{\"id\":\"r-1\",\"start\":\"2026-11-21T00:21:05.023+02:00\","
	"\"end\":\"2026-11-21T00:21:20.128+02:00\",\"duration_ns\":15105000000,\"profile\":\"smoke\","
	"\"seed\":7,\"plan_digest\":\"ab\",\"ended\":\"completed\",\"virtualisation\":\"tcg\"},"
	"\"host\":{\"hostname\":\"h1\",\"architecture\":\"x86_64\",\"cpus\":4},"
	"\"kernel\":{\"release\":\"6.1.0-1\",\"version\":\"#1 SMP\",\"taint_before\":0,\"taint_after\":0},"
	"\"topology\":{\"block_size_bytes\":134217728,\"nodes\":[{\"id\":0,\"blocks\":8,"
	"\"movable_blocks\":5},{\"id\":1,\"blocks\":8,\"movable_blocks\":4}],\"blocks\":[]},"
	"\"workers\":[{\"name\":\"a\",\"touches\":10,\"faults\":3,\"mismatches\":0},"
	"{\"name\":\"b\",\"touches\":20}],"
	"\"offline\":{\"attempts\":10,\"refused_before\":1,\"succeeded\":7,\"by_errno\":{\"EBUSY\":"
	"{\"number\":-16,\"count\":2},\"EINTR\":{\"number\":-4,\"count\":1}},\"censored\":1,"
	"\"latency\":{\"count\":3,\"sum_ns\":6000000000,\"max_ns\":4000000000,"
	"\"buckets\":[[1000000,1],[999999999,1],[4000000000,1]]},\"onlines\":7,\"not_restored\":0},"
	"\"move_pages\":{\"calls\":5,\"call_errors\":0,\"pages\":100,\"moved\":90,\"not_moved\":8,"
	"\"already_there\":2,\"by_status\":{\"moved\":90,\"EBUSY\":8},"
	"\"private_anonymous\":{\"pages\":50,\"not_moved\":1}},"
	"\"migration\":{\"attempts\":200,\"succeeded\":190,\"waits\":30,\"eagain\":{\"total\":10,"
	"\"by_driver\":{\"offline\":4,\"move_pages\":6},\"source\":\"perf-kprobe\"},"
	"\"vmstat\":{\"pgmigrate_success\":190}},"
	"\"ladder\":[{\"faulters\":4,\"attempts\":100,\"eagain\":5,"
	"\"success_probability\":{\"numerator\":90,\"denominator\":100}},"
	"{\"faulters\":4,\"attempts\":100,\"eagain\":15,"
	"\"success_probability\":{\"numerator\":60,\"denominator\":100}},"
	"{\"faulters\":8,\"attempts\":0,\"eagain\":0,"
	"\"success_probability\":{\"numerator\":0,\"denominator\":0}}],"
	"\"lockup_exposure\":{\"cpu_seconds\":30.5,\"thresholds\":{}},\"lockups\":[],"
	"\"kernel_log\":{\"records\":12,\"lost\":0},"
	"\"harness\":{\"faults\":[],\"overhead\":{\"rss_max_bytes\":4096},\"memory_left_offline\":[],"
	"\"settings_changed\":[],\"settings_restored\":true,\"journal\":{\"records\":3}},"
	"\"unmeasured\":[{\"path\":\"migration.eagain.unmap_phase\",\"why\":\"no probe\"}]}";

struct jsonw *fixture_report(void)
{
	struct jsonw *report = NULL;
	struct err e = {0};

	if (jsonw_parse(plain, strlen(plain), &report, &e) < 0)
		fail_msg("%s", e.text);
	return report;
}

void fixture_judge(struct jsonw *report, const char *result, int exit, const char *const why[])
{
	struct jsonw *verdict = jsonw_object(), *list = jsonw_array();

	for (; *why; why++)
		jsonw_append(list, jsonw_string(*why));
	jsonw_set_string(verdict, "result", result);
	jsonw_set_int(verdict, "exit", exit);
	jsonw_set(verdict, "why", list);
	jsonw_set(report, "verdict", verdict);
}

void fixture_lockup(struct jsonw *report, const char *kind, const char *text, uint64_t count)
{
	struct jsonw *lockup = jsonw_object(), *frames = jsonw_array();

	jsonw_set_string(lockup, "kind", kind);
	jsonw_set_string(lockup, "text", text);
	jsonw_append(frames, jsonw_string("migrate_pages+0x10/0x20"));
	jsonw_set(lockup, "frames", frames);
	jsonw_set_uint(lockup, "count", count);
	jsonw_append(jsonw_get(report, "lockups"), lockup);
}

/*
 * Put in as JSON text: \u0000 and control characters get past the parser, which jsonw_string() would
 * have scrubbed. Invalid UTF-8 does not: there it is U+FFFD (test_text.c has the bytes). A reader of C
 * strings ends at \u0000, so that stands behind the rest.
 */
#define HOSTILE                                                                                    \
	"\\ufffd\\ufffd ]]> <script>alert(1)</script> \\u001b[31m \\u009b2J \\u2028 \\u202e \\ufffe \\u007f " \
	"\\\" \\\\ \\n# TODO not ok 1 x\\nok 2 y\\n\\r\\n<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=x RESULT=pass> "     \
	"a{b=\\\"c\\\"} 1 1 =cmd|' /C calc'!A0,\\\"q\\\" & &amp; %s%n \\ud83d\\ude00"

#define END "\\u0000 behind it"

#define LONG_LINE (1024 * 1024)

static char *hostile_text(size_t length)
{
	char *text = memory_alloc(length + sizeof(HOSTILE) + sizeof(END), 1);
	size_t used = strlen(HOSTILE);

	memcpy(text, HOSTILE, used);
	memset(text + used, 'A', length - 1);
	memcpy(text + used + length - 1, END, sizeof(END));
	return text;
}

struct jsonw *fixture_hostile(void)
{
	cleanup_free char *line = hostile_text(LONG_LINE), *word = hostile_text(1);
	cleanup_free char *text = memory_format(
		"{\"schema\":{\"name\":\"memsoak-report\",\"major\":1,\"minor\":0},"
		"\"verdict\":{\"result\":\"fail\",\"exit\":1,\"why\":[\"%s\",\"TODO %s\"]},"
		"\"run\":{\"id\":\"%s\",\"start\":\"%s\",\"end\":\"%s\",\"duration_ns\":1000,"
		"\"profile\":\"%s\",\"plan_digest\":\"%s\",\"virtualisation\":\"%s\"},"
		"\"host\":{\"hostname\":\"%s\",\"architecture\":\"%s\"},"
		"\"kernel\":{\"release\":\"%s\",\"version\":\"%s\"},"
		"\"topology\":{\"block_size_bytes\":1,\"nodes\":[],\"blocks\":[]},\"workers\":[],"
		"\"offline\":{\"attempts\":1,\"succeeded\":0,\"by_errno\":{\"%s\":{\"number\":1,"
		"\"count\":1}}},\"move_pages\":{\"by_status\":{\"%s\":3,\"\":1}},"
		"\"migration\":{\"eagain\":{\"by_driver\":{\"%s\":1},\"source\":\"none\"}},\"ladder\":[],"
		"\"lockup_exposure\":{},\"lockups\":[{\"kind\":\"soft_lockup\",\"text\":\"%s\","
		"\"frames\":[\"%s\"],\"count\":1},{\"kind\":\"%s\",\"text\":\"x\",\"count\":2}],"
		"\"scenarios\":[{\"name\":\"%s\",\"verdict\":\"fail\",\"why\":\"%s\","
		"\"numbers\":{\"%s\":1.5}},{\"name\":\"%s\",\"verdict\":\"%s\"}],"
		"\"harness\":{\"faults\":[],\"memory_left_offline\":[1]},\"unmeasured\":[]}",
		line, word, word, word, word, line, word, word, line, word, line, word, word, word, word,
		line, word, word, word, line, word, word, word);
	struct jsonw *report = NULL;
	struct err e = {0};

	if (jsonw_parse(text, strlen(text), &report, &e) < 0)
		fail_msg("%s", e.text);
	return report;
}

char *fixture_export(const char *format, const struct jsonw *report)
{
	const struct export_format *f = export_format_by_name(format);
	struct err e = {0};
	char *text = NULL;
	size_t length;

	if (!f)
		fail_msg("no format '%s'", format);
	if (export_report(f, report, NULL, &text, &length, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(strlen(text), length);
	return text;
}

void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%.4000s", part, text);
}

void assert_has_not(const char *text, const char *part)
{
	const char *at = strstr(text, part);

	if (at)
		fail_msg("'%s' in: %.200s", part, at);
}

void assert_has_line(const char *text, const char *line)
{
	cleanup_free char *whole = memory_format("\n%s\n", line);
	cleanup_free char *all = memory_format("\n%s", text);

	assert_has(all, whole);
}

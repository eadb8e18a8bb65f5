// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/test_reports.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "reports/report.h"
#include "reports/schema.h"
#include "reports/validate.h"

char *test_quoted(const char *text)
{
	char *copy = memory_string(text);

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

struct jsonw *test_json(const char *quoted)
{
	cleanup_free char *text = test_quoted(quoted);
	struct jsonw *value = NULL;
	struct err e = {0};

	if (jsonw_parse(text, strlen(text), &value, &e) < 0)
		fail_msg("%s: %s", text, e.text);
	return value;
}

static void write_run(const char *folder, const struct test_setup *s)
{
	cleanup_free char *path = memory_format("%s/run.json", folder);
	cleanup_free char *quoted = memory_format(
		"{'schema':{'name':'memsoak-run','major':1,'minor':0},"
		"'run':{'id':'r1','start':'%s','profile':'soak','seed':7,'plan_digest':'d1',"
		"'virtualisation':'%s'},"
		"'host':{'hostname':'h1','cpus':4,'memory_bytes':4096},'kernel':{%s},"
		"'topology':{'block_size_bytes':134217728,'nodes':[{'id':0},{'id':1}],"
		"'blocks':[{'id':32,'state':'online','node':1,'zones':['Movable'],'offlinable':true}]},"
		"'plan':{'blocks':[],'refused':%s,'phases':%s},"
		"'thresholds':{'watchdog_thresh':10},'verdict':{'lockups':'%s'}}\n",
		s->start ? s->start : "2026-01-02T03:04:05.678+01:00",
		s->virtualisation ? s->virtualisation : "kvm",
		s->kernel ? s->kernel : "'release':'6.1.0','taint_before':0",
		s->refused ? s->refused : "[]", s->phases ? s->phases : TEST_ALL_PHASES, s->lockups ? s->lockups : "auto");
	cleanup_free char *text = test_quoted(quoted);
	cleanup_file FILE *out = fopen(path, "we");

	assert_non_null(out);
	(void)fputs(s->whole ? s->whole : text, out);
}

struct test_run test_run_new(const struct test_setup *setup)
{
	static const struct test_setup ordinary = {0};
	struct test_run run = {.folder = memory_string("/tmp/memsoak-test-XXXXXX")};
	cleanup_free char *path = NULL;

	assert_non_null(mkdtemp(run.folder));
	write_run(run.folder, setup ? setup : &ordinary);
	path = memory_format("%s/events.jsonl", run.folder);
	run.journal = fopen(path, "we");
	assert_non_null(run.journal);
	run.t_ns = 1000000;
	run.boot = "b1";
	return run;
}

static void forget(struct test_run *run)
{
	jsonw_free(run->report);
	free(run->text);
	free(run->screen);
	run->report = NULL;
	run->text = NULL;
	run->screen = NULL;
}

void test_run_done(struct test_run *run)
{
	static const char *const names[] = {"run.json", "events.jsonl", "report.json", "guest-end.json"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_free char *path = memory_format("%s/%s", run->folder, names[i]);

		(void)unlink(path);
	}
	(void)fclose(run->journal);
	assert_int_equal(rmdir(run->folder), 0);
	free(run->folder);
	forget(run);
}

void test_raw(struct test_run *run, const void *bytes, size_t length)
{
	assert_int_equal(fwrite(bytes, 1, length, run->journal), length);
}

void test_event(struct test_run *run, const char *name, const char *members)
{
	cleanup_free char *quoted = test_quoted(members);

	(void)fprintf(run->journal,
		      "{\"seq\":%" PRIu64 ",\"boot\":\"%s\",\"t\":%" PRIu64 ",\"ev\":\"%s\"%s%s}\n",
		      run->seq++, run->boot, run->t_ns, name, *quoted ? "," : "", quoted);
	run->t_ns += 1000;
}

void test_begin(struct test_run *run)
{
	test_event(run, "start", "'pid':1,'source':'perf-kprobe','symbol':'move_to_new_folio'");
}

void test_finish(struct test_run *run)
{
	test_event(run, "restore", "'blocks':0,'left_offline':[],'settings_restored':true");
	test_event(run, "end",
		   "'ended':'completed','elapsed_ns':5000000000,'vmstat':{'pgmigrate_success':900},"
		   "'kmsg':{'records':12,'lost':0},'taint_after':0");
}

void test_attempt(struct test_run *run, unsigned int block, const char *members)
{
	cleanup_free char *intent = memory_format("'operation':'offline','block':%u", block);
	cleanup_free char *offline = memory_format("'block':%u%s%s", block, *members ? "," : "",
						   members);
	cleanup_free char *online = memory_format("'block':%u,'restored':true", block);

	test_event(run, "intent", intent);
	test_event(run, "offline", offline);
	if (strstr(members, "'OK'"))
		test_event(run, "online", online);
}

void test_exercise(struct test_run *run)
{
	test_attempt(run, 32, "'error':'OK','errno':0,'wall_ns':100,'state_after':'offline'");
	test_event(run, "move", "'calls':1,'pages':4,'moved':4,'not_moved':0");
	test_event(run, "sample",
		   "'migration':{'attempts':50,'succeeded':48,'eagain':2,'waits':3},'rss_bytes':1000");
}

struct problems {
	size_t n;
	char first[512];
};

static void take_problem(void *context, const char *path, const char *what)
{
	struct problems *p = context;

	if (p->n++ == 0)
		(void)snprintf(p->first, sizeof(p->first), "%s %s", path, what);
}

static void check_schema(const struct jsonw *report)
{
	const struct schema *schema = schema_by_word("report");
	struct problems problems = {0};
	struct jsonw *rules = NULL;

	assert_int_equal(jsonw_parse(schema->text, strlen(schema->text), &rules, NULL), 0);
	if (validate_document(rules, report, take_problem, &problems) > 0)
		fail_msg("the report is not valid: %s", problems.first);
	jsonw_free(rules);
}

static void keep(struct test_run *run, struct report *report)
{
	FILE *out = open_memstream(&run->text, &run->length);
	struct err e = {0};

	assert_int_equal(report_write_stream(report, out), 0);
	(void)fclose(out);
	out = open_memstream(&run->screen, &run->screen_length);
	report_print(report, out, false);
	(void)fclose(out);
	run->exit = report_exit(report);
	report_free(report);
	assert_true(utf8_is_valid(run->text, run->length));
	assert_int_equal(strlen(run->text), run->length);
	assert_true(utf8_is_valid(run->screen, run->screen_length));
	if (jsonw_parse(run->text, run->length, &run->report, &e) < 0)
		fail_msg("the report is no JSON: %s", e.text);
	check_schema(run->report);
}

static void fold(struct test_run *run, int (*how)(const char *, struct report **, struct err *))
{
	struct report *report = NULL;
	struct err e = {0};

	forget(run);
	(void)fflush(run->journal);
	if (how(run->folder, &report, &e) < 0)
		fail_msg("no fold: %s", e.text);
	keep(run, report);
}

void test_fold(struct test_run *run)
{
	fold(run, report_fold_run);
}

void test_fold_live(struct test_run *run)
{
	fold(run, report_fold_live);
}

int main(void)
{
	int failed = test_tallies() + test_ratios() + test_fold_offline() + test_fold_move() +
		     test_fold_counts() + test_fold_console() + test_fold_stuck() + test_fold_stress_ng() + test_fold_topology() + test_fold_phases() + test_fold_frame() +
		     test_run_file() + test_verdict_rules() + test_verdict_log() +
		     test_verdict_runs() + test_torn() + test_hostile() + test_validate() +
		     test_report_file() + test_behaviour() + test_scenarios() + test_pinned() +
		     test_scenario_soft_offline() + test_scenario_alloc_locked() +
		     test_scenario_mlock() + test_scenario_reclaim_wake() + test_totals();

	return failed ? 1 : 0;
}

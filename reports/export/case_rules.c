// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/export/case_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/export/figures.h"
#include "reports/export/text.h"
#include "reports/unmeasured.h"

static bool is_zero(const struct jsonw *report, const char *path)
{
	return jsonw_as_uint(figure_at(report, path)) == 0;
}

static const char *no_offline(const struct jsonw *report)
{
	return is_zero(report, "offline.attempts") ? "no offline was attempted" : NULL;
}

static const char *no_move(const struct jsonw *report)
{
	return is_zero(report, "move_pages.calls") ? "move_pages was not called" : NULL;
}

static const char *no_migration(const struct jsonw *report)
{
	if (is_zero(report, "migration.attempts") && is_zero(report, "move_pages.moved") &&
	    is_zero(report, "migration.vmstat.pgmigrate_success"))
		return "no migration was counted";
	return NULL;
}

static const char *no_waits(const struct jsonw *report)
{
	return is_zero(report, "migration.waits") ? "no wait on a migration entry was counted" : NULL;
}

static const char *no_private_pages(const struct jsonw *report)
{
	return is_zero(report, "move_pages.private_anonymous.pages")
		       ? "no private anonymous page was given to move_pages"
		       : NULL;
}

static const char *no_contents(const struct jsonw *report)
{
	const struct jsonw *workers = jsonw_get(report, "workers");

	for (size_t i = 0; i < jsonw_length(workers); i++)
		if (jsonw_has(jsonw_at(workers, i), "mismatches"))
			return NULL;
	return "no worker looked at its pages' contents";
}

static const char *no_restore(const struct jsonw *report)
{
	if (unmeasured_entry(report, "harness.memory_left_offline"))
		return "what is offline was not read at the end";
	return no_offline(report);
}

static const char *no_taint(const struct jsonw *report)
{
	return figure_at(report, "kernel.taint_before") && figure_at(report, "kernel.taint_after")
		       ? NULL
		       : "the kernel's taint was not read twice";
}

static const char *no_log(const struct jsonw *report)
{
	return jsonw_has(report, "lockups") ? NULL : "the kernel's log was not read";
}

static const char *no_journal(const struct jsonw *report)
{
	return figure_at(report, "harness.journal") ? NULL : "the report does not tell of its journal";
}

#define KERNEL(word) {"kernel." word, word, {{NULL, CASE_PASS}}, no_log}

const struct case_rule case_rules[] = {
	{"run.completed", NULL,
	 {{"crashed: ", CASE_CRASHED}, {"aborted: ", CASE_ABORTED}, {"run is going on", CASE_ERROR}}, NULL},
	{"exercised.offline", NULL, {{"not exercised: no offline", CASE_ERROR}}, no_offline},
	{"exercised.move_pages", NULL, {{"not exercised: move_pages", CASE_ERROR}}, no_move},
	{"exercised.migration", NULL,
	 {{"not exercised: no migration", CASE_ERROR}, {"nothing testable", CASE_SKIP}}, no_migration},
	{"exercised.waits", NULL,
	 {{"none ever waited on a migration entry", CASE_ERROR},
	  {"waits on migration entries were not measured", CASE_SKIP}}, no_waits},
	{"offline.ends", NULL,
	 {{"never-ending offline", CASE_FAIL}, {"no offline attempt came to its end", CASE_ERROR}}, no_offline},
	{"pages.migratable", NULL, {{"pages that cannot be migrated", CASE_FAIL}}, no_private_pages},
	{"pages.contents", NULL, {{"other contents than their worker", CASE_FAIL}}, no_contents},
	{"memory.restored", NULL, {{"memory left offline", CASE_FAIL}}, no_restore},
	{"kernel.taint", NULL, {{"the kernel was tainted", CASE_FAIL}}, no_taint},
	{"kernel.log", NULL,
	 {{"the kernel's log was not read", CASE_SKIP}, {"of the kernel's log were lost", CASE_SKIP}}, no_log},
	KERNEL("soft_lockup"), KERNEL("hard_lockup"), KERNEL("rcu_stall"), KERNEL("hung_task"),
	KERNEL("workqueue_lockup"), KERNEL("spinlock_lockup"), KERNEL("kernel_bug"), KERNEL("oops"),
	KERNEL("bad_page"), KERNEL("list_corruption"), KERNEL("kasan"), KERNEL("kcsan"), KERNEL("kmsan"),
	KERNEL("ubsan"), KERNEL("lockdep"), KERNEL("atomic_sleep"), KERNEL("warning"), KERNEL("panic"),
	KERNEL("oom_kill"), KERNEL("memory_leak"), KERNEL("migration_failure"), KERNEL("unmovable_page"),
	KERNEL("memory_failure"), KERNEL("other"),
	{"harness.journal", NULL, {{"the journal is damaged", CASE_ERROR}}, no_journal},
	{"harness.faults", NULL, {{"the harness had", CASE_SKIP}}, NULL},
};
const size_t n_case_rules = ARRAY_SIZE(case_rules);

/* As a whole word: "2 oops" is no "kernel_oops". */
static bool has_word(const char *sentence, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strstr(sentence, word); at; at = strstr(at + 1, word))
		if ((at == sentence || at[-1] == ' ') &&
		    (at[length] == '\0' || at[length] == ',' || at[length] == ' '))
			return true;
	return false;
}

/* What the verdict holds against the run; else what the log has, which no rule judged. */
static void apply_kind(const char *kind, const struct jsonw *report, struct case_finding *finding)
{
	const struct jsonw *why = figure_at(report, "verdict.why");
	const struct jsonw *lockups = jsonw_get(report, "lockups");

	for (size_t i = 0; i < jsonw_length(why); i++) {
		const char *sentence = jsonw_as_string(jsonw_at(why, i));

		if (!sentence || !has_word(sentence, kind))
			continue;
		finding->why = sentence;
		if (strstr(sentence, "the kernel's log tells of")) {
			finding->status = CASE_FAIL;
			return;
		}
		if (strstr(sentence, "only reported"))
			finding->status = CASE_SKIP;
	}
	for (size_t i = 0; finding->status == CASE_PASS && i < jsonw_length(lockups); i++) {
		const char *found = jsonw_get_string(jsonw_at(lockups, i), "kind");

		if (found && strcmp(found, kind) == 0)
			*finding = (struct case_finding){
				CASE_SKIP, "in the kernel's log, but the verdict does not judge it"};
	}
}

void case_rule_apply(const struct case_rule *rule, const struct jsonw *report,
		     struct case_finding *finding)
{
	const struct jsonw *why = figure_at(report, "verdict.why");

	if (rule->kind) {
		apply_kind(rule->kind, report, finding);
		return;
	}
	for (size_t i = 0; i < jsonw_length(why); i++) {
		const char *sentence = jsonw_as_string(jsonw_at(why, i));

		for (size_t k = 0; sentence && k < CASE_MAX_SENTENCES && rule->sentences[k].part; k++)
			if (strstr(sentence, rule->sentences[k].part)) {
				*finding = (struct case_finding){rule->sentences[k].status, sentence};
				return;
			}
	}
}

static void put_lockup(FILE *out, const struct jsonw *lockup)
{
	const struct jsonw *frames = jsonw_get(lockup, "frames");
	const char *text = jsonw_get_string(lockup, "text");

	(void)fprintf(out, "%.*s", CASE_MAX_LOG, text ? text : "");
	if (jsonw_get_uint(lockup, "count") > 1)
		(void)fprintf(out, " (%llu times)", (unsigned long long)jsonw_get_uint(lockup, "count"));
	(void)fputc('\n', out);
	for (size_t i = 0; i < jsonw_length(frames); i++) {
		const char *frame = jsonw_as_string(jsonw_at(frames, i));

		(void)fprintf(out, "  %.*s\n", 200, frame ? frame : "");
	}
}

char *case_kernel_log(const struct jsonw *report, const char *kind)
{
	const struct jsonw *lockups = jsonw_get(report, "lockups");
	cleanup_free char *text = NULL;
	size_t length = 0;
	FILE *out = NULL;

	for (size_t i = 0; i < jsonw_length(lockups); i++) {
		const struct jsonw *lockup = jsonw_at(lockups, i);
		const char *found = jsonw_get_string(lockup, "kind");

		if (!found || strcmp(found, kind) != 0 || length > CASE_MAX_LOG)
			continue;
		if (!out)
			out = open_memstream(&text, &length);
		if (!out)
			return NULL;
		put_lockup(out, lockup);
		(void)fflush(out);
	}
	if (!out)
		return NULL;
	(void)fclose(out);
	return text_block(text, CASE_MAX_LOG);
}

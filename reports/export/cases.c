// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/export/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/export/case_rules.h"
#include "reports/export/text.h"

#define MAX_NAME 100
#define MAX_SCENARIOS 200

static const struct {
	const char *word;
	enum case_status status;
} words[] = {
	{"pass", CASE_PASS},	   {"fail", CASE_FAIL},	      {"error", CASE_ERROR},
	{"skip", CASE_SKIP},	   {"aborted", CASE_ABORTED}, {"crashed", CASE_CRASHED},
	{"not exercised", CASE_ERROR},
};

/* What is no verdict says nothing about the kernel. */
static enum case_status status_of(const char *word, enum case_status otherwise)
{
	for (size_t i = 0; word && i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].status;
	return otherwise;
}

/* @why and @log are taken over. */
static void add(struct case_list *list, const char *name, enum case_status status, char *why, char *log)
{
	list->cases = memory_grow(list->cases, list->n_cases + 1, sizeof(*list->cases));
	list->cases[list->n_cases++] = (struct test_case){
		.name = text_word(name, MAX_NAME), .status = status, .why = why, .log = log};
}

/* All sentences as one line; NULL: there is none. */
static char *join_why(const struct jsonw *why)
{
	cleanup_free char *all = memory_string("");

	for (size_t i = 0; i < jsonw_length(why) && strlen(all) < CASE_MAX_WHY; i++) {
		const char *sentence = jsonw_as_string(jsonw_at(why, i));
		cleanup_free char *old = all;

		all = memory_format("%s%s%.*s", old, i ? "; " : "", CASE_MAX_WHY + 1,
				    sentence ? sentence : "");
	}
	return all[0] ? text_line(all, CASE_MAX_WHY) : NULL;
}

static enum case_status add_verdict(struct case_list *list, const struct jsonw *report)
{
	const struct jsonw *verdict = jsonw_get(report, "verdict");
	enum case_status status = status_of(jsonw_get_string(verdict, "result"), CASE_ERROR);
	char *why = status == CASE_PASS ? NULL : join_why(jsonw_get(verdict, "why"));

	if (!why && status != CASE_PASS)
		why = memory_string("the report gives no reason");
	add(list, "verdict", status, why, NULL);
	return status;
}

static void add_detector(struct case_list *list, const struct case_rule *rule, const struct jsonw *report,
			 enum case_status verdict)
{
	struct case_finding finding = {.status = CASE_PASS};
	const char *untested;

	case_rule_apply(rule, report, &finding);
	untested = rule->untested ? rule->untested(report) : NULL;
	if (finding.status == CASE_PASS && untested)
		finding = (struct case_finding){.status = CASE_SKIP, .why = untested};
	else if (finding.status == CASE_PASS && verdict == CASE_CRASHED)
		finding = (struct case_finding){.status = CASE_SKIP, .why = "not judged: the run crashed"};
	else if (finding.status == CASE_PASS && verdict == CASE_ABORTED)
		finding = (struct case_finding){.status = CASE_SKIP, .why = "not judged: the run was aborted"};
	add(list, rule->name, finding.status,
	    finding.status == CASE_PASS ? NULL : text_line(finding.why, CASE_MAX_WHY),
	    rule->kind ? case_kernel_log(report, rule->kind) : NULL);
}

/* A name that is taken gets a number. */
static char *free_name(const struct case_list *list, const char *scenario)
{
	cleanup_free char *word = text_word(scenario, MAX_NAME - 20);
	char *name = memory_format("scenario.%s", word);

	for (unsigned int n = 2; case_list_find(list, name); n++) {
		free(name);
		name = memory_format("scenario.%s-%u", word, n);
	}
	return name;
}

static void add_scenario(struct case_list *list, const struct jsonw *scenario)
{
	cleanup_free char *name = free_name(list, jsonw_get_string(scenario, "name"));
	const char *word = jsonw_get_string(scenario, "verdict");
	const char *why = jsonw_get_string(scenario, "why");
	enum case_status status = status_of(word, CASE_SKIP);
	cleanup_free char *reason = memory_format("%.*s", CASE_MAX_WHY, why ? why : word ? word : "no verdict");

	add(list, name, status, status == CASE_PASS ? NULL : text_line(reason, CASE_MAX_WHY), NULL);
}

void case_list_read(struct case_list *list, const struct jsonw *report)
{
	const struct jsonw *scenarios = jsonw_get(report, "scenarios");
	enum case_status verdict;

	*list = (struct case_list){0};
	verdict = add_verdict(list, report);
	for (size_t i = 0; i < n_case_rules; i++)
		add_detector(list, &case_rules[i], report, verdict);
	for (size_t i = 0; i < jsonw_length(scenarios) && i < MAX_SCENARIOS; i++)
		add_scenario(list, jsonw_at(scenarios, i));
}

void case_list_done(struct case_list *list)
{
	for (size_t i = 0; i < list->n_cases; i++) {
		free(list->cases[i].name);
		free(list->cases[i].why);
		free(list->cases[i].log);
	}
	free(list->cases);
	*list = (struct case_list){0};
}

size_t case_list_count(const struct case_list *list, enum case_status status)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_cases; i++)
		n += list->cases[i].status == status;
	return n;
}

const struct test_case *case_list_find(const struct case_list *list, const char *name)
{
	for (size_t i = 0; i < list->n_cases; i++)
		if (strcmp(list->cases[i].name, name) == 0)
			return &list->cases[i];
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run folder, written line by line, and its report, looked into by paths such as
 * "offline.by_errno.EBUSY.count" or "ladder.0.rung". JSON is given with ' for ".
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct jsonw;

/* What run.json says; NULL: what an ordinary run in a KVM guest of 4 CPUs says. */
struct test_setup {
	const char *virtualisation, *lockups;
	const char *phases; /* of the plan */
	const char *refused; /* its list of blocks */
	const char *kernel; /* members of the object */
	const char *start;
	const char *whole; /* the file, instead of all of this; " as it is */
};

/* The phases of a plan that wants every driver and four touching threads. */
#define TEST_ALL_PHASES                                                                            \
	"[{'name':'soak','offline':true,'move_pages':true,'workers':[{'name':'w',"                 \
	"'workload':'refault','processes':2,'threads':2}]}]"

struct test_run {
	char *folder;
	FILE *journal;
	uint64_t seq; /* of the next line */
	uint64_t t_ns;
	const char *boot;
	struct jsonw *report; /* what the last fold wrote, read again; owned */
	char *text;	      /* the same as bytes, and what report_print() writes; owned */
	char *screen;
	size_t length, screen_length;
	int exit;
};

struct test_run test_run_new(const struct test_setup *setup); /* NULL: the ordinary one */
void test_run_done(struct test_run *run);

/* One record: @members without braces, "" for none. */
void test_event(struct test_run *run, const char *name, const char *members);
/* Bytes as they are; they count for no sequence number. */
void test_raw(struct test_run *run, const void *bytes, size_t length);
/* A start that counts with perf-kprobe; restore and end that fail no rule. */
void test_begin(struct test_run *run);
void test_finish(struct test_run *run);
/* An intent, an offline record with @members, and its return when that says "OK". */
void test_attempt(struct test_run *run, unsigned int block, const char *members);
/* Enough of everything that no rule says "not exercised". */
void test_exercise(struct test_run *run);

/* Folds, and demands what every report must be: valid UTF-8, JSON, and true to its schema. */
void test_fold(struct test_run *run);
void test_fold_live(struct test_run *run);

const struct jsonw *test_at(const struct test_run *run, const char *path); /* NULL: absent */
void test_is(const struct test_run *run, const char *path, uint64_t expected);
void test_is_near(const struct test_run *run, const char *path, double expected, double tolerance);
void test_is_text(const struct test_run *run, const char *path, const char *expected);
void test_is_true(const struct test_run *run, const char *path, bool expected);
void test_is_json(const struct test_run *run, const char *path, const char *expected);
void test_is_absent(const struct test_run *run, const char *path);
/* Absent, and named in "unmeasured" with a reason that has @why in it. */
void test_is_unmeasured(const struct test_run *run, const char *path, const char *why);
/* The reason that stands in "unmeasured", NULL: the path is not there. */
const char *test_unmeasured(const struct test_run *run, const char *path);
/* How often harness.faults has a sentence with @what in it. */
uint64_t test_faults(const struct test_run *run, const char *what);
void test_verdict_is(const struct test_run *run, const char *result, int code, const char *why);
bool test_has_why(const struct test_run *run, const char *why);

/* ' becomes "; owned by the caller. */
char *test_quoted(const char *text);
struct jsonw *test_json(const char *quoted); /* owned by the caller */

int test_tallies(void);
int test_ratios(void);
int test_fold_offline(void);
int test_fold_console(void);
int test_fold_stuck(void);
int test_fold_stress_ng(void);
int test_fold_move(void);
int test_fold_counts(void);
int test_fold_phases(void);
int test_fold_topology(void);
int test_fold_frame(void);
int test_run_file(void);
int test_verdict_rules(void);
int test_verdict_log(void);
int test_verdict_runs(void);
int test_torn(void);
int test_hostile(void);
int test_validate(void);
int test_report_file(void);
int test_behaviour(void);
int test_scenarios(void);
int test_pinned(void);
int test_scenario_soft_offline(void);
int test_scenario_alloc_locked(void);
int test_scenario_reclaim_wake(void);
int test_scenario_mlock(void);
int test_totals(void);

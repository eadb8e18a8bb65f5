/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report: the fold of a run folder (run.json + events.jsonl, harness/docs/EVENTS.md), or what a
 * report.json holds. Folding is deterministic: the same two files give the same report on every
 * machine and at every time. Memory does not grow with the number of events.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct err;
struct jsonw;
struct report;

/* A run without an end record has crashed. */
int report_fold_run(const char *directory, struct report **ret_report, struct err *e);
/* ... but here it is taken to be still going on: the verdict says so and is none. */
int report_fold_live(const char *directory, struct report **ret_report, struct err *e);
/* A report.json of this major version. */
int report_load(const char *path, struct report **ret_report, struct err *e);
void report_free(struct report *report); /* NULL is fine */

/*
 * All of it, but for the two arrays that grow with the host, topology.blocks and offline.blocks:
 * as a tree they would take 200 MiB on a host of 65,536 blocks. Borrowed.
 */
const struct jsonw *report_document(const struct report *report);

/* RUN/report.json, atomically. */
int report_write(const char *directory, const struct report *report, struct err *e);
int report_write_file(const char *path, const struct report *report, struct err *e);
/* The JSON text, all of it. */
int report_write_stream(const struct report *report, FILE *out);

/* One screen for people: the verdict, why, and the figures. */
void report_print(const struct report *report, FILE *out, bool colour);

/* The verdict's exit code (base/exit_code.h). */
int report_exit(const struct report *report);

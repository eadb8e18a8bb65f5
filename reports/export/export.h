/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report in the formats of others: one file each, one table. Pure functions of the report: no
 * clock, no host, no locale; the same report gives the same bytes. Whatever the report's texts
 * are (a kernel wrote them), the output parses.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "reports/export/cases.h"
#include "reports/export/figures.h"

struct err;
struct jsonw;

struct export_options {
	const char *origin; /* KCIDB: who submits, [a-z0-9_]+; NULL: "memsoak" */
};

/* What the formats write: made once from a report, borrowed by them. */
struct export_input {
	const struct jsonw *report;
	const struct export_options *options;
	struct case_list cases;
	struct figure_list figures;
	char *profile; /* a word (text_word()) */
	char *run_id;  /* a word */
	char *kernel;  /* its release, one line */
	char *host;    /* one line */
};

struct export_format {
	const char *name;
	const char *what; /* for whom it is, a few words */
	void (*write)(const struct export_input *in, FILE *out);
};

extern const struct export_format export_formats[];
extern const size_t n_export_formats;

const struct export_format *export_format_by_name(const char *name); /* NULL: none */

/* *ret_text is NUL-terminated and owned by the caller; -EINVAL when an option is not as it must be. */
int export_report(const struct export_format *format, const struct jsonw *report,
		  const struct export_options *options, char **ret_text, size_t *ret_length,
		  struct err *e);

void export_write_csv(const struct export_input *in, FILE *out);
void export_write_junit(const struct export_input *in, FILE *out);
void export_write_kcidb(const struct export_input *in, FILE *out);
void export_write_ktap(const struct export_input *in, FILE *out);
void export_write_lava(const struct export_input *in, FILE *out);
void export_write_lkp(const struct export_input *in, FILE *out);
void export_write_prometheus(const struct export_input *in, FILE *out);

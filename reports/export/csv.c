// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CSV after RFC 4180 (CRLF, quotes doubled), one row a case or figure. A cell that a spreadsheet
 * would take for a formula has an apostrophe in front.
 */
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/export/export.h"

static const char *const statuses[CASE_STATUS_MAX] = {
	[CASE_PASS] = "pass", [CASE_FAIL] = "fail",	  [CASE_ERROR] = "error",
	[CASE_SKIP] = "skip", [CASE_ABORTED] = "aborted", [CASE_CRASHED] = "crashed",
};

static void put_cell(FILE *out, const char *text)
{
	bool is_formula = text[0] && strchr("=+-@", text[0]);

	if (!is_formula && !strpbrk(text, ",\"\r\n")) {
		(void)fputs(text, out);
		return;
	}
	(void)fputs(is_formula ? "\"'" : "\"", out);
	for (; *text; text++) {
		if (*text == '"')
			(void)fputc('"', out);
		(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

/* The cells that all rows begin with. */
static void begin_row(FILE *out, const struct export_input *in, const char *kind)
{
	const char *const cells[] = {in->run_id, in->profile, in->kernel, in->host};

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
		put_cell(out, cells[i]);
		(void)fputc(',', out);
	}
	(void)fprintf(out, "%s,", kind);
}

void export_write_csv(const struct export_input *in, FILE *out)
{
	char text[FIGURE_TEXT_SIZE];

	(void)fputs("run,profile,kernel,host,kind,name,label,value,unit,why\r\n", out);
	for (size_t i = 0; i < in->cases.n_cases; i++) {
		const struct test_case *c = &in->cases.cases[i];

		begin_row(out, in, "case");
		(void)fprintf(out, "%s,,%s,,", c->name, statuses[c->status]);
		put_cell(out, c->why ? c->why : "");
		(void)fputs("\r\n", out);
	}
	for (size_t i = 0; i < in->figures.n_samples; i++) {
		const struct figure_sample *s = &in->figures.samples[i];

		begin_row(out, in, "figure");
		(void)fprintf(out, "%s,", s->figure->name);
		put_cell(out, s->label ? s->label : "");
		figure_format(s, text);
		(void)fprintf(out, ",%s,%s,\r\n", text, figure_unit_name(s->figure->unit));
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KTAP version 1 (the kernel's Documentation/dev-tools/ktap.rst): the profile is a test, its cases
 * are its subtests. A '#' in a text would begin a directive, and a text behind the '#' that began
 * with "todo" would be one: so each text has a word of ours in front of it.
 */
#include <string.h>

#include "reports/export/export.h"

static const struct {
	const char *result;
	const char *directive; /* before the reason */
} outcomes[CASE_STATUS_MAX] = {
	[CASE_PASS] = {"ok", NULL},		 [CASE_FAIL] = {"not ok", "failed:"},
	[CASE_ERROR] = {"not ok", "ERROR"},	 [CASE_SKIP] = {"ok", "SKIP"},
	[CASE_ABORTED] = {"not ok", "ERROR"}, [CASE_CRASHED] = {"not ok", "crashed:"},
};

static void put_plain(FILE *out, const char *text)
{
	for (; *text; text++)
		(void)fputc(*text == '#' ? ' ' : *text, out);
}

static void put_result(FILE *out, size_t number, const char *prefix, const struct test_case *c)
{
	(void)fprintf(out, "%s %zu %s%s", outcomes[c->status].result, number, prefix, c->name);
	if (outcomes[c->status].directive) {
		(void)fprintf(out, " # %s ", outcomes[c->status].directive);
		put_plain(out, c->why);
	}
	(void)fputc('\n', out);
}

static void put_log(FILE *out, const char *log)
{
	for (const char *line = log; *line; line += strcspn(line, "\n"), line += *line == '\n')
		(void)fprintf(out, "  # %.*s\n", (int)strcspn(line, "\n"), line);
}

static void put_figures(FILE *out, const struct figure_list *list)
{
	char text[FIGURE_TEXT_SIZE];

	for (size_t i = 0; i < list->n_samples; i++) {
		const struct figure_sample *s = &list->samples[i];

		figure_format(s, text);
		(void)fprintf(out, "  # %s%s%s=%s\n", s->figure->name, s->label ? "." : "",
			      s->label ? s->label : "", text);
	}
}

void export_write_ktap(const struct export_input *in, FILE *out)
{
	struct test_case whole = in->cases.cases[0];

	(void)fprintf(out, "KTAP version 1\n1..1\n  KTAP version 1\n  1..%zu\n", in->cases.n_cases);
	(void)fprintf(out, "  # run=%s\n  # kernel=%s\n  # host=%s\n", in->run_id, in->kernel, in->host);
	put_figures(out, &in->figures);
	for (size_t i = 0; i < in->cases.n_cases; i++) {
		const struct test_case *c = &in->cases.cases[i];

		if (c->log)
			put_log(out, c->log);
		(void)fputs("  ", out);
		put_result(out, i + 1, "", c);
	}
	whole.name = in->profile;
	put_result(out, 1, "memsoak.", &whole);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* JUnit XML as the CI systems read it: one suite, a case each, figures as properties of the suite. */
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/export/export.h"
#include "reports/export/text.h"

static const struct {
	const char *element;
	const char *type;
} outcomes[CASE_STATUS_MAX] = {
	[CASE_FAIL] = {"failure", "fail"},     [CASE_ERROR] = {"error", "error"},
	[CASE_SKIP] = {"skipped", NULL},       [CASE_ABORTED] = {"error", "aborted"},
	[CASE_CRASHED] = {"failure", "crash"},
};

static const struct {
	const char *reference;
	char character;
	bool only_in_attributes; /* there newlines and tabs would be normalised to spaces */
} references[] = {
	{"&amp;", '&', false}, {"&lt;", '<', false}, {"&gt;", '>', false},
	{"&quot;", '"', true}, {"&#10;", '\n', true}, {"&#9;", '\t', true},
};

static void put_text(FILE *out, const char *text, bool is_attribute)
{
	for (; *text; text++) {
		const char *reference = NULL;

		for (size_t i = 0; i < ARRAY_SIZE(references); i++)
			if (references[i].character == *text && (is_attribute || !references[i].only_in_attributes))
				reference = references[i].reference;
		if (reference)
			(void)fputs(reference, out);
		else
			(void)fputc(*text, out);
	}
}

static void put_attribute(FILE *out, const char *name, const char *value)
{
	(void)fprintf(out, " %s=\"", name);
	put_text(out, value, true);
	(void)fputc('"', out);
}

static void put_property(FILE *out, const char *name, const char *label, const char *value)
{
	(void)fprintf(out, "      <property name=\"%s%s", name, label ? "." : "");
	put_text(out, label ? label : "", true);
	(void)fputc('"', out);
	put_attribute(out, "value", value);
	(void)fputs("/>\n", out);
}

static void put_properties(FILE *out, const struct export_input *in)
{
	char text[FIGURE_TEXT_SIZE];

	(void)fputs("    <properties>\n", out);
	put_property(out, "run", NULL, in->run_id);
	put_property(out, "profile", NULL, in->profile);
	put_property(out, "kernel", NULL, in->kernel);
	for (size_t i = 0; i < in->figures.n_samples; i++) {
		const struct figure_sample *s = &in->figures.samples[i];

		figure_format(s, text);
		put_property(out, s->figure->name, s->label, text);
	}
	(void)fputs("    </properties>\n", out);
}

static void put_case(FILE *out, const struct export_input *in, const struct test_case *c, double seconds)
{
	const char *element = outcomes[c->status].element;

	(void)fprintf(out, "    <testcase classname=\"memsoak.%s\" name=\"%s\" time=\"%.3f\"", in->profile,
		      c->name, seconds);
	if (!element && !c->log) {
		(void)fputs("/>\n", out);
		return;
	}
	(void)fputs(">\n", out);
	if (element) {
		(void)fprintf(out, "      <%s", element);
		if (outcomes[c->status].type)
			put_attribute(out, "type", outcomes[c->status].type);
		put_attribute(out, "message", c->why);
		(void)fputs("/>\n", out);
	}
	if (c->log) {
		(void)fputs("      <system-out>", out);
		put_text(out, c->log, false);
		(void)fputs("</system-out>\n", out);
	}
	(void)fputs("    </testcase>\n", out);
}

/* Of the two elements that hold cases. The whole run's time is the verdict's. */
static void put_counts(FILE *out, const struct case_list *list, double seconds)
{
	(void)fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"",
		      list->n_cases,
		      case_list_count(list, CASE_FAIL) + case_list_count(list, CASE_CRASHED),
		      case_list_count(list, CASE_ERROR) + case_list_count(list, CASE_ABORTED),
		      case_list_count(list, CASE_SKIP), seconds);
}

void export_write_junit(const struct export_input *in, FILE *out)
{
	const char *start = jsonw_as_string(figure_at(in->report, "run.start"));
	double seconds = jsonw_as_double(figure_at(in->report, "run.duration_ns")) / 1e9, since;

	(void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"memsoak\"", out);
	put_counts(out, &in->cases, seconds);
	(void)fprintf(out, ">\n  <testsuite name=\"memsoak.%s\"", in->profile);
	put_counts(out, &in->cases, seconds);
	if (text_parse_time(start, &since)) /* the schema's form has no ms and no offset */
		(void)fprintf(out, " timestamp=\"%.19s\"", start);
	put_attribute(out, "hostname", in->host[0] ? in->host : "unknown");
	(void)fputs(">\n", out);
	put_properties(out, in);
	for (size_t i = 0; i < in->cases.n_cases; i++)
		put_case(out, in, &in->cases.cases[i], i == 0 ? seconds : 0);
	(void)fputs("  </testsuite>\n</testsuites>\n", out);
}

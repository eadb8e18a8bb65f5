// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * LAVA reads results off the console as signals, one a line. They hold no free text: ids are words,
 * the rest are numbers, so that no kernel message can forge one. To be printed after the run: a
 * printk in the middle of a line would break it.
 */
#include "reports/export/export.h"

static const char *const results[CASE_STATUS_MAX] = {
	[CASE_PASS] = "pass",	  [CASE_FAIL] = "fail",	       [CASE_ERROR] = "unknown",
	[CASE_SKIP] = "skip",	  [CASE_ABORTED] = "unknown", [CASE_CRASHED] = "fail",
};

static void put_figure(FILE *out, const struct figure_sample *s)
{
	const char *unit = figure_unit_name(s->figure->unit);
	char text[FIGURE_TEXT_SIZE];

	figure_format(s, text);
	(void)fprintf(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=%s%s%s RESULT=pass UNITS=%s MEASUREMENT=%s>\n",
		      s->figure->name, s->word ? "." : "", s->word ? s->word : "", unit[0] ? unit : "count", text);
}

void export_write_lava(const struct export_input *in, FILE *out)
{
	(void)fprintf(out, "<LAVA_SIGNAL_TESTSET START memsoak-%s>\n", in->profile);
	for (size_t i = 0; i < in->cases.n_cases; i++)
		(void)fprintf(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=%s RESULT=%s>\n",
			      in->cases.cases[i].name, results[in->cases.cases[i].status]);
	for (size_t i = 0; i < in->figures.n_samples; i++)
		put_figure(out, &in->figures.samples[i]);
	(void)fputs("<LAVA_SIGNAL_TESTSET STOP>\n", out);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What lkp's parse scripts print: "key: number" lines and nothing else. */
#include "reports/export/export.h"

/* Cases as 0 and 1: lkp takes a key that holds "fail" for a failure. */
static void put_case(FILE *out, const struct test_case *c)
{
	static const char *const words[CASE_STATUS_MAX] = {
		[CASE_PASS] = "pass",  [CASE_FAIL] = "fail",	   [CASE_ERROR] = "error",
		[CASE_SKIP] = "skip",  [CASE_ABORTED] = "error", [CASE_CRASHED] = "fail",
	};

	(void)fprintf(out, "memsoak.%s.%s: 1\n", c->name, words[c->status]);
}

void export_write_lkp(const struct export_input *in, FILE *out)
{
	char text[FIGURE_TEXT_SIZE];

	for (size_t i = 0; i < in->cases.n_cases; i++)
		put_case(out, &in->cases.cases[i]);
	for (size_t i = 0; i < in->figures.n_samples; i++) {
		const struct figure_sample *s = &in->figures.samples[i];

		figure_format(s, text);
		(void)fprintf(out, "memsoak.%s%s%s: %s\n", s->figure->name, s->word ? "." : "",
			      s->word ? s->word : "", text);
	}
}

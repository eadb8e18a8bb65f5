// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/schema.h"

#include <string.h>

#include "base/cleanup.h"

/* reports/schema_texts.S; each ends with a NUL. */
extern const char schema_report_1_text[], schema_run_1_text[], schema_plan_1_text[],
	schema_compare_1_text[], schema_scan_log_1_text[], schema_series_1_text[];

const struct schema schemas[] = {
	{"report", "memsoak-report", 1, schema_report_1_text},
	{"run", "memsoak-run", 1, schema_run_1_text},
	{"plan", "memsoak-plan", 1, schema_plan_1_text},
	{"compare", "memsoak-compare", 1, schema_compare_1_text},
	{"scan-log", "memsoak-scan-log", 1, schema_scan_log_1_text},
	{"series", "memsoak-series", 1, schema_series_1_text},
};
const size_t n_schemas = ARRAY_SIZE(schemas);

const struct schema *schema_by_word(const char *word)
{
	for (size_t i = 0; i < n_schemas; i++)
		if (strcmp(schemas[i].word, word) == 0)
			return &schemas[i];
	return NULL;
}

const struct schema *schema_by_name(const char *name)
{
	for (size_t i = 0; i < n_schemas; i++)
		if (strcmp(schemas[i].name, name) == 0)
			return &schemas[i];
	return NULL;
}

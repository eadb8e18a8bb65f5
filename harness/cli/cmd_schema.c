// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "cli/commands.h"
#include "reports/schema.h"

static const struct option_command command = {
	.program = "memsoak schema",
	.usage = "report|run|plan|compare|scan-log|series",
	.summary =
		"Prints a JSON Schema (draft 2020-12): of report.json, run.json, series.json, or\n"
		"of what a command prints with --json.",
};

int cmd_schema(int argc, char *const argv[])
{
	cleanup_free char *known = memory_string("");
	struct option_list words = {0};
	const struct schema *schema = NULL;
	struct err e = {0};
	int r = options_parse(&command, argc, argv, NULL, &words, &e);

	for (size_t i = 0; i < n_schemas; i++)
		memory_append(&known, " ", schemas[i].word);
	if (r == 0 && words.n_items != 1)
		r = options_refuse(&command, &e, "the name of one schema is wanted, one of %s", known);
	if (r == 0) {
		schema = schema_by_word(words.items[0]);
		if (!schema)
			r = options_refuse(&command, &e, "unknown schema '%.64s', want one of %s",
					   words.items[0], known);
	}
	if (schema && fputs(schema->text, stdout) == EOF)
		r = err_set(&e, -EIO, "cannot write to standard output");
	if (r < 0)
		log_error("%s", e.text);
	option_list_done(&words);
	return r < 0 ? EXIT_USAGE : EXIT_PASS;
}

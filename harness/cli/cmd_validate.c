// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "cli/commands.h"
#include "reports/run_folder.h"
#include "reports/schema.h"
#include "reports/validate.h"

#define INVALID 1
#define MAX_PROBLEMS 20

static const struct option_command command = {
	.program = "memsoak validate",
	.usage = "FILE|RUN...",
	.summary = "Checks reports, run.json files and plans against the schema that they name; of RUN, a run's\n"
		   "folder, its report.json (of a series' folder, its series.json). Ends 0 when all are valid, 1\n"
		   "when one is not, 2 when one cannot be read or names a schema that is not known.",
};

struct printing {
	const char *file;
	size_t n;
};

static void print_problem(void *context, const char *path, const char *what)
{
	struct printing *p = context;

	if (p->n++ < MAX_PROBLEMS)
		(void)printf("%s: %s %s\n", p->file, path, what);
}

static const struct schema *schema_of(const char *file, const struct jsonw *document, struct err *e)
{
	const struct jsonw *header = jsonw_get(document, "schema");
	const char *name = jsonw_get_string(header, "name");
	const struct schema *schema = name ? schema_by_name(name) : NULL;

	if (!schema) {
		cleanup_free char *known = memory_string("");

		for (size_t i = 0; i < n_schemas; i++)
			memory_append(&known, " ", schemas[i].name);
		(void)err_set(e, -EINVAL, "%s: its schema.name is '%s', known are %s", file,
			      name ? name : "missing", known);
		return NULL;
	}
	if (jsonw_type_of(jsonw_get(header, "major")) == JSONW_INTEGER &&
	    jsonw_get_uint(header, "major") != schema->major) {
		(void)err_set(e, -EINVAL,
			      "%s: %s of major version %llu, this memsoak knows %u: use the one that wrote it",
			      file, name, (unsigned long long)jsonw_get_uint(header, "major"),
			      schema->major);
		return NULL;
	}
	return schema;
}

static int validate_file(const char *file, struct err *e)
{
	struct printing p = {.file = file};
	struct jsonw *document = NULL, *rules = NULL;
	const struct schema *schema = NULL;
	int code = EXIT_USAGE;

	if (jsonw_parse_file(file, &document, e) == 0)
		schema = schema_of(file, document, e);
	if (schema && jsonw_parse(schema->text, strlen(schema->text), &rules, e) == 0)
		code = validate_document(rules, document, print_problem, &p) ? INVALID : EXIT_PASS;
	if (p.n > MAX_PROBLEMS)
		(void)printf("%s: and %zu more\n", file, p.n - MAX_PROBLEMS);
	if (code == EXIT_PASS)
		(void)printf("%s: valid %s\n", file, schema->name);
	jsonw_free(document);
	jsonw_free(rules);
	return code;
}

/* Of a folder the first of these that is there. */
static const char *const results[] = {"report.json", "series.json"};

/* The file that is meant by a word of the command line, the caller's; NULL: there is none. */
static char *find_file(const char *word, struct err *e)
{
	if (!file_is_folder(word))
		return memory_string(word);
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		cleanup_free char *path = memory_format("%s/%s", word, results[i]);

		if (access(path, F_OK) == 0)
			return steal_ptr(&path);
	}
	if (run_folder_check(word, e) == 0)
		(void)err_set(e, -ENOENT,
			      "the run '%s' has no report.json: \"memsoak report\" makes it", word);
	return NULL;
}

static int validate_word(const char *word, struct err *e)
{
	cleanup_free char *file = find_file(word, e);

	return file ? validate_file(file, e) : EXIT_USAGE;
}

int cmd_validate(int argc, char *const argv[])
{
	struct option_list words = {0};
	struct err e = {0};
	int code = EXIT_PASS;
	int r = options_parse(&command, argc, argv, NULL, &words, &e);

	if (r == 0 && words.n_items == 0)
		r = options_refuse(&command, &e, "no file was named");
	if (r < 0) {
		log_error("%s", e.text);
		code = EXIT_USAGE;
	}
	for (size_t i = 0; r == 0 && i < words.n_items; i++) {
		struct err file_error = {0};
		int one = validate_word(words.items[i], &file_error);

		if (file_error.code < 0)
			log_error("%s", file_error.text);
		if (one > code)
			code = one;
	}
	option_list_done(&words);
	return code;
}

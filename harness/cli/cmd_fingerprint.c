// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memsoak fingerprint: how this kernel waits on a migration entry, and which fixes it has. By its
 * list of symbols, which changes nothing; and, when asked, by what it does.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/options.h"
#include "cli/behaviour_run.h"
#include "cli/commands.h"
#include "observe/fingerprint.h"
#include "reports/report.h"

struct options {
	bool json, behaviour;
	const char *kallsyms, *out;
};

static const struct option_spec specs[] = {
	{"json", 'j', OPTION_FLAG, offsetof(struct options, json), 0, 0, NULL, "JSON"},
	{"kallsyms", 'k', OPTION_STRING, offsetof(struct options, kallsyms), 0, 0, "FILE",
	 "a list of symbols instead of this kernel's /proc/kallsyms"},
	{"behaviour", 'b', OPTION_FLAG, offsetof(struct options, behaviour), 0, 0, NULL,
	 "also measure what the kernel does: 20 s, root, nothing goes offline"},
	{"out", 'o', OPTION_STRING, offsetof(struct options, out), 0, 0, "DIR",
	 "with --behaviour: keep the run in DIR"},
};

static const struct option_command command = {
	.program = "memsoak fingerprint",
	.usage = "[--json] [--kallsyms FILE | --behaviour [--out DIR]]",
	.summary = "How this kernel waits for a page that is being moved, and which fixes it has, "
		   "by its symbols:\n"
		   "A holds a page reference (before 5.0), B for a moment (5.0 to 5.16), C none "
		   "(since 5.17).\n"
		   "Ends 0 with any answer by symbols; with --behaviour 3 when that could not be "
		   "told.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

static int print_evidence(const struct jsonw *list)
{
	for (size_t i = 0; i < jsonw_length(list); i++)
		(void)printf("%s%s", i ? ", " : "", jsonw_as_string(jsonw_at(list, i)));
	(void)putchar('\n');
	return 0;
}

static int print_fix(void *context, const char *key, struct jsonw *value)
{
	(void)context;
	(void)printf("  %-24s %-8s ", key, jsonw_get_string(value, "answer"));
	return print_evidence(jsonw_get(value, "evidence"));
}

static void print_rungs(const struct jsonw *ladder)
{
	for (size_t i = 0; i < jsonw_length(ladder); i++) {
		const struct jsonw *rung = jsonw_at(ladder, i);

		(void)printf("  %" PRIu64 " faulters: ", jsonw_get_uint(rung, "faulters"));
		if (jsonw_has(rung, "eagain"))
			(void)printf("%" PRIu64 " EAGAIN in %" PRIu64 " attempts and %" PRIu64
				     " waits, ",
				     jsonw_get_uint(rung, "eagain"),
				     jsonw_get_uint(rung, "attempts"),
				     jsonw_get_uint(rung, "waits"));
		(void)printf("%" PRIu64 " pages not moved\n", jsonw_get_uint(rung, "not_moved"));
	}
}

/* What contradicts itself is said first. */
static void print_all(const struct jsonw *document)
{
	const struct jsonw *behaviour = jsonw_get(document, "behaviour");

	if (jsonw_has(document, "disagreement"))
		(void)printf("WARNING: %s\n\n", jsonw_get_string(document, "disagreement"));
	(void)printf("by symbols:   %-8s ", jsonw_get_string(document, "generation"));
	(void)print_evidence(jsonw_get(document, "evidence"));
	if (behaviour) {
		(void)printf("by behaviour: %-8s %s\n", jsonw_get_string(behaviour, "generation"),
			     jsonw_get_string(behaviour, "why"));
		print_rungs(jsonw_get(document, "ladder"));
	}
	(void)puts("\nfixes, by symbols:");
	(void)jsonw_each(jsonw_get(document, "fixes"), print_fix, NULL);
}

/* A copy, for a document of its own. */
static void set_copy(struct jsonw *document, const char *key, struct jsonw *value)
{
	struct jsonw *copy = NULL;
	size_t length;
	const char *text = value ? jsonw_text(value, &length) : NULL;

	if (text && jsonw_parse(text, length, &copy, NULL) == 0)
		jsonw_set(document, key, copy);
}

static struct jsonw *make_document(const struct options *o, const struct report *report)
{
	struct jsonw *document = jsonw_object(), *schema = jsonw_object();
	struct jsonw *symbols =
		fingerprint_describe(AT_FDCWD, o->kallsyms ? o->kallsyms : "/proc/kallsyms");
	const struct jsonw *whole = report ? report_document(report) : NULL;
	const struct jsonw *kernel = jsonw_get(whole, "kernel");
	struct jsonw *behaviour = jsonw_get(jsonw_get(kernel, "fingerprint"), "behaviour");

	jsonw_set_string(schema, "name", "memsoak-fingerprint");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 0);
	jsonw_set(document, "schema", schema);
	set_copy(document, "disagreement", jsonw_get(behaviour, "disagreement"));
	set_copy(document, "generation", jsonw_get(symbols, "generation"));
	set_copy(document, "evidence", jsonw_get(symbols, "evidence"));
	set_copy(document, "behaviour", behaviour);
	set_copy(document, "ladder", behaviour ? jsonw_get(whole, "ladder") : NULL);
	set_copy(document, "fixes", jsonw_get(symbols, "fixes"));
	jsonw_free(symbols);
	return document;
}

/* Answered, or why not. */
static int behaviour_exit(const struct jsonw *document)
{
	const struct jsonw *behaviour = jsonw_get(document, "behaviour");

	if (!behaviour) {
		log_error("the run came to no judgement of the behaviour: was it aborted?");
		return EXIT_CANNOT_JUDGE;
	}
	return strcmp(jsonw_get_string(behaviour, "generation"), "unknown") == 0 ? EXIT_CANNOT_JUDGE
										 : EXIT_PASS;
}

static int fingerprint(const struct options *o)
{
	struct report *report = NULL;
	struct jsonw *document;
	struct err e = {0};
	int code = EXIT_PASS;

	if (o->behaviour)
		code = behaviour_run(o->out, &report, &e);
	if (code != EXIT_PASS) {
		if (e.text[0])
			log_error("%s", e.text);
		return code;
	}
	document = make_document(o, report);
	if (o->json)
		(void)puts(jsonw_pretty(document, NULL));
	else
		print_all(document);
	if (o->behaviour)
		code = behaviour_exit(document);
	jsonw_free(document);
	report_free(report);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("cannot write what was found: %s", strerror(errno));
		return EXIT_CANNOT_JUDGE;
	}
	return code;
}

int cmd_fingerprint(int argc, char *const argv[])
{
	struct options options = {0};
	struct err e = {0};
	int r = options_parse(&command, argc, argv, &options, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	if (r == 0 && options.kallsyms && options.behaviour)
		r = err_set(&e, -EINVAL,
			    "--kallsyms is another kernel's list, --behaviour is of this one: give "
			    "one of them");
	if (r == 0 && options.out && !options.behaviour)
		r = err_set(&e, -EINVAL, "--out keeps the run of --behaviour: give that, too");
	if (r == 0 && options.kallsyms && access(options.kallsyms, R_OK) < 0)
		r = err_errno(&e, -errno, "cannot read '%s'", options.kallsyms);
	if (r < 0) {
		log_error("%s", e.text);
		return EXIT_USAGE;
	}
	/* Before anything is asked of the host: without root that would be half an answer. */
	if (options.behaviour && geteuid() != 0) {
		log_error("memsoak fingerprint --behaviour needs root: try sudo");
		return EXIT_CANNOT_JUDGE;
	}
	return fingerprint(&options);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
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
#include "reports/html/file.h"
#include "reports/html/html.h"
#include "reports/report.h"

struct options {
	bool json, live;
	const char *output, *html;
};

static const struct option_spec specs[] = {
	{"json", 'j', OPTION_FLAG, offsetof(struct options, json), 0, 0, NULL,
	 "print the report as JSON and nothing else"},
	{"output", 'o', OPTION_STRING, offsetof(struct options, output), 0, 0, "FILE",
	 "write the report here instead of RUN/report.json; -: to standard output"},
	{"html", 0, OPTION_STRING, offsetof(struct options, html), 0, 0, "FILE",
	 "also write it as a page for a browser; -: to standard output, and nothing else"},
	{"live", 'l', OPTION_FLAG, offsetof(struct options, live), 0, 0, NULL,
	 "the run is still going on: fold what is there, write nothing into RUN"},
};

static const struct option_command command = {
	.program = "memsoak report",
	.usage = "RUN [options]",
	.summary = "Folds a run's folder into its report, writes RUN/report.json (where it may) and prints a\n"
		   "summary; RUN can also be a report.json. Ends 0 when the report could be made, whatever\n"
		   "its verdict is: that decides only how \"memsoak run\" ends.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

static bool is_standard_output(const struct options *o)
{
	return o->json || (o->output && strcmp(o->output, "-") == 0);
}

/* Where the report is to go; NULL: nowhere. */
static char *destination(const struct options *o, const char *run)
{
	if (o->output)
		return strcmp(o->output, "-") == 0 ? NULL : memory_string(o->output);
	if (o->live || !file_is_folder(run))
		return NULL;
	return memory_format("%s/report.json", run);
}

/* A folder that takes no files, or has a better report, is an error only when asked for by name. */
static bool may_fail(const struct options *o, const struct err *e)
{
	return !o->output &&
	       (e->code == -EACCES || e->code == -EROFS || e->code == -EPERM || e->code == -EEXIST);
}

static uint64_t n_records(const struct report *report)
{
	const struct jsonw *harness = jsonw_get(report_document(report), "harness");

	return jsonw_get_uint(jsonw_get(harness, "journal"), "records");
}

/* A journal that lost records since makes no report in place of the one that still has them. */
static int refuse_to_lose(const struct options *o, const char *path, const struct report *report,
			  struct err *e)
{
	uint64_t n_former, n = n_records(report);
	struct report *former = NULL;
	struct err unreadable;

	if (o->output || report_load(path, &former, &unreadable) < 0)
		return 0;
	n_former = n_records(former);
	report_free(former);
	if (n_former <= n)
		return 0;
	return err_set(e, -EEXIST,
		       "'%s' was made from %" PRIu64 " records, the journal has %" PRIu64
		       " now: --output replaces it",
		       path, n_former, n);
}

struct page {
	const struct report *report;
	const char *run; /* NULL: there is no folder */
};

static int write_page(void *context, FILE *out, struct err *e)
{
	const struct page *page = context;

	return html_write_report(page->report, page->run, out, e);
}

static int deliver_page(const struct options *o, const char *run, const struct report *report,
			struct err *e)
{
	struct page page = {report, file_is_folder(run) ? run : NULL};

	return html_to_file(o->html, write_page, &page, e) < 0 ? EXIT_CANNOT_JUDGE : EXIT_PASS;
}

static int deliver(const struct options *o, const char *run, const struct report *report,
		   struct err *e)
{
	cleanup_free char *path = destination(o, run);
	struct err write_error = {0};
	bool is_written = path && refuse_to_lose(o, path, report, &write_error) == 0 &&
			  report_write_file(path, report, &write_error) == 0;

	if (path && !is_written && !may_fail(o, &write_error)) {
		*e = write_error;
		return EXIT_CANNOT_JUDGE;
	}
	if (is_standard_output(o)) {
		if (write_error.code == -EEXIST)
			log_warning("report.json is not written: %s", write_error.text);
		if (report_write_stream(report, stdout) < 0) {
			(void)err_set(e, -EIO, "cannot write the report to standard output");
			return EXIT_CANNOT_JUDGE;
		}
		return EXIT_PASS;
	}
	report_print(report, stdout, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
	if (is_written)
		(void)printf("report: %s\n", path);
	else if (path)
		(void)printf("report: not written (%s)\n", write_error.text);
	else
		(void)printf("report: %s\n", file_is_folder(run) ? "not written (--live)" : run);
	return EXIT_PASS;
}

/* What cannot be read as a run or a report is a mistake of the caller. */
static int make_report(const struct options *o, const char *run, struct report **ret_report,
		       struct err *e)
{
	int r;

	if (!file_is_folder(run))
		r = report_load(run, ret_report, e);
	else if (o->live)
		r = report_fold_live(run, ret_report, e);
	else
		r = report_fold_run(run, ret_report, e);
	return r < 0 ? EXIT_USAGE : EXIT_PASS;
}

int cmd_report(int argc, char *const argv[])
{
	struct option_list words = {0};
	struct report *report = NULL;
	struct options o = {0};
	struct err e = {0};
	int code = EXIT_PASS;
	int r = options_parse(&command, argc, argv, &o, &words, &e);

	if (r == 0 && o.json && o.html && strcmp(o.html, "-") == 0)
		r = err_set(&e, -EINVAL, "--json and --html - both want standard output: give --html a file");
	if (r == 0 && words.n_items != 1)
		r = options_refuse(&command, &e, "one run's folder or report.json is wanted");
	if (r < 0)
		code = EXIT_USAGE;
	if (r == 0)
		code = make_report(&o, words.items[0], &report, &e);
	if (r == 0 && code == EXIT_PASS && o.html)
		code = deliver_page(&o, words.items[0], report, &e);
	if (r == 0 && code == EXIT_PASS && !(o.html && strcmp(o.html, "-") == 0))
		code = deliver(&o, words.items[0], report, &e);
	if (e.code < 0)
		log_error("%s", e.text);
	report_free(report);
	option_list_done(&words);
	return code;
}

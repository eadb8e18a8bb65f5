// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "cli/commands.h"
#include "reports/export/export.h"
#include "reports/report.h"

struct options {
	const char *format, *output, *origin;
};

static const struct option_spec specs[] = {
	{"format", 'f', OPTION_STRING, offsetof(struct options, format), 0, 0, "FORMAT",
	 "ktap, junit, kcidb, prometheus, lava, lkp or csv"},
	{"output", 'o', OPTION_STRING, offsetof(struct options, output), 0, 0, "FILE",
	 "write it here, whole or not at all, instead of to standard output"},
	{"origin", 0, OPTION_STRING, offsetof(struct options, origin), 0, 0, "NAME",
	 "kcidb: the name of the CI system that submits (memsoak)"},
};

static const struct option_command command = {
	.program = "memsoak export",
	.usage = "--format FORMAT REPORT [options]",
	.summary = "Writes a report in the format of another: KTAP, JUnit XML, KCIDB 5.3, Prometheus textfile, LAVA\n"
		   "signals, lkp, CSV. REPORT is a report.json, or a run's folder, which is folded. Ends 0 when it was\n"
		   "written, whatever the verdict is.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

static const struct export_format *find_format(const char *name, struct err *e)
{
	const struct export_format *format = name ? export_format_by_name(name) : NULL;
	cleanup_free char *names = memory_string("");

	for (size_t i = 0; !format && i < n_export_formats; i++)
		memory_append(&names, ", ", export_formats[i].name);
	if (!format && name)
		(void)options_refuse(&command, e, "unknown format '%s', want one of %s", name, names);
	else if (!format)
		(void)options_refuse(&command, e, "--format is missing, want one of %s", names);
	return format;
}

static int load(const char *path, struct report **ret_report, struct err *e)
{
	if (file_is_folder(path))
		return report_fold_run(path, ret_report, e);
	return report_load(path, ret_report, e);
}

/* 0, or the exit code of what went wrong. */
static int export_to(const struct options *o, const struct export_format *format, const char *path,
		     struct err *e)
{
	const struct export_options options = {.origin = o->origin};
	cleanup_free char *text = NULL;
	struct report *report = NULL;
	size_t length = 0;
	int r = load(path, &report, e);

	if (r == 0)
		r = export_report(format, report_document(report), &options, &text, &length, e);
	report_free(report);
	if (r < 0)
		return EXIT_USAGE;
	if (o->output && strcmp(o->output, "-") != 0)
		r = file_write_atomic(o->output, text, length, e);
	else if (fwrite(text, 1, length, stdout) != length || fflush(stdout) != 0)
		r = err_set(e, -EIO, "cannot write the export to standard output");
	return r < 0 ? EXIT_CANNOT_JUDGE : EXIT_PASS;
}

int cmd_export(int argc, char *const argv[])
{
	const struct export_format *format = NULL;
	struct option_list words = {0};
	struct options o = {0};
	struct err e = {0};
	int code = EXIT_PASS;
	int r = options_parse(&command, argc, argv, &o, &words, &e);

	if (r == 0 && words.n_items != 1)
		r = options_refuse(&command, &e, "one report.json or run's folder is wanted");
	if (r == 0) {
		format = find_format(o.format, &e);
		if (!format)
			r = e.code;
	}
	if (r < 0)
		code = EXIT_USAGE;
	else if (r == 0)
		code = export_to(&o, format, words.items[0], &e);
	if (e.code < 0)
		log_error("%s", e.text);
	option_list_done(&words);
	return code;
}

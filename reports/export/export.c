// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "reports/export/text.h"

#define MAX_WORD 100
#define MAX_LINE 200
#define MAX_ORIGIN 40

const struct export_format export_formats[] = {
	{"ktap", "KTAP 1: kselftest, prove and other readers of TAP", export_write_ktap},
	{"junit", "JUnit XML: GitLab, GitHub, Jenkins", export_write_junit},
	{"kcidb", "KCIDB 5.3: a submission to KernelCI", export_write_kcidb},
	{"prometheus", "Prometheus: a file for node_exporter's textfile collector", export_write_prometheus},
	{"lava", "LAVA: signals for a job's console", export_write_lava},
	{"lkp", "lkp: \"key: number\" lines", export_write_lkp},
	{"csv", "CSV (RFC 4180): cases and figures, one a row", export_write_csv},
};
const size_t n_export_formats = ARRAY_SIZE(export_formats);

const struct export_format *export_format_by_name(const char *name)
{
	for (size_t i = 0; i < n_export_formats; i++)
		if (strcmp(export_formats[i].name, name) == 0)
			return &export_formats[i];
	return NULL;
}

static int check_options(const struct export_options *options, struct err *e)
{
	size_t length = options->origin ? strlen(options->origin) : 1;

	if (length == 0 || length > MAX_ORIGIN ||
	    (options->origin &&
	     strspn(options->origin, "abcdefghijklmnopqrstuvwxyz0123456789_") != length))
		return err_set(e, -EINVAL, "origin '%.60s': want 1 to %d of a-z, 0-9 and _",
			       options->origin, MAX_ORIGIN);
	return 0;
}

static void read_input(struct export_input *in, const struct jsonw *report,
		       const struct export_options *options)
{
	const struct jsonw *run = jsonw_get(report, "run");

	*in = (struct export_input){.report = report, .options = options};
	case_list_read(&in->cases, report);
	figure_list_read(&in->figures, report);
	in->profile = text_word(jsonw_get_string(run, "profile"), MAX_WORD);
	in->run_id = text_word(jsonw_get_string(run, "id"), MAX_WORD);
	in->kernel = text_line(jsonw_get_string(jsonw_get(report, "kernel"), "release"), MAX_LINE);
	in->host = text_line(jsonw_get_string(jsonw_get(report, "host"), "hostname"), MAX_LINE);
}

static void input_done(struct export_input *in)
{
	case_list_done(&in->cases);
	figure_list_done(&in->figures);
	free(in->profile);
	free(in->run_id);
	free(in->kernel);
	free(in->host);
}

int export_report(const struct export_format *format, const struct jsonw *report,
		  const struct export_options *options, char **ret_text, size_t *ret_length,
		  struct err *e)
{
	static const struct export_options none = {0};
	struct export_input in;
	char *text = NULL;
	size_t length = 0;
	FILE *out;
	int r = check_options(options ? options : &none, e);

	if (r < 0)
		return r;
	out = open_memstream(&text, &length);
	if (!out)
		return err_errno(e, -errno, "cannot export");
	read_input(&in, report, options ? options : &none);
	format->write(&in, out);
	input_done(&in);
	if (fclose(out) != 0) {
		free(text);
		return err_set(e, -ENOMEM, "cannot export: no memory for the text");
	}
	*ret_text = text;
	*ret_length = length;
	return 0;
}

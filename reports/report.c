// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports as files: reading one, writing one. */
#include "reports/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/report_parts.h"

#define MAJOR 1

const struct jsonw *report_document(const struct report *report)
{
	return report->document;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	jsonw_free(report->document);
	free(report->topology_blocks);
	free(report->offline_blocks);
	free(report);
}

int report_load(const char *path, struct report **ret_report, struct err *e)
{
	struct jsonw *document = NULL, *schema;
	const char *name;
	int r = jsonw_parse_file(path, &document, e);

	if (r < 0)
		return r;
	schema = jsonw_get(document, "schema");
	name = jsonw_get_string(schema, "name");
	if (!name || strcmp(name, "memsoak-report") != 0)
		r = err_set(e, -EBADMSG, "'%s' is no report: its schema.name is not 'memsoak-report'",
			    path);
	else if (jsonw_get_uint(schema, "major") != MAJOR)
		r = err_set(e, -EPROTONOSUPPORT,
			    "'%s' is a report of major version %llu, this memsoak reads %d: use the one that wrote it",
			    path, (unsigned long long)jsonw_get_uint(schema, "major"), MAJOR);
	if (r < 0) {
		jsonw_free(document);
		return r;
	}
	*ret_report = memory_alloc(1, sizeof(**ret_report));
	(*ret_report)->document = document;
	return 0;
}

struct writer {
	FILE *out;
	const struct report *report;
	bool is_first;
};

/* Without the newline that a stream ends with. */
static size_t text_length(const char *text, size_t length)
{
	return length > 0 && text[length - 1] == '\n' ? length - 1 : length;
}

static void write_with_blocks(FILE *out, const char *text, size_t length, const char *blocks,
			      size_t blocks_length)
{
	bool is_empty = length <= 2;

	(void)fwrite(text, 1, length - 1, out); /* all but the closing brace */
	(void)fprintf(out, "%s\"blocks\":", is_empty ? "" : ",");
	(void)fwrite(blocks, 1, text_length(blocks, blocks_length), out);
	(void)fputc('}', out);
}

/* One section a line: a diff of two reports shows where they differ. */
static int write_section(void *context, const char *key, struct jsonw *value)
{
	struct writer *w = context;
	const struct report *r = w->report;
	size_t length;
	const char *text = jsonw_text(value, &length);

	(void)fprintf(w->out, "%s\n\"%s\":", w->is_first ? "" : ",", key);
	w->is_first = false;
	if (r->topology_blocks && strcmp(key, "topology") == 0)
		write_with_blocks(w->out, text, length, r->topology_blocks,
				  r->topology_blocks_length);
	else if (r->offline_blocks && strcmp(key, "offline") == 0)
		write_with_blocks(w->out, text, length, r->offline_blocks,
				  r->offline_blocks_length);
	else
		(void)fwrite(text, 1, length, w->out);
	return 0;
}

int report_write_stream(const struct report *report, FILE *out)
{
	struct writer w = {.out = out, .report = report, .is_first = true};

	(void)fputc('{', out);
	(void)jsonw_each(report->document, write_section, &w);
	(void)fputs("\n}\n", out);
	return fflush(out) != 0 || ferror(out) ? -EIO : 0;
}

/* As file_write_atomic(), but never with the whole text in memory. */
static int write_temporary(const char *path, const struct report *report)
{
	cleanup_file FILE *out = fopen(path, "we");

	if (!out)
		return -errno;
	errno = 0;
	if (report_write_stream(report, out) < 0)
		return errno ? -errno : -EIO;
	return fsync(fileno(out)) < 0 ? -errno : 0;
}

int report_write_file(const char *path, const struct report *report, struct err *e)
{
	cleanup_free char *temporary = memory_format("%s.tmp.%d", path, (int)getpid());
	int r = write_temporary(temporary, report);

	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(temporary);
		return err_errno(e, r, "cannot write '%s'", path);
	}
	return 0;
}

int report_write(const char *directory, const struct report *report, struct err *e)
{
	cleanup_free char *path = memory_format("%s/report.json", directory);

	return report_write_file(path, report, e);
}

int report_exit(const struct report *report)
{
	const struct jsonw *verdict = jsonw_get(report->document, "verdict");

	return jsonw_has(verdict, "exit") ? (int)jsonw_get_int(verdict, "exit")
					  : EXIT_CANNOT_JUDGE;
}

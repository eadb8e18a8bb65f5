// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/html/page.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "base/units.h"
#include "reports/export/text.h"
#include "reports/html/style.h"

#define LINE_MAX_BYTES 4096

static void escape(FILE *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		switch (*c) {
		case '&':
			(void)fputs("&amp;", out);
			break;
		case '<':
			(void)fputs("&lt;", out);
			break;
		case '>':
			(void)fputs("&gt;", out);
			break;
		case '"':
			(void)fputs("&quot;", out);
			break;
		case '\'':
			(void)fputs("&#39;", out);
			break;
		default:
			(void)fputc(*c, out);
		}
	}
}

void html_text_cut(FILE *out, const char *text, size_t max)
{
	cleanup_free char *line = text_line(text, max);

	escape(out, line);
}

void html_text(FILE *out, const char *text)
{
	html_text_cut(out, text, LINE_MAX_BYTES);
}

void html_lines(FILE *out, const char *text, size_t max)
{
	cleanup_free char *block = text_block(text, max);

	escape(out, block);
}

static void put_formatted(FILE *out, const char *format, va_list arguments)
{
	char *text = NULL;

	if (vasprintf(&text, format, arguments) >= 0)
		html_text(out, text);
	free(text);
}

void html_printf(FILE *out, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_formatted(out, format, arguments);
	va_end(arguments);
}

const char *html_mood(const char *result)
{
	static const struct {
		const char *result, *mood;
	} moods[] = {
		{"pass", "good"},      {"same", "good"},	    {"skip", "open"},
		{"error", "open"},     {"not_enough_data", "open"}, {"aborted", "open"},
		{"different", "told"},
	};

	for (size_t i = 0; result && i < ARRAY_SIZE(moods); i++)
		if (strcmp(moods[i].result, result) == 0)
			return moods[i].mood;
	return "bad";
}

void html_begin(FILE *out, const char *title)
{
	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
		    "<head>\n<meta charset=\"utf-8\"/>\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		    "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
		    "<link rel=\"icon\" href=\"data:,\"/>\n<title>",
		    out);
	html_text(out, title);
	(void)fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", html_style);
}

void html_end(FILE *out)
{
	(void)fputs("</main>\n</body>\n</html>\n", out);
}

void html_section(FILE *out, const char *id, const char *heading)
{
	(void)fprintf(out, "<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">%s</h2>\n",
		      id, id, id, heading);
}

void html_section_end(FILE *out)
{
	(void)fputs("</section>\n", out);
}

void html_absent(FILE *out, const char *format, ...)
{
	va_list arguments;

	(void)fputs("<p class=\"absent\">", out);
	va_start(arguments, format);
	put_formatted(out, format, arguments);
	va_end(arguments);
	(void)fputs("</p>\n", out);
}

void html_rows(FILE *out)
{
	(void)fputs("<dl>\n", out);
}

void html_row_begin(FILE *out, const char *name)
{
	(void)fprintf(out, "<div><dt>%s</dt><dd>", name);
}

void html_row_end(FILE *out)
{
	(void)fputs("</dd></div>\n", out);
}

void html_row(FILE *out, const char *name, const char *format, ...)
{
	va_list arguments;

	html_row_begin(out, name);
	va_start(arguments, format);
	put_formatted(out, format, arguments);
	va_end(arguments);
	html_row_end(out);
}

void html_rows_end(FILE *out)
{
	(void)fputs("</dl>\n", out);
}

void html_table(FILE *out, const char *caption, const char *const heads[], size_t n_heads)
{
	(void)fprintf(out,
		      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">\n<table>\n"
		      "<caption>%s</caption>\n<thead><tr>",
		      caption, caption);
	for (size_t i = 0; i < n_heads; i++)
		(void)fprintf(out, "<th scope=\"col\">%s</th>", heads[i]);
	(void)fputs("</tr></thead>\n<tbody>\n", out);
}

void html_cell_head(FILE *out, const char *text)
{
	(void)fputs("<tr><th scope=\"row\">", out);
	html_text(out, text);
	(void)fputs("</th>", out);
}

void html_cell(FILE *out, const char *text)
{
	(void)fputs("<td>", out);
	html_text(out, text);
	(void)fputs("</td>", out);
}

void html_cell_number(FILE *out, uint64_t value)
{
	(void)fprintf(out, "<td class=\"number\">%" PRIu64 "</td>", value);
}

void html_cell_measured(FILE *out, const struct jsonw *object, const char *key)
{
	if (jsonw_has(object, key))
		html_cell_number(out, jsonw_get_uint(object, key));
	else
		html_cell(out, "not measured");
}

static void word_bytes(const struct jsonw *object, const char *key, char *buffer, size_t size)
{
	if (jsonw_has(object, key))
		units_format_bytes(jsonw_get_uint(object, key), buffer, size);
	else
		(void)snprintf(buffer, size, "not measured");
}

void html_cell_bytes(FILE *out, const struct jsonw *object, const char *key)
{
	char word[48];

	word_bytes(object, key, word, sizeof(word));
	html_cell(out, word);
}

void html_row_bytes(FILE *out, const char *name, const struct jsonw *object, const char *key)
{
	char word[48];

	word_bytes(object, key, word, sizeof(word));
	html_row(out, name, "%s", word);
}

void html_cell_printf(FILE *out, const char *format, ...)
{
	va_list arguments;

	(void)fputs("<td>", out);
	va_start(arguments, format);
	put_formatted(out, format, arguments);
	va_end(arguments);
	(void)fputs("</td>", out);
}

void html_table_row_end(FILE *out)
{
	(void)fputs("</tr>\n", out);
}

void html_table_end(FILE *out)
{
	(void)fputs("</tbody>\n</table>\n</div>\n", out);
}

struct count_list {
	FILE *out;
	bool is_first;
};

static int put_count(void *context, const char *name, struct jsonw *value)
{
	struct count_list *list = context;
	bool is_errno = jsonw_type_of(value) == JSONW_OBJECT;

	(void)fputs(list->is_first ? "" : ", ", list->out);
	html_text(list->out, name);
	(void)fprintf(list->out, " %" PRIu64,
		      is_errno ? jsonw_get_uint(value, "count") : jsonw_as_uint(value));
	list->is_first = false;
	return 0;
}

void html_counts(FILE *out, const struct jsonw *counts)
{
	struct count_list list = {out, true};

	(void)jsonw_each(counts, put_count, &list);
	if (list.is_first)
		(void)fputs("none", out);
}

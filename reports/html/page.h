/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all pages are made of. Text goes through html_text() or html_lines(), never another way. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct jsonw;

void html_begin(FILE *out, const char *title);
void html_end(FILE *out);

/* One line of text, made harmless and escaped; NULL: nothing. */
void html_text(FILE *out, const char *text);
/* The same, cut at @max bytes. */
void html_text_cut(FILE *out, const char *text, size_t max);
/* Several lines, for <pre>. */
void html_lines(FILE *out, const char *text, size_t max);
void html_printf(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A verdict's or an outcome's class, so that it has its colour. Of a fixed list. */
const char *html_mood(const char *result);

void html_section(FILE *out, const char *id, const char *heading);
void html_section_end(FILE *out);
/* What the page would show if it had it, and why it has not. */
void html_absent(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A list of names and values. html_row() escapes; between the other two the caller writes. */
void html_rows(FILE *out);
void html_row(FILE *out, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void html_row_begin(FILE *out, const char *name);
void html_row_end(FILE *out);
void html_rows_end(FILE *out);

/* A table in a box that scrolls when it is wider than the page. The heads are our own words. */
void html_table(FILE *out, const char *caption, const char *const heads[], size_t n_heads);
void html_cell_head(FILE *out, const char *text); /* begins a row */
void html_cell(FILE *out, const char *text);
void html_cell_number(FILE *out, uint64_t value);
/* A count, or that it was not measured. */
void html_cell_measured(FILE *out, const struct jsonw *object, const char *key);
/* The same in bytes, for people. */
void html_cell_bytes(FILE *out, const struct jsonw *object, const char *key);
void html_row_bytes(FILE *out, const char *name, const struct jsonw *object, const char *key);
void html_cell_printf(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void html_table_row_end(FILE *out);
void html_table_end(FILE *out);

/* {name: count} as "name count, ..."; an errno's {number, count} too. */
void html_counts(FILE *out, const struct jsonw *counts);

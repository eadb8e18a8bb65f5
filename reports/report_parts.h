/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a struct report is, within this room. */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct jsonw;

struct report {
	struct jsonw *document; /* owned */
	/* The two long arrays as JSON text; NULL: the document has them (it was read from a file). */
	char *topology_blocks, *offline_blocks; /* owned */
	size_t topology_blocks_length, offline_blocks_length;
};

/* One line, nothing in it that a terminal obeys: C0, DEL and C1 (U+0080 to U+009F) become spaces. */
void report_put_text(FILE *out, const char *text);
/* The same of an object's text of that name, with what stands before it; nothing where it has none. */
void report_put_named(FILE *out, const char *before, const struct jsonw *object, const char *key);

/*
 * What is said of the memory that the run took offline. An empty list of what was left offline tells
 * nothing where that was not read when the run ended; and what a guest left went away with it.
 */
#define REPORT_SENTENCE_SIZE 128
void report_say_memory(const struct jsonw *report, char *text, size_t size);
/* The same of the settings that it changed. */
const char *report_say_settings(const struct jsonw *report);

/* Parts of the screen for people (report_text_log.c, report_text_load.c, report_text_run.c). */
void report_print_clocks(const struct jsonw *report, FILE *out);
void report_print_topology_changes(const struct jsonw *report, FILE *out);
void report_print_settled(const struct jsonw *report, FILE *out);
void report_print_lockups(const struct jsonw *report, FILE *out);
void report_print_stress_ng(const struct jsonw *report, FILE *out);
void report_print_stuck(const struct jsonw *report, FILE *out);

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

/* Parts of the screen for people (report_text_log.c, report_text_load.c, report_text_run.c). */
void report_print_clocks(const struct jsonw *report, FILE *out);
void report_print_topology_changes(const struct jsonw *report, FILE *out);
void report_print_settled(const struct jsonw *report, FILE *out);
void report_print_lockups(const struct jsonw *report, FILE *out);
void report_print_stress_ng(const struct jsonw *report, FILE *out);
void report_print_stuck(const struct jsonw *report, FILE *out);

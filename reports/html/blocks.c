// SPDX-License-Identifier: GPL-2.0-or-later
/* Every block of every node as a small square: could it go offline, was it tried, what came of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/html/block_list.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"

#define CELLS_A_ROW 64
#define CELLS_MAX 2048 /* of a node; with more blocks a cell stands for several */
#define CELL 15
#define TROUBLED_MAX 20

/* From the least to the most worth seeing: a cell of several blocks shows the greatest. */
static const struct fate_words {
	const char *style, *word;
} fates[] = {
	[FATE_FIXED] = {"no", "cannot go offline"},
	[FATE_FREE] = {"free", "could go offline, not tried"},
	[FATE_DONE] = {"done", "went offline at each attempt"},
	[FATE_FAILED] = {"failed", "an attempt failed"},
	[FATE_CUT] = {"cut", "an attempt did not end by itself"},
};

static void put_title(FILE *out, const struct block_cell *first, const struct block_cell *last,
		      enum block_fate fate, uint64_t attempts, uint64_t succeeded)
{
	(void)fputs("<title>", out);
	if (first == last)
		(void)fprintf(out, "memory%" PRIu64, first->id);
	else
		(void)fprintf(out, "memory%" PRIu64 " to memory%" PRIu64, first->id, last->id);
	(void)fprintf(out, ": %s", fates[fate].word);
	if (attempts)
		(void)fprintf(out, "; %" PRIu64 " of %" PRIu64 " attempts", succeeded, attempts);
	(void)fputs("</title>", out);
}

static void put_cell(FILE *out, const struct block_cell *cells, size_t n, size_t place)
{
	enum block_fate fate = FATE_FIXED;
	uint64_t attempts = 0, succeeded = 0;

	for (size_t i = 0; i < n; i++) {
		if (cells[i].fate > fate)
			fate = cells[i].fate;
		attempts += cells[i].attempts;
		succeeded += cells[i].succeeded;
	}
	(void)fprintf(out, "<path class=\"%s\" d=\"M%zu %zuh%dv%dh-%dz\">", fates[fate].style,
		      place % CELLS_A_ROW * CELL, place / CELLS_A_ROW * CELL, CELL - 2, CELL - 2,
		      CELL - 2);
	put_title(out, cells, cells + n - 1, fate, attempts, succeeded);
	(void)fputs("</path>\n", out);
}

static void put_node(FILE *out, const struct block_cell *cells, size_t n)
{
	size_t a_cell = (n + CELLS_MAX - 1) / CELLS_MAX;
	size_t n_cells = (n + a_cell - 1) / a_cell, counts[ARRAY_SIZE(fates)] = {0};
	int64_t node = cells[0].node;

	for (size_t i = 0; i < n; i++)
		counts[cells[i].fate]++;
	if (node < 0)
		(void)fputs("<h3>No node told</h3>\n", out);
	else
		(void)fprintf(out, "<h3>Node %" PRId64 "</h3>\n", node);
	(void)fprintf(out,
		      "<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
		      "aria-label=\"Blocks of node %" PRId64 "\">\n"
		      "<svg viewBox=\"0 0 %d %zu\" role=\"img\" "
		      "aria-label=\"%zu blocks of node %" PRId64 "\" "
		      "xmlns=\"http://www.w3.org/2000/svg\">\n",
		      node, CELLS_A_ROW * CELL, (n_cells + CELLS_A_ROW - 1) / CELLS_A_ROW * CELL, n,
		      node);
	for (size_t i = 0; i < n_cells; i++)
		put_cell(out, cells + i * a_cell, i * a_cell + a_cell > n ? n - i * a_cell : a_cell, i);
	(void)fprintf(out, "</svg>\n</div>\n<figcaption>%zu blocks", n);
	if (a_cell > 1)
		(void)fprintf(out, ", %zu to a square", a_cell);
	for (size_t i = 0; i < ARRAY_SIZE(fates); i++)
		if (counts[i])
			(void)fprintf(out, ", %zu %s", counts[i], fates[i].word);
	(void)fputs(".</figcaption>\n</figure>\n", out);
}

static void put_key(FILE *out)
{
	(void)fputs("<ul class=\"key\">", out);
	for (size_t i = 0; i < ARRAY_SIZE(fates); i++)
		(void)fprintf(out, "<li><i class=\"%s\"></i>%s</li>", fates[i].style, fates[i].word);
	(void)fputs("</ul>\n", out);
}

static void put_troubled(FILE *out, const struct block_list *list)
{
	static const char *const heads[] = {"block", "node", "attempts", "offline", "ended by the harness"};
	size_t n = 0, left_out = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct block_cell *b = &list->cells[i];
		char name[32];

		if (b->fate < FATE_FAILED)
			continue;
		if (++n > TROUBLED_MAX) {
			left_out++;
			continue;
		}
		if (n == 1)
			html_table(out, "Blocks with an attempt that failed", heads, ARRAY_SIZE(heads));
		(void)snprintf(name, sizeof(name), "memory%" PRIu64, b->id);
		html_cell_head(out, name);
		html_cell_printf(out, "%" PRId64, b->node);
		html_cell_number(out, b->attempts);
		html_cell_number(out, b->succeeded);
		html_cell_number(out, b->censored);
		html_table_row_end(out);
	}
	if (n)
		html_table_end(out);
	if (left_out)
		html_absent(out, "%zu further blocks are in the report.", left_out);
}

void section_blocks(FILE *out, const struct report *report)
{
	struct block_list list;

	html_section(out, "blocks", "Memory blocks");
	block_list_read(report, &list);
	if (list.n == 0)
		html_absent(out, "The report names no block.");
	else
		put_key(out);
	for (size_t begin = 0, end; begin < list.n; begin = end) {
		for (end = begin; end < list.n && list.cells[end].node == list.cells[begin].node; end++)
			;
		put_node(out, list.cells + begin, end - begin);
	}
	put_troubled(out, &list);
	block_list_done(&list);
	html_section_end(out);
}

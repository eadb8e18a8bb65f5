// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/html/block_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/report.h"
#include "reports/report_parts.h"

typedef void take_function(struct block_list *list, const struct jsonw *block);

static struct block_cell *add(struct block_list *list, const struct jsonw *block)
{
	struct block_cell *cell;

	if ((list->n & (list->n - 1)) == 0) /* room doubles at each power of two */
		list->cells = memory_grow(list->cells, list->n ? 2 * list->n : 1, sizeof(*list->cells));
	cell = &list->cells[list->n++];
	*cell = (struct block_cell){
		.id = jsonw_get_uint(block, "id"),
		.node = jsonw_has(block, "node") ? jsonw_get_int(block, "node") : -1,
	};
	return cell;
}

static void take_topology(struct block_list *list, const struct jsonw *block)
{
	add(list, block)->fate = jsonw_get_bool(block, "offlinable") ? FATE_FREE : FATE_FIXED;
}

static void take_attempts(struct block_list *list, const struct jsonw *block)
{
	struct block_cell *cell = add(list, block);

	cell->attempts = jsonw_get_uint(block, "attempts");
	cell->succeeded = jsonw_get_uint(block, "succeeded");
	cell->censored = jsonw_get_uint(block, "censored");
	if (cell->censored)
		cell->fate = FATE_CUT;
	else if (cell->succeeded < cell->attempts)
		cell->fate = FATE_FAILED;
	else
		cell->fate = cell->attempts ? FATE_DONE : FATE_FREE;
}

/*
 * The elements of an array of objects as text, one after the other: never all of them as a tree.
 * It is our own text (reports/fold_*.c), so only braces and strings have to be told apart.
 */
static void each_of_text(const char *text, size_t length, take_function *take, struct block_list *list)
{
	struct jsonw_parser *parser = jsonw_parser_new();
	size_t begin = 0, depth = 0;
	bool is_string = false;

	for (size_t i = 0; i < length; i++) {
		if (is_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				is_string = false;
		} else if (text[i] == '"') {
			is_string = true;
		} else if (text[i] == '{' && depth++ == 0) {
			begin = i;
		} else if (text[i] == '}' && depth > 0 && --depth == 0) {
			struct jsonw *block = jsonw_parser_line(parser, text + begin, i + 1 - begin);

			if (block)
				take(list, block);
			jsonw_free(block);
		}
	}
	jsonw_parser_free(parser);
}

static void each(const char *text, size_t length, const struct jsonw *array, take_function *take,
		 struct block_list *list)
{
	if (text)
		each_of_text(text, length, take, list);
	else
		for (size_t i = 0; i < jsonw_length(array); i++)
			take(list, jsonw_at(array, i));
}

static int compare_cells(const void *left, const void *right)
{
	const struct block_cell *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->fate < b->fate ? -1 : a->fate > b->fate; /* what was tried comes last */
}

static int compare_nodes(const void *left, const void *right)
{
	const struct block_cell *a = left, *b = right;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* A block stands in both lists: what was tried tells more. */
static void merge(struct block_list *list)
{
	size_t n = 0;

	qsort(list->cells, list->n, sizeof(*list->cells), compare_cells);
	for (size_t i = 0; i < list->n; i++) {
		if (n > 0 && list->cells[n - 1].id == list->cells[i].id) {
			int64_t node = list->cells[n - 1].node;

			list->cells[n - 1] = list->cells[i];
			if (list->cells[n - 1].node < 0)
				list->cells[n - 1].node = node;
		} else {
			list->cells[n++] = list->cells[i];
		}
	}
	list->n = n;
	qsort(list->cells, list->n, sizeof(*list->cells), compare_nodes);
}

void block_list_read(const struct report *report, struct block_list *ret)
{
	const struct jsonw *document = report_document(report);

	*ret = (struct block_list){0};
	each(report->topology_blocks, report->topology_blocks_length,
	     jsonw_get(jsonw_get(document, "topology"), "blocks"), take_topology, ret);
	each(report->offline_blocks, report->offline_blocks_length,
	     jsonw_get(jsonw_get(document, "offline"), "blocks"), take_attempts, ret);
	if (ret->n)
		merge(ret);
}

void block_list_done(struct block_list *list)
{
	free(list->cells);
	*list = (struct block_list){0};
}

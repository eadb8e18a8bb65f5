/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of JSON as a flat list of nodes over the text itself: strict, and nothing is allocated
 * for a line once the list has grown. This is not json-c because the fold has to be five times as
 * fast as jq, and a tree of json-c objects for each line is only three times as fast.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum journal_type {
	JOURNAL_NULL,
	JOURNAL_BOOLEAN,
	JOURNAL_INTEGER,
	JOURNAL_NUMBER,
	JOURNAL_STRING,
	JOURNAL_ARRAY,
	JOURNAL_OBJECT,
};

struct journal_node {
	uint32_t start, length; /* of the text; of a string without its quotes */
	uint32_t next;		/* the node behind this one and all that is in it */
	uint8_t type;
	bool is_escaped; /* a string with a backslash in it */
};

/* A member of an object is two nodes: its key, then its value. */
struct journal_line {
	const char *text;
	struct journal_node *nodes; /* owned */
	uint32_t n_nodes, room;
};

/* true: @text is one whole JSON value; it is borrowed. */
bool journal_line_parse(struct journal_line *line, const char *text, size_t length);
void journal_line_done(struct journal_line *line);

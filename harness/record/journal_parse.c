// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/journal_parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MAX_DEPTH 64
#define MAX_NODES (1u << 20) /* bounds the memory (16 MiB) that a line of nothing but commas takes */

struct cursor {
	const char *at, *end;
	struct journal_line *line;
	uint32_t open[MAX_DEPTH]; /* the containers around the cursor */
	uint32_t depth;
};

static void skip_spaces(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\r'))
		c->at++;
}

static uint32_t add_node(struct cursor *c, enum journal_type type, const char *start)
{
	struct journal_line *line = c->line;

	if (line->n_nodes == line->room) {
		line->room = line->room ? line->room * 2 : 128;
		line->nodes = memory_grow(line->nodes, line->room, sizeof(*line->nodes));
	}
	line->nodes[line->n_nodes] = (struct journal_node){
		.start = (uint32_t)(start - line->text),
		.type = (uint8_t)type,
		.next = line->n_nodes + 1,
	};
	return line->n_nodes++;
}

static void end_node(struct cursor *c, uint32_t node, const char *end)
{
	struct journal_node *n = &c->line->nodes[node];

	n->length = (uint32_t)(end - c->line->text) - n->start;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind the backslash. */
static bool skip_escape(struct cursor *c)
{
	if (c->at == c->end || *c->at == '\0' || !strchr("\"\\/bfnrtu", *c->at))
		return false;
	if (*c->at++ != 'u')
		return true;
	for (int i = 0; i < 4; i++, c->at++)
		if (c->at == c->end || !is_hex(*c->at))
			return false;
	return true;
}

/* At the opening quote; stops behind the closing one. */
static bool parse_string(struct cursor *c)
{
	uint32_t node;

	if (c->at == c->end || *c->at != '"')
		return false;
	c->at++;
	node = add_node(c, JOURNAL_STRING, c->at);
	while (c->at < c->end) {
		unsigned char byte = (unsigned char)*c->at++;

		if (byte == '"') {
			end_node(c, node, c->at - 1);
			return true;
		}
		if (byte < 0x20)
			return false;
		if (byte == '\\') {
			c->line->nodes[node].is_escaped = true;
			if (!skip_escape(c))
				return false;
		}
	}
	return false;
}

static bool skip_digits(struct cursor *c)
{
	const char *start = c->at;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	return c->at > start;
}

static bool parse_number(struct cursor *c)
{
	uint32_t node = add_node(c, JOURNAL_INTEGER, c->at);
	const char *digits;

	if (*c->at == '-')
		c->at++;
	digits = c->at;
	if (!skip_digits(c) || (*digits == '0' && c->at - digits > 1))
		return false;
	if (c->at < c->end && *c->at == '.') {
		c->line->nodes[node].type = JOURNAL_NUMBER;
		c->at++;
		if (!skip_digits(c))
			return false;
	}
	if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
		c->line->nodes[node].type = JOURNAL_NUMBER;
		c->at++;
		if (c->at < c->end && (*c->at == '+' || *c->at == '-'))
			c->at++;
		if (!skip_digits(c))
			return false;
	}
	end_node(c, node, c->at);
	return true;
}

static bool parse_word(struct cursor *c, const char *word, enum journal_type type)
{
	size_t length = strlen(word);
	uint32_t node;

	if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0)
		return false;
	node = add_node(c, type, c->at);
	c->at += length;
	end_node(c, node, c->at);
	return true;
}

static bool parse_simple(struct cursor *c)
{
	switch (*c->at) {
	case '"':
		return parse_string(c);
	case 't':
		return parse_word(c, "true", JOURNAL_BOOLEAN);
	case 'f':
		return parse_word(c, "false", JOURNAL_BOOLEAN);
	case 'n':
		return parse_word(c, "null", JOURNAL_NULL);
	default:
		return (*c->at == '-' || (*c->at >= '0' && *c->at <= '9')) && parse_number(c);
	}
}

static bool parse_key(struct cursor *c)
{
	skip_spaces(c);
	if (!parse_string(c))
		return false;
	skip_spaces(c);
	if (c->at == c->end || *c->at != ':')
		return false;
	c->at++;
	return true;
}

static bool open_container(struct cursor *c)
{
	enum journal_type type = *c->at == '{' ? JOURNAL_OBJECT : JOURNAL_ARRAY;

	if (c->depth == MAX_DEPTH)
		return false;
	c->open[c->depth++] = add_node(c, type, c->at);
	c->at++;
	return true;
}

static void close_container(struct cursor *c)
{
	uint32_t node = c->open[--c->depth];

	c->at++;
	end_node(c, node, c->at);
	c->line->nodes[node].next = c->line->n_nodes;
}

static bool is_in_object(const struct cursor *c)
{
	return c->line->nodes[c->open[c->depth - 1]].type == JOURNAL_OBJECT;
}

/* Behind a whole value: closes what ends here. *ret_more: a comma came, another value follows. */
static bool parse_behind_value(struct cursor *c, bool *ret_more)
{
	*ret_more = false;
	while (c->depth > 0) {
		skip_spaces(c);
		if (c->at == c->end)
			return false;
		if (*c->at == ',') {
			c->at++;
			*ret_more = true;
			return !is_in_object(c) || parse_key(c);
		}
		if (*c->at != (is_in_object(c) ? '}' : ']'))
			return false;
		close_container(c);
	}
	return true;
}

/* At '{' or '['. *ret_value_follows: false when it was empty and is closed again. */
static bool parse_opening(struct cursor *c, bool *ret_value_follows)
{
	if (!open_container(c))
		return false;
	skip_spaces(c);
	if (c->at == c->end)
		return false;
	*ret_value_follows = *c->at != (is_in_object(c) ? '}' : ']');
	if (!*ret_value_follows) {
		close_container(c);
		return true;
	}
	return !is_in_object(c) || parse_key(c);
}

bool journal_line_parse(struct journal_line *line, const char *text, size_t length)
{
	struct cursor c = {.at = text, .end = text + length, .line = line};
	bool more = true;

	line->text = text;
	line->n_nodes = 0;
	if (length > UINT32_MAX)
		return false;
	while (more) {
		skip_spaces(&c);
		if (c.at == c.end || line->n_nodes > MAX_NODES)
			return false;
		if (*c.at == '{' || *c.at == '[') {
			bool value_follows;

			if (!parse_opening(&c, &value_follows))
				return false;
			if (value_follows)
				continue;
		} else if (!parse_simple(&c)) {
			return false;
		}
		if (!parse_behind_value(&c, &more))
			return false;
	}
	skip_spaces(&c);
	return c.at == c.end;
}

void journal_line_done(struct journal_line *line)
{
	free(line->nodes);
	*line = (struct journal_line){0};
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/json_scan.h"

#include <string.h>

static const char *skip_spaces(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at) && *at)
		at++;
	return at;
}

/* Behind the string that begins at @at; NULL when it does not end. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end; at++) {
		if (*at == '\\')
			at++;
		else if (*at == '"')
			return at + 1;
	}
	return NULL;
}

/* Behind the value that begins at @at; NULL when it does not end. */
static const char *skip_value(const char *at, const char *end)
{
	unsigned int depth = 0;

	while (at < end) {
		char c = *at;

		if (c == '"') {
			at = skip_string(at, end);
			if (!at || depth == 0)
				return at;
			continue;
		}
		if (depth == 0 && memchr(",}] \t\r\n", c, 7))
			return at;
		if (c == '{' || c == '[')
			depth++;
		at++;
		if ((c == '}' || c == ']') && --depth == 0)
			return at;
	}
	return depth == 0 ? at : NULL;
}

/* A value at @at or behind spaces; false when there is none. */
static bool take_value(const char *at, const char *end, struct json_piece *ret_value)
{
	const char *begin = skip_spaces(at, end);
	const char *behind = begin < end ? skip_value(begin, end) : NULL;

	if (!behind || behind == begin)
		return false;
	*ret_value = (struct json_piece){begin, behind};
	return true;
}

bool json_scan_member(struct json_piece object, const char *key, struct json_piece *ret_value)
{
	const char *at = skip_spaces(object.begin, object.end);
	size_t length = strlen(key);
	struct json_piece name, value;

	if (at == object.end || *at != '{')
		return false;
	do {
		if (!take_value(at + 1, object.end, &name) || *name.begin != '"')
			return false;
		at = skip_spaces(name.end, object.end);
		if (at == object.end || *at != ':' || !take_value(at + 1, object.end, &value))
			return false;
		if ((size_t)(name.end - name.begin) == length + 2 &&
		    memcmp(name.begin + 1, key, length) == 0) {
			*ret_value = value;
			return true;
		}
		at = skip_spaces(value.end, object.end);
	} while (at < object.end && *at == ',');
	return false;
}

bool json_scan_next(struct json_piece array, const char **at, struct json_piece *ret_element)
{
	const char *from = *at ? skip_spaces(*at, array.end) : array.begin;

	if (from == array.end || *from != (*at ? ',' : '['))
		return false;
	if (!take_value(from + 1, array.end, ret_element))
		return false;
	*at = ret_element->end;
	return true;
}

bool json_scan_is_over(struct json_piece array, const char *at)
{
	if (!at) {
		if (array.begin == array.end || *array.begin != '[')
			return false;
		at = array.begin + 1;
	}
	at = skip_spaces(at, array.end);
	return at + 1 == array.end && *at == ']';
}

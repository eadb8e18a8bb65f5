/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the ends of values in JSON text without building anything. It trusts the text to be
 * JSON as far as it skips: whoever uses a piece parses it strictly.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_piece {
	const char *begin, *end;
};

/* The value of @key in the object that @object holds, without spaces around it. */
bool json_scan_member(struct json_piece object, const char *key, struct json_piece *ret_value);

/* The elements of an array: *at NULL at first; false when there is none left. */
bool json_scan_next(struct json_piece array, const char **at, struct json_piece *ret_element);

/* Behind the last element (@at NULL: without any) the array ends, as it should. */
bool json_scan_is_over(struct json_piece array, const char *at);

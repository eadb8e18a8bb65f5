/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only door to json-c. It adds what json-c leaves out: strings are scrubbed to valid UTF-8,
 * doubles that are not finite are refused, NaN in input is refused, output has no escaped
 * slashes. Setters take ownership of the value that they are given. A struct jsonw * that comes
 * from a getter is borrowed from its parent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct err;
struct jsonw; /* a json-c value */

enum jsonw_type {
	JSONW_NULL,
	JSONW_BOOLEAN,
	JSONW_NUMBER,  /* a double */
	JSONW_INTEGER,
	JSONW_STRING,
	JSONW_ARRAY,
	JSONW_OBJECT,
};

/* Making values; each is owned by the caller until it is set, appended or freed. */
struct jsonw *jsonw_object(void);
struct jsonw *jsonw_array(void);
struct jsonw *jsonw_string(const char *text);
struct jsonw *jsonw_string_of(const char *text, size_t length);
struct jsonw *jsonw_uint(uint64_t value);
struct jsonw *jsonw_int(int64_t value);
struct jsonw *jsonw_bool(bool value);
struct jsonw *jsonw_double(double value); /* NULL when not finite: the key is then left out */
void jsonw_free(struct jsonw *value);	  /* NULL is fine */

/* @value NULL sets nothing: a figure that was not measured is absent. */
void jsonw_set(struct jsonw *object, const char *key, struct jsonw *value);
void jsonw_append(struct jsonw *array, struct jsonw *value);

void jsonw_set_string(struct jsonw *object, const char *key, const char *text);
void jsonw_set_uint(struct jsonw *object, const char *key, uint64_t value);
void jsonw_set_int(struct jsonw *object, const char *key, int64_t value);
void jsonw_set_bool(struct jsonw *object, const char *key, bool value);
void jsonw_set_double(struct jsonw *object, const char *key, double value);

/* The text, without a newline; belongs to @value and lives until it changes or is freed. */
const char *jsonw_text(struct jsonw *value, size_t *ret_length);
const char *jsonw_pretty(struct jsonw *value, size_t *ret_length);

/* Strict: one value, nothing behind it, no NaN, depth at most 64. *ret is owned by the caller. */
int jsonw_parse(const char *text, size_t length, struct jsonw **ret_value, struct err *e);
int jsonw_parse_file(const char *path, struct jsonw **ret_value, struct err *e);

/*
 * A parser that is used again and again (one for each line of a journal): the same rules, but
 * doubles are not looked through. jsonw_parser_line() returns NULL for anything that is not
 * one whole JSON value.
 */
struct jsonw_parser;
struct jsonw_parser *jsonw_parser_new(void);
struct jsonw *jsonw_parser_line(struct jsonw_parser *parser, const char *text, size_t length);
void jsonw_parser_free(struct jsonw_parser *parser);

/* Looking in. Each returns the default (0, NULL, false) when the key is absent or of another type. */
enum jsonw_type jsonw_type_of(const struct jsonw *value);
struct jsonw *jsonw_get(const struct jsonw *object, const char *key);
bool jsonw_has(const struct jsonw *object, const char *key);
const char *jsonw_get_string(const struct jsonw *object, const char *key);
/* Is it a string there, and that one? */
bool jsonw_has_string(const struct jsonw *object, const char *key, const char *wanted);
uint64_t jsonw_get_uint(const struct jsonw *object, const char *key);
int64_t jsonw_get_int(const struct jsonw *object, const char *key);
bool jsonw_get_bool(const struct jsonw *object, const char *key);
double jsonw_get_double(const struct jsonw *object, const char *key);

size_t jsonw_length(const struct jsonw *array);
struct jsonw *jsonw_at(const struct jsonw *array, size_t index);
const char *jsonw_as_string(const struct jsonw *value);
uint64_t jsonw_as_uint(const struct jsonw *value);
int64_t jsonw_as_int(const struct jsonw *value);
double jsonw_as_double(const struct jsonw *value);
bool jsonw_as_bool(const struct jsonw *value);

/* Calls @each for every member; a nonzero result stops and is returned. */
int jsonw_each(const struct jsonw *object,
	       int (*each)(void *context, const char *key, struct jsonw *value), void *context);

/*
 * A document written piece by piece, so that a large array never stands in memory as a tree.
 * Between begin and end of an object give a key, within an array NULL. Values are freed.
 */
struct jsonw_stream {
	FILE *out;
	unsigned int depth;
	uint64_t has_members; /* bit n: something stands at depth n already */
};

void jsonw_stream_begin(struct jsonw_stream *s, const char *key, char bracket); /* '{' or '[' */
void jsonw_stream_end(struct jsonw_stream *s, char bracket);			/* '}' or ']' */
void jsonw_stream_value(struct jsonw_stream *s, const char *key, struct jsonw *value);

// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/jsonw.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"

#define MAX_DEPTH 64
#define TEXT_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define PRETTY_FLAGS                                                                               \
	(JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

/* struct jsonw is json-c's object under another name; no header of ours shows json-c. */
static struct json_object *to_c(const struct jsonw *value)
{
	return (struct json_object *)(uintptr_t)value;
}

static struct jsonw *made(struct json_object *value)
{
	if (!value)
		(void)memory_alloc(SIZE_MAX / 2, 1); /* ends the program with the out-of-memory line */
	return (struct jsonw *)value;
}

struct jsonw *jsonw_object(void)
{
	return made(json_object_new_object());
}

struct jsonw *jsonw_array(void)
{
	return made(json_object_new_array());
}

struct jsonw *jsonw_string_of(const char *text, size_t length)
{
	cleanup_free char *clean = NULL;
	size_t clean_length;

	if (utf8_is_valid(text, length) && !memchr(text, '\0', length))
		return made(json_object_new_string_len(text, (int)length));
	clean = utf8_scrub(text, length, &clean_length);
	return made(json_object_new_string_len(clean, (int)clean_length));
}

struct jsonw *jsonw_string(const char *text)
{
	return jsonw_string_of(text, strlen(text));
}

struct jsonw *jsonw_uint(uint64_t value)
{
	/* json-c keeps values up to INT64_MAX as int64; readers then see one type for all of them. */
	if (value <= INT64_MAX)
		return made(json_object_new_int64((int64_t)value));
	return made(json_object_new_uint64(value));
}

struct jsonw *jsonw_int(int64_t value)
{
	return made(json_object_new_int64(value));
}

struct jsonw *jsonw_bool(bool value)
{
	return made(json_object_new_boolean(value));
}

struct jsonw *jsonw_double(double value)
{
	char text[40];

	if (!isfinite(value))
		return NULL;
	(void)snprintf(text, sizeof(text), "%.9g", value);
	return made(json_object_new_double_s(value, text));
}

void jsonw_free(struct jsonw *value)
{
	(void)json_object_put(to_c(value));
}

void jsonw_set(struct jsonw *object, const char *key, struct jsonw *value)
{
	if (value)
		(void)json_object_object_add(to_c(object), key, to_c(value));
}

void jsonw_append(struct jsonw *array, struct jsonw *value)
{
	if (value)
		(void)json_object_array_add(to_c(array), to_c(value));
}

void jsonw_set_string(struct jsonw *object, const char *key, const char *text)
{
	if (text)
		jsonw_set(object, key, jsonw_string(text));
}

void jsonw_set_uint(struct jsonw *object, const char *key, uint64_t value)
{
	jsonw_set(object, key, jsonw_uint(value));
}

void jsonw_set_int(struct jsonw *object, const char *key, int64_t value)
{
	jsonw_set(object, key, jsonw_int(value));
}

void jsonw_set_bool(struct jsonw *object, const char *key, bool value)
{
	jsonw_set(object, key, jsonw_bool(value));
}

void jsonw_set_double(struct jsonw *object, const char *key, double value)
{
	jsonw_set(object, key, jsonw_double(value));
}

const char *jsonw_text(struct jsonw *value, size_t *ret_length)
{
	size_t length;
	const char *text = json_object_to_json_string_length(to_c(value), TEXT_FLAGS, &length);

	if (ret_length)
		*ret_length = length;
	return text;
}

const char *jsonw_pretty(struct jsonw *value, size_t *ret_length)
{
	size_t length;
	const char *text = json_object_to_json_string_length(to_c(value), PRETTY_FLAGS, &length);

	if (ret_length)
		*ret_length = length;
	return text;
}

static bool has_only_finite_numbers(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_double:
		return isfinite(json_object_get_double(value));
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(value); i++)
			if (!has_only_finite_numbers(json_object_array_get_idx(value, i)))
				return false;
		return true;
	case json_type_object: {
		json_object_object_foreach(value, key, member) {
			(void)key;
			if (!has_only_finite_numbers(member))
				return false;
		}
		return true;
	}
	case json_type_null:
	case json_type_boolean:
	case json_type_int:
	case json_type_string:
		return true;
	}
	return true;
}

/* json-c takes 'a' for a string, even when strict; JSON does not know the single quote. */
static bool has_single_quoted_string(const char *text, size_t length)
{
	bool in_string = false;

	for (size_t i = 0; i < length; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (text[i] == '\'' && !in_string)
			return true;
	}
	return false;
}

int jsonw_parse(const char *text, size_t length, struct jsonw **ret_value, struct err *e)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
	struct json_object *value;
	enum json_tokener_error error;
	size_t end;

	if (!tokener || length > INT32_MAX - 1) {
		json_tokener_free(tokener);
		return err_set(e, -EFBIG, "JSON text of more than 2 GiB");
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* With the closing NUL, so that a bare number at the very end is complete. */
	value = json_tokener_parse_ex(tokener, text, (int)length + 1);
	error = json_tokener_get_error(tokener);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	while (end < length && strchr(" \t\r\n", text[end]))
		end++;
	if (error == json_tokener_success && end < length)
		error = json_tokener_error_parse_unexpected;
	if (error == json_tokener_continue)
		error = json_tokener_error_parse_eof;
	if (error == json_tokener_success && has_single_quoted_string(text, length))
		error = json_tokener_error_parse_string;
	if (error != json_tokener_success || !has_only_finite_numbers(value)) {
		(void)json_object_put(value);
		return err_set(e, -EBADMSG, "not JSON at byte %zu: %s", end,
			       error == json_tokener_success ? "NaN or Infinity"
							     : json_tokener_error_desc(error));
	}
	*ret_value = (struct jsonw *)value;
	return 0;
}

int jsonw_parse_file(const char *path, struct jsonw **ret_value, struct err *e)
{
	cleanup_free char *text = NULL;
	size_t length;
	int r = file_read_all(path, &text, &length, e);

	if (r < 0)
		return r;
	r = jsonw_parse(text, length, ret_value, e);
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

struct jsonw_parser *jsonw_parser_new(void)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);

	if (!tokener)
		(void)memory_alloc(SIZE_MAX / 2, 1);
	return (struct jsonw_parser *)tokener;
}

struct jsonw *jsonw_parser_line(struct jsonw_parser *parser, const char *text, size_t length)
{
	struct json_tokener *tokener = (struct json_tokener *)parser;
	struct json_object *value;

	json_tokener_reset(tokener);
	if (length > INT32_MAX - 1)
		return NULL;
	value = json_tokener_parse_ex(tokener, text, (int)length);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    json_tokener_get_parse_end(tokener) < length) {
		(void)json_object_put(value);
		return NULL;
	}
	return (struct jsonw *)value;
}

void jsonw_parser_free(struct jsonw_parser *parser)
{
	json_tokener_free((struct json_tokener *)parser);
}

enum jsonw_type jsonw_type_of(const struct jsonw *value)
{
	switch (json_object_get_type(to_c(value))) {
	case json_type_boolean:
		return JSONW_BOOLEAN;
	case json_type_double:
		return JSONW_NUMBER;
	case json_type_int:
		return JSONW_INTEGER;
	case json_type_string:
		return JSONW_STRING;
	case json_type_array:
		return JSONW_ARRAY;
	case json_type_object:
		return JSONW_OBJECT;
	case json_type_null:
		break;
	}
	return JSONW_NULL;
}

struct jsonw *jsonw_get(const struct jsonw *object, const char *key)
{
	struct json_object *value = NULL;

	if (!object || !json_object_is_type(to_c(object), json_type_object))
		return NULL;
	return json_object_object_get_ex(to_c(object), key, &value) ? (struct jsonw *)value : NULL;
}

bool jsonw_has(const struct jsonw *object, const char *key)
{
	return jsonw_get(object, key) != NULL;
}

const char *jsonw_as_string(const struct jsonw *value)
{
	if (!value || !json_object_is_type(to_c(value), json_type_string))
		return NULL;
	return json_object_get_string(to_c(value));
}

uint64_t jsonw_as_uint(const struct jsonw *value)
{
	if (!value || jsonw_type_of(value) != JSONW_INTEGER)
		return 0;
	return json_object_get_uint64(to_c(value));
}

int64_t jsonw_as_int(const struct jsonw *value)
{
	if (!value || jsonw_type_of(value) != JSONW_INTEGER)
		return 0;
	return json_object_get_int64(to_c(value));
}

double jsonw_as_double(const struct jsonw *value)
{
	enum jsonw_type type = value ? jsonw_type_of(value) : JSONW_NULL;

	if (type != JSONW_NUMBER && type != JSONW_INTEGER)
		return 0;
	return json_object_get_double(to_c(value));
}

bool jsonw_as_bool(const struct jsonw *value)
{
	return value && jsonw_type_of(value) == JSONW_BOOLEAN && json_object_get_boolean(to_c(value));
}

const char *jsonw_get_string(const struct jsonw *object, const char *key)
{
	return jsonw_as_string(jsonw_get(object, key));
}

bool jsonw_has_string(const struct jsonw *object, const char *key, const char *wanted)
{
	const char *text = jsonw_get_string(object, key);

	return text && strcmp(text, wanted) == 0;
}

uint64_t jsonw_get_uint(const struct jsonw *object, const char *key)
{
	return jsonw_as_uint(jsonw_get(object, key));
}

int64_t jsonw_get_int(const struct jsonw *object, const char *key)
{
	return jsonw_as_int(jsonw_get(object, key));
}

bool jsonw_get_bool(const struct jsonw *object, const char *key)
{
	return jsonw_as_bool(jsonw_get(object, key));
}

double jsonw_get_double(const struct jsonw *object, const char *key)
{
	return jsonw_as_double(jsonw_get(object, key));
}

size_t jsonw_length(const struct jsonw *array)
{
	if (!array || jsonw_type_of(array) != JSONW_ARRAY)
		return 0;
	return json_object_array_length(to_c(array));
}

struct jsonw *jsonw_at(const struct jsonw *array, size_t index)
{
	return (struct jsonw *)json_object_array_get_idx(to_c(array), index);
}

int jsonw_each(const struct jsonw *object,
	       int (*each)(void *context, const char *key, struct jsonw *value), void *context)
{
	if (!object || jsonw_type_of(object) != JSONW_OBJECT)
		return 0;
	json_object_object_foreach(to_c(object), key, member) {
		int r = each(context, key, (struct jsonw *)member);

		if (r)
			return r;
	}
	return 0;
}

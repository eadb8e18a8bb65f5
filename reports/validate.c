// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/validate.h"

#include <math.h>
#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"

struct validation {
	const struct jsonw *root; /* of the schema */
	validate_problem problem;
	void *context;
	size_t n_problems;
	unsigned int refs; /* followed without going deeper into the document */
};

/* One value and where it stands; the names above it are found through @parent. */
struct place {
	const struct place *parent;
	const struct jsonw *value;
	const char *name; /* NULL: an element */
	size_t index;
};

static void check(struct validation *v, const struct jsonw *schema, const struct place *at);

/* As RFC 6901 wants a name: "~" is "~0", "/" is "~1". */
static char *escape(const char *name)
{
	char *escaped = memory_alloc(2 * strlen(name) + 1, 1), *end = escaped;

	for (; *name; name++) {
		bool is_special = *name == '~' || *name == '/';

		if (is_special)
			*end++ = '~';
		*end++ = !is_special ? *name : *name == '~' ? '0' : '1';
	}
	return escaped;
}

static char *pointer_of(const struct place *at)
{
	char *above, *whole;

	if (!at->parent)
		return memory_string("");
	above = pointer_of(at->parent);
	if (at->name) {
		cleanup_free char *name = escape(at->name);

		whole = memory_format("%s/%s", above, name);
	} else {
		whole = memory_format("%s/%zu", above, at->index);
	}
	free(above);
	return whole;
}

static void __attribute__((format(printf, 3, 4)))
complain(struct validation *v, const struct place *at, const char *format, ...)
{
	cleanup_free char *path = NULL;
	char what[400];
	va_list args;

	v->n_problems++;
	if (!v->problem)
		return;
	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	path = pointer_of(at);
	v->problem(v->context, path[0] ? path : "/", what);
}

static bool is_number(const struct jsonw *value)
{
	return jsonw_type_of(value) == JSONW_INTEGER || jsonw_type_of(value) == JSONW_NUMBER;
}

static bool has_type(const struct jsonw *value, const char *type)
{
	static const char *const names[] = {
		[JSONW_NULL] = "null",	   [JSONW_BOOLEAN] = "boolean", [JSONW_NUMBER] = "number",
		[JSONW_INTEGER] = "integer", [JSONW_STRING] = "string",	[JSONW_ARRAY] = "array",
		[JSONW_OBJECT] = "object",
	};

	if (strcmp(type, "number") == 0)
		return is_number(value);
	/* 1.0 is an integer. */
	if (strcmp(type, "integer") == 0 && jsonw_type_of(value) == JSONW_NUMBER)
		return jsonw_as_double(value) == floor(jsonw_as_double(value));
	return strcmp(type, names[jsonw_type_of(value)]) == 0;
}

static void check_type(struct validation *v, const struct jsonw *wanted, const struct place *at)
{
	const char *type = jsonw_as_string(wanted);

	if (!type || !has_type(at->value, type))
		complain(v, at, "is no %s", type ? type : "known type");
}

/* Of simple values; nothing else stands in an enum of ours. */
static bool is_equal(const struct jsonw *a, const struct jsonw *b)
{
	if (is_number(a) && is_number(b))
		return jsonw_as_double(a) == jsonw_as_double(b);
	if (jsonw_type_of(a) != jsonw_type_of(b))
		return false;
	if (jsonw_type_of(a) == JSONW_STRING)
		return strcmp(jsonw_as_string(a), jsonw_as_string(b)) == 0;
	return jsonw_type_of(a) == JSONW_BOOLEAN && jsonw_as_bool(a) == jsonw_as_bool(b);
}

static void check_enum(struct validation *v, const struct jsonw *list, const struct place *at)
{
	for (size_t i = 0; i < jsonw_length(list); i++)
		if (is_equal(jsonw_at(list, i), at->value))
			return;
	complain(v, at, "is none of %s", jsonw_text((struct jsonw *)(uintptr_t)list, NULL));
}

static void check_const(struct validation *v, const struct jsonw *wanted, const struct place *at)
{
	if (!is_equal(wanted, at->value))
		complain(v, at, "is not %s", jsonw_text((struct jsonw *)(uintptr_t)wanted, NULL));
}

static void check_pattern(struct validation *v, const struct jsonw *pattern, const struct place *at)
{
	const char *text = jsonw_as_string(at->value);
	regex_t regex;

	if (!text)
		return;
	if (!jsonw_as_string(pattern) ||
	    regcomp(&regex, jsonw_as_string(pattern), REG_EXTENDED | REG_NOSUB) != 0) {
		complain(v, at, "cannot be checked: the schema's pattern is none");
		return;
	}
	if (regexec(&regex, text, 0, NULL, 0) != 0)
		complain(v, at, "does not match %s", jsonw_as_string(pattern));
	regfree(&regex);
}

static void check_minimum(struct validation *v, const struct jsonw *least, const struct place *at)
{
	if (is_number(at->value) && jsonw_as_double(at->value) < jsonw_as_double(least))
		complain(v, at, "is below %g", jsonw_as_double(least));
}

static void check_maximum(struct validation *v, const struct jsonw *most, const struct place *at)
{
	if (is_number(at->value) && jsonw_as_double(at->value) > jsonw_as_double(most))
		complain(v, at, "is above %g", jsonw_as_double(most));
}

static bool is_array(const struct place *at)
{
	return jsonw_type_of(at->value) == JSONW_ARRAY;
}

static void check_min_items(struct validation *v, const struct jsonw *least, const struct place *at)
{
	if (is_array(at) && jsonw_length(at->value) < jsonw_as_uint(least))
		complain(v, at, "has fewer than %zu elements", (size_t)jsonw_as_uint(least));
}

static void check_max_items(struct validation *v, const struct jsonw *most, const struct place *at)
{
	if (is_array(at) && jsonw_length(at->value) > jsonw_as_uint(most))
		complain(v, at, "has more than %zu elements", (size_t)jsonw_as_uint(most));
}

static void check_items(struct validation *v, const struct jsonw *schema, const struct place *at)
{
	for (size_t i = 0; is_array(at) && i < jsonw_length(at->value); i++) {
		struct place element = {.parent = at, .value = jsonw_at(at->value, i), .index = i};

		v->refs = 0;
		check(v, schema, &element);
	}
}

static int is_key(void *context, const char *key, struct jsonw *value)
{
	(void)value;
	return strcmp(context, key) == 0;
}

/* There, be it null: jsonw_get() does not tell that from absent. */
static bool has_key(const struct jsonw *object, const char *name)
{
	return jsonw_get(object, name) || jsonw_each(object, is_key, (void *)(uintptr_t)name);
}

static void check_required(struct validation *v, const struct jsonw *names, const struct place *at)
{
	for (size_t i = 0; i < jsonw_length(names); i++) {
		const char *name = jsonw_as_string(jsonw_at(names, i));

		if (name && jsonw_type_of(at->value) == JSONW_OBJECT && !has_key(at->value, name))
			complain(v, at, "lacks '%s'", name);
	}
}

struct members {
	struct validation *v;
	const struct place *at;
	const struct jsonw *properties, *others; /* of the schema; may be NULL */
};

static int check_member(void *context, const char *key, struct jsonw *value)
{
	const struct members *m = context;
	const struct place member = {.parent = m->at, .value = value, .name = key};
	const struct jsonw *schema = jsonw_get(m->properties, key);

	if (!schema)
		schema = m->others;
	m->v->refs = 0;
	if (schema && jsonw_type_of(schema) == JSONW_BOOLEAN && !jsonw_as_bool(schema))
		complain(m->v, &member, "is not known here");
	else if (schema && jsonw_type_of(schema) == JSONW_OBJECT)
		check(m->v, schema, &member);
	return 0;
}

static void check_ref(struct validation *v, const struct jsonw *ref, const struct place *at)
{
	static const char prefix[] = "#/$defs/";
	const char *target = jsonw_as_string(ref);
	const struct jsonw *schema = NULL;

	if (target && strncmp(target, prefix, strlen(prefix)) == 0)
		schema = jsonw_get(jsonw_get(v->root, "$defs"), target + strlen(prefix));
	if (!schema || ++v->refs > 16)
		complain(v, at, "cannot be checked: the schema's $ref '%s' leads nowhere",
			 target ? target : "");
	else
		check(v, schema, at);
}

/* NULL: an annotation, or a keyword that another one looks at. */
static const struct {
	const char *name;
	void (*check)(struct validation *v, const struct jsonw *keyword, const struct place *at);
} keywords[] = {
	{"type", check_type},	       {"enum", check_enum},
	{"const", check_const},	       {"pattern", check_pattern},
	{"minimum", check_minimum},    {"maximum", check_maximum},
	{"minItems", check_min_items}, {"maxItems", check_max_items},
	{"items", check_items},	       {"required", check_required},
	{"$ref", check_ref},	       {"properties", NULL},
	{"additionalProperties", NULL}, {"$schema", NULL},
	{"$id", NULL},		       {"$defs", NULL},
	{"title", NULL},	       {"description", NULL},
};

struct keyword_context {
	struct validation *v;
	const struct place *at;
};

static int check_keyword(void *context, const char *name, struct jsonw *keyword)
{
	const struct keyword_context *c = context;

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (strcmp(keywords[i].name, name) != 0)
			continue;
		if (keywords[i].check)
			keywords[i].check(c->v, keyword, c->at);
		return 0;
	}
	complain(c->v, c->at, "cannot be checked: this validator does not know '%s'", name);
	return 0;
}

static void check(struct validation *v, const struct jsonw *schema, const struct place *at)
{
	struct keyword_context context = {.v = v, .at = at};
	struct members members = {
		.v = v,
		.at = at,
		.properties = jsonw_get(schema, "properties"),
		.others = jsonw_get(schema, "additionalProperties"),
	};

	(void)jsonw_each(schema, check_keyword, &context);
	if (jsonw_type_of(at->value) == JSONW_OBJECT && (members.properties || members.others))
		(void)jsonw_each(at->value, check_member, &members);
}

size_t validate_document(const struct jsonw *schema, const struct jsonw *document,
			 validate_problem problem, void *context)
{
	struct validation v = {.root = schema, .problem = problem, .context = context};
	const struct place top = {.value = document};

	check(&v, schema, &top);
	return v.n_problems;
}

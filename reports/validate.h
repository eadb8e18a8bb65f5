/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A document against a schema, with those keywords of JSON Schema (draft 2020-12) that the
 * schemas of this project use: type properties required additionalProperties items enum const
 * pattern minimum maximum minItems maxItems $ref (to "#/$defs/NAME"). A schema with any other
 * keyword that is no annotation fits nothing.
 */
#pragma once

#include <stddef.h>

struct jsonw;

/* @path is a JSON pointer; both texts live until the call returns. */
typedef void (*validate_problem)(void *context, const char *path, const char *what);

/* Returns the number of problems, each told through @problem (may be NULL). */
size_t validate_document(const struct jsonw *schema, const struct jsonw *document,
			 validate_problem problem, void *context);

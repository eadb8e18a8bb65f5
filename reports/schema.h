/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schemas of reports/schema/, within the program. */
#pragma once

#include <stddef.h>

struct schema {
	const char *word; /* what "memsoak schema" calls it: "report" */
	const char *name; /* what a document's schema.name says: "memsoak-report" */
	unsigned int major;
	const char *text;
};

extern const struct schema schemas[];
extern const size_t n_schemas;

const struct schema *schema_by_word(const char *word);
const struct schema *schema_by_name(const char *name); /* of any major version */

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/arguments.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void arguments_add(struct arguments *a, const char *format, ...)
{
	char *text = NULL;
	va_list list;
	int n;

	va_start(list, format);
	n = vasprintf(&text, format, list);
	va_end(list);
	a->items = memory_grow(a->items, a->n_items + 2, sizeof(*a->items));
	a->items[a->n_items++] = n < 0 ? memory_string("") : text;
	a->items[a->n_items] = NULL;
}

const char *const *arguments_argv(const struct arguments *a)
{
	return (const char *const *)(uintptr_t)a->items;
}

void arguments_done(struct arguments *a)
{
	for (size_t i = 0; i < a->n_items; i++)
		free(a->items[i]);
	free(a->items);
	*a = (struct arguments){0};
}

char *arguments_quote(const char *word)
{
	char *quoted = memory_alloc(strlen(word) * 4 + 3, 1), *to = quoted;

	*to++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			to = stpcpy(to, "'\\''");
		else
			*to++ = *word;
	}
	*to++ = '\'';
	*to = '\0';
	return quoted;
}

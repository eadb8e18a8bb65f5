// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *require(void *p)
{
	static const char line[] = "memsoak: out of memory: cannot go on, run \"memsoak restore\"\n";

	if (p)
		return p;
	(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
	_exit(3);
}

void *memory_alloc(size_t count, size_t size)
{
	return require(calloc(count ? count : 1, size ? size : 1));
}

void *memory_grow(void *old, size_t count, size_t size)
{
	return require(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *memory_string(const char *text)
{
	return require(strdup(text));
}

char *memory_format(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return require(text);
}

void memory_append(char **list, const char *between, const char *word)
{
	char *longer = memory_format("%s%s%s", *list, **list ? between : "", word);

	free(*list);
	*list = longer;
}

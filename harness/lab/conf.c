// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/conf.h"

#include <string.h>

#include "base/memory.h"

char *conf_value(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");

		if (n > length && strncmp(line, key, length) == 0 && line[length] == '=')
			return memory_format("%.*s", (int)(n - length - 1), line + length + 1);
		line += n + (line[n] == '\n');
	}
	return memory_string("");
}

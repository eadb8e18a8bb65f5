// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/symbols.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

static bool is_clone_suffix(const char *suffix)
{
	static const char *const kinds[] = {".isra.", ".constprop.", ".part.", ".llvm."};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t length = strlen(kinds[i]), digits;

		if (strncmp(suffix, kinds[i], length) != 0)
			continue;
		digits = strspn(suffix + length, "0123456789");
		if (digits == 0)
			return false;
		suffix += length + digits;
		return suffix[0] == '\0' || is_clone_suffix(suffix);
	}
	return false;
}

bool symbol_is(const char *symbol, const char *name)
{
	size_t length = strlen(name);

	return strncmp(symbol, name, length) == 0 &&
	       (symbol[length] == '\0' || is_clone_suffix(symbol + length));
}

int symbols_find(const char *path, const char *const names[], size_t n, char found[][SYMBOL_SIZE])
{
	cleanup_file FILE *list = fopen(path ? path : "/proc/kallsyms", "re");
	char line[512], type, symbol[SYMBOL_SIZE];
	size_t lines = 0;

	for (size_t i = 0; i < n; i++)
		found[i][0] = '\0';
	if (!list)
		return -errno;
	while (fgets(line, sizeof(line), list)) {
		if (sscanf(line, "%*s %c %127s", &type, symbol) != 2)
			continue;
		lines++;
		if (type != 't' && type != 'T' && type != 'w' && type != 'W')
			continue;
		for (size_t i = 0; i < n; i++)
			if (!found[i][0] && symbol_is(symbol, names[i]))
				(void)strcpy(found[i], symbol);
	}
	return lines ? 0 : -ENODATA;
}

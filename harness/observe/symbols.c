// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

/* (\.(isra|constprop|part|llvm)\.[^.]+)* to the end */
static bool is_renaming(const char *suffix)
{
	static const char *const kinds[] = {".isra.", ".constprop.", ".part.", ".llvm."};

	while (*suffix) {
		size_t length = 0, rest;

		for (size_t i = 0; i < ARRAY_SIZE(kinds) && length == 0; i++)
			if (strncmp(suffix, kinds[i], strlen(kinds[i])) == 0)
				length = strlen(kinds[i]);
		rest = strcspn(suffix + length, ".");
		if (length == 0 || rest == 0)
			return false;
		suffix += length + rest;
	}
	return true;
}

bool symbol_is(const char *symbol, const char *name)
{
	size_t length = strlen(name);

	return strncmp(symbol, name, length) == 0 && is_renaming(symbol + length);
}

/*
 * "ffffffff812a3b40 t move_to_new_folio\n", of a module "...\t[module]"; NULL: no function. A line
 * without its end is none either: what was cut off may be a part of the name, or "[module]".
 */
static char *function_of_line(char *line)
{
	char *type = strchr(line, ' '), *symbol;

	if (!strchr(line, '\n') || !type || !type[1] || !strchr("tTwW", type[1]) || type[2] != ' ')
		return NULL;
	symbol = type + 3;
	if (strchr(symbol, '['))
		return NULL;
	symbol[strcspn(symbol, " \t\n")] = '\0';
	return symbol[0] && strlen(symbol) < SYMBOL_SIZE ? symbol : NULL;
}

int symbols_find(int dir_fd, const char *path, const char *const names[], size_t n,
		 char found[][SYMBOL_SIZE])
{
	cleanup_close int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	cleanup_file FILE *list = NULL;
	char line[1024];
	bool has_functions = false;

	for (size_t i = 0; i < n; i++)
		found[i][0] = '\0';
	if (fd < 0)
		return -errno;
	list = fdopen(fd, "r");
	if (!list)
		return -errno;
	(void)steal_fd(&fd);
	while (fgets(line, sizeof(line), list)) {
		const char *symbol = function_of_line(line);

		if (!symbol)
			continue;
		has_functions = true;
		for (size_t i = 0; i < n; i++)
			if ((!found[i][0] && symbol_is(symbol, names[i])) ||
			    strcmp(symbol, names[i]) == 0)
				(void)strcpy(found[i], symbol);
	}
	if (ferror(list))
		return -EIO;
	return has_functions ? 0 : -ENODATA;
}

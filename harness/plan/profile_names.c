// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/profile_names.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char extension[] = ".ini";

int profile_names_add(struct profile_names *names, const char *folder)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;

	if (!directory)
		return -errno;
	while ((entry = readdir(directory))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || dot == entry->d_name || strcmp(dot, extension) != 0)
			continue;
		names->names = memory_grow(names->names, names->n + 1, sizeof(*names->names));
		names->names[names->n++] =
			memory_format("%.*s", (int)(dot - entry->d_name), entry->d_name);
	}
	(void)closedir(directory);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void profile_names_sort(struct profile_names *names)
{
	size_t kept = 0;

	if (names->n == 0)
		return;
	qsort(names->names, names->n, sizeof(*names->names), compare);
	for (size_t i = 0; i < names->n; i++) {
		if (kept > 0 && strcmp(names->names[kept - 1], names->names[i]) == 0)
			free(names->names[i]);
		else
			names->names[kept++] = names->names[i];
	}
	names->n = kept;
}

void profile_names_done(struct profile_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct profile_names){0};
}

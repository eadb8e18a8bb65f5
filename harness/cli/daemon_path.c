// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemon_path.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

char *daemon_path(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *beside;

	if (n < 0)
		return memory_string(MEMSOAK_PREFIX "/sbin/memsoakd");
	self[n] = '\0';
	beside = memory_format("%s/memsoakd", dirname(self));
	if (access(beside, X_OK) == 0)
		return beside;
	free(beside);
	return memory_string(MEMSOAK_PREFIX "/sbin/memsoakd");
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak run: hands everything to memsoakd, which does the work. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/memory.h"
#include "cli/commands.h"

/* Beside this program in a build folder, in sbin when installed. */
static char *daemon_path(void)
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

int cmd_run(int argc, char *const argv[])
{
	cleanup_free char *path = daemon_path();
	cleanup_free const char **words = memory_alloc((size_t)argc + 2, sizeof(*words));
	size_t n = 0;

	words[n++] = path;
	words[n++] = "--foreground";
	for (int i = 1; i < argc; i++)
		words[n++] = argv[i];
	(void)execv(path, (char *const *)(uintptr_t)words);
	log_error("cannot start '%s': %s", path, strerror(errno));
	return EXIT_CANNOT_JUDGE;
}

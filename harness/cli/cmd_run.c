// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak run: hands everything to memsoakd, which does the work. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/memory.h"
#include "cli/commands.h"
#include "cli/daemon_path.h"

int cmd_run(int argc, char *const argv[])
{
	cleanup_free char *path = daemon_path();
	cleanup_free const char **words = memory_alloc((size_t)argc + 2, sizeof(*words));
	size_t n = 0;

	words[n++] = "memsoak run"; /* what memsoakd calls itself in its help and its errors */
	words[n++] = "--foreground";
	for (int i = 1; i < argc; i++)
		words[n++] = argv[i];
	(void)execv(path, (char *const *)(uintptr_t)words);
	log_error("cannot start '%s': %s", path, strerror(errno));
	return EXIT_CANNOT_JUDGE;
}

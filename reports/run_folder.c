// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/run_folder.h"

#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"

int run_folder_check(const char *directory, struct err *e)
{
	cleanup_free char *run = memory_format("%s/run.json", directory);
	cleanup_free char *series = memory_format("%s/series.json", directory);
	const char *why = "no run.json there";
	int r = access(run, F_OK) < 0 ? -errno : 0;

	if (r == 0)
		return 0;
	if (r != -ENOENT && r != -ENOTDIR)
		return err_errno(e, r, "cannot read '%s'", run);
	if (access(series, F_OK) == 0)
		return err_set(e, -ENOENT,
			       "'%s' is the folder of a series, not of one run: name one of the folders in it",
			       directory);
	if (access(directory, F_OK) < 0)
		why = "it does not exist";
	else if (!file_is_folder(directory))
		why = "it is no folder";
	return err_set(e, r,
		       "'%s' is no run's folder (%s): name the one that the \"report:\" line of memsoak run "
		       "tells, by default it is in /var/lib/memsoak/runs",
		       directory, why);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/resume.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "service/open_runs.h"

/* NULL: a name that is no file name. */
static char *counter_path(const char *profile)
{
	if (!profile || !profile[0] || profile[0] == '.' || strchr(profile, '/'))
		return NULL;
	return memory_format("%s/resume/%s.json", state_folder(), profile);
}

static int unnamed(const char *profile, struct err *e)
{
	return err_set(e, -EINVAL, "'%s' is no profile's name", profile ? profile : "");
}

/* Without @run_id's own, which was counted when its recovery did not get to its end. */
static uint64_t crashes_before(const char *path, const char *run_id)
{
	struct jsonw *counter = NULL;
	const char *run;
	uint64_t crashes;

	if (jsonw_parse_file(path, &counter, NULL) < 0)
		return 0;
	crashes = jsonw_get_uint(counter, "crashes");
	run = jsonw_get_string(counter, "run");
	if (crashes > 0 && run && strcmp(run, run_id) == 0)
		crashes--;
	jsonw_free(counter);
	return crashes;
}

int resume_count_crash(const char *profile, const char *run_id, struct err *e)
{
	cleanup_free char *folder = memory_format("%s/resume", state_folder());
	cleanup_free char *path = counter_path(profile);
	struct jsonw *counter;
	uint64_t crashes;
	const char *text;
	size_t length;
	int r;

	if (!path)
		return unnamed(profile, e);
	r = file_make_directories(folder, e);
	if (r < 0)
		return r;
	crashes = crashes_before(path, run_id) + 1;
	counter = jsonw_object();
	jsonw_set_uint(counter, "crashes", crashes);
	jsonw_set_string(counter, "run", run_id);
	text = jsonw_text(counter, &length);
	r = file_write_atomic(path, text, length, e);
	jsonw_free(counter);
	return r < 0 ? r : (int)crashes;
}

int resume_check(const char *profile, const char *policy, struct err *e)
{
	cleanup_free char *path = counter_path(profile);
	struct jsonw *counter = NULL;
	uint64_t crashes;
	int r = 0;

	if (!path || access(path, F_OK) < 0)
		return 0;
	/* One that cannot be read is taken for a crash: the guard errs on the side of a host that boots. */
	(void)jsonw_parse_file(path, &counter, NULL);
	crashes = counter ? jsonw_get_uint(counter, "crashes") : 2;
	if (strcmp(policy, "always") != 0 && (strcmp(policy, "once") != 0 || crashes > 1)) {
		const char *run = jsonw_get_string(counter, "run");

		r = err_set(e, -EPERM,
			    "run %s of this profile has crashed the host (%llu in a row) and resume = %s: \"memsoak recover --forget %s\" lets it begin again",
			    run ? run : "?", (unsigned long long)crashes, policy, profile);
	}
	jsonw_free(counter);
	return r;
}

int resume_forget(const char *profile, struct err *e)
{
	cleanup_free char *path = counter_path(profile);

	if (!path)
		return unnamed(profile, e);
	return unlink(path) < 0 ? err_errno(e, -errno, "no crash of profile '%s' is counted", profile)
				: 0;
}

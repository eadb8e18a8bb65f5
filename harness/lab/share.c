// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/share.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/units.h"
#include "lab/arguments.h"
#include "lab/payload.h"
#include "lab/run_options.h"

static int make_folder(const struct run_options *o, char **ret_path, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	cleanup_free char *path = NULL;
	int r;

	if (o->share) {
		path = memory_string(o->share);
		r = file_make_directories(path, e);
		if (r < 0)
			return err_wrap(e, "--share");
	} else {
		path = memory_format("%s/memsoak-lab.XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
		if (!mkdtemp(path))
			return err_errno(e, -errno,
					 "cannot make a folder like %s: name one by --share", path);
	}
	*ret_path = realpath(path, NULL);
	return *ret_path ? 0 : err_errno(e, -errno, "--share %s", path);
}

static int write_executable(const char *path, const char *text, struct err *e)
{
	int r = file_write_atomic(path, text, strlen(text), e);

	if (r < 0)
		return r;
	return chmod(path, 0755) < 0 ? err_errno(e, -errno, "cannot chmod %s", path) : 0;
}

/* The script as it is, or NULL when a profile was named. */
static int read_script(const struct run_options *o, char **ret_text, struct err *e)
{
	size_t length;
	int r;

	if (!o->script)
		return 0;
	r = file_read_all(o->script, ret_text, &length, e);
	if (r < 0)
		return err_wrap(e, "--script");
	if (strncmp(*ret_text, "#!", 2) != 0)
		return err_set(e, -EINVAL, "--script %s: its first line must be #!/bin/sh",
			       o->script);
	return 0;
}

static char *command_text(const struct run_options *o)
{
	char *line;

	if (o->script) {
		line = memory_string("exec /share/guest-script");
	} else {
		cleanup_free char *in_guest = payload_profile(o->profile);
		cleanup_free char *profile = arguments_quote(in_guest);

		line = memory_format("exec memsoak run --profile %s --yes --out /share/" SHARE_RUN,
				     profile);
	}
	for (size_t i = 0; i < o->words.n_items; i++) {
		cleanup_free char *word = arguments_quote(o->words.items[i]), *old = line;

		line = memory_format("%s %s", old, word);
	}
	return line;
}

static int write_command(const struct run_options *o, const char *share, const char *script,
			 struct err *e)
{
	cleanup_free char *command_path = memory_format("%s/guest-command", share);
	cleanup_free char *script_path = memory_format("%s/guest-script", share);
	cleanup_free char *line = command_text(o);
	cleanup_free char *text = memory_format("#!/bin/sh\n%s\n", line);
	int r = script ? write_executable(script_path, script, e) : 0;

	return r < 0 ? r : write_executable(command_path, text, e);
}

int share_prepare(const struct run_options *o, char **ret_path, struct err *e)
{
	static const char *const stale[] = {SHARE_EXIT, SHARE_EXIT ".tmp", SHARE_END};
	cleanup_free char *share = NULL, *script = NULL;
	int r = read_script(o, &script, e);

	if (r == 0)
		r = make_folder(o, &share, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(stale); i++) {
		cleanup_free char *path = memory_format("%s/%s", share, stale[i]);

		if (unlink(path) < 0 && errno != ENOENT)
			return err_errno(e, -errno, "cannot remove %s of an earlier guest", path);
	}
	r = write_command(o, share, script, e);
	if (r < 0)
		return r;
	*ret_path = steal_ptr(&share);
	return 0;
}

int share_exit_code(const char *share)
{
	cleanup_free char *path = memory_format("%s/" SHARE_EXIT, share);
	cleanup_free char *text = NULL;
	size_t length;
	uint64_t code;

	if (file_read_all(path, &text, &length, NULL) < 0)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	return units_parse_number(text, 0, 255, &code, NULL) < 0 ? -1 : (int)code;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/findings.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "lab/memsoak.h"

/* A value that belongs to another document, as one of our own. */
static struct jsonw *copy(struct jsonw *value)
{
	struct jsonw *own = NULL;
	size_t length;
	const char *text = jsonw_text(value, &length);

	(void)jsonw_parse(text, length, &own, NULL);
	return own;
}

static int take(const char *path, struct jsonw *end, struct err *e)
{
	struct jsonw *document = NULL;
	uint64_t unlisted;
	int r = jsonw_parse_file(path, &document, e);

	if (r < 0)
		return r;
	jsonw_set(end, "findings", copy(jsonw_get(document, "lockups")));
	unlisted = jsonw_get_uint(jsonw_get(document, "log"), "unlisted");
	if (unlisted)
		jsonw_set_uint(end, "findings_unlisted", unlisted);
	jsonw_free(document);
	return 0;
}

int findings_of_console(const struct paths *paths, const char *console, const char *folder,
			struct jsonw *end, struct err *e)
{
	cleanup_free char *scratch = memory_format("%s/.findings.%d", folder, (int)getpid());
	const char *const call[] = {"scan-log", "--json", console, NULL};
	struct stat st;
	int r;

	if (stat(console, &st) < 0)
		return err_errno(e, -errno, "cannot read the console's file %s", console);
	if (!S_ISREG(st.st_mode))
		return 0;
	r = memsoak_call(paths, call, scratch, NULL, e);
	if (r > 0)
		r = err_set(e, -EIO, "memsoak scan-log %s ended with %d", console, r);
	if (r == 0)
		r = take(scratch, end, e);
	(void)unlink(scratch);
	return r;
}

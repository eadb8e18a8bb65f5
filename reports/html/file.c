// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/html/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"

int html_to_file(const char *path, int (*write)(void *context, FILE *out, struct err *e),
		 void *context, struct err *e)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out;
	int r;

	if (strcmp(path, "-") == 0)
		return write(context, stdout, e);
	out = open_memstream(&text, &length);
	if (!out)
		return err_errno(e, -errno, "no memory for the page");
	r = write(context, out, e);
	if (fclose(out) != 0 && r == 0)
		r = err_set(e, -ENOMEM, "no memory for the page");
	if (r == 0)
		r = file_write_atomic(path, text, length, e);
	free(text);
	return r;
}

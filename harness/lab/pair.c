// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/pair.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "lab/conf.h"
#include "lab/paths.h"

int pair_of_tree(struct pair *p, const struct paths *paths, const char *tree, struct err *e)
{
	cleanup_free char *path = memory_format("%s/trees/%s.conf", paths->lab, tree);
	cleanup_free char *text = NULL;
	size_t length;

	*p = (struct pair){0};
	if (strchr(tree, '/') || file_read_all(path, &text, &length, NULL) < 0)
		return err_set(e, -ENOENT, "--tree %s: there is no %s", tree, path);
	p->base = conf_value(text, "base");
	p->test = conf_value(text, "test");
	if (p->base[0] && p->test[0])
		return 0;
	pair_done(p);
	return err_set(e, -EINVAL, "--tree %s: %s names no base= and test=", tree, path);
}

void pair_done(struct pair *p)
{
	free(p->base);
	free(p->test);
	*p = (struct pair){0};
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/registry.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "lab/conf.h"
#include "lab/paths.h"

static const char suffix[] = ".conf";

static int entry_load(struct registry_entry *entry, const char *folder, const char *file,
		      struct err *e)
{
	cleanup_free char *path = memory_format("%s/%s", folder, file);
	cleanup_free char *text = NULL;
	size_t length;
	int r = file_read_all(path, &text, &length, e);

	if (r < 0)
		return r;
	*entry = (struct registry_entry){
		.name = memory_format("%.*s", (int)(strlen(file) - strlen(suffix)), file),
		.kind = conf_value(text, "kind"),
		.suite = conf_value(text, "suite"),
		.tree = conf_value(text, "tree"),
		.variant = conf_value(text, "variant"),
		.about = conf_value(text, "about"),
	};
	if (strcmp(entry->kind, "stock") != 0 && strcmp(entry->kind, "lab") != 0)
		return err_set(e, -EINVAL, "%s: kind='%s' is neither stock nor lab", path,
			       entry->kind);
	if (strcmp(entry->kind, "stock") == 0 && !entry->suite[0])
		return err_set(e, -EINVAL, "%s: kind=stock needs suite=", path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct registry_entry *)a)->name,
		      ((const struct registry_entry *)b)->name);
}

int registry_load(struct registry *r, const struct paths *paths, struct err *e)
{
	cleanup_free char *folder = memory_format("%s/variants", paths->lab);
	cleanup_dir DIR *dir = opendir(folder);
	const struct dirent *item;
	int error = 0;

	*r = (struct registry){0};
	if (!dir)
		return err_errno(e, -errno, "cannot read %s", folder);
	while (error >= 0 && (item = readdir(dir))) {
		size_t length = strlen(item->d_name);

		if (length <= strlen(suffix) ||
		    strcmp(item->d_name + length - strlen(suffix), suffix) != 0)
			continue;
		r->entries = memory_grow(r->entries, r->n_entries + 1, sizeof(*r->entries));
		r->entries[r->n_entries] = (struct registry_entry){0};
		error = entry_load(&r->entries[r->n_entries++], folder, item->d_name, e);
	}
	if (r->n_entries > 1)
		qsort(r->entries, r->n_entries, sizeof(*r->entries), by_name);
	return error;
}

const struct registry_entry *registry_find(const struct registry *r, const char *name)
{
	for (size_t i = 0; i < r->n_entries; i++)
		if (strcmp(r->entries[i].name, name) == 0)
			return &r->entries[i];
	return NULL;
}

void registry_call(const struct registry_entry *entry, int cached_only, const char *argv[4])
{
	int stock = strcmp(entry->kind, "stock") == 0;
	size_t n = 0;

	argv[n++] = stock ? "fetch-stock.sh" : "build-kernel.sh";
	if (cached_only)
		argv[n++] = "--cached";
	argv[n++] = stock ? entry->suite : entry->name;
	argv[n] = NULL;
}

void registry_done(struct registry *r)
{
	for (size_t i = 0; i < r->n_entries; i++) {
		free(r->entries[i].name);
		free(r->entries[i].kind);
		free(r->entries[i].suite);
		free(r->entries[i].tree);
		free(r->entries[i].variant);
		free(r->entries[i].about);
	}
	free(r->entries);
	*r = (struct registry){0};
}

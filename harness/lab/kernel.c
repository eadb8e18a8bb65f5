// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "lab/paths.h"
#include "lab/registry.h"
#include "lab/script.h"

enum image_kind { IMAGE_NONE, IMAGE_ELF, IMAGE_BZIMAGE };

static enum image_kind image_kind_of(int fd)
{
	unsigned char start[0x206] = {0};

	if (pread(fd, start, sizeof(start), 0) != (ssize_t)sizeof(start))
		return IMAGE_NONE;
	if (memcmp(start, "\177ELF", 4) == 0)
		return IMAGE_ELF;
	/* Documentation/x86/boot.rst: the setup header's magic */
	if (memcmp(start + 0x202, "HdrS", 4) == 0)
		return IMAGE_BZIMAGE;
	return IMAGE_NONE;
}

static int exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static int find_image(struct kernel *k, const struct paths *paths, const char *path, int as_image,
		      struct err *e)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *const call[] = {"vmlinux-of.sh", path, NULL};
	enum image_kind kind;
	struct stat st;

	if (fd < 0)
		return err_errno(e, -errno, "cannot read the kernel %s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, "%s is not a kernel: name a bzImage", path);
	kind = image_kind_of(fd);
	if (kind == IMAGE_NONE)
		return err_set(e, -EINVAL, "%s is not an x86 kernel: name a bzImage or vmlinux",
			       path);
	if (kind == IMAGE_BZIMAGE && !as_image &&
	    script_run(paths, call, NULL, 1, &k->image, NULL) == 0)
		return 0;
	k->image = realpath(path, NULL);
	return k->image ? 0 : err_errno(e, -errno, "cannot read the kernel %s", path);
}

static char *names_of(const struct registry *registry)
{
	char *text = memory_string("");

	for (size_t i = 0; i < registry->n_entries; i++)
		memory_append(&text, " ", registry->entries[i].name);
	return text;
}

/* The registry's script answers with a folder: bzImage, and vmlinux and modules/ where they are. */
static int find_entry(struct kernel *k, const struct paths *paths,
		      const struct registry_entry *entry, int as_image, struct err *e)
{
	cleanup_free char *folder = NULL, *direct = NULL, *modules = NULL;
	const char *call[4];
	int r;

	registry_call(entry, 0, call);
	r = script_run(paths, call, NULL, 0, &folder, e);
	if (r > 0)
		return err_set(e, -ENOENT, "no kernel %s: %s ended with %d, its line is above",
			       entry->name, call[0], r);
	if (r < 0)
		return r;
	direct = memory_format("%s/vmlinux", folder);
	modules = memory_format("%s/modules", folder);
	if (!as_image && exists(direct))
		k->image = steal_ptr(&direct);
	else
		k->image = memory_format("%s/bzImage", folder);
	if (exists(modules))
		k->modules = steal_ptr(&modules);
	return 0;
}

static int find(struct kernel *k, const struct paths *paths, const char *name, int as_image,
		struct err *e)
{
	cleanup_free char *names = NULL;
	const struct registry_entry *entry;
	struct registry registry;
	int r;

	if (strchr(name, '/'))
		return find_image(k, paths, name, as_image, e);
	r = registry_load(&registry, paths, e);
	entry = r < 0 ? NULL : registry_find(&registry, name);
	if (entry) {
		r = find_entry(k, paths, entry, as_image, e);
	} else if (r == 0 && exists(name)) {
		r = find_image(k, paths, name, as_image, e);
	} else if (r == 0) {
		names = names_of(&registry);
		r = err_set(e, -EINVAL, "--kernel %s: neither a file nor one of: %s", name, names);
	}
	registry_done(&registry);
	return r;
}

int kernel_find(struct kernel *k, const struct paths *paths, const char *name, const char *modules,
		int as_image, struct err *e)
{
	int r;

	*k = (struct kernel){.name = memory_string(name)};
	r = find(k, paths, name, as_image, e);
	if (r < 0 || !modules)
		return r < 0 ? r : 0;
	free(k->modules);
	k->modules = realpath(modules, NULL);
	return k->modules ? 0 : err_errno(e, -errno, "--initrd-modules %s", modules);
}

void kernel_done(struct kernel *k)
{
	free(k->name);
	free(k->image);
	free(k->modules);
	*k = (struct kernel){0};
}

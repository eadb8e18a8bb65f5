// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/test_fake_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct fake_file *find(struct fake_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->n_files; i++)
		if (strcmp(tree->files[i].path, path) == 0)
			return &tree->files[i];
	return NULL;
}

static struct fake_file *find_or_add(struct fake_tree *tree, const char *path)
{
	struct fake_file *file = find(tree, path);

	if (file)
		return file;
	tree->files = memory_grow(tree->files, tree->n_files + 1, sizeof(*tree->files));
	file = &tree->files[tree->n_files++];
	*file = (struct fake_file){0};
	(void)snprintf(file->path, sizeof(file->path), "%s", path);
	return file;
}

static ssize_t fake_read(struct fsio *fs, const char *path, char *buffer, size_t size)
{
	const struct fake_file *file = find(fs->context, path);
	size_t length;

	if (!file)
		return -ENOENT;
	if (file->error)
		return -file->error;
	length = strlen(file->text);
	if (length > size)
		length = size;
	memcpy(buffer, file->text, length);
	return (ssize_t)length;
}

static ssize_t below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && path[length] == '/' ? (ssize_t)length + 1 : -1;
}

/* Has an earlier file shown the same name already? */
static int is_repeated(const struct fake_tree *tree, size_t index, const char *folder,
		       const char *name)
{
	for (size_t i = 0; i < index; i++) {
		ssize_t at = below(tree->files[i].path, folder);
		size_t length = strlen(name);

		if (at >= 0 && strncmp(tree->files[i].path + at, name, length) == 0 &&
		    (tree->files[i].path[at + (ssize_t)length] == '/' ||
		     tree->files[i].path[at + (ssize_t)length] == '\0'))
			return 1;
	}
	return 0;
}

static int fake_list(struct fsio *fs, const char *path,
		     int (*each)(void *context, const char *name), void *context)
{
	struct fake_tree *tree = fs->context;
	const struct fake_file *folder = find(tree, path);
	int seen = 0, r = 0;

	if (folder && folder->error)
		return -folder->error;
	for (size_t i = 0; i < tree->n_files && r == 0; i++) {
		ssize_t at = below(tree->files[i].path, path);
		char name[96];

		if (at < 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s", tree->files[i].path + at);
		name[strcspn(name, "/")] = '\0';
		seen = 1;
		if (!is_repeated(tree, i, path, name))
			r = each(context, name);
	}
	return seen ? r : -ENOENT;
}

static int fake_write(struct fsio *fs, const char *path, const char *text)
{
	(void)fs;
	(void)path;
	(void)text;
	abort(); /* a topology is read only */
}

static const struct fsio_ops fake_ops = {
	.read = fake_read,
	.write = fake_write,
	.list = fake_list,
};

void fake_tree_init(struct fake_tree *tree)
{
	*tree = (struct fake_tree){
		.fs = {.ops = &fake_ops, .root_fd = -1, .is_real_root = true},
	};
	tree->fs.context = tree;
	fake_tree_file(tree, "8000000\n", MEMORY "/block_size_bytes");
	fake_tree_file(tree, "online\n", MEMORY "/auto_online_blocks");
}

void fake_tree_done(struct fake_tree *tree)
{
	free(tree->files);
	tree->files = NULL;
	tree->n_files = 0;
}

void fake_tree_file(struct fake_tree *tree, const char *text, const char *format, ...)
{
	char path[96];
	struct fake_file *file;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	file = find_or_add(tree, path);
	file->error = 0;
	(void)snprintf(file->text, sizeof(file->text), "%s", text);
}

void fake_tree_error(struct fake_tree *tree, int error, const char *format, ...)
{
	char path[96];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	find_or_add(tree, path)->error = error;
}

void fake_tree_remove(struct fake_tree *tree, const char *path)
{
	size_t n = 0;

	for (size_t i = 0; i < tree->n_files; i++)
		if (strcmp(tree->files[i].path, path) != 0 && below(tree->files[i].path, path) < 0)
			tree->files[n++] = tree->files[i];
	tree->n_files = n;
}

void fake_tree_node(struct fake_tree *tree, uint32_t id, const char *cpus, uint64_t kib)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "Node %u MemTotal: %llu kB\nNode %u MemFree: %llu kB\n", id,
		       (unsigned long long)kib, id, (unsigned long long)kib / 2);
	fake_tree_file(tree, text, NODE "/node%u/meminfo", id);
	(void)snprintf(text, sizeof(text), "%s\n", cpus);
	fake_tree_file(tree, text, NODE "/node%u/cpulist", id);
}

void fake_tree_link(struct fake_tree *tree, uint32_t id, uint32_t node)
{
	fake_tree_file(tree, "", NODE "/node%u/memory%u", node, id);
	fake_tree_file(tree, "", MEMORY "/memory%u/node%u", id, node);
}

void fake_tree_block(struct fake_tree *tree, uint32_t id, int node, const char *state,
		     const char *zones)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "%s\n", state);
	fake_tree_file(tree, text, MEMORY "/memory%u/state", id);
	fake_tree_file(tree, "1\n", MEMORY "/memory%u/removable", id);
	if (zones) {
		(void)snprintf(text, sizeof(text), "%s\n", zones);
		fake_tree_file(tree, text, MEMORY "/memory%u/valid_zones", id);
	}
	if (node >= 0)
		fake_tree_link(tree, id, (uint32_t)node);
}

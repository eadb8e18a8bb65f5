/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sysfs in memory: files with texts, or with the error that reading or listing them gives. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fsio.h"

#define MEMORY "sys/devices/system/memory"
#define NODE "sys/devices/system/node"

struct fake_file {
	char path[96];
	char text[96];
	int error; /* positive; of a folder: what listing it answers */
};

struct fake_tree {
	struct fsio fs;
	struct fake_file *files; /* owned */
	size_t n_files;
};

/* A memory folder with blocks of 128 MiB, and nothing else. */
void fake_tree_init(struct fake_tree *tree);
void fake_tree_done(struct fake_tree *tree);

/* Adds a file, or replaces what it says. */
void fake_tree_file(struct fake_tree *tree, const char *text, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void fake_tree_error(struct fake_tree *tree, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void fake_tree_remove(struct fake_tree *tree, const char *path); /* and all below it */

void fake_tree_node(struct fake_tree *tree, uint32_t id, const char *cpus, uint64_t kib);
/* @node -1: linked to none. @zones NULL: without that file. */
void fake_tree_block(struct fake_tree *tree, uint32_t id, int node, const char *state,
		     const char *zones);
void fake_tree_link(struct fake_tree *tree, uint32_t id, uint32_t node);

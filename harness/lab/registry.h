/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernels that the lab knows by name: one file NAME.conf in variants/ each. Adding a file
 * adds a kernel.
 */
#pragma once

#include <stddef.h>

struct err;
struct paths;

struct registry_entry {
	char *name;
	char *kind;    /* "stock" (fetch-stock.sh) or "lab" (build-kernel.sh) */
	char *suite;   /* stock: the Debian suite */
	char *tree;    /* the kernel series */
	char *variant; /* what was changed in it; "stock" or "with" for nothing */
	char *about;
};

struct registry {
	struct registry_entry *entries; /* sorted by name */
	size_t n_entries;
};

int registry_load(struct registry *r, const struct paths *paths, struct err *e);
const struct registry_entry *registry_find(const struct registry *r, const char *name);

/*
 * The script call that makes the kernel, or with @cached_only the one that only looks: a
 * NULL-terminated vector over strings of @entry.
 */
void registry_call(const struct registry_entry *entry, int cached_only, const char *argv[4]);
void registry_done(struct registry *r);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one door to libcgroup. What it says it has done is to be read back: 2.0.2 fails in silence. */
#pragma once

#include <stddef.h>

struct err;

struct cgroup_value {
	const char *controller, *name, *value;
};

/* @group below the hierarchies' roots, without a leading slash. At least one value. */
int libcgroup_create(const char *group, const struct cgroup_value *values, size_t n, struct err *e);

/* The group has to be empty. */
int libcgroup_delete(const char *group, const struct cgroup_value *values, size_t n, struct err *e);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cgroups this host has, and where we may make one. */
#pragma once

#include <stddef.h>

struct err;

enum cgroup_mode {
	CGROUP_NONE,
	CGROUP_V2,
	CGROUP_V1, /* also hybrid hosts: their controllers are in version 1 */
	CGROUP_MODE_MAX,
};

#define CGROUP_CONTROLLERS 3 /* memory, pids, cpuset */
#define CGROUP_PATH_SIZE 512

struct cgroup_place {
	enum cgroup_mode mode;
	size_t n;
	struct {
		const char *controller;
		char mount[CGROUP_PATH_SIZE]; /* of its hierarchy */
		char parent[CGROUP_PATH_SIZE]; /* below the mount: where our group is to be made; "" is the root */
	} at[CGROUP_CONTROLLERS]; /* the controllers that can be had */
};

const char *cgroup_mode_name(enum cgroup_mode mode);

/*
 * Version 2: the caller itself has gone to supervisor/ when it returns, since a group with processes
 * cannot have its controllers handed on. -ENODEV: no cgroups, -EPERM: they are not ours.
 */
int cgroup_find_place(struct cgroup_place *place, struct err *e);

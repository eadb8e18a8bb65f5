/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the workers' cgroup leaves in the kernel: the group itself, and the controllers that were
 * switched on above it (version 2). Words on record ("prepared"), and how each is undone; by the
 * run, or by "memsoak restore" when it was killed.
 */
#pragma once

/* So is every group of workers called, and nothing else is ever removed. */
#define CGROUP_WORKERS "memsoak-workers"

#define CGROUP_WHAT_GROUP "cgroup"
#define CGROUP_WHAT_CONTROLLERS "controllers"

/*
 * @name: of a group its folder, "/sys/fs/cgroup/.../memsoak-workers"; of controllers the file and
 * what was added to it, "/sys/fs/cgroup/.../cgroup.subtree_control memory pids". 0: it is gone, or
 * (controllers) others have groups there by now and it stays. -EINVAL: not one of ours; -EBUSY: a
 * worker has not ended within 20 s.
 */
int cgroup_undo(const char *what, const char *name);

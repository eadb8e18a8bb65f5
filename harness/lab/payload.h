/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest has in its root: the kernel's base image, memsoak's programs, profiles, files. */
#pragma once

struct err;
struct kernel;
struct paths;
struct run_options;

/* How the guest names the profile @name: as it is, or for a file its copy. The caller's own. */
char *payload_profile(const char *name);

/* The initramfs as a descriptor of a file without a name, or a negative errno. */
int payload_image(const struct run_options *o, const struct paths *paths,
		  const struct kernel *kernel, struct err *e);
